"""What the processes write to their logs: time in UTC, level, where, what. Never what a patient wrote, and nothing that names one.

Two rules make that hold whatever the level is:
- only our own modules, which log opaque ids, counts and times, are written in their own words; of a library a warning's place in the
  code is written and nothing that it says, because libraries quote messages, URLs and statements;
- of an exception its type and place are written and never its text, because exceptions quote the values that they are about.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import TextIO

OWN = frozenset({"bot", "channels", "actions", "scheduling", "voice", "__main__"})
"""The packages whose records are written in their own words."""

# Each logs requests, statements or messages below WARNING. What they say would not be written anyway; so it is not even put together.
QUIET = (
    "aiohttp",
    "sanic",
    "twilio",
    "rasa",
    "rasa_sdk",
    "sqlalchemy",
    "alembic",
    "apscheduler",
    "matplotlib",
    "h5py",
    "asyncio",
)

FRAMES = 6
"""Frames of an exception's place that are written, the innermost first."""

log = logging.getLogger(__name__)


def configure(level: str, stream: TextIO | None = None) -> logging.Handler:
    """Log to `stream` (standard error) at `level`, a name of MENDLINE_LOG_LEVEL; return the one handler there is now.

    Warnings of Python and exceptions that end the process or a thread come the same way.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Reticent())
    handler.addFilter(may_be_written)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _ended
    threading.excepthook = _thread_ended
    return handler


def may_be_written(record: logging.LogRecord) -> bool:
    """Whether a record may reach the log at all: ours always, a library's from WARNING up."""
    return is_ours(record) or record.levelno >= logging.WARNING


def is_ours(record: logging.LogRecord) -> bool:
    """Whether one of our own modules says it."""
    return record.name.partition(".")[0] in OWN


class Reticent(logging.Formatter):
    """Writes our own records whole, a library's as its place, and exceptions as types and places."""

    converter = time.gmtime

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of one record."""
        said = record.getMessage() if is_ours(record) else f"at {_place(record.pathname, record.lineno)}; its words are not kept"
        shown = logging.makeLogRecord({**vars(record), "msg": said, "args": (), "exc_text": None, "stack_info": None})
        return super().format(shown)

    def formatException(self, ei: object) -> str:
        """Return the types of the exception and its causes, and where each was raised."""
        error = ei[1] if isinstance(ei, tuple) else None
        return "\n".join(_lines(error)) if isinstance(error, BaseException) else ""


def _lines(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        frames = traceback.extract_tb(following.__traceback__)[-FRAMES:]
        places = " < ".join(f"{_place(frame.filename, frame.lineno or 0)} {frame.name}" for frame in reversed(frames))
        yield f"  {_named(following)}" + (f" at {places}" if places else "")
        if isinstance(following, BaseExceptionGroup):
            for inner in following.exceptions:
                yield from (f"  {line}" for line in _lines(inner))
        following = following.__cause__ or following.__context__


def _named(error: BaseException) -> str:
    """Return the type; with an error of the operating system also its fixed sentence, such as `Address already in use`."""
    reason = f" ({error.strerror})" if type(error).__module__ == "builtins" and isinstance(error, OSError) and error.errno else ""
    return f"{type(error).__name__}{reason}"


def _place(path: str, line: int) -> str:
    return f"{'/'.join(path.split('/')[-2:])}:{line}"


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("the process ended with an error nobody expected", exc_info=(kind, error, trace))


def _thread_ended(hook: threading.ExceptHookArgs) -> None:
    if hook.exc_value is not None and not isinstance(hook.exc_value, SystemExit):
        log.error("a thread ended with an error nobody expected", exc_info=(hook.exc_type, hook.exc_value, hook.exc_traceback))

"""Everything a line writes anywhere but into its database, and what of a patient is found in it.

A mark is something of a patient: a word of a message, a name, a number, a birth date. `found_in` looks for it in any case, and for
numbers and dates in every spelling that this code base writes.
"""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import redis

from bot.cli import logs

DATABASES = (".db", ".db-wal", ".db-shm", ".db-journal")
# A library's records are not of our words: only what our handler writes of them counts.
PLACE = "its words are not kept"


def spellings(mark: str) -> frozenset[str]:
    """Return how a mark may be written, in lower case."""
    found = {mark, quote(mark), quote_plus(mark), json.dumps(mark)[1:-1]}
    if re.fullmatch(r"\+\d{8,15}", mark):
        found |= {mark[1:], mark[2:], f"{mark[2:5]}-{mark[5:8]}-{mark[8:]}", f"({mark[2:5]}) {mark[5:8]}-{mark[8:]}"}
    if re.fullmatch(r"\d{4}-\d\d-\d\d", mark):
        day = date.fromisoformat(mark)
        found |= {f"{day.month}/{day.day}/{day:%y}", f"{day.month}/{day.day}/{day.year}", f"{day:%m/%d/%Y}", f"{day:%Y%m%d}"}
        found |= {f"{day:%B} {day.day}", f"{day:%B} {day.day}, {day.year}"}
    return frozenset(one.lower() for one in found)


def found_in(text: str, marks: Iterable[str]) -> list[str]:
    """Return the marks that stand in a text; a name only as a word of its own, so that no id of ours is taken for it."""
    lower = text.lower()
    return [mark for mark in marks if any(re.search(_alone(one), lower) for one in spellings(mark))]


def _alone(spelling: str) -> str:
    around = "0-9" if spelling[0] in "+(0123456789" else "a-z0-9"
    return rf"(?<![{around}]){re.escape(spelling)}(?![{around}])"


@dataclass
class Sinks:
    """What was written, by sink. `leaks` names sink and mark, and shows the line."""

    written: dict[str, list[str]] = field(default_factory=dict)

    def add(self, sink: str, text: str) -> None:
        """Note one thing that was written."""
        self.written.setdefault(sink, []).append(text)

    def leaks(self, marks: Iterable[str]) -> list[str]:
        """Return every place at which a mark stands; empty is what it should be."""
        marks = tuple(marks)
        return [
            f"{sink}: {mark!r} in {text[:400]!r}"
            for sink, texts in self.written.items()
            for text in texts
            for mark in found_in(text, marks)
        ]

    def add_files(self, home: Path) -> None:
        """Read every file of a HOME but the databases."""
        for path in sorted(home.rglob("*")):
            if path.is_file() and not path.name.endswith(DATABASES):
                self.add(f"file {path.relative_to(home)} (name)", str(path.relative_to(home)))
                for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                    self.add(f"file {path.relative_to(home)}", line)

    def add_redis(self, url: str) -> None:
        """Read every key of a Redis and what it holds."""
        with redis.Redis.from_url(url, decode_responses=True) as client:
            for key in client.scan_iter():
                self.add("redis key", str(key))
                self.add("redis", repr(_held(client, key)))

    def add_rows(self, sink: str, rows: Iterable[Mapping[str, Any]], column: str) -> None:
        """Take one column of rows."""
        for row in rows:
            self.add(sink, json.dumps(row[column], default=str, ensure_ascii=False))


def _held(client: Any, key: str) -> Any:
    readers = {
        "string": client.get,
        "hash": client.hgetall,
        "list": lambda name: client.lrange(name, 0, -1),
        "set": client.smembers,
        "zset": lambda name: client.zrange(name, 0, -1, withscores=True),
        "stream": client.xrange,
    }
    return readers[client.type(key)](key)


class _OwnWords(logging.Handler):
    """Takes our own modules' records whole, with arguments and the full text of exceptions: stricter than what is written."""

    def __init__(self, sinks: Sinks) -> None:
        super().__init__(logging.DEBUG)
        self._sinks = sinks

    def emit(self, record: logging.LogRecord) -> None:
        if not logs.is_ours(record):
            return
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info and record.exc_info[0] else ""
        self._sinks.add(f"log of {record.name}", f"{record.getMessage()} {record.args!r} {trace}")


@contextmanager
def everything_logged(sinks: Sinks) -> Iterator[None]:
    """Log as a process does at debug level, with every logger of every library turned up to DEBUG, for the length of the block.

    What our handler writes ends in `the log`, what our own modules say before that in `log of …`.
    """
    root = logging.getLogger()
    before = (list(root.handlers), root.level, sys.excepthook, threading.excepthook, list(warnings.filters))
    levels = {name: one.level for name, one in logging.root.manager.loggerDict.items() if isinstance(one, logging.Logger)}
    written = io.StringIO()
    logs.configure("debug", written)
    root.addHandler(_OwnWords(sinks))
    turn_up()
    try:
        yield
    finally:
        for line in written.getvalue().splitlines():
            sinks.add("the log", line)
        logging.captureWarnings(False)
        root.handlers[:], root.level, sys.excepthook, threading.excepthook = before[:4]
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def turn_up() -> None:
    """Set every logger that exists to DEBUG, as the least careful operator might; what pytest itself keeps of logs is let go."""
    root = logging.getLogger()
    root.handlers[:] = [one for one in root.handlers if isinstance(one.formatter, logs.Reticent) or isinstance(one, _OwnWords)]
    for name in list(logging.root.manager.loggerDict):
        one = logging.getLogger(name)
        one.setLevel(logging.DEBUG)
        one.disabled = False

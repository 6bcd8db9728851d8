"""The supervisor's files in HOME: `run/<name>.pid`, `run/supervisor.lock`, `logs/<name>.log`."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

from bot.supervisor.program import SupervisorError

LOG_BYTES = 10_000_000
LOGS_KEPT = 3


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file in one step: a reader sees the old text or the new one, never half."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    partial.replace(path)


class HomeLock:
    """Held by the one supervisor of a HOME for as long as it lives; the kernel lets go of it at its death."""

    def __init__(self, home: Path) -> None:
        self._path = home / "run" / "supervisor.lock"
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take it. Raises SupervisorError when another supervisor holds it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 20).decode().strip() or "unknown"
            os.close(descriptor)
            home = self._path.parent.parent
            raise SupervisorError(
                f"another supervisor (process {holder}) runs on {home}; stop it, or set MENDLINE_HOME to another folder"
            ) from error
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go of it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def open_log(path: Path) -> int:
    """Return a descriptor that appends to the log; a log over LOG_BYTES is put aside first as `.1`, older ones move up."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        _move_up(path)
        path.rename(_numbered(path, 1))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)


def trim_log(path: Path) -> None:
    """Put a log over LOG_BYTES aside while its process goes on writing: copied, then cut to nothing. Writers append, so they follow."""
    if path.exists() and path.stat().st_size > LOG_BYTES:
        _move_up(path)
        shutil.copyfile(path, _numbered(path, 1))
        os.truncate(path, 0)


def last_lines(path: Path, lines: int = 8) -> str:
    """Return the end of a log for a person to read; empty when there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - 4000))
        return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _move_up(path: Path) -> None:
    for number in range(LOGS_KEPT - 1, 0, -1):
        older = _numbered(path, number)
        if older.exists():
            older.replace(_numbered(path, number + 1))

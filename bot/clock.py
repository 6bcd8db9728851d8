"""Time as a seam: everything that asks for the time or waits takes a `Clock`.

The demo clock is the system clock plus an offset kept in a file of `$MENDLINE_HOME`, so that every process of a demo sees the
same moved time. Live mode never reads that file.
"""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

CLOCK_FILE = "clock.json"


class Clock(Protocol):
    """A source of the current instant and of waiting."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds of this clock."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class DemoClock(SystemClock):
    """The machine's clock shifted by the offset in `home/clock.json`; running on from there.

    The file is read again when its modification time changes, so moving the clock in one process moves it in all.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / CLOCK_FILE
        self._stamp: int | None = None
        self._offset = timedelta(0)

    def now(self) -> datetime:
        try:
            stamp: int | None = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            stamp = None
        if stamp != self._stamp:
            self._offset = read_offset(self._path)
            self._stamp = stamp
        return super().now() + self._offset


def read_offset(path: Path) -> timedelta:
    """Return the offset stored in a clock file; zero when there is none.

    Raises ValueError when the file holds anything but `{"offset_seconds": number}`.
    """
    if not path.exists():
        return timedelta(0)
    text = path.read_text(encoding="utf-8")
    try:
        return timedelta(seconds=float(json.loads(text)["offset_seconds"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} holds {text[:80]!r}, not an offset; delete it to return to the real time") from error


def move_clock(home: Path, to: datetime) -> None:
    """Make every demo clock of `home` show `to` (aware) now and run on from there."""
    if to.tzinfo is None:
        raise ValueError(f"{to.isoformat()} has no UTC offset; write for example 2025-06-02T09:00:00-04:00")
    offset = (to - datetime.now(UTC)).total_seconds()
    path = home / CLOCK_FILE
    partial = path.with_name(f"{CLOCK_FILE}.{os.getpid()}")
    partial.write_text(json.dumps({"offset_seconds": offset}), encoding="utf-8")
    partial.replace(path)

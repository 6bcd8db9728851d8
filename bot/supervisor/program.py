"""What the supervisor needs to know of a program, and the errors it raises."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

Probe = Callable[[], Awaitable[bool]]


class SupervisorError(Exception):
    """The line cannot start or go on. The message says why and what to do."""


async def no_probe() -> bool:
    """Ready as soon as it runs."""
    return True


@dataclass(frozen=True)
class Program:
    """One process to keep alive.

    `ready` answers whether it serves; `ready_seconds` is how long its start may take. `gate`: later stages wait for it; else it gets ready
    beside them. On stopping it gets SIGTERM and, after
    `stop_seconds`, SIGKILL.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Probe = no_probe
    ready_seconds: float = 30.0
    stop_seconds: float = 8.0
    gate: bool = True


@dataclass(frozen=True)
class Backoff:
    """Pauses, in seconds, before a dead process starts again: `first`, doubled up to `most`, `first` again after `reset` alive."""

    first: float = 0.1
    most: float = 5.0
    reset: float = 30.0

    def after(self, pause: float, lived: float) -> float:
        """Return the pause that follows `pause` for a process that lived `lived` seconds; `pause` is 0 before the first death."""
        if pause == 0 or lived >= self.reset:
            return self.first
        return min(pause * 2, self.most)

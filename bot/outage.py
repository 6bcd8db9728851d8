"""Breaking the demo's scheduling system on purpose: a file in HOME says that it is down, so that it stays down through restarts.

Demo mode only: the embedded scheduling server answers 503 while the file is there. Live mode never reads it.
"""

from __future__ import annotations

from pathlib import Path

OUTAGE_FILE = "scheduling.down"


def is_down(home: Path) -> bool:
    """Whether the demo's scheduling system is broken."""
    return (home / OUTAGE_FILE).exists()


def set_down(home: Path, *, down: bool) -> None:
    """Break the demo's scheduling system, or mend it. Saying the same twice changes nothing."""
    path = home / OUTAGE_FILE
    if down:
        path.touch()
    else:
        path.unlink(missing_ok=True)

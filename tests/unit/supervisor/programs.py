"""Tiny real programs for the supervisor to keep: each leaves traces in files that the tests read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bot.supervisor.program import Probe, Program, no_probe

# Appends "NAME up" when it serves and "NAME down" when told to stop, to the file of traces.
POLITE = """
import os, signal, sys
name, traces = sys.argv[1:]
def note(what):
    with open(traces, "a") as out: out.write(f"{name} {what}\\n")
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
note("up")
signal.sigwait({signal.SIGTERM})
note("down")
"""
STUBBORN = POLITE.replace('note("down")', "[signal.sigwait({signal.SIGTERM}) for _ in iter(int, 1)]")
DYING = "import sys; print('cannot read the plan'); sys.exit(3)"


def program(name: str, traces: Path, source: str = POLITE, ready: Probe | None = None, **limits: Any) -> Program:
    """A program that is ready once it has left its "up" trace, unless `ready` says otherwise."""

    async def up() -> bool:
        return f"{name} up" in read(traces)

    return Program(name, (sys.executable, "-I", "-S", "-c", source, name, str(traces)), ready=ready or up, **limits)


def read(traces: Path) -> list[str]:
    """The traces left so far."""
    return traces.read_text().splitlines() if traces.exists() else []


__all__ = ["DYING", "POLITE", "STUBBORN", "no_probe", "program", "read"]

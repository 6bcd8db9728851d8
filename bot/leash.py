"""Ties a program to the life of the process that starts it: when the parent dies, by whatever cause, the program gets a signal.

Run as a script, it sets the parent-death signal and becomes the program, so the process id stays the one that the parent knows:

    python -I -S bot/leash.py PARENT_PID SIGNAL USER PROGRAM [ARGUMENT …]

USER is a user's name to run as, or `-` for the caller's own. The kernel watches the parent's *thread*: start programs from the main thread.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def leashed(command: Sequence[str], death: signal.Signals = signal.SIGKILL, user: str | None = None) -> list[str]:
    """Return the argument list that runs `command` so that it gets `death` when the calling process ends. `user` needs root."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), death.name, user or "-", *command]


def _become(parent: int, death: signal.Signals, user: str, command: Sequence[str]) -> None:
    if user != "-":
        entry = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    # After the change of user, which clears it.
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(death), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")
    if os.getppid() != parent:
        raise SystemExit(f"the starting process {parent} is gone; {command[0]} is not started")
    os.execvp(command[0], list(command))  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    _become(int(sys.argv[1]), signal.Signals[sys.argv[2]], sys.argv[3], sys.argv[4:])

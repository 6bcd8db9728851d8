"""Kills the line's processes: `python -m tests.acceptance.soak.killer HOME/run --rasa-port 5005 --rasa 45 --others 8`.

It reads real process ids from the supervisor's pid files and sends SIGKILL. Each kill is a line of JSON on its output: when (seconds
since 1970), which process, which id. `--once` kills each process once, in a random order; otherwise it goes on until it is ended.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import threading
import time
from pathlib import Path

VICTIMS = ("edge", "worker", "rasa", "actions", "scheduling", "redis")
RETRY_SECONDS = 0.2


def kill(folder: Path, name: str) -> int | None:
    """Kill the process behind a pid file; None when it is down."""
    try:
        pid = int((folder / f"{name}.pid").read_text())
        os.kill(pid, signal.SIGKILL)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    return pid


def listens(port: int) -> bool:
    """Whether anything accepts connections on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def insist(folder: Path, name: str) -> None:
    """Kill a process, waiting until it is up if it is down, and say so."""
    pause = threading.Event()
    while (pid := kill(folder, name)) is None:
        pause.wait(RETRY_SECONDS)
    print(json.dumps({"at": time.time(), "process": name, "pid": pid}), flush=True)


def main() -> None:
    """Kill as the arguments say."""
    parser = argparse.ArgumentParser(description="kill the line's processes at random")
    parser.add_argument("folder", type=Path, help="where the pid files are")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rasa", type=float, default=45.0, help="mean seconds that rasa lives, whose start takes long")
    parser.add_argument("--rasa-port", type=int, required=True, help="where rasa listens once it is up")
    parser.add_argument("--others", type=float, default=8.0, help="mean seconds between kills of one of the others")
    parser.add_argument("--once", type=float, default=0.0, help="kill each process once, that many seconds apart, and end")
    options = parser.parse_args()
    dice, pause = random.Random(options.seed), threading.Event()
    if options.once:
        for name in dice.sample(VICTIMS, len(VICTIMS)):
            pause.wait(options.once)
            insist(options.folder, name)
        return
    others = [name for name in VICTIMS if name != "rasa"]
    next_other = time.monotonic() + dice.uniform(0.5, 1.5) * options.others
    lived, life = 0.0, dice.uniform(0.3, 1.0) * options.rasa
    while True:
        pause.wait(RETRY_SECONDS)
        if listens(options.rasa_port):
            lived += RETRY_SECONDS
        if lived >= life:
            insist(options.folder, "rasa")
            lived, life = 0.0, dice.uniform(0.7, 1.3) * options.rasa
        if time.monotonic() >= next_other:
            insist(options.folder, dice.choice(others))
            next_other = time.monotonic() + dice.uniform(0.5, 1.5) * options.others


if __name__ == "__main__":
    main()

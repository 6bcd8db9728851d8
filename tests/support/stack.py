"""The whole line as it runs in a clinic: `python -m bot run all` as a process, on a HOME of its own and free ports."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.leash import leashed

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240.0
STOP_SECONDS = 60.0
LAST_LINE = "mendline: Ctrl-C stops it"


class StackFailed(Exception):
    """The line did not start. The message holds what it printed."""


class Stack:
    """One running line. `env` holds further MENDLINE_ settings; every setting of the caller's environment is left out."""

    def __init__(self, home: Path, env: Mapping[str, str] | None = None) -> None:
        self.home = home
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MENDLINE_")}
        self.environment = {**inherited, "MENDLINE_HOME": str(home), "MENDLINE_PORT": "0", **(env or {})}
        self.printed: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._up = threading.Event()

    def start(self) -> None:
        """Start everything and return when it is up. Raises StackFailed with what was printed."""
        self._up.clear()
        self._process = subprocess.Popen(
            leashed([sys.executable, "-m", "bot", "run", "all"], signal.SIGTERM),
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        reader.start()
        self._up.wait(START_SECONDS)
        if LAST_LINE not in self.printed or self._process.poll() is not None:
            self.stop()
            raise StackFailed("the line did not start:\n" + "\n".join(self.printed[-40:]))

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.printed.append(line.rstrip("\n"))
            if self.printed[-1] == LAST_LINE:
                self._up.set()
        self._up.set()

    @property
    def demo(self) -> dict[str, Any]:
        """What `demo.json` says: patients, numbers, addresses, keys."""
        content: dict[str, Any] = json.loads((self.home / "demo.json").read_text(encoding="utf-8"))
        return content

    def address(self, name: str) -> str:
        """An address of `demo.json`: edge, scheduling, rasa, actions, twilio_api."""
        return str(self.demo["addresses"][name])

    def pid(self, process: str) -> int | None:
        """The process id in `run/<process>.pid`; None while it is down."""
        try:
            return int((self.home / "run" / f"{process}.pid").read_text())
        except FileNotFoundError:
            return None

    def listens(self, name: str = "edge") -> bool:
        """Whether something accepts connections at an address of `demo.json`."""
        address = urlsplit(self.address(name))
        try:
            socket.create_connection((address.hostname, address.port), timeout=2).close()
        except OSError:
            return False
        return True

    def kill(self, process: str) -> int:
        """Send SIGKILL to a process of the line and return the id it had."""
        pid = self.pid(process)
        assert pid is not None, f"{process} is not running"
        os.kill(pid, signal.SIGKILL)
        return pid

    def bot(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m bot …` beside the line, with its settings."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=90
        )

    def log(self, process: str) -> str:
        """What a process has written."""
        return (self.home / "logs" / f"{process}.log").read_text(errors="replace")

    def stop(self) -> int | None:
        """Stop everything in order and return the supervisor's exit code."""
        if self._process is None:
            return None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        return self._process.wait()

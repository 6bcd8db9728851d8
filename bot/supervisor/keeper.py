"""Keeps one program running: starts it, writes its pid file, and starts it again whenever it dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.leash import leashed
from bot.supervisor.files import last_lines, open_log, write_whole
from bot.supervisor.program import Backoff, Program, SupervisorError

Report = Callable[[str], None]
READY_POLL_SECONDS = 0.1
GIVE_UP_DEATHS = 5


class Keeper:
    """One program and its current process. `report` gets a line for people at each death."""

    def __init__(self, program: Program, home: Path, environment: Mapping[str, str], backoff: Backoff, report: Report) -> None:
        self.program = program
        self.log = home / "logs" / f"{program.name}.log"
        self.pid_file = home / "run" / f"{program.name}.pid"
        self.deaths = 0
        self._environment = {**environment, **program.environment}
        self._backoff = backoff
        self._report = report
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to keep it running; returns at once."""
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.program.name}")

    async def until_ready(self) -> None:
        """Return once the program serves. Raises SupervisorError when it keeps dying or takes longer than its `ready_seconds`."""
        name = self.program.name
        try:
            async with asyncio.timeout(self.program.ready_seconds):
                while not (self._process is not None and await self.program.ready()):
                    if self._task is not None and self._task.done():
                        await self._task
                    if self.deaths >= GIVE_UP_DEATHS:
                        raise SupervisorError(
                            f"{name} ended {self.deaths} times while starting; {self.log} says why:\n{last_lines(self.log)}"
                        )
                    await asyncio.sleep(READY_POLL_SECONDS)
        except TimeoutError as error:
            raise SupervisorError(
                f"{name} was not ready after {self.program.ready_seconds:.0f} s; see {self.log}:\n{last_lines(self.log)}"
            ) from error

    async def stop(self) -> None:
        """End it and do not start it again: SIGTERM, then SIGKILL after its `stop_seconds`."""
        self._stopping.set()
        if self._task is None:
            return
        self._signal(signal.SIGTERM)
        _, late = await asyncio.wait([self._task], timeout=self.program.stop_seconds)
        if late:
            self._report(f"{self.program.name} did not end within {self.program.stop_seconds:.0f} s and is killed")
            self._signal(signal.SIGKILL)
            await asyncio.wait([self._task])

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        pause = 0.0
        while not self._stopping.is_set():
            began = loop.time()
            code = await self._run_once()
            if self._stopping.is_set():
                return
            self.deaths += 1
            pause = self._backoff.after(pause, loop.time() - began)
            self._report(f"{self.program.name} ended ({_ending(code)}); it starts again in {pause:.1f} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _run_once(self) -> int:
        log = open_log(self.log)
        try:
            # A session of its own: Ctrl-C in a terminal reaches the supervisor alone, which stops all in order.
            process = await asyncio.create_subprocess_exec(
                *leashed(self.program.command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )
        finally:
            os.close(log)
        self._process = process
        write_whole(self.pid_file, f"{process.pid}\n")
        if self._stopping.is_set():
            self._signal(signal.SIGTERM)
        code = await process.wait()
        self._process = None
        self.pid_file.unlink(missing_ok=True)
        return code

    def _signal(self, how: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(how)


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"

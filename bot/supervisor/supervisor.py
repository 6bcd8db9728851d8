"""Starts programs stage by stage, keeps them running, and stops them in the reverse order within a bounded time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bot.supervisor.files import trim_log, write_whole
from bot.supervisor.keeper import Keeper, Report
from bot.supervisor.program import Backoff, Program

TRIM_SECONDS = 60.0
PROGRESS_SECONDS = 5.0


class Supervisor:
    """The programs of one HOME, in stages.

    A stage starts when every gate of the stage before it is ready, and its programs start together. Stages stop in the reverse order, each
    after the later ones have ended.
    """

    def __init__(
        self,
        home: Path,
        stages: Sequence[Sequence[Program]],
        environment: Mapping[str, str],
        report: Report,
        backoff: Backoff | None = None,
    ) -> None:
        self._home = home
        self._report = report
        self._stages = [[Keeper(program, home, environment, backoff or Backoff(), report) for program in stage] for stage in stages]
        self._stop = asyncio.Event()

    def request_stop(self) -> None:
        """Ask `run` to stop everything and return; what SIGTERM and SIGINT do."""
        self._stop.set()

    async def run(self, when_ready: Callable[[], None]) -> None:
        """Start everything, call `when_ready` once, and return when all is stopped after `request_stop`, SIGTERM or SIGINT.

        The caller holds the HomeLock. Raises SupervisorError, after stopping what ran, when a program does not come up.
        """
        loop = asyncio.get_running_loop()
        for how in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(how, self.request_stop)
        pid_file = self._home / "run" / "supervisor.pid"
        write_whole(pid_file, f"{os.getpid()}\n")
        try:
            if await self._started():
                when_ready()
                await self._watch()
        finally:
            await self._stop_all()
            pid_file.unlink(missing_ok=True)

    async def _started(self) -> bool:
        """Bring the stages up; False when stopping was asked for meanwhile."""
        stopped = asyncio.create_task(self._stop.wait())
        up = asyncio.create_task(self._all_up())
        try:
            await asyncio.wait([up, stopped], return_when=asyncio.FIRST_COMPLETED)
            if up.done():
                await up
            return up.done()
        finally:
            for task in (up, stopped):
                task.cancel()
            await asyncio.gather(up, stopped, return_exceptions=True)

    async def _all_up(self) -> None:
        """Start every stage and return when everything is ready. Raises SupervisorError."""
        later: list[Keeper] = []
        for stage in self._stages:
            for keeper in stage:
                keeper.start()
            await self._ready([keeper for keeper in stage if keeper.program.gate])
            later += [keeper for keeper in stage if not keeper.program.gate]
        await self._ready(later)

    async def _ready(self, keepers: Sequence[Keeper]) -> None:
        waiting = {asyncio.create_task(keeper.until_ready()): keeper.program.name for keeper in keepers}
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            while waiting:
                done, _ = await asyncio.wait(waiting, timeout=PROGRESS_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del waiting[task]
                    await task
                if not done:
                    self._report(f"starting {', '.join(sorted(waiting.values()))} … {loop.time() - began:.0f} s")
        finally:
            for task in waiting:
                task.cancel()

    async def _watch(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), TRIM_SECONDS)
            for stage in self._stages:
                for keeper in stage:
                    trim_log(keeper.log)

    async def _stop_all(self) -> None:
        for stage in reversed(self._stages):
            await asyncio.gather(*(keeper.stop() for keeper in stage))

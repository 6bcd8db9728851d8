"""One scripted Twilio in a process of its own, and what it took over, as it happens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Awaitable
from dataclasses import dataclass

import aiohttp

from bot.leash import leashed

MODULE = "tests.support.fake_twilio"


@dataclass(frozen=True)
class Taken:
    """A text that the carrier accepted; `at` is on the machine's monotonic clock, which every process shares."""

    to: str
    body: str
    at: float


class Carrier:
    """The process and its stream of accepted texts. Use as an async context manager."""

    def __init__(self) -> None:
        self.url = ""
        self.taken: list[Taken] = []
        self._queues: dict[str, asyncio.Queue[Taken]] = {}

    async def __aenter__(self) -> Carrier:
        async with contextlib.AsyncExitStack() as stack:
            self._process = await asyncio.create_subprocess_exec(*leashed([sys.executable, "-m", MODULE]), stdout=asyncio.subprocess.PIPE)
            stack.push_async_callback(self._end)
            assert self._process.stdout is not None
            self.url = (await self._process.stdout.readline()).decode().strip()
            self._session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)))
            stream = await stack.enter_async_context(self._session.get(f"{self.url}/fake/stream"))
            reader = asyncio.create_task(self._read(stream))
            stack.push_async_callback(_cancelled, reader)
            self._open = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def _end(self) -> None:
        self._process.kill()
        await self._process.wait()

    async def _read(self, stream: aiohttp.ClientResponse) -> None:
        async for line in stream.content:
            taken = Taken(**json.loads(line))
            self.taken.append(taken)
            if (queue := self._queues.get(taken.to)) is not None:
                queue.put_nowait(taken)

    def answers_to(self, number: str) -> asyncio.Queue[Taken]:
        """Return the queue of what is sent to a number from now on."""
        self._queues[number] = asyncio.Queue()
        return self._queues[number]

    async def set_latency(self, seconds: float) -> None:
        """Let each text be accepted after that time from now on."""
        async with self._session.put(f"{self.url}/fake/latency", json={"seconds": seconds}) as answer:
            answer.raise_for_status()


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await _result(task)


async def _result(task: Awaitable[None]) -> None:
    await task

"""What each patient's telephone has received, read from the carrier all the time."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import aiohttp

POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Heard:
    """One text that the carrier accepted. `at`: seconds since 1970; `outbox`: the opaque id that came with it."""

    sid: str
    to: str
    body: str
    at: float
    outbox: str | None


class Ear:
    """Reads the carrier until stopped; `wait` gives a number's next texts."""

    def __init__(self, carrier: str, session: aiohttp.ClientSession) -> None:
        self.heard: list[Heard] = []
        self._carrier = carrier
        self._session = session
        self._fresh: dict[str, list[str]] = defaultdict(list)
        self._news = asyncio.Condition()

    async def listen(self) -> None:
        """Read on until cancelled."""
        while True:
            await self.catch_up()
            await asyncio.sleep(POLL_SECONDS)

    async def catch_up(self) -> None:
        """Read what is there now."""
        async with self._session.get(f"{self._carrier}/fake/texts", params={"after": str(len(self.heard))}) as answer:
            texts: list[dict[str, Any]] = await answer.json()
        if texts:
            async with self._news:
                for text in texts:
                    self.heard.append(Heard(**text))
                    self._fresh[text["to"]].append(text["body"])
                self._news.notify_all()

    def forget(self, number: str) -> list[str]:
        """Return, and put aside, what came to a number since the last look."""
        return self._fresh.pop(number, [])

    async def wait(self, number: str, seconds: float) -> list[str]:
        """Return a number's next texts, at least one of them; nothing when none came in that time."""
        deadline = time.monotonic() + seconds
        async with self._news:
            while not self._fresh[number]:
                left = deadline - time.monotonic()
                if left <= 0:
                    return []
                try:
                    await asyncio.wait_for(self._news.wait(), left)
                except TimeoutError:
                    return self.forget(number)
            return self.forget(number)

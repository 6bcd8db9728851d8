"""Texts on their way in, carried as Twilio carries them: signed, in parallel, and repeated under the same MessageSid.

No answer, an answer of 5xx or none within 15 s: once more after some seconds, and then again and again as a clinic's fallback address
would see it, until the edge has it. A share of those that were taken is delivered a second time.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass

import aiohttp

from tests.support.twilio_client import SignedTexter, new_sid

TWILIO_WAITS = 15.0
RETRY_AFTER = (2.0, 4.0)
SWEEP_AFTER = 3.0
GIVE_UP_AFTER = 180.0


@dataclass
class Sent:
    """One text of a patient: when it was first posted and when the edge took it (seconds since 1970), and how often it was posted."""

    sid: str
    number: str
    body: str
    at: float
    taken_at: float | None = None
    posts: int = 0
    failures: int = 0
    duplicates: int = 0


class Inbound:
    """Carries texts to the edge and keeps a record of each."""

    def __init__(self, texter: SignedTexter, dice: random.Random, duplicate_share: float = 0.1) -> None:
        self.sent: list[Sent] = []
        self._texter = texter
        self._dice = dice
        self._share = duplicate_share
        self._tasks: set[asyncio.Task[None]] = set()

    async def text(self, number: str, body: str) -> Sent:
        """Text the line and return once the edge has the message. Raises AssertionError after GIVE_UP_AFTER seconds."""
        sent = Sent(new_sid(), number, body, time.time())
        self.sent.append(sent)
        while not await self._post(sent):
            sent.failures += 1
            assert time.time() - sent.at < GIVE_UP_AFTER, f"{sent.sid}: the edge did not take it in {GIVE_UP_AFTER:g} s, {sent.posts} posts"
            await asyncio.sleep(self._dice.uniform(*RETRY_AFTER) if sent.failures == 1 else SWEEP_AFTER)
        sent.taken_at = time.time()
        if self._dice.random() < self._share:
            task = asyncio.create_task(self._again(sent, self._dice.uniform(0.0, 20.0)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return sent

    async def _again(self, sent: Sent, after: float) -> None:
        await asyncio.sleep(after)
        sent.duplicates += await self._post(sent)

    async def _post(self, sent: Sent) -> bool:
        sent.posts += 1
        try:
            async with asyncio.timeout(TWILIO_WAITS):
                answer = await self._texter.text(sent.number, sent.body, sent.sid)
        except (TimeoutError, aiohttp.ClientError, OSError):
            return False
        assert answer.status == 200 or answer.status >= 500, f"{sent.sid}: the edge refused a sound webhook with {answer.status}"
        return answer.status == 200

    async def finish(self) -> None:
        """Return when every deliberate duplicate has been posted."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

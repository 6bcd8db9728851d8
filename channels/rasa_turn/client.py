"""The turn endpoint as the worker and the voice room see it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import aiohttp

from bot.types import Record, Say, TurnFailed, TurnRefused, TurnRequest, TurnResult
from channels.rasa_turn.protocol import PATH, body_of, record_of, result_of, say_of

# Above the 10 s that one action may take.
TURN_SECONDS = 15.0


class RasaDialogue:
    """Implements `bot.types.Dialogue` over HTTP. The caller owns the session."""

    def __init__(self, url: str, token: str, session: aiohttp.ClientSession, limit_seconds: float = TURN_SECONDS) -> None:
        self._url = url.rstrip("/") + PATH
        self._headers = {"Authorization": f"Bearer {token}"}
        self._session = session
        self._limit = aiohttp.ClientTimeout(total=limit_seconds)

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Run one turn to its end. Raises TurnFailed (nothing happened or it is unknown: try again) or TurnRefused (HTTP 409)."""
        async with aclosing(self.stream(request)) as items:
            async for item in items:
                if isinstance(item, TurnResult):
                    return item
        raise TurnFailed("the answer ended before the turn did")

    async def stream(self, request: TurnRequest) -> AsyncGenerator[Say | Record | TurnResult, None]:
        """Yield replies and records as they happen and the whole result last. Raises as `turn` does, also after some replies."""
        says: list[Say] = []
        records: list[Record] = []
        async with aclosing(self._lines(request)) as lines:
            async for line in lines:
                if "say" in line:
                    says.append(say_of(line))
                    yield says[-1]
                elif "record" in line:
                    records.append(record_of(line))
                    yield records[-1]
                elif "end" in line:
                    if line["end"].get("failed"):
                        raise TurnFailed(str(line["end"].get("reason")))
                    yield result_of(says, records, line["end"])
                    return
        raise TurnFailed("the answer ended before the turn did")

    async def _lines(self, request: TurnRequest) -> AsyncGenerator[dict[str, Any], None]:
        try:
            async with self._session.post(self._url, json=body_of(request), headers=self._headers, timeout=self._limit) as response:
                if response.status == 409:
                    raise TurnRefused(await response.text())
                if response.status != 200:
                    raise TurnFailed(f"Rasa's turn endpoint answered HTTP {response.status}")
                async for raw in response.content:
                    yield json.loads(raw)
        except TimeoutError:
            raise TurnFailed(f"Rasa did not finish the turn in {self._limit.total:g} s") from None
        except (aiohttp.ClientError, ValueError) as error:
            raise TurnFailed(f"Rasa's turn endpoint could not be used ({type(error).__name__})") from error

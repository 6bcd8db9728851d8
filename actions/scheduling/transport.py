"""The one place that opens a socket to the scheduling system; a seam, so that tests can lose requests and replies on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from yarl import URL

from actions.scheduling.errors import SchedulingUnavailable

REQUEST_SECONDS = 4.0


@dataclass(frozen=True)
class Reply:
    """An HTTP answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: str


class Transport(Protocol):
    """Carries one HTTP request."""

    async def __call__(self, method: str, url: URL, headers: Mapping[str, str], body: str | None) -> Reply:
        """Return the answer, whatever its status. Raises SchedulingUnavailable when none came within the time allowed."""

    async def aclose(self) -> None:
        """Close what is open."""


class AiohttpTransport:
    """Carries requests over one aiohttp session, opened with the first request. Redirects are answers, not followed."""

    def __init__(self, seconds: float = REQUEST_SECONDS) -> None:
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, method: str, url: URL, headers: Mapping[str, str], body: str | None) -> Reply:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        data = None if body is None else body.encode()
        try:
            async with self._session.request(method, url, headers=dict(headers), data=data, allow_redirects=False) as answer:
                text = await answer.text(encoding="utf-8", errors="replace")
                return Reply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, text)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SchedulingUnavailable(f"{method} got no answer from the scheduling system ({type(error).__name__})") from error

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

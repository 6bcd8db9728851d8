"""The demo clinic goes into our own scheduling server over HTTP: once, quickly, and to the end even when it was cut off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from scheduling.app import make_app
from scheduling.demo import build
from scheduling.demo.seed import SeedError, seed
from tests.unit.demo_clinic.conftest import ZONE

TODAY = date(2025, 6, 2)
LATER = date(2025, 6, 3)


class Line:
    """A server on 127.0.0.1 that can break off: after `left` requests that change something it closes the connection."""

    def __init__(self, store: Path) -> None:
        self.left: int | None = None
        self._app = make_app(store, lambda: datetime(2025, 6, 2, 12, tzinfo=UTC))
        self._app.middlewares.append(self._break_off)

    async def start(self) -> None:
        self._runner = web.AppRunner(self._app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/fhir"

    async def stop(self) -> None:
        await self._runner.cleanup()

    @web.middleware
    async def _break_off(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.method != "GET" and self.left is not None:
            if not self.left:
                assert request.transport is not None
                request.transport.close()
                return web.Response()
            self.left -= 1
        answer: web.StreamResponse = await handler(request)
        return answer


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    line = Line(tmp_path / "scheduling.db")
    await line.start()
    yield line
    await line.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def _total(session: aiohttp.ClientSession, line: Line, query: str) -> int:
    total, url = 0, f"{line.url}/{query}"
    while url:
        async with session.get(url) as response:
            bundle = await response.json(content_type=None)
            assert response.status == 200, bundle
        total += len(bundle.get("entry", ()))
        url = next((link["url"] for link in bundle.get("link", ()) if link["relation"] == "next"), "")
    return total


async def test_everything_arrives_within_seconds(line: Line, session: aiohttp.ClientSession) -> None:
    started = perf_counter()
    assert await seed(line.url, TODAY, ZONE, session) == TODAY
    assert perf_counter() - started < 20
    resources = build(TODAY, ZONE)
    for kind in ("Patient", "CarePlan", "Practitioner", "RelatedPerson"):
        assert await _total(session, line, f"{kind}?_count=100") == sum(each["resourceType"] == kind for each in resources)
    async with session.get(f"{line.url}/Appointment/maya-torres-20250603") as response:
        assert (await response.json(content_type=None))["start"] == "2025-06-03T10:00:00-04:00"


async def test_a_second_time_changes_nothing_and_tells_the_first_day(line: Line, session: aiohttp.ClientSession) -> None:
    await seed(line.url, TODAY, ZONE, session)
    async with session.delete(f"{line.url}/Communication/harold-finch-cancel") as response:
        assert response.status < 300
    assert await seed(line.url, LATER, ZONE, session) == TODAY
    async with session.get(f"{line.url}/Communication/harold-finch-cancel") as response:
        assert response.status == 410


@pytest.mark.parametrize("requests", [1, 3, 6])
async def test_a_load_that_was_cut_off_is_finished_as_of_its_own_day(line: Line, session: aiohttp.ClientSession, requests: int) -> None:
    line.left = requests
    with pytest.raises(aiohttp.ClientError):
        await seed(line.url, TODAY, ZONE, session)
    line.left = None
    assert await seed(line.url, LATER, ZONE, session) == TODAY
    resources = build(TODAY, ZONE)
    for kind in ("Patient", "Slot", "Observation"):
        assert await _total(session, line, f"{kind}?_count=200") == sum(each["resourceType"] == kind for each in resources)
    async with session.get(f"{line.url}/Communication/harold-finch-cancel") as response:
        assert response.status == 200


async def test_a_server_with_other_patients_is_left_alone(line: Line, session: aiohttp.ClientSession) -> None:
    stranger = {"resourceType": "Patient", "name": [{"family": "Somebody"}]}
    async with session.post(f"{line.url}/Patient", json=stranger, headers={"Content-Type": "application/fhir+json"}) as response:
        assert response.status == 201
    assert await seed(line.url, TODAY, ZONE, session) is None
    assert await _total(session, line, "Patient") == 1
    assert await _total(session, line, "Practitioner") == 0


async def test_a_server_that_refuses_says_why(session: aiohttp.ClientSession, line: Line) -> None:
    with pytest.raises(SeedError, match=r"HTTP 404|HTTP 405"):
        await seed(line.url.removesuffix("/fhir") + "/healthz", TODAY, ZONE, session)

"""What patients told reaches the scheduling system once, whatever dies or is away meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.posting import REFUSED, REFUSED_TRIES, post, wait_after
from actions.scheduling.client import FhirClient
from actions.scheduling.errors import SchedulingUnavailable
from actions.scheduling.profiles import NAMED
from actions.scheduling.transport import AiohttpTransport, Reply
from bot import survey
from bot.store.database import Database
from bot.store.patient_tables import fhir_resource
from bot.turns import patient_records
from bot.types import Record
from tests.contract.scheduling_client.conftest import Line, open_line
from tests.support.transports import Cut, Dying


@pytest.fixture(params=["embedded", "embedded without conditional create"])
async def line(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> AsyncIterator[Line]:
    """A clinic on the scheduling server, on SQLite and PostgreSQL, with conditional create and without."""
    async with AsyncExitStack() as stack:
        opened = await open_line("embedded-transaction", database, stack, tmp_path)
        profile = replace(NAMED["embedded"], if_none_exist=request.param == "embedded")
        opened.client = FhirClient(opened.client.base, profile=profile, clock=opened.clock)
        stack.push_async_callback(opened.client.aclose)
        yield opened


async def tell(line: Line, key: str, score: int, comment: str | None = None) -> None:
    """Store an answer as a turn does."""
    made = survey.resource(key, line.clinic.patients[0], score, comment, line.clock.now())
    record = Record("resource", {"key": key, "patient": line.clinic.patients[0], "resource": made})
    await line.database.writing(patient_records.write, "conversation", [record], line.clock.now())


async def kept(line: Line) -> list[tuple[int, str | None]]:
    """Return score and comment of every answer that the scheduling system has."""
    found = await line.client.search("QuestionnaireResponse", [("subject", line.clinic.patients[0])])
    return sorted(_told(one) for one in found)


def _told(resource: dict[str, Any]) -> tuple[int, str | None]:
    items = {item["linkId"]: item["answer"][0] for item in resource["item"]}
    return items["score"]["valueInteger"], items.get("comment", {}).get("valueString")


async def rows(line: Line) -> dict[str, Any]:
    def read(connection: Any) -> dict[str, Any]:
        return {row["key"]: dict(row) for row in connection.execute(fhir_resource.select()).mappings()}

    return await line.database.reading(read)


async def test_what_waits_is_posted_once_and_remembered(line: Line) -> None:
    await tell(line, "survey-1", 9, "kind people")
    await tell(line, "survey-2", 4)
    assert await post(line.database, line.client, line.clock) == 2
    assert await post(line.database, line.client, line.clock) == 0
    assert await kept(line) == [(4, None), (9, "kind people")]
    row = (await rows(line))["survey-1"]
    assert row["posted_at"] == line.clock.now()
    assert _told(await line.client.read(row["reference"])) == (9, "kind people")


@pytest.mark.parametrize("cut", list(Cut))
async def test_a_process_that_dies_at_any_request_doubles_nothing(line: Line, cut: Cut) -> None:
    deaths = 0
    for number in range(1, 8):
        await tell(line, f"survey-{number}", number)
        transport = Dying(AiohttpTransport(), number, cut)
        client = FhirClient(line.client.base, profile=await line.client.profile(), clock=line.clock, transport=transport)
        try:
            await post(line.database, client, line.clock)
        except asyncio.CancelledError:
            deaths += 1
        await client.aclose()
        assert transport.died == (deaths == number)
        if not transport.died:
            break
        await post(line.database, line.client, line.clock)
        assert await kept(line) == [(score, None) for score in range(1, number + 1)]
    assert deaths >= 1


async def test_what_was_put_right_after_posting_is_updated_in_its_place(line: Line) -> None:
    await tell(line, "survey-1", 9)
    await post(line.database, line.client, line.clock)
    where = (await rows(line))["survey-1"]["reference"]
    line.clock.move(timedelta(minutes=1))
    await tell(line, "survey-1", 8, "the hold music")
    assert await post(line.database, line.client, line.clock) == 1
    assert await kept(line) == [(8, "the hold music")]
    assert (await rows(line))["survey-1"]["reference"] == where


async def test_a_replacement_of_what_was_posted_by_a_dead_process_wins(line: Line) -> None:
    await tell(line, "survey-1", 9)
    transport = Dying(AiohttpTransport(), 1 if (await line.client.profile()).if_none_exist else 2, Cut.AFTER)
    client = FhirClient(line.client.base, profile=await line.client.profile(), clock=line.clock, transport=transport)
    with pytest.raises(asyncio.CancelledError):
        await post(line.database, client, line.clock)
    await client.aclose()
    line.clock.move(timedelta(minutes=1))
    await tell(line, "survey-1", 6)
    assert await post(line.database, line.client, line.clock) == 1
    assert await kept(line) == [(6, None)]


class Away:
    """A server that answers nothing but 503."""

    def __init__(self) -> None:
        self.requests = 0

    async def __call__(self, *_request: Any) -> Reply:
        self.requests += 1
        return Reply(503, {}, "")

    async def aclose(self) -> None:
        pass


async def test_a_system_that_is_away_is_asked_less_and_less(line: Line) -> None:
    await tell(line, "survey-1", 9)
    away = Away()
    client = FhirClient(line.client.base, profile=await line.client.profile(), clock=line.clock, transport=away, get_tries=1)
    for _ in range(60):
        with suppress(SchedulingUnavailable):
            await post(line.database, client, line.clock)
        line.clock.move(timedelta(seconds=5))
    assert 4 <= away.requests <= 6, "of sixty sweeps in five minutes"
    assert (await rows(line))["survey-1"]["posted_at"] is None
    line.clock.move(wait_after(away.requests))
    assert await post(line.database, line.client, line.clock) == 1
    assert await kept(line) == [(9, None)]


async def test_what_a_system_does_not_take_stays_in_the_store_and_holds_up_nothing(line: Line) -> None:
    wrong = {"resourceType": "QuestionnaireResponse", "status": "no such status"}
    record = Record("resource", {"key": "wrong", "patient": None, "resource": wrong})
    await line.database.writing(patient_records.write, "conversation", [record], line.clock.now())
    await tell(line, "survey-1", 9)
    for _ in range(REFUSED_TRIES + 2):
        await post(line.database, line.client, line.clock)
        line.clock.move(timedelta(hours=1))
    assert await kept(line) == [(9, None)]
    row = (await rows(line))["wrong"]
    assert (row["reference"], row["attempts"]) == (REFUSED, REFUSED_TRIES)


async def test_a_system_that_can_only_be_read_is_sent_nothing(line: Line) -> None:
    await tell(line, "survey-1", 9)
    away = Away()
    client = FhirClient(line.client.base, profile=NAMED["request"], clock=line.clock, transport=away)
    assert await post(line.database, client, line.clock) == 0
    assert away.requests == 0

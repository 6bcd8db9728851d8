"""A conversation saved as a test: what was texted, what happened meanwhile, and how the schedule ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import yaml
from aiohttp import web

from channels.simulator.cast import Person
from channels.simulator.recorder import Recorder
from channels.simulator.schedule import Schedule
from tests.support.line import MONDAY, ZONE

MAYA = Person("maya-torres", "Maya Torres", "+12075550134", "1991-04-09", "")


def visit(identifier: str, start: str) -> dict[str, Any]:
    """Return a booked Appointment of Maya's with Erik."""
    actors = [{"reference": "Patient/maya-torres"}, {"reference": "Practitioner/erik"}]
    return {
        "resourceType": "Appointment",
        "id": identifier,
        "status": "booked",
        "start": f"{start}:00-04:00",
        "serviceType": [{"coding": [{"code": "follow_up"}]}],
        "participant": [{"actor": actor} for actor in actors],
    }


@asynccontextmanager
async def recorder(booked: list[dict[str, Any]], seconds: list[float]) -> AsyncIterator[Recorder]:
    """Record against a FHIR server that has these visits; `seconds` are the steady clock's readings, in order."""

    async def search(request: web.Request) -> web.Response:
        plain = request.match_info["kind"] == "Appointment" and request.query["status"] != "waitlist"
        return web.json_response({"resourceType": "Bundle", "entry": [{"resource": each} for each in booked] if plain else []})

    app = web.Application()
    app.router.add_get("/fhir/{kind}", search)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    schedule = Schedule(f"http://127.0.0.1:{runner.addresses[0][1]}/fhir", ZONE)
    yield Recorder(schedule, ZONE, {"erik": "erik_pt"}, iter(seconds).__next__)
    await schedule.close()
    await runner.cleanup()


async def saved(made: Recorder, *, with_person: bool = False) -> dict[str, Any]:
    """Return the one entry of what is saved."""
    entries = yaml.safe_load(await made.saved(MAYA, with_person=with_person) or "")
    assert len(entries) == 1
    entry: dict[str, Any] = entries[0]
    return entry


async def test_a_moved_visit_is_expected_where_it_ended() -> None:
    booked = [visit("a", "2025-06-03T10:00")]
    async with recorder(booked, [0.0, 1.0, 30.0, 40.0, 50.0]) as made:
        for text in ("hi", "can't make tuesday", "4/9/1991"):
            await made.said(MAYA, text, MONDAY)
        made.happened({"scheduling": "down"})
        await made.said(MAYA, "Liked “See you then”", MONDAY)
        booked[:] = [visit("b", "2025-06-05T14:00")]
        entry = await saved(made)
    assert entry["says"] == [{"burst": ["hi", "can't make tuesday"]}, "{birth_date}", {"scheduling": "down"}, {"tapback": "Liked"}]
    assert entry["folder"] == "reschedule"
    moved = {"from": "2025-06-03T10:00", "to": ["2025-06-05T14:00", "2025-06-05T14:01"], "with": "erik_pt"}
    assert entry["expect"] == {"moved": moved, "person": "never"}


async def test_a_schedule_left_alone_is_expected_unchanged() -> None:
    async with recorder([visit("a", "2025-06-03T10:00")], [0.0]) as made:
        await made.said(MAYA, "when is my visit", MONDAY)
        entry = await saved(made, with_person=True)
    assert entry["expect"] == {"unchanged": True, "person": "must"}


async def test_begun_anew_there_is_nothing_to_save() -> None:
    async with recorder([], [0.0]) as made:
        await made.said(MAYA, "hello", MONDAY)
        made.forget(MAYA)
        assert await made.saved(MAYA, with_person=False) is None

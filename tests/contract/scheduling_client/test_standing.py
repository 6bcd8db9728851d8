"""How a patient stands, read from servers with and without plans of care."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from actions.scheduling.client import FhirClient
from actions.scheduling.errors import SchedulingUnavailable
from actions.scheduling.profiles import NAMED, Profile
from actions.standing import Standing, read_standing
from bot.clinic import Clinic, load_clinic
from tests.contract.scheduling_client.conftest import Line
from tests.support.schedules import FIRST, serving

PLAN: dict[str, Any] = {
    "resourceType": "CarePlan",
    "status": "active",
    "intent": "plan",
    "period": {"start": "2025-05-01"},
    "extension": [
        {"url": "https://vendor.example/StructureDefinition/authorised-visits", "valueInteger": 12},
        {"url": "https://vendor.example/StructureDefinition/authorised-visits-left", "valueInteger": 4},
        {"url": "https://vendor.example/StructureDefinition/weekly-visits", "valueInteger": 2},
        {"url": "https://vendor.example/StructureDefinition/reevaluation-due", "valueDate": "2025-06-20"},
    ],
}


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return load_clinic(Path(__file__).resolve().parents[3] / "data" / "clinic.yml")


async def read(line: Line, clinic: Clinic, profile: Profile | None = None) -> Standing:
    """How the first patient stands, as a line of that profile reads it."""
    client = FhirClient(line.client.base, profile=profile or "auto", clock=line.clock)
    try:
        return await read_standing(client, clinic, line.clock.now(), line.clinic.patients[0])
    finally:
        await client.aclose()


async def keeps_plans(line: Line) -> None:
    """Write a plan for each of the two patients; the second one's must not be taken for the first one's."""
    for patient, left in zip(line.clinic.patients, (4, 9), strict=True):
        extensions = [one | {"valueInteger": left} if one["url"].endswith("-left") else one for one in PLAN["extension"]]
        await line.clinic.post({**PLAN, "subject": {"reference": patient}, "extension": extensions})


async def test_a_plan_of_care_is_read_where_the_server_keeps_one(line: Line, clinic: Clinic) -> None:
    if line.plain is None:
        await keeps_plans(line)
        stands = await read(line, clinic)
        assert (stands.kind, stands.visits_left, stands.authorised, stands.weekly) == ("active", 3, 12, 2)
        assert stands.reevaluation_due == date(2025, 6, 20)
    else:
        stands = await read(line, clinic)
        assert (stands.visits_left, stands.authorised, stands.weekly, stands.reevaluation_due) == (None, None, None, None)
    assert stands.therapist is not None
    assert stands.location is not None
    assert stands.therapist.reference == line.clinic.practitioner.reference
    assert stands.location.reference == line.clinic.location.reference
    assert stands.usual is not None
    assert stands.usual.minutes == 45


async def test_a_server_that_refuses_plans_of_care_leaves_the_figures_unknown(line: Line, clinic: Clinic) -> None:
    claims = replace(NAMED["plain-r4"], care_plans=True)
    stands = await read(line, clinic, claims)
    assert (stands.kind, stands.visits_left) == ("new", None)


async def test_plans_are_not_asked_for_where_the_sign_in_does_not_cover_them(line: Line, clinic: Clinic) -> None:
    if line.plain is None:
        await keeps_plans(line)
    stands = await read(line, clinic, NAMED["openemr"])
    assert (stands.kind, stands.visits_left) == ("new", None)


async def test_a_visit_that_has_passed_still_counts_until_the_desk_closes_it(line: Line, clinic: Clinic) -> None:
    if line.plain is None:
        await keeps_plans(line)
    before = await read(line, clinic)
    line.clock.move(FIRST - line.clock.now() + timedelta(hours=2))
    after = await read(line, clinic)
    assert after.visits_left == before.visits_left
    assert (before.recent, after.recent) == ((), (FIRST,))


async def test_nothing_is_told_when_the_visits_cannot_be_read(line: Line, clinic: Clinic) -> None:
    async def broken(_request: web.Request) -> web.Response:
        return web.Response(status=503)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", broken)
    async with serving(app) as base:
        client = FhirClient(base, profile="embedded", clock=line.clock)
        with pytest.raises(SchedulingUnavailable):
            await read_standing(client, clinic, line.clock.now(), line.clinic.patients[0])
        await client.aclose()

"""The demo clinic on the golden Monday, as plain visits, plans and standings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from actions.scheduling.resources import timed, visit_of
from actions.scheduling.types import Visit
from actions.standing import Standing, standing_of
from bot.clinic import Clinic, load_clinic
from tests.unit.demo_clinic.conftest import ZONE, World, world_on

NOW = datetime(2025, 6, 2, 9, 0, tzinfo=ZONE)
UPCOMING = ("booked", "pending")


@pytest.fixture(scope="session")
def clinic() -> Clinic:
    return load_clinic(Path(__file__).resolve().parents[3] / "data" / "clinic.yml")


@pytest.fixture(scope="session")
def world() -> World:
    return world_on(date(2025, 6, 2))


def visits_of(world: World, patient: str) -> list[Visit]:
    """All visits of a patient, of any status."""
    mine = [one for one in world.all("Appointment") if one["participant"][0]["actor"]["reference"] == f"Patient/{patient}" and timed(one)]
    return sorted((visit_of(one) for one in mine), key=lambda visit: visit.start)


def upcoming(world: World, patient: str) -> list[Visit]:
    """The visits of a patient that stand."""
    return [visit for visit in visits_of(world, patient) if visit.status in UPCOMING and visit.start >= NOW]


@pytest.fixture
def stands(world: World, clinic: Clinic) -> Callable[[str], Standing]:
    """How a patient of the demo stands."""

    def standing(patient: str) -> Standing:
        plans = [plan for plan in world.all("CarePlan") if plan["subject"]["reference"] == f"Patient/{patient}"]
        return standing_of(clinic, NOW, plans, visits_of(world, patient), world.by_type["Patient"][patient])

    return standing

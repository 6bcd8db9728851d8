"""The demo clinic as it stands on days that are hard in different ways."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.clinic import Clinic, load_clinic
from scheduling.demo import build

ZONE = ZoneInfo("America/New_York")
DAYS = {
    "golden Monday": date(2025, 6, 2),
    "Tuesday": date(2025, 6, 3),
    "Wednesday": date(2025, 6, 4),
    "Thursday": date(2025, 6, 5),
    "Friday": date(2025, 6, 6),
    "Saturday": date(2025, 6, 7),
    "Sunday": date(2025, 6, 8),
    "clocks go forward": date(2026, 3, 5),
    "clocks go back": date(2026, 10, 29),
    "Christmas on the Thursday": date(2025, 12, 20),
    "Thanksgiving on the Thursday": date(2025, 11, 24),
    "Independence Day on the Tuesday": date(2028, 6, 30),
    "Christmas on the Wednesday": date(2030, 12, 20),
    "Christmas on the Friday": date(2026, 12, 18),
    "holidays on two Tuesdays": date(2029, 12, 20),
    "leap day": date(2028, 2, 29),
}


@dataclass(frozen=True)
class World:
    """Everything the demo holds on `today`, by type and id."""

    today: date
    resources: list[dict[str, Any]]
    by_type: dict[str, dict[str, dict[str, Any]]]

    def all(self, kind: str) -> list[dict[str, Any]]:
        return list(self.by_type[kind].values())

    def visits(self, patient: str, *statuses: str) -> list[dict[str, Any]]:
        """The visits of a patient in order of time."""
        found = [
            visit
            for visit in self.all("Appointment")
            if visit["participant"][0]["actor"]["reference"] == f"Patient/{patient}" and visit["status"] in statuses
        ]
        return sorted(found, key=lambda visit: visit["start"])

    def free(self, practitioner: str, day: date) -> list[str]:
        """The clock times at which a practitioner is free for treatment on a day."""
        return sorted(
            slot["start"][11:16]
            for slot in self.all("Slot")
            if slot["status"] == "free"
            and slot["start"].startswith(day.isoformat())
            and slot["schedule"]["reference"].startswith(f"Schedule/{practitioner}")
            and slot["serviceType"][0]["coding"][0]["code"] != "evaluation"
        )


def start_of(resource: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(resource["start"])


@cache
def world_on(today: date) -> World:
    by_type: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    resources = build(today, ZONE)
    for resource in resources:
        by_type[resource["resourceType"]][resource["id"]] = resource
    return World(today, resources, by_type)


@pytest.fixture(params=DAYS.values(), ids=DAYS.keys())
def world(request: pytest.FixtureRequest) -> World:
    return world_on(request.param)


@pytest.fixture
def golden() -> World:
    return world_on(DAYS["golden Monday"])


@pytest.fixture(scope="session")
def clinic() -> Clinic:
    return load_clinic(Path(__file__).resolve().parents[3] / "data" / "clinic.yml")

"""When a ticket is due on the clinic's clock, and which words call for a person at once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from actions.tickets import needs_person
from bot.clinic import Clinic, ClinicError, load_clinic
from bot.recovery import due

CLINIC = Path("data/clinic.yml")
ZONE = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return load_clinic(CLINIC)


@pytest.mark.parametrize(
    ("now", "detractor", "passive"),
    [
        ("2025-06-02T08:02", "2025-06-02T12:15", "2025-06-03T19:00"),
        ("2025-06-02T17:30", "2025-06-03T09:30", "2025-06-03T19:00"),
        ("2025-06-06T18:00", "2025-06-07T11:00", "2025-06-09T19:00"),
        ("2025-06-07T11:50", "2025-06-09T11:00", "2025-06-09T19:00"),
        ("2025-06-08T09:00", "2025-06-09T11:00", "2025-06-09T19:00"),
        ("2025-07-03T18:00", "2025-07-05T11:00", "2025-07-07T19:00"),
    ],
)
def test_a_ticket_is_due_in_open_time(clinic: Clinic, now: str, detractor: str, passive: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=ZONE)
    assert due(clinic, moment, 3) == due(clinic, moment) == datetime.fromisoformat(detractor).replace(tzinfo=ZONE)
    assert due(clinic, moment, 7) == due(clinic, moment, 8) == datetime.fromisoformat(passive).replace(tzinfo=ZONE)


def test_an_owner_who_does_not_work_here_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clinic.yml"
    path.write_text(CLINIC.read_text(encoding="utf-8").replace("owner: marisol", "owner: nobody"), encoding="utf-8")
    with pytest.raises(ClinicError, match=r"service_recovery\.owner"):
        load_clinic(path)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("you'll hear from my lawyer", True),
        ("im going to report you to the state board", True),
        ("this is unacceptable", True),
        ("let me speak to the manager", True),
        ("YOU CANCELLED ON ME AGAIN", True),
        ("i waited an hour and nobody came", False),
        ("I CAN'T", False),
        ("my issue is the parking", False),
        ("sue at the desk was kind", False),
        ("i will sue you", True),
    ],
)
def test_law_and_anger_call_for_a_person(text: str, person: bool) -> None:
    assert needs_person(text) is person

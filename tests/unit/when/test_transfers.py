"""Moves said in few words: which visit is meant, and where it goes."""

# ruff: noqa: DTZ001
# Everything here is clinic-local wall-clock time, which has no offset.

from datetime import datetime

import pytest

from bot.nlu.when import parse

NOW = datetime(2025, 6, 2, 8, 2)


def start_and_end(form: dict[str, str]) -> tuple[str, str]:
    return form["start"].removeprefix("2025-06-"), form["end"].removeprefix("2025-06-")


@pytest.mark.parametrize(
    ("text", "visit", "wish"),
    [
        ("tmrw to fri morning pls", ("03T00:00", "04T00:00"), ("06T07:00", "06T12:00")),
        ("weds to thrs", ("04T00:00", "05T00:00"), ("05T00:00", "06T00:00")),
        ("push tomorrow to fri, am", ("03T00:00", "04T00:00"), ("06T07:00", "06T12:00")),
        ("swap the 13th at two for that morning at eleven", ("13T14:00", "13T14:01"), ("13T11:00", "13T11:01")),
        ("I won't make four o'clock today. Could I have Monday next week", ("02T16:00", "02T16:01"), ("09T00:00", "10T00:00")),
        ("I'd like the 12th moved to the afternoon", ("12T00:00", "13T00:00"), ("12T12:00", "12T17:00")),
        ("any way to shift half past two to later today", ("02T14:30", "02T14:31"), ("02T14:30", "03T00:00")),
    ],
)
def test_the_visit_and_the_wish_of_a_short_transfer(text: str, visit: tuple[str, str], wish: tuple[str, str]) -> None:
    when = parse(text, NOW)
    assert when is not None
    assert when.visit_reference is not None
    assert when.constraint is not None
    assert start_and_end(when.visit_reference.as_json()) == visit
    assert start_and_end(when.constraint.as_json()) == wish


@pytest.mark.parametrize("text", ["any other slot than tmrw", "any other day than tomorrow", "a different time than tomorrow"])
def test_another_slot_than_a_day_names_the_visit_and_rules_its_day_out(text: str) -> None:
    when = parse(text, NOW)
    assert when is not None
    assert when.visit_reference is not None
    assert when.constraint is not None
    assert start_and_end(when.visit_reference.as_json()) == ("03T00:00", "04T00:00")
    assert not when.constraint.allows(datetime(2025, 6, 3, 10, 0))
    assert when.constraint.allows(datetime(2025, 6, 4, 10, 0))


def test_another_day_than_mondays_names_no_visit() -> None:
    when = parse("any other day than mondays", NOW)
    assert when is not None
    assert when.visit_reference is None


@pytest.mark.parametrize(
    "text",
    [
        "mon to wed",
        "monday to friday",
        "monday to friday morning",
        "i'm free wed to fri",
        "wednesday to thursday works",
        "from wed to thurs",
    ],
)
def test_a_stretch_of_days_stays_a_wish(text: str) -> None:
    when = parse(text, NOW)
    assert when is not None
    assert when.visit_reference is None


def test_with_the_visit_known_its_day_decides_between_move_and_stretch() -> None:
    moved = parse("wed to fri", NOW, visit=datetime(2025, 6, 4, 10, 0))
    assert moved is not None
    assert moved.visit_reference is not None
    assert moved.constraint is not None
    assert start_and_end(moved.constraint.as_json()) == ("06T00:00", "07T00:00")
    stretch = parse("weds to thrs", NOW, visit=datetime(2025, 6, 10, 10, 0))
    assert stretch is not None
    assert stretch.visit_reference is None
    assert stretch.constraint is not None
    assert start_and_end(stretch.constraint.as_json()) == ("04T00:00", "06T00:00")

"""Partial wishes and corrections, told over several messages."""

# ruff: noqa: DTZ001
# Everything here is clinic-local wall-clock time, which has no offset.

from datetime import datetime

import pytest

from bot.nlu.when import Constraint, When, narrow, parse

NOW = datetime(2025, 6, 2, 9, 0)


def told(*messages: str, offered: tuple[datetime, ...] = ()) -> dict[str, object] | None:
    wanted: Constraint | None = None
    for message in messages:
        when = parse(message, NOW)
        assert when is not None, message
        wanted = narrow(wanted, when, NOW, offered)
    return wanted.as_json() if wanted else None


@pytest.mark.parametrize(
    ("first", "second", "meant"),
    [
        ("next week", "thursday", "thursday next week"),
        ("next week", "friday after 2", "friday next week after 2"),
        ("next week", "not mornings", "next week after noon"),
        ("next week", "not friday", "next week except friday"),
        ("next week", "mornings", "mornings next week"),
        ("thursday", "after 3", "thursday after 3"),
        ("after 3", "thursday", "thursday after 3"),
        ("thursday at 3", "no i meant friday", "friday at 3"),
        ("thursday at 3", "no, 4 o'clock", "thursday at 4pm"),
        ("thursday", "no, monday", "monday"),
        ("thursday morning", "after 10", "thursday 10 to noon"),
        ("mon or tues", "after lunch", "mon or tues after lunch"),
        ("next friday", "at 3", "next friday at 3"),
        ("this week", "next friday", "this friday"),
        ("the 14th", "the 15th", "the 15th"),
        ("not mornings", "thursday", "thursday 12:00 to midnight"),
    ],
)
def test_two_messages_mean_what_one_would(first: str, second: str, meant: str) -> None:
    assert told(first, second) == told(meant)


def test_later_looks_beyond_what_was_offered() -> None:
    offered = (datetime(2025, 6, 5, 10, 0), datetime(2025, 6, 5, 14, 0))
    wanted = narrow(Constraint.from_json({"start": "2025-06-05T00:00", "end": "2025-06-07T00:00"}), _when("anything later?"), NOW, offered)
    assert wanted is not None
    assert wanted.as_json() == {"start": "2025-06-05T14:01", "end": "2025-06-07T00:00"}


def test_earlier_than_the_one_time_wanted_stays_on_its_day() -> None:
    wanted = narrow(Constraint.from_json({"start": "2025-06-05T14:00", "end": "2025-06-05T14:01"}), _when("got anything earlier?"), NOW)
    assert wanted is not None
    assert wanted.as_json() == {"start": "2025-06-05T00:00", "end": "2025-06-05T14:00"}


def test_relative_words_without_an_anchor_change_nothing() -> None:
    old = Constraint.from_json({"start": "2025-06-09T00:00", "end": "2025-06-16T00:00"})
    assert narrow(old, _when("something sooner?"), NOW) == old


def _when(text: str) -> When:
    when = parse(text, NOW)
    assert when is not None
    return when

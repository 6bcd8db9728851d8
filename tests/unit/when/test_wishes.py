"""What the dialogue asks of a wish beyond its ranges: readings it can name, and whether the first opening is wanted."""

# ruff: noqa: DTZ001
# Everything here is clinic-local wall-clock time, which has no offset.

from datetime import datetime, timedelta

import pytest

from bot.nlu.when import Range, When, parse

NOW = datetime(2025, 6, 2, 9, 0)


def said(text: str) -> When:
    when = parse(text, NOW)
    assert when is not None, text
    return when


@pytest.mark.parametrize("text", ["next friday", "friday the 7th", "next fri pls"])
def test_each_reading_of_an_ambiguous_day_is_one_whole_day(text: str) -> None:
    wish = said(text).constraint
    assert wish is not None
    for reading in wish.readings:
        for option in reading:
            assert isinstance(option, Range)
            assert option.end - option.start == timedelta(days=1)


def test_next_friday_can_be_asked_about_by_its_dates() -> None:
    wish = said("next friday").constraint
    assert wish is not None
    assert wish.is_ambiguous
    days = [option.start.strftime("%a %b %-d") for reading in wish.readings for option in reading if isinstance(option, Range)]
    assert days == ["Fri Jun 6", "Fri Jun 13"]


@pytest.mark.parametrize(
    "text",
    [
        "asap",
        "as soon as possible please",
        "the first available",
        "what's the soonest you have",
        "can you get me in right away",
        "the sooner the better",
        "lo antes posible para mi cita",
    ],
)
def test_the_first_opening_is_any_day_from_now(text: str) -> None:
    when = said(text)
    assert when.soonest
    assert when.constraint is not None
    assert when.constraint.as_json() == {"start": "2025-06-02T09:00", "end": "2025-06-30T00:00"}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("first available on thursday", {"start": "2025-06-05T00:00", "end": "2025-06-06T00:00"}),
        ("asap next week", {"start": "2025-06-09T00:00", "end": "2025-06-16T00:00"}),
        ("asap but after 3", {"time_start": "15:00", "time_end": "24:00"}),
    ],
)
def test_the_first_opening_within_what_else_is_wished(text: str, form: dict[str, str]) -> None:
    when = said(text)
    assert when.soonest
    assert when.constraint is not None
    assert when.constraint.as_json() == form


@pytest.mark.parametrize("text", ["thursday", "any day next week", "whenever you have something"])
def test_a_plain_wish_is_not_the_first_opening(text: str) -> None:
    assert not said(text).soonest


@pytest.mark.parametrize(
    "text", ["call me back asap", "it hurts whenever i bend it", "whenever i walk it clicks", "i do them every other day"]
)
def test_these_are_no_wishes(text: str) -> None:
    when = parse(text, NOW)
    assert when is None or when.constraint is None


def test_spans_tell_dates_times_and_parts_of_the_day_apart() -> None:
    assert [span.kind for span in said("tuesday morning or wednesday at 3").spans] == ["date", "day_part", "date", "time"]

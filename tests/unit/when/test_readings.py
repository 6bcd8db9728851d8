"""The visit reference, the concrete ranges, clock changes, month ends and leap years."""

# ruff: noqa: DTZ001
# Everything here is clinic-local wall-clock time, which has no offset.

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.nlu.when import Constraint, Range, find_visit_reference, parse
from bot.nlu.when.holidays import coming, easter

NOW = datetime(2025, 6, 2, 9, 0)


def wish(text: str, now: datetime = NOW, visit: datetime | None = None) -> dict[str, object] | None:
    when = parse(text, now, visit)
    return when.constraint.as_json() if when and when.constraint else None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("can't make tuesday, got something later that week?", "2025-06-03"),
        ("move my thursday appt to next monday", "2025-06-05"),
        ("instead of wed", "2025-06-04"),
        ("i have fri at 10 can we do monday", "2025-06-06"),
        ("reschedule the 2pm on friday to the morning", "2025-06-06"),
        ("about my appointment on the 12th", "2025-06-12"),
        ("tuesday is no good, wednesday?", "2025-06-03"),
    ],
)
def test_the_visit_that_is_moved_is_told_apart_from_the_wish(text: str, day: str) -> None:
    reference = find_visit_reference(text, NOW)
    assert reference is not None
    assert str(reference.as_json()["start"]).startswith(day)
    when = parse(text, NOW)
    assert when is not None
    assert when.constraint is None or when.constraint != reference


def test_a_reference_alone_is_no_wish() -> None:
    when = parse("can't make tuesday at 10", NOW)
    assert when is not None
    assert when.constraint is None
    assert when.visit_reference is not None
    assert when.visit_reference.as_json() == {"start": "2025-06-03T10:00", "end": "2025-06-03T10:01"}
    assert not when.needs_visit


def test_words_that_count_from_an_unknown_visit_ask_for_it() -> None:
    when = parse("anything later that week?", NOW)
    assert when is not None
    assert when.needs_visit
    assert when.constraint is None
    assert wish("anything later that week?", visit=datetime(2025, 6, 10, 10, 0)) == {"start": "2025-06-11T00:00", "end": "2025-06-16T00:00"}


def test_a_day_later_across_the_clock_change_keeps_the_clock_time() -> None:
    now, visit = datetime(2026, 3, 5, 8, 0), datetime(2026, 3, 7, 9, 0)
    assert wish("a day later", now, visit) == {"start": "2026-03-08T09:00", "end": "2026-03-08T09:01"}
    assert wish("tomorrow", datetime(2026, 3, 7, 12, 0)) == {"start": "2026-03-08T00:00", "end": "2026-03-09T00:00"}
    assert wish("this weekend", datetime(2025, 10, 31, 9, 0)) == {"start": "2025-11-01T00:00", "end": "2025-11-03T00:00"}


@pytest.mark.parametrize(
    ("text", "now", "start"),
    [
        ("in a month", datetime(2025, 1, 31, 9, 0), "2025-02-28T00:00"),
        ("in a month", datetime(2024, 1, 31, 9, 0), "2024-02-29T00:00"),
        ("the 31st", datetime(2025, 4, 30, 9, 0), "2025-05-31T00:00"),
        ("the 30th", datetime(2025, 1, 30, 9, 0), "2025-03-30T00:00"),
        ("february 29", datetime(2025, 3, 1, 9, 0), "2028-02-29T00:00"),
        ("last week of february", datetime(2024, 2, 1, 9, 0), "2024-02-23T00:00"),
        ("tomorrow", datetime(2024, 2, 28, 9, 0), "2024-02-29T00:00"),
        ("january 2nd", datetime(2025, 12, 31, 9, 0), "2026-01-02T00:00"),
        ("next week", datetime(2025, 12, 28, 9, 0), "2025-12-29T00:00"),
    ],
)
def test_month_ends_and_leap_years(text: str, now: datetime, start: str) -> None:
    found = wish(text, now)
    assert found is not None
    assert found["start"] == start


def test_windows_for_openings_repeat_times_and_leave_out_exclusions() -> None:
    afternoons = parse("after 3", NOW)
    assert afternoons is not None
    assert afternoons.constraint is not None
    days = [date(2025, 6, 3), date(2025, 6, 5)]
    assert afternoons.constraint.windows(days, NOW) == (
        Range(datetime(2025, 6, 3, 15, 0), datetime(2025, 6, 4)),
        Range(datetime(2025, 6, 5, 15, 0), datetime(2025, 6, 6)),
    )
    week = parse("this week but not wednesday", NOW)
    assert week is not None
    assert week.constraint is not None
    assert week.constraint.ranges(NOW) == (Range(NOW, datetime(2025, 6, 4)), Range(datetime(2025, 6, 5), datetime(2025, 6, 9)))
    assert not week.constraint.allows(datetime(2025, 6, 4, 10, 0))
    assert week.constraint.allows(datetime(2025, 6, 5, 10, 0))


def test_an_ambiguous_wish_becomes_one_reading_when_answered() -> None:
    when = parse("next friday", NOW)
    assert when is not None
    assert when.constraint is not None
    assert when.constraint.is_ambiguous
    assert when.constraint.reading(1).as_json() == {"start": "2025-06-13T00:00", "end": "2025-06-14T00:00"}


def test_aware_times_are_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="clinic's zone"):
        parse("tomorrow", datetime(2025, 6, 2, 9, 0, tzinfo=UTC))


def test_a_form_that_is_no_constraint_is_refused() -> None:
    with pytest.raises(ValueError, match=r"see Constraint\.as_json"):
        Constraint.from_json({"begin": "2025-06-02"})


def test_holidays_that_move() -> None:
    assert coming("thanksgiving", date(2025, 6, 2)) == date(2025, 11, 27)
    assert coming("labor", date(2025, 9, 1)) == date(2026, 9, 7)
    assert [easter(year) for year in (2024, 2025, 2026)] == [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5)]


def test_spans_point_at_the_words() -> None:
    text = "hi there! could i do tues morning instead"
    when = parse(text, NOW)
    assert when is not None
    assert [text[span.start : span.end] for span in when.spans] == ["tues", "morning"]


def test_a_typical_message_takes_about_a_millisecond() -> None:
    import time

    parse("warm up", NOW)
    began = time.process_time()
    for step in range(100):
        parse("can't make tuesday, got something later that week?", NOW + timedelta(minutes=step))
    assert (time.process_time() - began) / 100 < 0.01

"""A bare number behind a weekday: its day of the month where the calendar agrees, else an hour."""

# ruff: noqa: DTZ001
# Everything here is clinic-local wall-clock time, which has no offset.

from datetime import datetime

import pytest

from bot.nlu.when import parse

NOW = datetime(2025, 6, 2, 8, 2)


def wish(text: str, now: datetime = NOW) -> tuple[str, str]:
    when = parse(text, now)
    assert when is not None, text
    assert when.constraint is not None, text
    form = when.constraint.as_json()
    return form["start"], form["end"]


@pytest.mark.parametrize(
    ("text", "day", "next_day"),
    [
        ("friday 6", "06", "07"),
        ("monday 9", "09", "10"),
        ("the one of tuesday 10", "10", "11"),
        ("can i come this fri 6 please", "06", "07"),
        ("next tues 10", "10", "11"),
    ],
)
def test_a_number_that_agrees_is_the_day_of_the_month(text: str, day: str, next_day: str) -> None:
    assert wish(text) == (f"2025-06-{day}T00:00", f"2025-06-{next_day}T00:00")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("friday 6 in the morning", "2025-06-06T07:00", "2025-06-06T12:00"),
        ("Wednesday 11 between ten and noon", "2025-06-11T10:00", "2025-06-11T12:00"),
        ("thursday 5 at 10", "2025-06-05T10:00", "2025-06-05T10:01"),
        ("friday 6, 3pm", "2025-06-06T15:00", "2025-06-06T15:01"),
    ],
)
def test_a_time_said_behind_the_date_belongs_to_it(text: str, start: str, end: str) -> None:
    assert wish(text) == (start, end)


@pytest.mark.parametrize("text", ["friday at 6", "friday 6 pm", "friday 6pm", "friday 6 o'clock", "fri 6 sharp", "friday six"])
def test_words_of_the_clock_keep_it_a_time(text: str) -> None:
    assert wish(text) == ("2025-06-06T18:00", "2025-06-06T18:01")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("friday 6:30", "2025-06-06T18:30", "2025-06-06T18:31"),
        ("monday 9 30", "2025-06-09T09:30", "2025-06-09T09:31"),
        ("tuesday 10 to 12", "2025-06-03T10:00", "2025-06-03T12:00"),
        ("friday 6 or so", "2025-06-06T17:30", "2025-06-06T18:30"),
        ("friday 3", "2025-06-06T15:00", "2025-06-06T15:01"),
    ],
)
def test_times_windows_and_numbers_that_do_not_agree_stay_times(text: str, start: str, end: str) -> None:
    assert wish(text) == (start, end)


def test_a_list_of_hours_is_no_list_of_days() -> None:
    when = parse("tues 10 or 11", NOW)
    assert when is not None
    assert when.constraint is not None
    assert [option["start"] for option in when.constraint.as_json()["any_of"]] == ["2025-06-03T10:00", "2025-06-03T11:00"]


def test_five_weeks_are_looked_ahead() -> None:
    assert wish("wednesday 2")[0] == "2025-07-02T00:00"
    assert wish("saturday 12")[0] == "2025-06-07T12:00"


def test_a_move_from_one_such_date_to_another() -> None:
    when = parse("move monday 9 to tuesday 10", NOW)
    assert when is not None
    assert when.visit_reference is not None
    assert when.constraint is not None
    starts = [each.as_json()["start"] for each in (when.visit_reference, when.constraint)]
    assert starts == ["2025-06-09T00:00", "2025-06-10T00:00"]

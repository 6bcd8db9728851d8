"""What holds for every message, however odd."""

# ruff: noqa: DTZ001
# Everything here is clinic-local wall-clock time, which has no offset.

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.nlu.when import Constraint, Range, TimeRange, narrow, parse
from bot.nlu.when.constraint import merged
from bot.nlu.when.score import overlap

WORDS = [
    "monday",
    "tues",
    "wed",
    "thursday",
    "friday",
    "sat",
    "sunday",
    "next",
    "this",
    "coming",
    "week",
    "weekend",
    "month",
    "tomorrow",
    "today",
    "tonight",
    "the",
    "a",
    "in",
    "on",
    "at",
    "by",
    "before",
    "after",
    "until",
    "from",
    "to",
    "between",
    "and",
    "or",
    "but",
    "not",
    "except",
    "any",
    "day",
    "days",
    "weeks",
    "hour",
    "hours",
    "1",
    "2",
    "3",
    "10",
    "12",
    "30",
    "2:30",
    "14:00",
    "3pm",
    "9th",
    "31st",
    "fourteenth",
    "twenty",
    "first",
    "second",
    "half",
    "past",
    "quarter",
    "of",
    "morning",
    "mornings",
    "afternoon",
    "evening",
    "noon",
    "lunch",
    "early",
    "late",
    "later",
    "earlier",
    "end",
    "same",
    "time",
    "following",
    "that",
    "cant",
    "make",
    "move",
    "push",
    "back",
    "up",
    "forward",
    "my",
    "appointment",
    "visit",
    "instead",
    "june",
    "february",
    "29",
    "2/29",
    "6/31",
    "december",
    "2024",
    "may",
    "march",
    ",",
    ".",
    "?",
    "-",
    "/",
    "no",
    "i",
    "meant",
    "have",
    "can",
    "ago",
    "since",
    "last",
    "fortnight",
    "few",
    "couple",
    "christmas",
    "holidays",
    "thru",
    "ish",
    "or",
    "so",
    "99",
    "0",
    "hundred",
    "through",
]
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)).map(lambda moment: moment.replace(second=0, microsecond=0))
TALK = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


@given(text=st.one_of(st.text(max_size=200), TALK), now=MOMENTS, ahead=st.one_of(st.none(), st.integers(1, 60 * 24 * 40)))
@example(text="İstanbul 3pm", now=datetime(2025, 6, 2, 9, 0), ahead=None)
@example(text="9999999999999 weeks from now", now=datetime(2025, 6, 2, 9, 0), ahead=None)
@example(text="99 months from now", now=datetime(2030, 6, 2, 9, 0), ahead=5)
@settings(max_examples=600, deadline=None)
def test_any_message_is_read_without_failing_and_survives_json(text: str, now: datetime, ahead: int | None) -> None:
    visit = None if ahead is None else now + timedelta(minutes=ahead)
    when = parse(text, now, visit)
    if when is None:
        return
    assert when.constraint is not None or when.visit_reference is not None or when.needs_visit
    for constraint in (when.constraint, when.visit_reference):
        if constraint is not None:
            assert Constraint.from_json(constraint.as_json()) == constraint
    for span in when.spans:
        assert 0 <= span.start < span.end <= len(text)


@given(text=TALK, now=MOMENTS)
@settings(max_examples=600, deadline=None)
def test_ranges_are_half_open_not_past_and_inside_the_day_for_times(text: str, now: datetime) -> None:
    when = parse(text, now)
    if when is None or when.constraint is None:
        return
    for option in when.constraint.options:
        if isinstance(option, TimeRange):
            assert 0 <= option.start < option.end <= 24 * 60
            continue
        assert option.start < option.end
        assert option.end > now
        for part in option.exclude:
            assert option.start <= part.start < part.end <= option.end
        assert option.pieces()
    searched = when.constraint.ranges(now)
    assert all(span.start >= now for span in searched)
    assert all(left.end < right.start for left, right in pairwise(searched))
    for span in searched:
        assert when.constraint.allows(span.start)


@given(first=TALK, second=TALK, now=MOMENTS)
@settings(max_examples=400, deadline=None)
def test_narrowing_never_loses_the_wish(first: str, second: str, now: datetime) -> None:
    old, new = parse(first, now), parse(second, now)
    if new is None:
        return
    wanted = narrow(old.constraint if old else None, new, now)
    if (old and old.constraint) or new.constraint:
        assert wanted is not None
        assert Constraint.from_json(wanted.as_json()) == wanted


@given(starts=st.lists(st.tuples(MOMENTS, st.integers(1, 5000)), max_size=8))
def test_merging_keeps_exactly_the_minutes(starts: list[tuple[datetime, int]]) -> None:
    ranges = [Range(start, start + timedelta(minutes=size)) for start, size in starts]
    union = merged(ranges)
    assert all(left.end < right.start for left, right in pairwise(union))
    for span in ranges:
        assert any(whole.start <= span.start and span.end <= whole.end for whole in union)
    if union:
        assert overlap(union, merged([*union, *ranges])) == 1

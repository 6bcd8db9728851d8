"""Which visit a sentence gives up, and which day it wishes for: told by the patient's own visits."""

from __future__ import annotations

from datetime import datetime

import pytest

from actions import mentions, wishes


def june(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A clinic-local moment of June 2025, without offset."""
    return datetime.fromisoformat(f"2025-06-{day:02d}T{hour:02d}:{minute:02d}")


MONDAY = june(2, 8, 2)
TOMORROW, NEXT_THURSDAY = june(3, 10), june(12, 14)
THURSDAY, NEXT_TUESDAY = june(5, 10, 30), june(10, 11, 15)
WEDNESDAY = june(4, 16)
FRIDAY = june(6)


@pytest.mark.parametrize(
    ("text", "visits", "which", "wished"),
    [
        ("can tomorrow be friday", [TOMORROW, NEXT_THURSDAY], 0, FRIDAY),
        ("tmrw is no good any more. friday?", [TOMORROW, NEXT_THURSDAY], 0, FRIDAY),
        ("the 12th, could it be the 13th", [TOMORROW, NEXT_THURSDAY], 1, june(13)),
        ("pass my thursday to friday please", [THURSDAY, NEXT_TUESDAY], 0, FRIDAY),
        ("my visit of june 10 to friday the 13th please", [THURSDAY, NEXT_TUESDAY], 1, june(13)),
        ("I keep Thursday, but the 10th must become the 11th", [THURSDAY, NEXT_TUESDAY], 1, june(11)),
        ("the tuesday of next week, the 10, I have the notary. better thursday 12", [THURSDAY, NEXT_TUESDAY], 1, NEXT_THURSDAY),
        ("I would sooner come on Friday than tomorrow", [TOMORROW], 0, FRIDAY),
        ("my brother's here tomorrow so I was wondering about this Friday", [TOMORROW], 0, FRIDAY),
        ("el martes no puedo, el viernes si", [TOMORROW, NEXT_THURSDAY], 0, FRIDAY),
    ],
)
def test_the_day_of_a_visit_is_given_up_and_the_other_wished_for(text: str, visits: list[datetime], which: int, wished: datetime) -> None:
    assert mentions.meant(text, visits, MONDAY) == which
    wish = wishes.constraint([{"text": text, "said_at": MONDAY.isoformat()}], visits[which])
    assert wish is not None
    assert wish.allows(wished.replace(hour=11))
    assert not wish.allows(visits[which])


@pytest.mark.parametrize(
    ("text", "visit"),
    [
        ("tuesday or thursday would work", TOMORROW),
        ("anything later on wednesday?", WEDNESDAY),
        ("make it 2 on tuesday", TOMORROW),
    ],
)
def test_a_visit_s_own_day_may_be_wished_for(text: str, visit: datetime) -> None:
    wish = wishes.constraint([{"text": text, "said_at": MONDAY.isoformat()}], visit)
    assert wish is not None
    assert any(span.start.date() <= visit.date() < span.end.date() or span.start.date() == visit.date() for span in wish.ranges(MONDAY))


@pytest.mark.parametrize("text", ["move my visit", "friday please", "thursday 12 at 10", "my knee hurts"])
def test_no_visit_is_guessed(text: str) -> None:
    assert mentions.meant(text, [THURSDAY, NEXT_TUESDAY], MONDAY) is None


def test_a_day_number_is_no_hour() -> None:
    assert mentions.find("at 10 am or 10:30", NEXT_TUESDAY, MONDAY.date()) == []
    assert [("on the 10th"[each.start : each.end]) for each in mentions.find("on the 10th", NEXT_TUESDAY, MONDAY.date())] == ["the 10th"]

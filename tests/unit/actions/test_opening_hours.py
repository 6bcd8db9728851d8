"""Which question about hours was asked, and how hours read."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from actions import opening_hours
from actions.opening_hours import Asked
from bot.clinic import Clinic
from bot.nlu.when import parse

MONDAY = datetime(2025, 6, 2, 8, 2)  # noqa: DTZ001 - the parser reads the clinic's wall clock


@pytest.mark.parametrize(
    ("text", "asked", "days"),
    [
        ("are you open now?", Asked.NOW, ()),
        ("still open?", Asked.NOW, ()),
        ("are you open", Asked.NOW, ()),
        ("what are your hours", Asked.WEEK, ()),
        ("what days are you open", Asked.WEEK, ()),
        ("open saturday?", Asked.DAYS, (date(2025, 6, 7),)),
        ("are you open on sundays", Asked.DAYS, (date(2025, 6, 8),)),
        ("this weekend?", Asked.DAYS, (date(2025, 6, 7), date(2025, 6, 8))),
        ("are you open the 4th of july", Asked.DAYS, (date(2025, 7, 4),)),
        ("anybody in on the Fourth?", Asked.DAYS, (date(2025, 7, 4),)),
        ("when do you close", Asked.DAYS, (date(2025, 6, 2),)),
        ("how late are you open tomorrow", Asked.DAYS, (date(2025, 6, 3),)),
        ("hours next week", Asked.WEEK, ()),
        ("are you closed on holidays", Asked.HOLIDAYS, ()),
    ],
)
def test_the_question_is_told_from_its_words(text: str, asked: Asked, days: tuple[date, ...]) -> None:
    question = opening_hours.read(text, parse(text, MONDAY), MONDAY.date())
    assert (question.asked, question.days) == (asked, days)


def test_a_week_names_days_alike_together(clinic: Clinic) -> None:
    assert opening_hours.week(clinic.location("riverside"), "sms") == "Mon-Fri 7:00 AM-7:00 PM, Sat 8:00 AM-12:00 PM"


def test_a_week_for_the_ear_has_no_figures(clinic: Clinic) -> None:
    assert opening_hours.week(clinic.location("eastgate"), "voice") == "Monday to Friday seven in the morning to six in the evening"


def test_closures_come_next_first(clinic: Clinic) -> None:
    told = opening_hours.closures(clinic, date(2025, 6, 2))
    assert told == "Fri Jul 4 (Independence Day), Mon Sep 1 (Labor Day), Thu Nov 27 (Thanksgiving)"

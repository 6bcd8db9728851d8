"""What patients say about how, when and of what the line may write."""

from __future__ import annotations

from datetime import time

import pytest

from actions.preference_words import read


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("text me dont call", "sms"),
        ("no calls please", "sms"),
        ("stop calling, text is better", "sms"),
        ("I can't hear on the telephone, so write to me instead", "sms"),
        ("only calls, not texts", "call"),
        ("call me instead of texting", "call"),
        ("please call, i don't do texts", "call"),
        ("I don't read these things, my eyes are bad. You had better telephone me", "call"),
        ("for me is better a message than a call", "sms"),
        ("can u send it on whatsapp", "whatsapp"),
        ("send the texts to my email", "email"),
        ("change how you reach me", ""),
        ("stop texting me", ""),
    ],
)
def test_channels(text: str, channel: str) -> None:
    assert read(text).channel == channel


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("don't text me before 9", time(9), None),
        ("not before 9:30 am please", time(9, 30), None),
        ("nothing after 8pm", None, time(20)),
        ("don't write after 8", None, time(20)),
        ("only after 5", time(17), None),
        ("only before noon", None, time(12)),
        ("between 9 and 5", time(9), time(17)),
        ("from 10am to 6:30pm", time(10), time(18, 30)),
        ("mornings are best", time(8), time(12)),
        ("not in the mornings", time(12), None),
        ("no texts at night", None, time(20)),
        ("no more texts at 8 in the night shift's sleep, after ten is fine", time(10), None),
        ("text me after six", time(18), None),
        ("send them around seven in the evening, not at dawn", time(19), time(21)),
        ("before noon is ok", None, time(12)),
        ("don't text me before 99", None, None),
        ("text me", None, None),
    ],
)
def test_hours(text: str, earliest: time | None, latest: time | None) -> None:
    found = read(text)
    assert (found.earliest, found.latest) == (earliest, latest)


@pytest.mark.parametrize(
    ("text", "off", "on"),
    [
        ("no more reminders please", {"reminder"}, set()),
        ("stop the surveys", {"survey"}, set()),
        ("turn the reminders back on", set(), {"reminder"}),
        ("just the reminders", {"survey", "exercise", "waitlist", "recall", "birthday"}, {"reminder"}),
        ("only the reminders, not surveys", {"survey", "exercise", "waitlist", "recall", "birthday"}, {"reminder"}),
        ("no surveys but keep the reminders", {"survey"}, {"reminder"}),
        ("stop texting me", set(), set()),
    ],
)
def test_topics(text: str, off: set[str], on: set[str]) -> None:
    found = read(text)
    assert (set(found.off), set(found.on)) == (off, on)

"""Reads everything the line can say: alphabet, length, reading level, one question at a time, the clinic's name, and no word of health.

Values are filled with the demo clinic's longest usual ones. What may be longer, or speak of health, stands here with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.clinic import Clinic, load_clinic
from tests.support.readability import ONE_SEGMENT, foreign_to_gsm, grade, segments, septets

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "data" / "responses").glob("*.yml"))
MOST_SEGMENTS = 2
# The grade below which a text is easy for whoever has finished sixth grade.
GRADE = 7.0
# The mean of everything lies well below it.
MEAN_GRADE = 5.0
# The formula says nothing of a handful of words.
FEWEST_WORDS = 8

# A few words each, as the dialogue fills them in; where several are usual, a long one.
VALUES: Mapping[str, str] = {
    "all": "3",
    "address": "480 Congress St, Suite 3, Portland, ME 04101",
    "by": "Mon Jun 9, 12:15 PM",
    "clinic": "Harbor PT",
    "closures": "Fri Jul 4 (Independence Day), Mon Sep 1 (Labor Day), Thu Nov 27 (Thanksgiving)",
    "coming": "2",
    "console": "https://line.example.org/staff",
    "count": "3",
    "day": "Wed Jun 11",
    "earliest": "9:00 AM",
    "fee": "80",
    "following": "Thu Jun 12, 2:00 PM; Tue Jun 17, 10:00 AM",
    "given": "Deshawn",
    "holiday": "Independence Day",
    "hours": "7:00 AM-7:00 PM",
    "kind": "first evaluation",
    "language": "Vietnamese",
    "latest": "8:00 PM",
    "left": "2",
    "location": "Riverside",
    "map": "https://example.org/harbor-pt/riverside/map",
    "minutes": "15",
    "numbers": "1-3",
    "old_day": "Wednesday",
    "old_practitioner": "Priya",
    "opening": "Thu Jun 12, 12:30 PM",
    "options": "1) Wed Jun 4, 5:15 PM 2) Thu Jun 5, 12:30 PM 3) Fri Jun 6, 8:00 AM",
    "parking": "two hours free in the Eastgate garage, level 1",
    "practitioner": "Priya",
    "relative": "grandmother",
    "topics": "exercise check-ins and surveys",
    "until": "7:00 PM",
    "value": "14 Oak Street, Portland",
    "visit": "Wed Jun 11, 12:30 PM",
    "wanted": "Priya",
    "whose": "",
    "wish": "on Wed Jun 11, 10:00 AM-12:00 PM",
}
USUAL = "Wed Jun 11"
SAID_OF = {"utter_prep": "prep", "utter_prep_first_or_not": "prep"}

# Texts that may take a second segment when filled, and why one is not enough.
LONGER: Mapping[str, str] = {
    "utter_location": "address, parking and the map's link belong together",
    "utter_prep_first_or_not": "what to bring depends on the kind of visit, which is not known",
}

HEALTH = re.compile(
    r"\b(?:pain\w*|hurts?|sore\w*|ache\w*|knees?|hips?|shoulders?|spine|injur\w+|surger\w+|diagnos\w+|symptom\w*|medicines?|medications?"
    r"|condition|swelling|numb(?:ness)?|exercis\w+|stretch\w*|reps?|treat(?:ment|ed)?|recover\w*|plan of care)\b",
    re.IGNORECASE,
)
# Texts with such a word that tell nothing of anybody, and why.
HEALTH_OF_NOBODY: Mapping[str, str] = {
    "utter_capabilities": "what the line can do for everybody",
    "utter_not_understood": "what the line can do for everybody",
    "utter_ask_exercises": "asks whether they were done, not which",
    "utter_ask_exercises_of": "asks whether they were done, not which",
    "utter_exercises_not_clear": "asks again, and names none",
    "utter_prep": "the clinic's advice for a kind of visit",
    "utter_prep_first_or_not": "the clinic's advice for a kind of visit",
}


@dataclass(frozen=True)
class Reply:
    """One variant of a response. `text` has its placeholders, `filled` the values in their place, `bare` one short word instead."""

    name: str
    channel: str
    text: str
    filled: str
    bare: str
    metadata: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.name}{f' ({self.channel})' if self.channel else ''}"


def clinic() -> Clinic:
    return load_clinic(ROOT / "data" / "clinic.yml")


def replies() -> Iterator[Reply]:
    """Yield every variant of every response."""
    prep = max((kind.prep for kind in clinic().visit_types), key=len)
    usual = next(kind.prep for kind in clinic().visit_types if "active" in kind.self_book)
    values = {**VALUES, "prep": prep, "first": prep, "usual": usual}
    for file in FILES:
        for name, variants in yaml.safe_load(file.read_text(encoding="utf-8"))["responses"].items():
            for variant in variants:
                text = variant["text"]
                filled = re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], USUAL), text)
                bare = re.sub(r"\{\w+\}", "Ann", text.replace("{whose}", ""))
                yield Reply(name, variant.get("channel", ""), text, filled, bare, variant.get("metadata") or {})


REPLIES = [pytest.param(reply, id=str(reply)) for reply in replies()]
TEXTS = [param for param in REPLIES if param.values[0].channel != "voice"]


@pytest.mark.parametrize("reply", TEXTS)
def test_a_text_is_plain_gsm(reply: Reply) -> None:
    assert foreign_to_gsm(reply.filled) == "", f"{reply}: these letters make it cost double"


@pytest.mark.parametrize("reply", TEXTS)
def test_a_text_is_short(reply: Reply) -> None:
    most = MOST_SEGMENTS if reply.name in LONGER else 1
    assert segments(reply.filled) <= most, f"{reply} takes {septets(reply.filled)} of {ONE_SEGMENT}: {reply.filled}"


def test_what_may_be_longer_exists_and_needs_it() -> None:
    longest = {name: max(septets(param.values[0].filled) for param in TEXTS if param.values[0].name == name) for name in LONGER}
    assert {name: length for name, length in longest.items() if length <= ONE_SEGMENT} == {}


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_asks_one_question(reply: Reply) -> None:
    assert reply.filled.count("?") <= 1, f"{reply}: {reply.filled}"


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_that_waits_asks(reply: Reply) -> None:
    """What waits for an answer has a question or says how to reply."""
    if reply.metadata.get("awaiting", "none") != "none":
        asks = re.search(
            r"\?|\b(?:reply|tap|one number|which|what|say|give|tell|press|text|write|need|send|answer|rate)\b", reply.filled, re.IGNORECASE
        )
        assert asks, f"{reply}: {reply.filled}"


@pytest.mark.parametrize("reply", [param for param in REPLIES if not re.search(r"[ñ¿áéíóú]", param.values[0].text)])
def test_a_reply_is_easy_to_read(reply: Reply) -> None:
    if len(re.findall(r"[A-Za-z']+", reply.bare)) >= FEWEST_WORDS:
        assert grade(reply.bare) < GRADE, f"{reply} is for grade {grade(reply.bare):.1f}: {reply.bare}"


def test_all_of_it_is_easy_to_read() -> None:
    grades = [grade(param.values[0].bare) for param in REPLIES if len(param.values[0].bare.split()) >= FEWEST_WORDS]
    assert sum(grades) / len(grades) < MEAN_GRADE


def test_the_clinic_is_named_first() -> None:
    introductions = [param.values[0] for param in REPLIES if param.values[0].name == "utter_introduction"]
    assert introductions
    assert all("{clinic}" in reply.text for reply in introductions)


@pytest.mark.parametrize("reply", REPLIES)
def test_words_of_health_are_marked(reply: Reply) -> None:
    """What speaks of health is marked clinical, so that it is kept from WhatsApp; safety advice repeats nothing that was told."""
    if reply.metadata.get("clinical") or reply.name.startswith("utter_safety_") or reply.name in HEALTH_OF_NOBODY:
        return
    found = HEALTH.search(reply.text)
    assert found is None, f"{reply} says {found and found.group()!r}: mark it clinical, or say why it tells nothing of anybody"


@pytest.mark.parametrize("text", ["I’ll look", "“yes”", "¿Sí?", "👍"])
def test_the_alphabet_is_checked(text: str) -> None:
    assert foreign_to_gsm(text)


def test_the_grade_rises_with_longer_words_and_sentences() -> None:
    easy = "We are open now. Come in any time."
    hard = "Authorization determinations regarding additional appointments necessitate comprehensive reevaluation documentation beforehand."
    assert grade(easy) < 3 < 12 < grade(hard)


def test_segments_are_counted_as_the_carrier_does() -> None:
    assert [segments("a" * length) for length in (160, 161, 306, 307)] == [1, 2, 2, 3]
    assert septets("{}") == 4

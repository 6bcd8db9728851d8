"""Finds what a message names: dates and times, therapists, locations, birth dates, phone numbers and choices.

Names are looked up in the clinic's own lists and forgiven a typing error; everything else follows patterns. Positions are offsets into the
text that was given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import phonenumbers
from rapidfuzz import fuzz, process

from bot.nlu import answers, birth_date
from bot.nlu.when import parse as parse_when
from bot.types import Awaiting

# Below this similarity (0-100) a word is not taken for a name; short names must be spelled right.
NAME_SIMILARITY = 84
SHORTEST_FUZZY_NAME = 5
# A complete date this far in the past is a birth date even when nobody asked for one.
YOUNGEST_PATIENT_YEARS = 2


@dataclass(frozen=True)
class Entity:
    """A named value; `start` and `end` are offsets into the text."""

    name: str
    value: Any
    start: int
    end: int

    def as_json(self) -> dict[str, Any]:
        """Return Rasa's form of it."""
        return {"entity": self.name, "value": self.value, "start": self.start, "end": self.end, "extractor": "MendlineEntities"}


@dataclass(frozen=True)
class Names:
    """The clinic's names: what people may write, in lower case, to what is meant."""

    therapists: Mapping[str, str] = field(default_factory=dict)
    locations: Mapping[str, str] = field(default_factory=dict)


def find(text: str, now: datetime, awaiting: Awaiting, names: Names, *, with_when: bool = True) -> list[Entity]:
    """Return the entities of `text`, the wish about time among them if `with_when`. `now` is clinic-local, without offset."""
    found: list[Entity] = []
    born = _birth_date(text, now.date(), awaiting)
    if born:
        found.append(born)
    phone = _phone(text) if not born else None
    if phone:
        found.append(phone)
    # A birth date beside a wish is blanked, so that it is not read as a day to come on.
    about = text if not born else text[: born.start] + " " * (born.end - born.start) + text[born.end :]
    if with_when and awaiting != Awaiting.DATE_OF_BIRTH and about.strip(" .,!") and not _is_number_alone(text, awaiting):
        wish = parse_when(about, now)
        if wish is not None:
            start = min((span.start for span in wish.spans), default=0)
            end = max((span.end for span in wish.spans), default=len(text))
            found.append(Entity("when", about, start, end))
    found += _named("therapist", text, names.therapists)
    found += _named("location", text, names.locations)
    if awaiting == Awaiting.NAME:
        name = _person_name(text)
        if name:
            found.append(name)
    return found


def _is_number_alone(text: str, awaiting: Awaiting) -> bool:
    """Is this a bare number, or a choice like "the second one"? Such an answer is a time of day only where a time was asked for."""
    if awaiting == Awaiting.DATE_TIME:
        return False
    answer = answers.read(text, awaiting)
    # "1" to a question of yes or no is a yes, never one o'clock.
    return answer is not None and (answer.intent == "choose_option" or text.strip(" .!#)").isdigit())


def tells_birth_date(text: str, today: date, awaiting: Awaiting) -> bool:
    """Does a clause answer the question for the date of birth, or is it nothing but one?"""
    found = _birth_date(text, today, awaiting)
    return found is not None and (awaiting == Awaiting.DATE_OF_BIRTH or text[found.start : found.end] == text.strip(" .!,"))


def _birth_date(text: str, today: date, awaiting: Awaiting) -> Entity | None:
    found = birth_date.find(text, today)
    if found is None:
        return None
    asked = awaiting == Awaiting.DATE_OF_BIRTH or re.search(r"\b(?:born|birth|birthday|bday|dob|d\.o\.b)", text, re.IGNORECASE)
    long_ago = today.year - found.value.year >= YOUNGEST_PATIENT_YEARS and found.complete_year
    # "4/9/91" beside a wish is a birth date too: no visit lies that far back.
    two_digits_long_ago = today.year - found.value.year > 5
    if asked or long_ago or two_digits_long_ago:
        return Entity("date_of_birth", found.value.isoformat(), found.start, found.end)
    return None


def _phone(text: str) -> Entity | None:
    for match in phonenumbers.PhoneNumberMatcher(text, "US", leniency=phonenumbers.Leniency.POSSIBLE):
        if len(str(match.number.national_number)) == 10:
            number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            return Entity("phone", number, match.start, match.end)
    return None


_NAME_LEAD = re.compile(
    r"^\s*(?:(?:hi|hello|hey)[, ]+)?"
    r"(?:this is|it'?s|i'?m|i am|my name is|my name'?s|name is|name'?s|first name is|for|the name'?s|me llamo|soy)?\s*",
    re.IGNORECASE,
)


def _person_name(text: str) -> Entity | None:
    start = _NAME_LEAD.match(text).end()  # type: ignore[union-attr]  # the pattern matches the empty text
    found = re.match(r"[^\W\d_][\w'’\-]*", text[start:])
    if not found or len(text[start:].split()) > 4:
        return None
    return Entity("patient_name", found.group(), start + found.start(), start + found.end())


def _named(entity: str, text: str, spellings: Mapping[str, str]) -> list[Entity]:
    if not spellings:
        return []
    found: dict[str, Entity] = {}
    words = list(re.finditer(r"[^\W\d_][\w'’\-]*", text))
    long_names = [name for name in spellings if len(name) >= SHORTEST_FUZZY_NAME]
    for size in (2, 1):
        for index in range(len(words) - size + 1):
            start, end = words[index].start(), words[index + size - 1].end()
            phrase = re.sub(r"['’]s$", "", text[start:end].lower())
            spelling = phrase if phrase in spellings else _closest(phrase, long_names)
            if spelling and not any(start < other.end and other.start < end for other in found.values()):
                value = spellings[spelling]
                found.setdefault(value, Entity(entity, value, start, end))
    return sorted(found.values(), key=lambda item: item.start)


def _closest(phrase: str, names: Sequence[str]) -> str | None:
    if len(phrase) < SHORTEST_FUZZY_NAME or not names:
        return None
    best = process.extractOne(phrase, names, scorer=fuzz.ratio, score_cutoff=NAME_SIMILARITY)
    return best[0] if best else None

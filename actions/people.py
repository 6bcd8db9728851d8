"""Whom of the people on a number the words mean: by first name, by family word, or "me".

A number may speak for several: twins on their mother's phone, a daughter for her mother. Words that name somebody who is not among them
("my dad") are told apart, so that the line can refuse kindly without saying whether it knows him.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from actions.scheduling.types import Person, Related

# Similarity (0-100) at which a word counts as a typing error of a known first name; shorter names must be spelled right.
NAME_SIMILARITY = 84
SHORTEST_FUZZY_NAME = 5

# Family words, by what the patient is to the writer: (role codes of the writer towards the patient, patient's gender).
_CHILD_CODES = frozenset({"CHILD", "DAU", "SON", "DAUC", "SONC", "NCHILD", "CHLDINLAW", "DAUINLAW", "SONINLAW"})
_PARENT_CODES = frozenset({"PRN", "MTH", "FTH", "NMTH", "NFTH", "PAR", "STPMTH", "STPFTH", "GUARD"})
_SPOUSE_CODES = frozenset({"SPS", "WIFE", "HUSB", "DOMPART", "SIGOTHR"})
_FAMILY: tuple[tuple[re.Pattern[str], frozenset[str], str, str], ...] = tuple(
    (re.compile(rf"\b(?:{words})(?:'?s)?\b", re.IGNORECASE), codes, gender, name)
    for words, codes, gender, name in (
        (r"mom|mum|mother|mama|mommy|ma|mami|mother in law", _CHILD_CODES, "female", "mother"),
        (r"dad|father|daddy|papa|papi|pop|father in law", _CHILD_CODES, "male", "father"),
        (r"parents?|folks", _CHILD_CODES, "", "parents"),
        (r"daughters?|girls?", _PARENT_CODES, "female", "daughter"),
        (r"sons?|boys?", _PARENT_CODES, "male", "son"),
        (r"kids?|child|children|twins", _PARENT_CODES, "", "child"),
        (r"wife", _SPOUSE_CODES, "female", "wife"),
        (r"husband|hubby", _SPOUSE_CODES, "male", "husband"),
    )
)
_SOMEBODY = re.compile(
    r"\bmy (?:own )?(?P<who>mom|mum|mother|dad|father|wife|husband|son|daughter)(?:'?s)?\b|\b(?P<bare>mom|dad)(?:'?s)?\b", re.IGNORECASE
)
_ALL = re.compile(r"\b(?:both|the twins|the girls|the boys|all of (?:us|them)|each of them)\b", re.IGNORECASE)
_OWN = re.compile(r"\bmy own\b|\bfor (?:me|myself)\b|\bi'?m the patient\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w'’\-]*")


@dataclass(frozen=True)
class Mentioned:
    """Who is meant. `unknown` names a relative in one word ("father") who is not among the people of the number."""

    people: tuple[Person, ...] = ()
    unknown: str = ""


def mentioned(people: Sequence[Person], text: str) -> Mentioned:
    """Return whom of `people` the words name, in the order of `people`; nobody when they name no one."""
    own = [person for person in people if not isinstance(person.relationship, Related)]
    if _OWN.search(text) and own:
        return Mentioned(tuple(own))
    named = [person for person in people if _says_name(person.given, text)]
    if named:
        return Mentioned(tuple(named))
    if _ALL.search(text) and len(people) > 1:
        return Mentioned(tuple(people))
    for pattern, codes, gender, name in _FAMILY:
        if not pattern.search(text):
            continue
        found = [person for person in people if _is(person, codes, gender)]
        if found:
            return Mentioned(tuple(found))
        if _SOMEBODY.search(text):
            return Mentioned((), name)
    return Mentioned()


def _is(person: Person, codes: frozenset[str], gender: str) -> bool:
    related = person.relationship
    if not isinstance(related, Related) or related.code not in codes:
        return False
    return not gender or person.gender in ("", "unknown", "other", gender)


def _says_name(given: str, text: str) -> bool:
    first = given.lower().split()[0] if given else ""
    if not first:
        return False
    for match in _WORD.finditer(text.lower()):
        word = re.sub(r"['’]s$", "", match.group())
        if word == first or word == f"{first}s":
            return True
        if len(first) >= SHORTEST_FUZZY_NAME and len(word) >= SHORTEST_FUZZY_NAME and fuzz.ratio(word, first) >= NAME_SIMILARITY:
            return True
    return False

"""Whom of the people on a number the words mean: by first name, by family word, or "me".

A number may speak for several: twins on their mother's phone, a daughter for her mother. Words that name somebody who is not among them
("my dad") are told apart, so that the line can refuse kindly without saying whether it knows him. A relative who is only the reason
("my daughter is sick, so I can't come") is nobody's patient.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from actions.scheduling.types import Person, Related

# Similarity (0-100) at which a word counts as a typing error of a known first name.
NAME_SIMILARITY = 84
SHORTEST_FUZZY_NAME = 5
# A name of four letters may have one wrong, not the first; in a shorter one only a letter may be doubled.
SHORTEST_MISTYPED_NAME = 4
# English words that are one letter away from common short names.
_WORDS = frozenset(
    {"rose", "rosy", "lime", "line", "live", "look", "luck", "make", "mark", "mare", "ruse", "some", "tome", "same", "sale", "note", "jail"}
)

# Family words, by what the patient is to the writer: (role codes of the writer towards the patient, patient's gender).
_CHILD = frozenset({"CHILD", "DAU", "SON", "DAUC", "SONC", "NCHILD", "NDAU", "NSON", "CHLDINLAW", "DAUINLAW", "SONINLAW", "STPCHLD"})
_PARENT = frozenset({"PRN", "MTH", "FTH", "NMTH", "NFTH", "PAR", "STPMTH", "STPFTH", "GUARD", "PRNINLAW"})
_SPOUSE = frozenset({"SPS", "WIFE", "HUSB", "DOMPART", "SIGOTHR"})
_SIBLING = frozenset({"SIB", "SIS", "BRO", "NSIB", "NSIS", "NBRO", "HSIB", "STPSIB", "SIBINLAW"})
_GRANDCHILD = frozenset({"GRNDCHILD", "GRNDDAU", "GRNDSON"})
_GRANDPARENT = frozenset({"GRPRN", "GRMTH", "GRFTH"})
_NIECE = frozenset({"NIENEPH", "NIECE", "NEPHEW"})
_AUNT = frozenset({"AUNT", "UNCLE"})
# What servers that give no code write of the writer, by the group of codes that it stands for.
_IN_WORDS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), codes)
    for words, codes in (
        (r"grand ?(?:child|daughter|son)", _GRANDCHILD),
        (r"grand ?(?:parent|mother|father|ma|pa)", _GRANDPARENT),
        (r"daughter|son|child|step ?(?:daughter|son|child)", _CHILD),
        (r"mother|father|mom|dad|parent|guardian|step ?(?:mother|father)", _PARENT),
        (r"wife|husband|spouse|(?:domestic )?partner|significant other", _SPOUSE),
        (r"sister|brother|sibling", _SIBLING),
        (r"niece|nephew", _NIECE),
        (r"aunt|uncle", _AUNT),
    )
)
_FAMILY_WORDS: tuple[tuple[str, frozenset[str], str, str], ...] = (
    (r"grand ?m(?:a|other|om)|nana|nanna|granny|gran|abuela", _GRANDCHILD, "female", "grandmother"),
    (r"grand ?(?:pa|father|dad)|gramps|abuelo", _GRANDCHILD, "male", "grandfather"),
    (r"grand ?daughters?", _GRANDPARENT, "female", "granddaughter"),
    (r"grand ?sons?", _GRANDPARENT, "male", "grandson"),
    (r"(?:step ?)?(?:mom|mum|mother|mama|mommy|ma|mami)(?:[ -]in[ -]law)?", _CHILD, "female", "mother"),
    (r"(?:step ?)?(?:dad|father|daddy|papa|papi|pop)(?:[ -]in[ -]law)?", _CHILD, "male", "father"),
    (r"parents?|folks", _CHILD, "", "parents"),
    (r"(?:step ?)?daughters?|girls?", _PARENT, "female", "daughter"),
    (r"(?:step ?)?sons?|boys?", _PARENT, "male", "son"),
    (r"kids?|kiddos?|child|children|twins|teenager", _PARENT, "", "child"),
    (r"wife|wifey|girlfriend|fiancee", _SPOUSE, "female", "wife"),
    (r"husband|hubby|boyfriend", _SPOUSE, "male", "husband"),
    (r"spouse|partner|fianc[eé]|significant other|better half", _SPOUSE, "", "partner"),
    (r"sister|sis", _SIBLING, "female", "sister"),
    (r"brother|bro", _SIBLING, "male", "brother"),
    (r"aunt(?:ie|y)?", _NIECE, "female", "aunt"),
    (r"uncle", _NIECE, "male", "uncle"),
    (r"niece", _AUNT, "female", "niece"),
    (r"nephew", _AUNT, "male", "nephew"),
)
_FAMILY: tuple[tuple[re.Pattern[str], frozenset[str], str, str], ...] = tuple(
    (re.compile(rf"\b(?:{words})(?:'?s)?\b", re.IGNORECASE), codes, gender, name) for words, codes, gender, name in _FAMILY_WORDS
)
# "my girls" is family, "girl, please" is not.
_OURS = re.compile(r"\b(?:my|our|the|her|his)(?: \w+)? $", re.IGNORECASE)
_BARE = frozenset({"mother", "father", "grandmother", "grandfather"})

_REASON_BEFORE = re.compile(
    r"\b(?:pick(?:ing)?(?: \w+)? up|drop(?:ping)?(?: off)?|tak(?:e|ing)|driv(?:e|ing)|watch(?:ing)?|babysit\w*|visit(?:ing)?"
    r"|meet(?:ing)?|help(?:ing)?"
    r"|see(?:ing)?|sit(?:ting)? with|stay(?:ing)? with|be with|care (?:of|for)|look(?:ing)? after|because of|due to"
    r"|on account of|cuz of|bc of|with)"
    r" (?:(?:my|our|the) )?$",
    re.IGNORECASE,
)
_REASON_AFTER = re.compile(
    r"^(?: (?:is|was|are|were|got|has|had|just|came|gets|fell|has been|is in|went|also|woke up|'?s))* ?"
    r"(?:sick|ill|home sick|a fever|fever|covid|the flu|in the hospital|hospital|visiting|in town|getting married|graduating"
    r"|into an accident|in labor|throwing up)\b"
    r"|^(?:'?s)? (?:wedding|birthday|funeral|graduation|game|recital|school|daycare|party|flight|practice|concert|teacher|baby"
    r"|car|play|meet|tournament)\b"
    r"|^ (?:told|says|said|thinks|reminded|drives|is driving|will drive|brings|can drive|takes) ",
    re.IGNORECASE,
)
_HER_VISIT = re.compile(
    r"\b(?:her|his|their) (?:next |own |pt )?(?:visits?|appointments?|appts?|sessions?|therapy|slot|time)\b|\bfor (?:her|him|them)\b"
    r"|\b(?:she|he|they) (?:can'?t|cannot|won'?t|needs?|has|have|wants?) (?:\w+ ){0,3}(?:make|come|move|cancel|reschedule"
    r"|appointment|appt|visit|session)",
    re.IGNORECASE,
)
_ALL = re.compile(r"\b(?:both|the twins|the girls|the boys|all of (?:us|them)|each of them|the two of them)\b", re.IGNORECASE)
_OWN = re.compile(r"\bmy own\b|\bfor (?:me|myself)\b|\bi'?m the patient\b|\b(?:i am|it'?s) (?:the patient|me)\b", re.IGNORECASE)
# "i'm her mom" tells who writes, not for whom.
_SELF = re.compile(r"\b(?:i'?m|i am|this is|it'?s|its|as) (?:(?:his|her|their|the|a|[\w-]+'s) )?$", re.IGNORECASE)
OF_AGE = 18
_WORD = re.compile(r"[^\W\d_][\w'’\-]*")


@dataclass(frozen=True)
class Mentioned:
    """Who is meant. `unknown` names a relative in one word ("father") who is not among the people of the number."""

    people: tuple[Person, ...] = ()
    unknown: str = ""


def mentioned(people: Sequence[Person], text: str, today: date | None = None) -> Mentioned:
    """Return whom of `people` the words name, in the order of `people`, each once; nobody when they name no one.

    With `today` a child whose own number this is counts as "my daughter": a minor's telephone is answered by a parent.
    """
    everyone = _once(people)
    own = [person for person in everyone if not isinstance(person.relationship, Related)]
    if _OWN.search(text) and own:
        return Mentioned(tuple(own))
    named = [person for person in everyone if _says_name(person.given, text)]
    if named:
        return Mentioned(tuple(named))
    if says_all(text) and len(everyone) > 1:
        return Mentioned(tuple(everyone))
    unknown = ""
    for pattern, codes, gender, name in _FAMILY:
        match = next((one for one in pattern.finditer(text) if not _is_reason(text, one) and not _SELF.search(text[: one.start()])), None)
        if match is None:
            continue
        found = [person for person in everyone if _is(person, codes, gender) or (codes is _PARENT and _is_minor(person, gender, today))]
        if found:
            return Mentioned(tuple(found))
        if not unknown and (_OURS.search(text[: match.start()]) or (name in _BARE and match.group().lower() != "ma")):
            unknown = name
    return Mentioned((), unknown)


def says_all(text: str) -> bool:
    """Do the words mean everybody of the number?"""
    return bool(_ALL.search(text))


def _once(people: Sequence[Person]) -> list[Person]:
    """Return each patient once; the number's own patient before a relative's view of the same one."""
    kept: dict[str, Person] = {}
    for person in people:
        known = kept.get(person.reference)
        if known is None or isinstance(known.relationship, Related):
            kept[person.reference] = person if known is None or not isinstance(person.relationship, Related) else known
    return list(kept.values())


def _is_reason(text: str, match: re.Match[str]) -> bool:
    """Is the relative only why the writer cannot come? Not when the visit spoken of is the relative's."""
    before, after = text[: match.start()], text[match.end() :]
    if match.group().lower().endswith("s") and re.match(r" (?:visit|appointment|appt|session|therapy|pt)\b", after, re.IGNORECASE):
        return False
    said = match.group().lower()
    possessive = "'s" if said.endswith("'s") else ""
    told = _REASON_BEFORE.search(before) or _REASON_AFTER.search(f"{possessive}{after}" if possessive else after)
    return bool(told) and not _HER_VISIT.search(text)


def _is(person: Person, codes: frozenset[str], gender: str) -> bool:
    related = person.relationship
    if not isinstance(related, Related) or not (_codes(related) & codes):
        return False
    return not gender or person.gender in ("", "unknown", "other", gender)


def _is_minor(person: Person, gender: str, today: date | None) -> bool:
    if today is None or person.birth_date is None or isinstance(person.relationship, Related):
        return False
    age = today.year - person.birth_date.year - ((today.month, today.day) < (person.birth_date.month, person.birth_date.day))
    return age < OF_AGE and (not gender or person.gender in ("", "unknown", "other", gender))


def _codes(related: Related) -> frozenset[str]:
    """Return the role codes of the writer, from the words where the server gives no code."""
    if related.code:
        return frozenset({related.code.upper()})
    return next((codes for pattern, codes in _IN_WORDS if pattern.search(related.relationship)), frozenset())


def _says_name(given: str, text: str) -> bool:
    first = given.lower().split()[0] if given else ""
    return bool(first) and any(_is_spelling(re.sub(r"['’]s$", "", match.group()), first) for match in _WORD.finditer(text.lower()))


def _is_spelling(word: str, first: str) -> bool:
    """Is the word the name, or a typing error of it?"""
    if word in (first, f"{first}s"):
        return True
    if len(first) >= SHORTEST_FUZZY_NAME:
        return len(word) >= SHORTEST_FUZZY_NAME and fuzz.ratio(word, first) >= NAME_SIMILARITY
    if word in _WORDS or word[0] != first[0] or len(word) < len(first):
        return False
    if _undoubled(word) == _undoubled(first):
        return True
    return len(first) >= SHORTEST_MISTYPED_NAME and OSA.distance(word, first) == 1


def _undoubled(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word)

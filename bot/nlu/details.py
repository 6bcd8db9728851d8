"""Finds what a message names besides dates, people of the clinic and places: body parts, sides, exercises, scores, languages, channels,
kin, kinds of visit, reasons and patients' names.

The words stand in `data/words.yml`, exercises in `data/exercise_names.yml`. Some words mean something only beside what the message is
about: "text" is a channel where somebody says how to be reached, "work" a reason where a visit is called off.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path

from bot.nlu import exercises, scores
from bot.nlu.entities import Entity
from bot.types import Awaiting
from bot.yamlfile import open_yaml

WORDS = Path("data/words.yml")
# An exercise of the general list is named when it fits so well; the patient's own program is looked through by the journeys.
NAMED = 0.75

_ABOUT: Mapping[str, frozenset[str]] = {
    "channel": frozenset(
        {"set_channel_preference", "opt_out", "opt_in", "talk_to_human", "update_contact", "act_as_caregiver", "ask_exercise_program"}
    ),
    "reason": frozenset(
        {"cancel_appointment", "reschedule_appointment", "running_late", "report_exercise_missed", "consider_stopping_care", "deny"}
    ),
    "exercise": frozenset(
        {
            "ask_exercise_howto", "ask_exercise_dose", "ask_exercise_program", "report_exercise_done", "report_exercise_missed",
            "report_exercise_difficulty", "ask_self_care", "report_pain", "ask_medical_advice", "inform", "out_of_scope", "correct_value",
        }
    ),
}  # fmt: skip
_ASKED_SCORE = {Awaiting.NPS_SCORE: "nps_score", Awaiting.PAIN_SCORE: "pain_score"}
_PAIN = re.compile(r"\b(?:pain|hurt|ache|aching|sore|throb|stiff|discomfort|dolor|duele)", re.IGNORECASE)
_CORE = r"(?P<side>left|right|both|izquierd[ao]|derech[ao]|l|r)"
_SIDE_WORDS = {"left": "left", "right": "right", "both": "both", "izquierd": "left", "derech": "right", "l": "left", "r": "right"}
_NAME = r"[^\W\d_][\w'’\-]+"
_SAYS_NAME = re.compile(
    rf"(?:\b(?:my (?:full |first |last )?name(?:'s| is)|the name(?:'s| is)|name is|name:|patient name:?|"
    rf"me llamo|mi nombre es|soy|(?:his|her) (?:full |first |last )?name(?:'s| is)|"
    rf"(?:this is|it'?s|it is|i'?m|i am|you'?re speaking with|is named))\s+)"
    rf"(?P<name>(?:mrs?\.?|ms\.?|miss|mister|señora|dr\.?)?\s?{_NAME}(?:\s+{_NAME}){{0,2}})",
    re.IGNORECASE,
)
_HERE = re.compile(rf"^\W*(?P<name>{_NAME}(?:\s+{_NAME}){{0,2}}),?\s+(?:here|speaking|calling|texting)\b", re.IGNORECASE)
_NOT_A_NAME_WORDS = """
    a about after again against all almost already also always am an and another any are around as at back bad because been being both but
    by call calling can caregiver coming confirming confused considering daughter day dear diabetic doing done down early eighty everything
    father feeling fine first for from fully getting giving going good gonna great happy hard have having he helping her here him his home
    how hurting i if in interested is it its just late leaving like looking lost me mom more mother moving my need never new no not nothing
    now of off ok okay old on only or our out outside over parked patient please pretty probably quite ready really right running sad same
    seeing she sick side so somebody someone son sore sorry stiff still stuck stupid sure talking terrible texting thank thanks that the
    their them there they thinking this tired to today tomorrow too trying unacceptable under until unable up upset urgent very waiting
    walking was way we what when where who why wife with without wondering working worse worried writing wrong yes you your husband brother
    sister aunt uncle niece nephew aide nurse friday monday tuesday wednesday thursday saturday sunday january february march april may
    june july august september october november december in ten ridiculous normal possible okay a an cold hot great better
    """
_NOT_A_NAME = frozenset(_NOT_A_NAME_WORDS.split())
_ENDS_NAME = re.compile(
    r"\s+(?:and|from|i|is|my|calling|speaking|here|again|texting|born|for|the|on|date|dob|but|with|at|y|can|do)\b.*$", re.IGNORECASE
)


def find(text: str, intents: Collection[str], awaiting: Awaiting) -> list[Entity]:
    """Return what `text`, which is about `intents`, names; in no order, and never the same words twice under one name."""
    found = _looked_up(text, intents)
    found += _sides(text, [each for each in found if each.name == "body_part"])
    found += _exercises(text, intents)
    found += _scores(text, intents, awaiting)
    if "identify_self" in intents or awaiting == Awaiting.NAME:
        name = _name(text)
        found += [name] if name else []
    return found


@lru_cache(maxsize=2)
def _patterns(path: Path = WORDS) -> tuple[tuple[str, re.Pattern[str], Mapping[str, str]], ...]:
    """Return for each entity its pattern, longest words first, and what each word stands for. Raises FileError."""
    root = open_yaml(path)
    found = []
    for entity in root.value:
        values = root.at(entity)
        meant = {word.lower(): value for value in values.value for word in values.at(value).texts()}
        words = "|".join(re.escape(word) for word in sorted(meant, key=len, reverse=True))
        found.append((entity, re.compile(rf"(?<![\w'’])(?P<word>{words})(?:e?s|'s|’s)?(?![\w'’])", re.IGNORECASE), meant))
    return tuple(found)


def _looked_up(text: str, intents: Collection[str]) -> list[Entity]:
    found = []
    for entity, pattern, meant in _patterns():
        if entity in _ABOUT and not _ABOUT[entity] & set(intents):
            continue
        for match in pattern.finditer(text):
            if not _is_figure_of_speech(entity, text, match):
                found.append(Entity(entity, meant[match.group("word").lower()], match.start(), match.end()))
    return found


_FIGURES = re.compile(
    r"\b(?:come|came|go|going|get|getting|call(?:ed|ing)?|be|write|hear|text|bring|heading|put|send|take|move|push|pay|give)\b[^.?!,]{0,12}$",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"\b(?:my|his|her|the|your|their|mom'?s|dad'?s|lower|upper|low|bad|sore|stiff|left|right|hurt\w*|mi|la|el)\s+$", re.IGNORECASE
)


def _is_figure_of_speech(entity: str, text: str, match: re.Match[str]) -> bool:
    """Tell words of the body that are none, as in "call me back" and "on the other hand"."""
    word = match.group("word").lower()
    if entity != "body_part" or word not in ("back", "hand", "head", "foot", "arm", "disc", "arch", "pie", "solder", "column", "chest"):
        return False
    before = text[: match.start()]
    if word == "back":
        return not _OWNED.search(before) and bool(before.strip()) and bool(_FIGURES.search(before))
    return not _OWNED.search(before) and len(text.split()) > 2


def _sides(text: str, parts: Collection[Entity]) -> list[Entity]:
    """Find left, right and both beside a part of the body, after "the" or "my", or alone: "right now" is no side."""
    found = []
    for match in re.finditer(rf"(?<![\w']){_CORE}(?![\w'])", text, re.IGNORECASE):
        word = match.group("side").lower()
        after, before = text[match.end() :], text[: match.start()]
        beside = any(0 <= part.start - match.end() <= 2 or 0 <= match.start() - part.end <= 4 for part in parts)
        pointed = re.search(r"\b(?:my|the|his|her|on|el|la|mi)\s+$", before, re.IGNORECASE) and re.match(
            r"\s*(?:$|[.,!?]|side|one|leg|arm|or\b|and\b|not\b|please)", after, re.IGNORECASE
        )
        alone = not re.sub(r"[\W_]|\bthe\b|\bside\b|\bone\b|\bits\b|\bit's\b|\bmy\b", "", before + after)
        if beside or (len(word) > 1 and word != "both" and (pointed or alone)):
            found.append(Entity("side", _SIDE_WORDS[re.sub(r"[ao]$", "", word)], match.start(), match.end()))
    return found


def _exercises(text: str, intents: Collection[str]) -> list[Entity]:
    if not _ABOUT["exercise"] & set(intents):
        return []
    named = [each for each in exercises.find_exercises(text, exercises.known_names()) if each.score >= NAMED]
    found: list[Entity] = []
    for each in named:
        if not any(each.start < other.end and other.start < each.end for other in found):
            found.append(Entity("exercise", each.name, each.start, each.end))
    return found


def _scores(text: str, intents: Collection[str], awaiting: Awaiting) -> list[Entity]:
    """Find a score; 11 is kept as 11, and of "seven or eight" both."""
    asked = awaiting in _ASKED_SCORE
    told_nps = "give_nps_score" in intents and awaiting != Awaiting.PAIN_SCORE
    found = scores.find_score(text, asked=asked or told_nps, pain=awaiting == Awaiting.PAIN_SCORE)
    if not found:
        return []
    about_pain = not told_nps and bool(_PAIN.search(text) or "report_pain" in intents)
    of_pain = about_pain or not {"give_nps_score", "give_feedback"} & set(intents)
    name = _ASKED_SCORE.get(awaiting) or ("pain_score" if of_pain else "nps_score")
    return [Entity(name, value, found.start, found.end) for value in found.values]


def _name(text: str) -> Entity | None:
    """Find the name that somebody tells as theirs or the patient's: "this is Ruth Keller", "keller, ruth", "Tom here"."""
    for pattern in (_SAYS_NAME, _HERE):
        for match in pattern.finditer(text):
            found = _as_name(text, match.start("name"), match.end("name"))
            if found:
                return found
    words = re.findall(rf"{_NAME}", text)
    if 1 <= len(words) <= 3 and len(text.split()) <= 5 and not any("'" in word or word.lower() in _NOT_A_NAME for word in words):
        start = text.index(words[0])
        return _as_name(text, start, text.index(words[-1], start + (len(words) > 1)) + len(words[-1]))
    return None


def _as_name(text: str, start: int, end: int) -> Entity | None:
    said = _ENDS_NAME.sub("", text[start:end]).strip(" ,.")
    words = re.findall(_NAME, said)
    kept = []
    for word in words:
        if word.lower() in _NOT_A_NAME:
            break
        kept.append(word)
    if not kept:
        return None
    last = text.index(kept[-1], start) + len(kept[-1])
    return Entity("patient_name", " ".join(kept), text.index(kept[0], start), last)

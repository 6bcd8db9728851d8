"""The answer to the one-question survey ("how likely are you to recommend us?"): read from words, and as FHIR keeps it.

Used by the dialogue, and by the worker when a sign of danger in the answer keeps the dialogue out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.nlu.scores import Score, find_score
from bot.types import Record

TRIGGER = "EXTERNAL_ask_survey"
LOWEST, HIGHEST = 0, 10
KEY_SYSTEM = "urn:clinic:request"
QUESTIONNAIRE = "urn:clinic:questionnaire:nps|1"

# "8.7" lies between two scores as "8.5" does, which `find_score` reads.
_DECIMAL = re.compile(r"(?<![\d.])(\d)[.,](\d)\d*(?![\d.])")
# What people put around a bare score; it tells nothing.
_EMPTY = re.compile(
    r"(?:i|i'?d|i'?ll|i would|say|said|give|giv|gave|you|u|y'?all|guys|ya|it|it'?s|its|that|thats|that'?s|this|is|a|an|the|my|me|solid|"
    r"then|wait|oops|whoops|recommend|score|rating|number|rate|of|for|from|out|about|around|maybe|probably|prob|prolly|like|just|ok|okay|um+|uh+|oh|well|hmm+|so|to|be|and|or|"
    r"please|pls|thanks|thank|thx|ty|yes|yeah|no|sorry|meant|mean|i'?m|im|actually|make|put|down|lol|haha|sure|def|definitely|"
    r"easy|easily|strong|big|fat|guess|think|with|go|going|would|must|rather|more|instead|not|ten|likely|very|at|all|"
    r"mom|mum|mother|dad|he|she|we|says|gives|star|stars|points?|dear|sir|ma'?am|today|now|between|somewhere|ish|half|plus)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w'’]*")


@dataclass(frozen=True)
class Answer:
    """What one message gives: a score or its readings, a comment in the patient's own words, or both."""

    score: Score | None
    comment: str | None

    @property
    def settled(self) -> int | None:
        """The score, when it is one and on the scale."""
        if self.score is None or self.score.is_ambiguous or not self.score.fits:
            return None
        return self.score.value


def read(text: str) -> Answer:
    """Read an answer to the survey's question. A text that is no more than a score has no comment."""
    score = find_score(_DECIMAL.sub(r"\1.5", text), LOWEST, HIGHEST)
    if score is None:
        return Answer(None, text.strip() or None)
    rest = _DECIMAL.sub(r"\1.5", text)
    rest = f"{rest[: score.start]} {rest[score.end :]}"
    told = [word for word in _WORD.findall(rest.replace("’", "'")) if not _EMPTY.fullmatch(word)]
    return Answer(score, text.strip() if told else None)


def records(survey: str, patient: str | None, score: int | None, comment: str | None, now: datetime) -> list[Record]:
    """Return what is to be stored of an answer: the answer, and the resource that the scheduling system gets of it.

    Without a known patient there is none: a FHIR answer has a subject.
    """
    told: dict[str, Any] = {"id": survey, "patient": patient, "score": score, "comment": comment}
    if not patient:
        return [Record("survey", told)]
    key = f"survey-{survey}"
    made = resource(key, patient, score, comment, now)
    return [Record("resource", {"key": key, "patient": patient, "resource": made}), Record("survey", {**told, "resource_key": key})]


def resource(key: str, patient: str, score: int | None, comment: str | None, now: datetime) -> dict[str, Any]:
    """Return the QuestionnaireResponse of an answer; `patient` is a reference."""
    who = {"reference": patient}
    items: list[dict[str, Any]] = []
    if score is not None:
        items.append({"linkId": "score", "answer": [{"valueInteger": score}]})
    if comment:
        items.append({"linkId": "comment", "answer": [{"valueString": comment}]})
    return {
        "resourceType": "QuestionnaireResponse",
        "identifier": {"system": KEY_SYSTEM, "value": key},
        "questionnaire": QUESTIONNAIRE,
        "status": "completed",
        "subject": who,
        "source": who,
        "authored": now.isoformat(timespec="seconds"),
        "item": items,
    }

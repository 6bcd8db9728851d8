"""Pain: asked one way always, compared with the last score and the patient's own limit, and never judged here.

The scale is 0 to 10, the worst in the last 24 hours. A jump, a score above the limit, or pain that an exercise brings on goes to the
patient's therapist; pain that is sharp or rising in an exercise, or worse the morning after it, also brings the stop rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from actions import therapists
from actions.context import Context
from actions.programs import read_program
from actions.scheduling.client import FhirClient, Resource
from actions.scheduling.errors import NotFound, SchedulingRefused, SignInRefused
from actions.scheduling.resources import fhir_instant, instant, relative
from actions.step import Step
from bot.nlu.exercises import known_names
from bot.nlu.scores import find_score
from bot.store.patient_tables import pain_score

ASKED = "pain_number"
WAITING = "asked_pain"
QUESTIONS = frozenset({"utter_ask_pain", "utter_ask_pain_of"})
# An answer to the line's own question is waited for so long.
WAITED = timedelta(hours=24)
# How long a score that was told may be put right.
CORRECTED_WITHIN = timedelta(minutes=30)
# How often the number is asked for in all; then the therapist gets the words.
TIMES_ASKED = 2
# Where FHIR keeps the score: LOINC's pain severity, 0-10 verbal numeric rating.
LOINC = "72514-3"
SEEN = 50
# As many words as a number with an exclamation takes.
_BARE = 2
# What may answer the question for a number; anything else is about something else.
_ANSWERS = frozenset(
    {
        "report_pain", "give_nps_score", "choose_option", "inform", "affirm", "deny", "correct_value", "out_of_scope",
        "report_exercise_difficulty", "report_exercise_missed", "ask_more_options", "give_feedback",
    }
)  # fmt: skip

_HURTS = re.compile(
    r"\b(?:hurt(?:s|ing)?|pain(?:ful|s)?|sore(?:ness)?|ach(?:e|es|ed|ing|y)|sharp|stabb\w*|pinch\w*|burn(?:s|ing)|throb\w*|sting(?:s|ing)?"
    r"|killing|agony|worse|duele|dolor)\b",
    re.IGNORECASE,
)
_CORRECTS = re.compile(r"\b(?:meant|mean|sorry|oops|actually|rather|typo|wrong|no wait|should be|make (?:it|that))\b", re.IGNORECASE)
_NAMES_A_DAY = re.compile(
    r"\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?|today|tomorrow|tmrw|visit|appointment|appt|[ap]\.?m)\b",
    re.IGNORECASE,
)
_NO_PAIN = re.compile(
    r"\b(?:(?:no|without|zero|any)(?: (?:more|real|bad|new|sharp|particular))?|(?:not|isn'?t|doesn'?t|don'?t|didn'?t)(?: \w+){0,2})"
    r" (?:pain|hurt\w*|sore\w*)\b",
    re.IGNORECASE,
)
_SHARP = re.compile(
    r"\b(?:sharp|stabb\w+|shooting|shoots|like a knife|electric|zings?|excruciating|unbearable|tearing|pinch(?:es|ing|ed)?)\b",
    re.IGNORECASE,
)
_RISING = re.compile(
    r"\b(?:(?:gets?|getting|got|goes|going|keeps? getting) (?:\w+ )?(?:worse|stronger|sharper|up)|worse and worse|more and more|builds? up"
    r"|worse (?:each|every|with each) (?:time|rep|one))\b",
    re.IGNORECASE,
)
_AFTERWARDS = re.compile(
    r"\bworse\b.{0,40}\b(?:morning|next day|day after|afterwards?)\b|\b(?:morning|next day|day after|afterwards?)\b.{0,40}\bworse\b",
    re.IGNORECASE,
)
_EXERCISING = re.compile(
    r"\b(?:exercis\w*|when (?:i|she|he) do|(?:doing|did|do) (?:the|my|her|his|them|it|those|that)\b"
    r"|reps?\b|stretch(?:es|ing)?\b|home program)",
    re.IGNORECASE,
)


def mentions(text: str) -> bool:
    """Does a message speak of pain that is there?"""
    plain = _plain(text)
    return _HURTS.search(plain) is not None and _NO_PAIN.search(plain) is None


def during_exercise(text: str) -> bool:
    """Does a message tie pain to an exercise?"""
    if not mentions(text):
        return False
    plain = _plain(text).lower()
    return _EXERCISING.search(plain) is not None or any(re.search(rf"\b{re.escape(name.rstrip('s'))}", plain) for name in known_names())


def must_stop(text: str) -> bool:
    """Is the pain of an exercise sharp, rising, or worse the morning after it? Then the exercise is to be stopped."""
    plain = _plain(text)
    return during_exercise(text) and any(pattern.search(plain) for pattern in (_SHARP, _RISING, _AFTERWARDS))


async def opens(step: Step) -> None:
    """Say the stop rule and tell the therapist at once: that waits for no proof of identity, and discloses nothing."""
    await tell_of_exercise(step)


async def tell_of_exercise(step: Step) -> None:
    """Where an exercise hurts, tell the therapist, once, and say when to stop it."""
    words, details = step.journey.words, step.journey.details
    if details.get("told") or not during_exercise(words):
        return
    details["told"] = True
    stop = must_stop(words)
    therapist = await therapists.give(
        step, "pain", await therapists.likely_patient(step), soon=stop, why="stop_rule" if stop else "during_exercise"
    )
    step.turn.say("utter_stop_exercise" if stop else "utter_exercise_hurts", therapist=therapists.name_of(therapist))


async def advance(step: Step) -> str | None:
    """Take what a patient tells of her pain."""
    if step.proof is not None and step.proof.by_caregiver:
        return await _told_by_caregiver(step)
    return await take(step, step.patient)


async def opens_check_in(step: Step) -> None:
    """Note whose score was asked for; the question waits no longer."""
    waiting = step.turn.get(WAITING) or {}
    step.journey.details.update(patient=waiting.get("patient"), asks=1, corrects=waiting.get("noted"))
    step.turn.clear(WAITING)
    await tell_of_exercise(step)


async def answer(step: Step) -> str | None:
    """Take the answer to the line's own question. The number that was asked is proof enough, since nothing is disclosed to it."""
    return await take(step, str(step.journey.details["patient"]))


def listen(step: Step) -> str:
    """Take what may answer the line's own question about pain, or puts right the score just told ("sorry, meant 3")."""
    waiting = step.turn.get(WAITING)
    if not waiting or step.turn.unseen_question or step.now - datetime.fromisoformat(waiting["at"]) > WAITED:
        return ""
    if waiting.get("noted"):
        return "pain_check_in" if _puts_right(step, waiting) else ""
    bare = len(step.turn.text.split()) <= _BARE and find_score(step.turn.text, asked=True, pain=True) is not None
    if bare and step.turn.last_response in QUESTIONS:
        return "pain_check_in"  # a number, whatever else it sounds like ("Fifteen!")
    if step.intent == "report_pain" or (step.turn.last_response in QUESTIONS and step.intent in _ANSWERS):
        return "pain_check_in"
    return ""


def _puts_right(step: Step, noted: Mapping[str, Any]) -> bool:
    if step.now - datetime.fromisoformat(noted["at"]) > CORRECTED_WITHIN or step.turn.message_id == noted["noted"]:
        return False
    if step.intent not in _ANSWERS or (step.intent != "correct_value" and not _CORRECTS.search(step.turn.text)):
        return False
    found = find_score(step.turn.text, asked=True, pain=True)
    return found is not None and found.fits and not found.is_ambiguous and not _NAMES_A_DAY.search(step.turn.text)


def hears(step: Step) -> bool:
    """Does the message answer the question for a number?"""
    if step.asked != ASKED:
        return False
    if step.intent in _ANSWERS:
        return True
    return step.turn.confidence < 1.0 and step.intent.startswith(("report_", "give_")) and _score(step.turn.text) is not None


async def take(step: Step, patient: str) -> str | None:
    """Read the score, ask for it where it is not clear, and settle it."""
    details, answering = step.journey.details, step.asked == ASKED
    if answering and step.quiet:
        return step.ask(ASKED, "utter_pain_number")
    if not answering:
        await tell_of_exercise(step)
    text = step.turn.text if answering else step.journey.words
    found = find_score(text, asked=answering or bool(details.get("asks")), pain=True)
    asks = int(details.get("asks") or 0)
    if found is not None and found.fits and (not found.is_ambiguous or asks >= TIMES_ASKED):
        await _settle(step, patient, max(found.values))
        return None
    if asks >= TIMES_ASKED:
        await _without_number(step, patient, text, "above_scale" if found is not None else "no_number")
        return None
    details["asks"] = asks + 1
    if found is None:
        return step.ask(ASKED, "utter_pain_question" if asks == 0 else "utter_pain_number")
    if found.is_ambiguous and found.fits:
        return step.ask(ASKED, "utter_pain_which", options=" or ".join(str(value) for value in found.values))
    return step.ask(ASKED, "utter_pain_scale")


@dataclass(frozen=True)
class Verdict:
    """What a score means for the clinic: above the patient's limit, or a jump since the last one."""

    above_limit: bool
    jump: bool

    @property
    def why(self) -> str:
        """What the therapist's card says; "" when the score is none of hers."""
        return "above_limit" if self.above_limit else "jump" if self.jump else ""


def weigh(score: int, last: int | None, *, limit: int, jump: int) -> Verdict:
    """Compare a score with the limit (above it counts, at it does not) and with the last one (a rise by `jump` or more counts)."""
    return Verdict(score > limit, last is not None and score - last >= jump)


async def last_score(context: Context, patient: str, besides: str = "") -> int | None:
    """Return the patient's last score, from the scheduling system or told to the line since. Raises SchedulingError.

    `besides` is the id of a message whose score does not count, because it is being put right.
    """
    scores = [*await _observed(context.client, patient, besides), *await context.database.reading(_stored, patient, besides)]
    return max(scores, key=lambda one: one[0])[1] if scores else None


def observation(patient: str, score: int, at: datetime, message_id: str) -> Resource:
    """Return the score as FHIR keeps it; the message's id is its identifier, so that it is never created twice."""
    who = {"reference": patient}
    return {
        "resourceType": "Observation",
        "identifier": [{"system": "urn:clinic:message", "value": message_id}],
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": LOINC}], "text": "Worst pain in the last 24 hours"},
        "subject": who,
        "performer": [who],
        "effectiveDateTime": fhir_instant(at),
        "valueQuantity": {"value": score, "unit": "{score}", "system": "http://unitsofmeasure.org", "code": "{score}"},
    }


async def _settle(step: Step, patient: str, score: int) -> None:
    turn, policies = step.turn, step.context.clinic.policies
    own = await read_program(step.context, patient)
    limit = policies.pain_limit if own is None or own.pain_limit is None else own.pain_limit
    last = await last_score(step.context, patient, str(step.journey.details.get("corrects") or ""))
    verdict = weigh(score, last, limit=limit, jump=policies.pain_jump)
    key = turn.message_id
    turn.record("resource", key=key, patient=patient, resource=observation(patient, score, step.now, key))
    turn.record("pain", id=key, patient=patient, score=score, resource_key=key)
    turn.set(**{WAITING: {"patient": patient, "at": step.now.isoformat(), "noted": key}})
    told = await therapists.may_hear(step, patient)
    if not verdict.why:
        turn.say("utter_pain_noted_last" if told and last is not None else "utter_pain_noted", score=score, last=last)
        return
    therapist = await therapists.give(step, "pain", patient, soon=True, why=verdict.why, score=score, last=last, limit=limit)
    values: Mapping[str, Any] = {"score": score, "last": last, "therapist": therapists.name_of(therapist)}
    if verdict.above_limit:
        turn.say("utter_pain_above_limit", **values)
    else:
        turn.say("utter_pain_jump" if told else "utter_pain_jump_untold", **values)


async def _without_number(step: Step, patient: str, text: str, why: str) -> None:
    therapist = await therapists.give(step, "pain", patient, soon=True, why=why, answer=text)
    step.turn.say("utter_pain_words_noted", therapist=therapists.name_of(therapist))


async def _told_by_caregiver(step: Step) -> str | None:
    """Take what is told of somebody else's pain as words for the therapist: a score is the patient's own."""
    if step.journey.details.get("told"):
        return None
    therapist = await therapists.give(step, "pain", step.patient, soon=True, why="told_by_caregiver")
    step.turn.say("utter_pain_words_noted", therapist=therapists.name_of(therapist))
    return None


def _score(text: str) -> int | None:
    found = find_score(text, asked=True, pain=True)
    return found.value if found else None


async def _observed(client: FhirClient, patient: str, besides: str) -> list[tuple[datetime, int]]:
    """Return the scores that the scheduling system keeps; none where it keeps no observations that we may read."""
    params = [("patient", patient), ("code", f"http://loinc.org|{LOINC}"), ("_count", str(SEEN))]
    try:
        found = await client.search("Observation", params)
    except SignInRefused:
        raise
    except (NotFound, SchedulingRefused):
        return []
    counted = (one for one in found if besides not in {each.get("value") for each in one.get("identifier") or ()})
    return [told for one in counted if (told := _read(one, patient)) is not None]


def _read(resource: Resource, patient: str) -> tuple[datetime, int] | None:
    if resource.get("resourceType") != "Observation" or relative((resource.get("subject") or {}).get("reference")) != patient:
        return None
    codes = {coding.get("code") for coding in (resource.get("code") or {}).get("coding") or ()}
    value, at = (resource.get("valueQuantity") or {}).get("value"), str(resource.get("effectiveDateTime") or "")
    if LOINC not in codes or not isinstance(value, int | float) or "T" not in at:
        return None
    return instant(at), round(value)


def _stored(connection: Any, patient: str, besides: str) -> list[tuple[datetime, int]]:
    query = sa.select(pain_score.c.scored_at, pain_score.c.score).where(pain_score.c.patient == patient, pain_score.c.id != besides)
    return [(row[0], row[1]) for row in connection.execute(query)]


def _plain(text: str) -> str:
    return text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")

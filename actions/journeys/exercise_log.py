"""What was done of the home program: told by the patient or asked by the line; kept day by day, and told back as her own progress."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from actions import identity, therapists
from actions.journeys import pain
from actions.journeys.referral import judges
from actions.programs import read_program
from actions.step import Step
from bot.nlu.exercises import find_exercises
from bot.store.patient_tables import exercise_log

ASKED = "hardness"
WAITING = "asked_exercises"
QUESTIONS = frozenset({"utter_ask_exercises", "utter_ask_exercises_of", "utter_exercises_not_clear"})
WHOLE = "*"
DONE, PARTLY, MISSED, TOO_HARD = "done", "partly", "missed", "too_hard"
EASY, RIGHT, HARD = "easy", "right", "hard"
WEEK = 7
# As many missed in a row as make the therapist ask what would fit better.
MISSED_IN_A_ROW = 3
# Below this an intent weighs less than a yes or no that stands first.
DOUBTFUL = 0.5
# A mention this good names the exercise that was done.
NAMED = 0.7
REPORTS = frozenset({"report_exercise_done", "report_exercise_missed", "report_exercise_difficulty"})
# What is one only if its words say how much was done, or how hard it was.
_UNCLEAR = frozenset({"out_of_scope", "inform", "choose_option", "correct_value", "ask_more_options", "give_feedback", "give_nps_score"})
_ANSWERS = REPORTS | _UNCLEAR | {"affirm", "deny", "report_pain", "confirm_appointment", "never_mind"}

_PARTLY = re.compile(
    r"\b(?:half|some(?: of)?|part(?:ly|ial(?:ly)?)?|most(?:ly)?(?: of)?|a few|almost|nearly|not all|not everything"
    r"|skipped? (?:the )?(?:rest|others?|last)"
    r"|(?:did|done|finished|got) (?:\w+ ){1,8}(?:but|and|,) ?(?:not|skipped|missed|didn'?t|couldn'?t)"
    r"|only (?:did|got|the|one|two|\d)|one of|a couple|except|all but|kind ?a|kind of|sort ?a|sort of|tried|started)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"\W*(?:no+|nope|nah|naw|not|didn'?t|i didn'?t|haven'?t|skipped|missed|forgot|sorry)\b", re.IGNORECASE)
_YES = re.compile(r"\W*(?:yes+|yeah|yep|yup|ya|yea|sure|si|did|done|all|i did|of course|finished)\b", re.IGNORECASE)
_HARD = re.compile(
    r"\b(?:hard|tough|difficult|struggl\w+|too (?:much|many|heavy|long)|can'?t (?:do|finish|hold|get|keep)|couldn'?t"
    r"|exhaust\w+|killer|brutal|impossible)\b",
    re.IGNORECASE,
)
_EASY = re.compile(r"\b(?:easy|easier|a breeze|no problem|piece of cake|no sweat|don'?t feel (?:it|anything|them))\b", re.IGNORECASE)
_RIGHT = re.compile(r"\b(?:right|ok|okay|fine|good|alright|medium|not bad|normal|so so|in between|middle)\b", re.IGNORECASE)
_TOO_EASY = re.compile(
    r"\b(?:(?:too|way|super|really) (?:too )?easy|(?:do|want|need|give me|try) (?:double|more|harder|twice|heavier)|not enough)\b",
    re.IGNORECASE,
)
_NOT_HARD = re.compile(r"\b(?:not|wasn'?t|weren'?t|isn'?t|aren'?t) (?:\w+ ){0,2}(?:hard|tough|difficult)\b", re.IGNORECASE)
_YESTERDAY = re.compile(r"\b(?:yesterday|last night)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Progress:
    """A patient's own progress: days in a row up to the day told of, days of the last seven, and how many were missed in a row."""

    streak: int
    of_week: int
    missed: int


def progress(entries: Iterable[tuple[date, str]], today: date) -> Progress:
    """Return the progress from (day, outcome) pairs. A day counts as done when anything was done on it."""
    did: dict[date, bool] = {}
    for day, outcome in entries:
        did[day] = did.get(day, False) or outcome != MISSED
    streak = 0
    while did.get(today - timedelta(days=streak)):
        streak += 1
    missed = 0
    for day in sorted(did, reverse=True):
        if did[day]:
            break
        missed += 1
    of_week = sum(done for day, done in did.items() if today - timedelta(days=WEEK) < day <= today)
    return Progress(streak, of_week, missed)


def outcome_of(text: str, intent: str) -> str:
    """Return what a report or an answer says was done; "" when it says nothing of it."""
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if _PARTLY.search(plain) and not re.search(r"\bnone of\b", plain, re.IGNORECASE):
        return PARTLY
    if intent in ("report_exercise_missed", "deny", "never_mind") or (intent not in REPORTS and _NO.match(plain)):
        return MISSED
    if intent in ("report_exercise_done", "affirm", "confirm_appointment") or _YES.match(plain):
        return DONE
    return ""


def hardness_of(text: str, choice: int | None = None) -> str:
    """Return how hard it was told to be: easy, right, hard; "" when nothing is said of it."""
    if choice in (1, 2, 3, -1):
        return {1: EASY, 2: RIGHT}.get(int(choice), HARD)
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if _NOT_HARD.search(plain):
        return RIGHT
    if _HARD.search(plain):
        return HARD
    return EASY if _EASY.search(plain) else RIGHT if _RIGHT.search(plain) else ""


async def advance(step: Step) -> str | None:
    """Take what a patient tells of her exercises, unasked."""
    journey, patient = step.journey, step.patient
    if step.asked == ASKED:
        return await _hardness(step, patient)
    if pain.mentions(journey.words) and not _by_caregiver(step):
        return await _with_pain(step, patient)
    if journey.intent == "report_exercise_difficulty":
        await _difficult(step, patient, hardness_of(journey.words) or HARD)
        return None
    outcome = outcome_of(journey.words, journey.intent) or DONE
    await _record(step, patient, outcome)
    if outcome == MISSED:
        await _missed(step, patient)
    else:
        await _encourage(step, patient)
    return None


async def opens_check_in(step: Step) -> None:
    """Note whose exercises were asked for; the question waits no longer."""
    waiting = step.turn.get(WAITING) or {}
    step.journey.details["patient"] = waiting.get("patient")
    step.turn.clear(WAITING)


async def answer(step: Step) -> str | None:
    """Take the answer to "did you do your exercises?", then how hard it was."""
    journey, patient = step.journey, str(step.journey.details["patient"])
    if step.asked == ASKED:
        return await _hardness(step, patient)
    outcome = outcome_of(journey.words, journey.intent)
    if pain.mentions(journey.words):
        if outcome:
            await _record(step, patient, outcome)
        return await _with_pain(step, patient)
    hardness = hardness_of(journey.words) if outcome != MISSED else ""
    if hardness == HARD or (journey.intent == "report_exercise_difficulty" and hardness != EASY):
        await _difficult(step, patient, HARD)
        return None
    outcome = outcome or (DONE if hardness else "")
    if not outcome:
        step.turn.say("utter_exercises_not_clear")
        step.turn.set(**{WAITING: {"patient": patient, "at": step.now.isoformat()}})
        return None
    await _record(step, patient, outcome)
    if outcome == MISSED:
        await _missed(step, patient)
        return None
    journey.details["outcome"] = outcome
    if hardness in (EASY, HARD):
        return await _hard_or_easy(step, patient, hardness)
    return step.ask(ASKED, "utter_how_hard")


def listen(step: Step) -> str:
    """Take what may answer the line's own question about the exercises."""
    waiting = step.turn.get(WAITING)
    if not waiting or step.turn.unseen_question or step.now - datetime.fromisoformat(waiting["at"]) > pain.WAITED:
        return ""
    if step.intent in REPORTS:
        return "exercise_check_in"
    # A plain yes after something else was spoken of is still the answer, unless that asked a question of its own.
    open_matters = any(step.turn.get(slot) for slot in ("reminders", "waitlist_offer", "last_change", "surveys"))
    nothing_else = step.turn.metadata.get("awaiting") in (None, "none") and not open_matters
    last = step.turn.last_response in QUESTIONS or (nothing_else and step.intent in ("affirm", "deny"))
    text = step.turn.text
    if last and step.turn.confidence < DOUBTFUL and (_YES.match(text) or _NO.match(text)):
        return "exercise_check_in"
    if not last or step.intent not in _ANSWERS:
        return ""
    return "" if step.intent in _UNCLEAR and not (outcome_of(text, "") or hardness_of(text)) else "exercise_check_in"


def hears(step: Step) -> bool:
    """Does the message say how hard it was?"""
    if step.asked != ASKED or step.intent not in _ANSWERS:
        return False
    return step.turn.choice is not None or step.intent in REPORTS | {"report_pain"} or bool(hardness_of(step.turn.text))


async def _hardness(step: Step, patient: str) -> str | None:
    if step.quiet:
        return step.ask(ASKED, "utter_how_hard")
    text = step.turn.text
    if pain.mentions(text):
        step.journey.words = text
        return await _with_pain(step, patient)
    said = hardness_of(text, step.choice)
    if not said and step.assent is None and step.intent not in REPORTS:
        return step.ask(ASKED, "utter_how_hard")
    return await _hard_or_easy(step, patient, said or RIGHT)


async def _hard_or_easy(step: Step, patient: str, hardness: str) -> str | None:
    if hardness == HARD:
        if step.asked == ASKED:
            step.journey.words = f"{step.journey.words} / {step.turn.text}"
        await _difficult(step, patient, HARD)
        return None
    if hardness == EASY and (_TOO_EASY.search(step.turn.text) or judges(step.turn.text)):
        await _difficult(step, patient, EASY)
        return None
    await _record(step, patient, str(step.journey.details.get("outcome") or DONE), hardness)
    await _encourage(step, patient)
    return None


async def _difficult(step: Step, patient: str, hardness: str) -> None:
    """Too hard or too easy: the therapist decides what to change, and has the words."""
    outcome = TOO_HARD if hardness == HARD else DONE
    await _record(step, patient, outcome, hardness)
    therapist = await therapists.give(step, "exercise_difficulty", patient, why="too_hard" if hardness == HARD else "too_easy")
    step.turn.say("utter_difficulty_referred", therapist=therapists.name_of(therapist))


async def _with_pain(step: Step, patient: str) -> str | None:
    """Go on as a report of pain: it has its own rule."""
    journey = step.journey
    journey.kind = "pain_check_in"
    journey.details["patient"] = patient
    step.asked = None
    return await pain.take(step, patient)


async def _missed(step: Step, patient: str) -> None:
    if (await _progress(step, patient, MISSED)).missed >= MISSED_IN_A_ROW:
        therapist = await therapists.give(step, "exercise_missed", patient, why="missed_in_a_row")
        step.turn.say("utter_missed_in_a_row", therapist=therapists.name_of(therapist))
        return
    step.turn.say("utter_exercises_missed")


async def _encourage(step: Step, patient: str) -> None:
    """Tell the patient's own progress back; somebody else on a shared phone hears only that it is noted."""
    own = await _progress(step, patient, DONE)
    step.turn.say("utter_exercises_noted")
    if not await _may_hear_progress(step, patient):
        return
    if own.streak >= 2:
        step.turn.say("utter_streak", days=own.streak)
    elif own.of_week >= 2:
        step.turn.say("utter_days_of_week", days=own.of_week)
    else:
        step.turn.say("utter_first_day")


async def _may_hear_progress(step: Step, patient: str) -> bool:
    """Progress is told to the patient with proof, and in answer to the line's own question to a number that is hers alone."""
    if await therapists.may_hear(step, patient):
        return True
    persons = await identity.known(step.turn, step.context)
    alone = {(person.reference, person.relationship) for person in persons} == {(patient, "self")}
    return step.journey.kind == "exercise_check_in" and alone


def _by_caregiver(step: Step) -> bool:
    return step.proof is not None and step.proof.by_caregiver


async def _record(step: Step, patient: str, outcome: str, difficulty: str | None = None) -> None:
    day = _day(step)
    name = await _exercise(step, patient)
    step.turn.record("exercise", patient=patient, exercise=name, day=day.isoformat(), outcome=outcome, difficulty=difficulty)


async def _exercise(step: Step, patient: str) -> str:
    """Return the one exercise that the words name, "*" for the whole program."""
    own = await read_program(step.context, patient)
    if own is None:
        return WHOLE
    names: Mapping[str, tuple[str, ...]] = {each.name: (each.equipment,) for each in own.active}
    found = [each for each in find_exercises(step.journey.words, names) if each.score >= NAMED] if names else []
    return found[0].name if found else WHOLE


def _day(step: Step) -> date:
    today = step.now.date()
    return today - timedelta(days=1) if _YESTERDAY.search(step.journey.words) else today


async def _progress(step: Step, patient: str, outcome: str) -> Progress:
    """Return the progress with what was just told, which is stored only with the replies."""
    entries = await step.context.database.reading(_entries, patient)
    return progress([*entries, (_day(step), outcome)], _day(step))


def _entries(connection: Any, patient: str) -> list[tuple[date, str]]:
    query = sa.select(exercise_log.c.day, exercise_log.c.outcome).where(exercise_log.c.patient == patient)
    return [(date.fromisoformat(row[0]), row[1]) for row in connection.execute(query)]

"""Questions about the home program: how an exercise goes, how much of it, with what, which ones. Read out, never judged.

What was spoken of last stays in the slot `exercise_talk`, so that "how many of those?" and a number after the list find their exercise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from actions import dosage, therapists
from actions.journeys import pain, referral
from actions.programs import Exercise, Program, read_program
from actions.step import Step
from bot.nlu.exercises import Candidate, alike, described, find_exercises, known_names

ASKED = "which_exercise"
TALK = "exercise_talk"
INTENTS = frozenset({"ask_exercise_howto", "ask_exercise_dose", "ask_exercise_program"})
# What was spoken of is remembered for so long; a mention below this names no exercise.
REMEMBERED = timedelta(hours=12)
NAMED = 0.5
# A mere name soon after an answer asks the same of another exercise.
FOLLOWED_UP = timedelta(minutes=10)
FEW_WORDS = 7
# Beside an exercise just spoken of, only a mention this good means another one.
OTHER = 0.7
# The list with its doses, so long that with the clinic's name it fits three texts.
LIST_LENGTH = 380

VIDEO, EQUIPMENT, SIDE, DOSE, HOW = "video", "equipment", "side", "dose", "how"
_VIDEO = re.compile(r"\b(?:vids?|videos?|links?|clips?|watch|pics?|pictures?|photos?)\b", re.IGNORECASE)
_EQUIPMENT = re.compile(
    r"\b(?:(?:what|which) (?:colou?r|size|kind|sort|type|weight|band|equipment|ball|towel|chair)|what do i (?:need|use)|equipment|gear"
    r"|do i need (?:an?|the|any|some)|need anything|with what)\b",
    re.IGNORECASE,
)
_SIDE = re.compile(
    r"\b(?:(?:which|what) (?:side|leg|arm|hand|foot|knee|hip|shoulder|ankle|elbow)\b(?! (?:goes|up|do i (?:lift|move|bend)))"
    r"|(?:both|each) (?:sides?|legs?|arms?|feet|foot|knees?|hands?)|(?:left|right) or (?:the )?(?:left|right)"
    r"|just (?:the )?(?:bad|one) side)\b",
    re.IGNORECASE,
)
_DOSE = re.compile(r"\b(?:how (?:many|often|long|much)|reps?|repetitions|sets|times a (?:day|week)|every day|daily)\b", re.IGNORECASE)
_PROGRAM = re.compile(
    r"\b(?:(?:my|the|all|list|which|what)(?: \w+){0,2} (?:exercises|program|stretches|routine|homework)|them all|all of them)\b",
    re.IGNORECASE,
)
# "how do I do the deadlift": what follows names something, unless it is one of the words that name nothing.
_NAMES = re.compile(
    r"\b(?:how (?:do|does|would|should|can|could) (?:i|you|we|she|he|mom|dad) (?:do|perform)|how (?:to do|does|many|goes|about)"
    r"|what(?:'?s| is)|explain|show me|instructions for|tell me about|walk me through)\s+"
    r"(?:the|my|an?|those|these|her|his)?\s*(?P<name>[a-z][a-z-]{3,}(?: [a-z][a-z-]{3,})?)",
    re.IGNORECASE,
)
_WITH = re.compile(
    r"\bthe (?:one|ones|thing|exercise|stretch)s? (?:with|on|against|using|in|at) (?:the |a |an |my |that )?(?P<thing>\w+)", re.IGNORECASE
)
_NOTHING_NAMED_WORDS = """
    exercise exercises program routine stretch stretches stretching thing things ones that this them those these each time times
    reps repetitions sets days seconds minutes rounds side sides position breathe start begin hold keep they then work with have need
    supposed should move moves again right wrong homework something anything everything video link picture band towel ball chair wall
    many often long much again exactly total altogether really even now first second third fourth fifth sixth seventh last next does
    another other same knee knees foot feet arms legs hands head back leg hand"""
_NOTHING_NAMED = frozenset(_NOTHING_NAMED_WORDS.split())


async def advance(step: Step) -> str | None:
    """Answer a question about the program; ask which exercise where several fit."""
    journey = step.journey
    own = await read_program(step.context, step.patient)
    if not await therapists.may_hear(step, step.patient):
        await referral.refer(step, step.patient, "utter_program_not_told", given=step.proof.given if step.proof else "")
        return None
    if step.asked == ASKED and not step.quiet:
        if _asks_anew(step):
            journey.words, journey.intent, journey.choices = step.turn.text, step.intent, []
            step.turn.set(pending=[each for each in step.turn.get("pending") or () if each.get("kind") != journey.kind] or None)
        else:
            return await _answered(step, own)
    if journey.choices:
        return _ask(step, [str(each["name"]) for each in journey.choices])
    if own is None or not own.exercises:
        await referral.refer(step, step.patient, "utter_no_program")
        return None
    if pain.mentions(journey.words):
        journey.kind, step.asked = "pain", None
        return await pain.advance(step)
    if referral.judges(journey.words):
        await referral.refer(step, step.patient)
        return None
    return await _find(step, own)


def hears(step: Step) -> bool:
    """Does the message say which exercise is meant?"""
    if step.intent in ("talk_to_human", "never_mind") or step.turn.unseen_question:
        return False
    if step.turn.choice is not None:
        return True
    return bool(_among(step.turn.text, [str(each["name"]) for each in step.journey.choices]))


def listen(step: Step) -> str:
    """Take a number after the list of exercises for the one that stands there."""
    listed = _remembered(step).get("listed") or ()
    if step.intent == "choose_option" and step.choice is not None and listed and step.turn.last_response == "utter_program":
        return "exercise"
    return "exercise" if _follows_up(step) else ""


def _follows_up(step: Step) -> bool:
    """Does a short message only name another exercise after one was told of ("and the one legged kind")?"""
    talk, text = _remembered(step), step.turn.text
    if not talk.get("last") or step.now - datetime.fromisoformat(talk["at"]) > FOLLOWED_UP or len(text.split()) > FEW_WORDS:
        return False
    if step.intent in INTENTS or step.turn.confidence >= OTHER or step.turn.last_response.startswith("utter_ask"):
        return False
    return any(each.score >= NAMED for each in find_exercises(text, list(known_names())))


def _asks_anew(step: Step) -> bool:
    return step.intent in INTENTS and not hears(step)


async def _find(step: Step, own: Program) -> str | None:
    journey, text = step.journey, step.journey.words
    talk = _remembered(step)
    if journey.intent == "choose_option":
        return await _from_list(step, own, [str(name) for name in talk.get("listed") or ()])
    if journey.intent == "ask_exercise_program":
        _tell_program(step, own)
        return None
    found = _mentioned(text, own)
    last = own.named(str(talk.get("last") or ""))
    if last is not None and (not found or found[0].score < OTHER) and not _PROGRAM.search(text):
        await _tell(step, own, [last])
        return None
    meant = _likeliest(text, [each.name for each in alike(found)])
    if not meant:
        meant = _likeliest(text, [each.name for each in alike(_mentioned(step.turn.said_so_far, own))])
    if not meant and not _PROGRAM.search(text):
        meant = described(text, {each.name: f"{each.equipment} {each.how}" for each in own.active})
    if not meant and _foreign(text):
        await referral.refer(step, step.patient, "utter_not_in_program")
        return None
    if not meant and (asks(text, journey.intent) == DOSE or _PROGRAM.search(text)):
        _tell_program(step, own)
        return None
    if len(meant) == 1 or (not meant and len(own.active) == 1):
        only = own.named(meant[0]) if meant else own.active[0]
        await _tell(step, own, [only] if only else [])
        return None
    return _ask(step, meant or [each.name for each in own.active])


def _mentioned(text: str, own: Program) -> list[Candidate]:
    names = {each.name: (each.equipment, each.side) for each in own.exercises}
    # "The one with the cushion" is "the cushion one".
    turned = _WITH.sub(
        lambda found: f"the {found['thing']} one", re.sub(r"\bshow me\b|\bset (?:it|this) up\b", "", text, flags=re.IGNORECASE)
    )
    return [each for each in find_exercises(turned, names) if each.score >= NAMED]


def _likeliest(text: str, names: Sequence[str]) -> list[str]:
    """Of names that fit alike, prefer the one that itself holds more of the words: "the hip stretch" is rather "Hip flexor stretch"."""
    said = set(re.findall(r"[a-z]{3,}", text.lower()))
    shared = {name: len(said & set(re.findall(r"[a-z]{3,}", name.lower()))) for name in names}
    return [name for name in names if shared[name] == max(shared.values())]


def _foreign(text: str) -> bool:
    """Does the text name an exercise that the program does not hold?"""
    if any(each.score >= OTHER for each in find_exercises(re.sub(r"\bset (?:it|this) up\b", "", text), list(known_names()))):
        return True
    found = _NAMES.search(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return found is not None and not (set(found["name"].lower().split()) & _NOTHING_NAMED)


def _ask(step: Step, names: Sequence[str]) -> str:
    step.journey.choices = [{"name": name} for name in names]
    options = " ".join(f"{number}) {name}" for number, name in enumerate(names, start=1))
    return step.ask(ASKED, "utter_which_exercise", options=options, last=len(names))


async def _answered(step: Step, own: Program | None) -> str | None:
    names = [str(each["name"]) for each in step.journey.choices]
    chosen = _chosen(step, names) or ([each.name for each in alike(_mentioned(step.turn.text, own))] if own else [])
    if own is None or (not chosen and step.assent is False):
        await referral.refer(step, step.patient, "utter_not_in_program")
        return None
    if not chosen:
        return _ask(step, names)
    await _tell(step, own, [each for each in (own.named(name) for name in chosen) if each is not None])
    return None


def _chosen(step: Step, names: Sequence[str]) -> list[str]:
    number = step.choice
    if number is not None and number != 0:
        place = len(names) - 1 if number < 0 else number - 1
        return [names[place]] if 0 <= place < len(names) else []
    if re.search(r"\b(?:both|all(?: of them)?)\b", step.turn.text, re.IGNORECASE):
        return list(names[:2])
    return _among(step.turn.text, names)


def _among(text: str, names: Sequence[str]) -> list[str]:
    """Return the one of the names that was asked for by name; the plain "bridge" is the bridge where both were offered."""
    found = find_exercises(text, names) if names else []
    return [found[0].name] if found else []


async def _from_list(step: Step, own: Program, listed: Sequence[str]) -> str | None:
    chosen = _chosen(step, listed)
    if not chosen:
        return _ask(step, [each.name for each in own.active])
    step.journey.intent = "ask_exercise_howto"
    await _tell(step, own, [each for each in (own.named(name) for name in chosen) if each is not None])
    return None


async def _tell(step: Step, own: Program, exercises: Sequence[Exercise]) -> None:
    """Answer what was asked about these exercises, in the therapist's words."""
    journey = step.journey
    wish = asks(journey.words, journey.intent) if journey.intent in INTENTS else str(_remembered(step).get("wish") or HOW)
    for exercise in exercises:
        therapist = therapists.name_of(own.therapist)
        if exercise.removed:
            await referral.refer(step, step.patient, "utter_exercise_removed_referred", name=exercise.name)
        elif not _say(step, exercise, wish, therapist):
            await referral.refer(step, step.patient, "utter_program_does_not_say", name=exercise.name)
        _remember(step, last=exercise.name, wish=wish)


def _say(step: Step, exercise: Exercise, wish: str, therapist: str) -> bool:
    """Say it; False when the plan does not."""
    dose, values = dosage.dose(exercise), {"name": exercise.name, "therapist": therapist}
    if wish == VIDEO and exercise.video:
        step.turn.say("utter_exercise_video", video=exercise.video, **values)
    elif wish == EQUIPMENT and exercise.equipment:
        step.turn.say("utter_exercise_equipment", equipment=exercise.equipment, **values)
    elif wish == SIDE and exercise.side:
        step.turn.say("utter_exercise_side", side=dosage.side(exercise), how=exercise.how, **values)
    elif wish == DOSE and dose:
        step.turn.say("utter_exercise_dose", dose=dose, **values)
    elif wish not in (VIDEO, DOSE) and exercise.how:
        step.turn.say("utter_exercise_how", how=exercise.how, **values)
        if dose:
            step.turn.say("utter_exercise_dose_too", dose=dose[:1].upper() + dose[1:])
        if exercise.video:
            step.turn.say("utter_exercise_video_too", video=exercise.video)
    else:
        return False
    return True


def asks(text: str, intent: str) -> str:
    """Return what is asked about an exercise: a video, equipment, the side, the dose, or how it goes."""
    if _VIDEO.search(text):
        return VIDEO
    if intent == "ask_exercise_dose":
        return DOSE
    if _EQUIPMENT.search(text):
        return EQUIPMENT
    if _SIDE.search(text):
        return SIDE
    return DOSE if _DOSE.search(text) else HOW


def _tell_program(step: Step, own: Program) -> None:
    """List what is to be done; with sets and repetitions where three texts hold them."""
    if not own.active:
        step.turn.say("utter_no_exercise_now", therapist=therapists.name_of(own.therapist))
        return
    long = [f"{number}) {each.name}: {dosage.dose(each)}" for number, each in enumerate(own.active, start=1)]
    short = [f"{number}) {each.name}: {dosage.amount(each)}" for number, each in enumerate(own.active, start=1)]
    bare = [f"{number}) {each.name}" for number, each in enumerate(own.active, start=1)]
    lines = next((lines for lines in (long, short) if len("\n".join(lines)) <= LIST_LENGTH), bare)
    step.turn.say("utter_program", exercises="\n".join(line.removesuffix(": ") for line in lines))
    _remember(step, listed=[each.name for each in own.active])


def _remembered(step: Step) -> dict[str, Any]:
    """Return what was spoken of with this patient, unless it is long ago."""
    talk = step.turn.get(TALK) or {}
    patient = step.proof.patient if step.proof else talk.get("patient")
    if not talk or talk.get("patient") != patient or step.now - datetime.fromisoformat(talk["at"]) > REMEMBERED:
        return {}
    return dict(talk)


def _remember(step: Step, **said: Any) -> None:
    step.turn.set(**{TALK: {**_remembered(step), **said, "patient": step.patient, "at": step.now.isoformat()}})

"""The one form of the dialogue: whatever a patient arranges about visits, one journey at a time, with what was asked beside it waiting.

Rasa calls `validate_journey_form` when the form opens, with each message while it is open, and when the form is come back to after a
question on the side. One action both reads what came and asks for what is missing, because a call to the action server costs more
than anything inside it. Changes are made and told here, after the schedule was read back: no rule says "done".
"""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import identity, people, wishes, wording
from actions.choosing import keep_names
from actions.context import current
from actions.journey import Journey
from actions.journeys import confirm, late, relations
from actions.journeys.registry import KINDS, hears, listening
from actions.promises import call_back
from actions.scheduling.errors import SchedulingError
from actions.scheduling.types import visit_from_json
from actions.step import YES_NO_SLOTS, NotSettled, Step
from actions.switching import ANSWERS, START, Switch, decide, likelier, opened_by, wants_another
from actions.turn import PASSING_SLOTS, Turn
from bot.nlu import birth_date, clauses

logger = logging.getLogger(__name__)

FORM = "journey_form"
# A scheduling system that restarts is back by then; until then a turn is tried again before the patient hears of it.
PATIENCE = timedelta(seconds=12)
NOTHING_OPEN = "nothing_open"
# What may correct the change just made, when it says a time.
CHANGES_AGAIN = frozenset(
    {"correct_value", "deny", "inform", "reschedule_appointment", "choose_option", "ask_more_options", "affirm", "confirm_appointment"}
)
TAPBACK = "EXTERNAL_tapback"
# Changes of a visit that stands until the patient has said yes.
UNFINISHED = frozenset({"reschedule", "cancel"})
# Reactions that say yes to a reminder, as telephones write them.
LIKED = frozenset({"liked", "loved", "\N{THUMBS UP SIGN}", "\N{HEAVY BLACK HEART}", "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}"})
# Below this an intent is too doubtful to leave the journey for it, when the message also says when.
DOUBTFUL = 0.5
# Below this a booking may as well be a move, where the words speak of a visit that stands.
DOUBTED = 0.7
_FEE = re.compile(r"\$|\b(?:fee|dollars?|bucks|charged?)\b", re.IGNORECASE)
_NEW_HERE = re.compile(
    r"\b(?:never been|new patient|first (?:time|visit)|new here|referr(?:al|ed)|haven'?t been (?:there|here|to you|in) before)\b",
    re.IGNORECASE,
)


class ValidateJourneyForm(Action):
    """Takes the patient's message one step further in her journey."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        asked = tracker.get_slot("requested_slot")
        if asked and turn.asked_by_itself(asked):
            asked = None
        beside = turn.answered_by(FORM)
        journey = Journey.from_json(turn.get("journey"))
        # What another action passed on unanswered opens a journey like any message; beside an open one it only brings the question back.
        quiet = bool(beside) and journey is not None
        step = Step(turn, context, journey or Journey("answer", turn.message_id, turn.text), asked, quiet=quiet)
        if turn.intent == TAPBACK and not beside:
            return await self._reacted(step, open_journey=journey is not None)
        if journey is not None and not beside and not (concerns(step) or await _names_another(step)):
            return []  # nothing here is for the form: Rasa lets the rules answer
        turn.clear("next_step")
        try:
            requested = await self._advance(step, opening=journey is None, beside=beside)
        except (SchedulingError, NotSettled) as error:
            if not _out_of_patience(step):
                raise
            logger.warning("the scheduling system does not answer (%s); the desk is asked to call back", type(error).__name__)
            requested = _schedule_is_away(step, unsettled=isinstance(error, NotSettled))
        if requested is None and turn.get("next_step") is None:
            requested = await self._next(step)
        if requested and step.journey.kind in UNFINISHED and step.journey.visit is not None and step.proof is not None:
            turn.record("unfinished", visit=step.whose + step.when(step.journey.visit.start))
        turn.set(journey=step.journey.as_json() if requested else None)
        turn.clear(*PASSING_SLOTS, *(() if beside else ("misunderstood",)))
        if not requested:
            turn.clear("pending")
            turn.set(next_step=turn.get("next_step") or "done")
        return [*turn.events(), SlotSet("requested_slot", requested)]

    async def _reacted(self, step: Step, *, open_journey: bool) -> list[EventType]:
        """Take a tapback: it confirms a reminder and is nothing else; an open question stays open."""
        turn = step.turn
        reaction = str(turn.values.get("reaction") or "")
        if not open_journey and reaction in LIKED and (waiting := await confirm.reminded(step)):
            await confirm.answer(step, waiting[-1:])
        turn.clear(*PASSING_SLOTS)
        turn.set(next_step=None if open_journey else "done")
        return [*turn.events(), SlotSet("requested_slot", step.asked if open_journey else None)]

    async def _advance(self, step: Step, *, opening: bool, beside: str) -> str | None:
        if opening:
            begun = await begin(step)
            if begun is not None:
                return begun or None
        elif step.journey.kind == "confirm_reminder":
            return await confirm.answer(step, await confirm.reminded(step))
        elif beside:
            if beside != "action_not_understood":
                _back(step)
        else:
            said = await self._interrupted(step)
            if said is not None:
                return said or None
        return await proceed(step)

    async def _interrupted(self, step: Step) -> str | None:
        """Deal with a message that leaves the journey or starts another; None when the journey simply goes on, "" when it ends."""
        turn, journey = step.turn, step.journey
        if journey.kind == "identify" and turn.get("when") and step.intent not in START:
            journey.kind, journey.words = "reschedule", turn.text
        if step.asked is None and step.intent in ("affirm", "deny") and (kind := listening(step)):
            # "did them. btw what time tomorrow?": the yes answers what the line had asked, not the question of the other clause
            turn.set(pending=[*(turn.get("pending") or ()), _fresh(step, kind).as_json()])
            step.quiet = True
            return None
        switch = decide(step)
        if switch is Switch.LEAVE:
            await leave(step)
            return ""
        if switch is Switch.WAIT:
            turn.say("utter_wait")
            step.quiet = True
            return step.asked
        if switch is Switch.REPEAT:
            step.quiet = True
        elif switch is Switch.QUEUE:
            pending = [*(turn.get("pending") or ()), _fresh(step, START[step.intent]).as_json()]
            turn.set(pending=pending)
            step.quiet = True
        elif switch is Switch.ASIDE:
            if step.saying and step.asked in ("opening", "when") and len(clauses.split(turn.text)) > 1:
                # "Tuesday after lunch. And should she skip the bridges?" says a time for the journey, too.
                journey.said.append(step.saying)
                journey.forget_offers()
                turn.clear("when")
            journey.details["suspended"] = True
            turn.set(pending=[journey.as_json(), *(turn.get("pending") or ())])
            fresh = _fresh(step, START[step.intent])
            fresh.people = list(journey.people)
            step.journey, step.asked = fresh, None
        elif switch is Switch.LATE:
            await late.before_proof(Step(turn, step.context, _fresh(step, "late")))
            step.quiet = True
        elif switch is Switch.REPLACE:
            fresh = _fresh(step, opened_by(step))
            if fresh.kind in ("reschedule", "cancel", "waitlist", "confirm"):
                fresh.visit, fresh.wanted = journey.visit, journey.wanted
                if fresh.kind == "waitlist":
                    fresh.said = journey.said
            fresh.people = journey.people
            if fresh.kind == "confirm":
                await leave(step)
            step.journey, step.asked = fresh, None
        return None

    async def _next(self, step: Step) -> str | None:
        """Go on with what was asked for beside the journey that has just ended."""
        pending = list(step.turn.get("pending") or ())
        while pending and step.turn.get("next_step") is None:
            journey = Journey.from_json(pending.pop(0))
            step.turn.set(pending=pending or None)
            if journey is None:
                continue
            step.journey, step.asked, step.quiet = journey, None, True
            if journey.details.pop("suspended", None):
                _back(step)
            requested = await proceed(step)
            if requested:
                return requested
        return None


async def begin(step: Step) -> str | None:
    """Open a journey by what the message says; None to go on with it, else the slot asked for ("" when nothing is open)."""
    turn = step.turn
    kind = listening(step) or opened_by(step)
    if kind == "confirm" and turn.confidence < DOUBTFUL:
        kind = likelier(turn)  # nothing is confirmed on a guess
    if kind == "book" and turn.confidence < DOUBTED and not wants_another(turn.text) and _gives_up_a_visit(step):
        kind = "reschedule"
    if kind:
        step.journey = _fresh(step, kind)
        if kind in ("reschedule", "cancel"):
            await _of_reminder(step)
        if not turn.get("proof") and kind in ("reschedule", "book"):
            turn.say("utter_sorry_to_hear" if relations.tells_of_death(turn.text) else "utter_happy_to_look")
        return None
    return await _answer(step)


def _gives_up_a_visit(step: Step) -> bool:
    """Do the words tell of a visit that stands beside the time wished for ("I have one tomorrow at one. Anything on Friday?")?"""
    said = wishes.read(step.saying) if step.saying else None
    return said is not None and said.constraint is not None and said.visit_reference is not None


async def _of_reminder(step: Step) -> None:
    """Let an answer to the one open reminder be about its visit: "can't do that, thursday?"."""
    waiting = await confirm.reminded(step) if step.turn.get("reminders") else []
    if len(waiting) == 1:
        step.journey.visit, step.journey.people = waiting[0]["now"], [waiting[0]["patient"]]


async def _answer(step: Step) -> str | None:
    """Find the question that an answer belongs to though no journey is open: a reminder, an offer, or the change just made."""
    turn, intent = step.turn, step.intent
    waiting = await confirm.reminded(step) if turn.get("reminders") else []
    offer = turn.get("waitlist_offer")
    if waiting and (intent in ("affirm", "confirm_appointment", "EXTERNAL_tapback") or (intent == "choose_option" and turn.choice == 1)):
        step.journey.kind = "confirm_reminder"
        return await confirm.answer(step, waiting) or ""
    if waiting and intent == "deny":
        step.journey = _fresh(step, "cancel")
        await _of_reminder(step)
        return None
    if offer and intent in ("affirm", "book_appointment", "confirm_appointment", "join_waitlist", "choose_option"):
        step.journey = _fresh(step, "take_offer")
        step.journey.details["agreed"] = True
        step.journey.people = [offer["patient"]]
        return None
    if offer and intent in ("deny", "never_mind"):
        turn.say("utter_place_declined")
        turn.clear("waitlist_offer")
        return ""
    change = turn.get("last_change")
    before = visit_from_json(change.get("before")) if change else None
    said = wishes.read(step.saying) if step.saying else None
    if before is not None and said is not None and said.constraint is not None and not said.constraint.is_time_only:
        local = step.context.clinic.local(before.start).replace(tzinfo=None)
        if said.constraint.allows(local) and "other" not in turn.text.lower():
            step.journey = _fresh(step, "undo")
            return None
    if change and step.now - datetime.fromisoformat(change["at"]) < timedelta(hours=step.context.clinic.policies.proof_hours):
        if intent in ("deny", "never_mind") and not turn.get("when"):
            step.journey = _fresh(step, "undo")
            return None
        if intent in CHANGES_AGAIN and turn.get("when") and change.get("now"):
            step.journey = _fresh(step, "reschedule")
            step.journey.details["same_day"] = True
            step.journey.visit = visit_from_json(change["now"])
            return None
    if turn.get("when") and intent in ("inform", "correct_value", "ask_more_options", "choose_option", "affirm", "deny"):
        # A time out of the blue ("anything else on thursday?") is a wish to move what stands.
        step.journey = _fresh(step, "reschedule")
        return None
    if intent == "wait_please":
        turn.say("utter_wait")
        return ""
    turn.set(next_step=NOTHING_OPEN)
    return ""


async def proceed(step: Step) -> str | None:
    """Prove who is texting, then let the journey take the message."""
    turn, journey = step.turn, step.journey
    if journey.kind == "late" and identity.proof_of(turn, step.now) is None:
        done, asked = await late.before_proof(step)
        if done:
            return asked
    if (
        journey.kind == "book"
        and step.asked is None
        and not turn.get("proof")
        and _NEW_HERE.search(journey.words.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    ):
        turn.say("utter_book_new_patient")
        step.to_person("new_patient")
        return None
    kind = KINDS[journey.kind]
    if kind.opens is not None and step.asked is None and not journey.details.get("opened"):
        journey.details["opened"] = True
        await kind.opens(step)
    if not kind.proof:
        step.proof = identity.proof_of(turn, step.now)
        return await KINDS[journey.kind].advance(step)
    if await relations.refused(step):
        return None
    answered = step.asked in ("date_of_birth", "first_name")
    words = f"{journey.words} {turn.text}"
    asked = await identity.settle(turn, step.context, journey.people, asked=step.asked, quiet=step.quiet, words=words)
    if asked is not None:
        if not answered and step.saying:
            journey.said.append(step.saying)
            turn.clear("when")
        keep_names(step)
        return asked or None
    before = step.proof.patient if step.proof else None
    step.proof = identity.proof_of(turn, step.now)
    _queue_the_others(step)
    patient = step.proof.patient if step.proof else None
    if journey.visit is not None and patient != journey.details.get("for", patient) and before != patient:
        journey.visit = None
        journey.forget_offers()
    journey.details["for"] = patient
    if answered:
        step.asked = None
    return await KINDS[journey.kind].advance(step)


def _queue_the_others(step: Step) -> None:
    """Where several were meant ("both"), do the same for the others, one after the other."""
    journey, turn = step.journey, step.turn
    assert step.proof is not None  # noqa: S101 - called with a proof
    if len(journey.people) < 2 or step.proof.patient not in journey.people or not people.says_all(f"{journey.words} {turn.text}"):
        return
    others = [one for one in journey.people if one != step.proof.patient]
    again = [Journey(journey.kind, journey.began, journey.words, said=list(journey.said), people=[one]) for one in others]
    turn.set(pending=[*(each.as_json() for each in again), *(turn.get("pending") or ())])
    journey.people = [step.proof.patient]


async def leave(step: Step) -> None:
    """End the journey as the patient wishes: everything stays as it was, and that is said."""
    visit = step.journey.visit
    if visit is not None:
        standing = await step.context.directory.visit(visit.reference)
        if standing.start == visit.start and standing.status == visit.status:
            step.turn.say("utter_left_unchanged", visit=step.when(visit.start), whose=step.whose)
            return
    step.turn.say("utter_left")


def concerns(step: Step) -> bool:
    """Is the message for the journey: a wish about visits, an answer, or a value it waits for?"""
    turn = step.turn
    if step.intent in START or step.intent in ANSWERS or hears(step):
        return True
    if step.asked in ("another_day", "minutes", "reason", "reminded"):
        return step.intent not in ("talk_to_human", "ask_location", "ask_hours", "ask_are_you_bot", "ask_billing_insurance")
    if step.asked in ("date_of_birth", "first_name"):
        return bool(turn.get("date_of_birth") or turn.get("first_name")) or _completes_birth_date(step)
    if step.asked in YES_NO_SLOTS and step.intent == "ask_billing_insurance" and _FEE.search(turn.text):
        return True  # the fee that the question has just told
    if step.assent is not None and step.intent != "talk_to_human":
        return True
    value = bool(turn.get("when") or turn.get("therapist") or turn.get("choice"))
    return value and (step.intent == "out_of_scope" or turn.confidence < DOUBTFUL)


def _completes_birth_date(step: Step) -> bool:
    return step.asked == "date_of_birth" and step.intent != "talk_to_human" and birth_date.parts(step.turn.text) != birth_date.Parts()


async def _names_another(step: Step) -> bool:
    """Does the message name another patient of this number ("it is for Lily I ask")?"""
    proof = identity.proof_of(step.turn, step.now)
    if proof is None or step.intent == "talk_to_human":
        return False
    named = people.mentioned(await identity.known(step.turn, step.context), step.turn.text).people
    return bool(named) and any(person.reference != proof.patient for person in named)


def _out_of_patience(step: Step) -> bool:
    received = step.turn.metadata.get("received_at")
    return bool(received) and step.now - datetime.fromisoformat(str(received)) > PATIENCE


def _schedule_is_away(step: Step, *, unsettled: bool) -> str | None:
    """Promise nothing: the desk gets a task and calls back; what was in hand is told as it stands."""
    turn, due = step.turn, call_back(step.context)
    visit = step.journey.visit
    detail = {"journey": step.journey.kind, "visit": visit.reference if visit else None, "unsettled": unsettled}
    step.task("call_back", detail, key=f"call_back:{turn.message_id}", due=due)
    name = "utter_schedule_away_unsettled" if unsettled else "utter_schedule_away"
    turn.say(name, by=wording.when(due, turn.channel))
    turn.set(next_step="done")
    return None


def _back(step: Step) -> None:
    """Lead back to the open question after something on the side."""
    kind = KINDS.get(step.journey.kind)
    step.turn.say("utter_back_to_question" if kind is not None and kind.beside else "utter_back_to_visit")


def _fresh(step: Step, kind: str) -> Journey:
    return Journey(kind, step.turn.message_id, step.turn.text, step.intent)

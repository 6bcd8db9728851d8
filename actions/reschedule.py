"""Moving a visit: which one, when instead, three openings, one explicit yes, and only then the change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions import identity, openings, wishes, wording
from actions.context import Context, current
from actions.form import FormAction, forget_journey
from actions.scheduling.types import Actor, Opening, Outcome, Status, Visit, opening_from_json, to_json, visit_from_json
from actions.turn import Turn
from bot.nlu.when import Constraint

FORM = "reschedule_form"


class NotSettled(Exception):
    """The scheduling system did not say what became of the change. The turn fails and is tried again under the same key."""


class ValidateRescheduleForm(FormAction):
    """Asks, one thing at a time, for identity, visit, opening and consent."""

    form = FORM

    def open(self, turn: Turn) -> None:
        if not turn.get("proof"):
            turn.say("utter_happy_to_look")

    def keep(self, turn: Turn, context: Context) -> None:
        if saying := turn.saying(context.now()):
            turn.set(wish={"said": [saying]})

    async def advance(self, turn: Turn, context: Context) -> str | None:
        if self._agreed(turn):
            # Nothing is read here: when this turn is repeated after a crash, the visit may have moved already, under this turn's key.
            turn.set(next_step="move")
            return None
        visit = await self._visit(turn, context)
        if visit is None:
            return "visit" if turn.get("visits") else None
        wish, refined = self._wish(turn, context, visit)
        opening = self._chosen(turn, context, visit, wish if refined else None)
        if opening:
            return self._confirm(turn, context, visit, opening)
        return await self._offer(turn, context, visit, wish)

    def _agreed(self, turn: Turn) -> bool:
        """Is this the plain yes to the question just asked? One written before that question arrived is not."""
        asked = turn.tracker.get_slot("requested_slot") == "confirmed"
        changed = turn.get("when") or turn.choice or turn.get("more")
        return bool(asked and turn.get("assent") and turn.get("opening") and not changed and not turn.unseen_question)

    async def _visit(self, turn: Turn, context: Context) -> Visit | None:
        """Return the visit to move, asking which when it is not clear; None with `visits` set means that was asked."""
        proof = identity.proof_of(turn, context.now())
        assert proof is not None, "advance runs with a proven identity only"  # noqa: S101 - FormAction guarantees it
        known = visit_from_json(turn.get("visit"))
        visits = await context.directory.upcoming(proof.patient)
        if known:
            current_state = next((visit for visit in visits if visit.reference == known.reference), None)
            if current_state and current_state.start == known.start:
                return current_state
            turn.clear("visit", "offers", "opening")
            turn.say("utter_visit_has_changed")
        if not visits:
            turn.say("utter_no_visit_to_move")
            turn.set(next_step="leave_quietly")
            return None
        visit = _pick(turn, context, visits)
        if visit is None:
            turn.set(visits=[to_json(each) for each in visits[: context.clinic.policies.offers]])
            shown = wording.options([context.clinic.local(each.start) for each in visits[: context.clinic.policies.offers]], turn.channel)
            turn.say("utter_ask_which_visit", options=shown)
            return None
        turn.clear("visits", "choice")
        turn.set(visit=to_json(visit))
        return visit

    def _wish(self, turn: Turn, context: Context, visit: Visit) -> tuple[Constraint | None, bool]:
        """Return the wish as it now stands, and whether this message changed it once openings were on offer."""
        said = list((turn.get("wish") or {}).get("said", ()))
        fresh = turn.saying(context.now())
        if fresh:
            offered = [opening_from_json(each) for each in turn.get("offers") or ()]
            starts = [context.clinic.local(each.start).replace(tzinfo=None).isoformat() for each in offered if each]
            said.append({**fresh, "offered": starts})
        turn.set(wish={"said": said})
        return wishes.constraint(said, context.clinic.local(visit.start)), bool(fresh and turn.get("offers"))

    def _chosen(self, turn: Turn, context: Context, visit: Visit, refined: Constraint | None) -> Opening | None:
        """Return the opening that the message chose by number, by its day or time, or by assent; or the one chosen before."""
        offers = [opening_from_json(each) for each in turn.get("offers") or ()]
        offered = [each for each in offers if each is not None]
        choice = turn.choice
        if choice is not None and offered:
            index = len(offered) - 1 if choice == -1 else choice - 1
            if 0 <= index < len(offered):
                turn.set(opening=to_json(offered[index]))
                return offered[index]
            turn.say("utter_no_such_choice", count=len(offered))
        if refined:
            turn.clear("opening", "offer_page")
            matching = openings.fitting(offered, refined, context)
            if len(matching) == 1:
                turn.set(opening=to_json(matching[0]))
                return matching[0]
            return None
        if turn.get("assent") is False or turn.get("more"):
            turn.clear("opening")
            return None
        if turn.get("assent") and len(offered) == 1 and not turn.get("opening"):
            turn.set(opening=to_json(offered[0]))
            return offered[0]
        return opening_from_json(turn.get("opening"))

    def _confirm(self, turn: Turn, context: Context, visit: Visit, opening: Opening) -> str:
        late = visit.start - context.now() < timedelta(hours=context.clinic.policies.notice_hours)
        turn.say(
            "utter_confirm_move_late" if late else "utter_confirm_move",
            **_names(turn, context, visit, opening.start, opening.practitioner, opening.location),
            fee=context.clinic.policies.late_fee_dollars,
            hours=context.clinic.policies.notice_hours,
        )
        return "confirmed"

    async def _offer(self, turn: Turn, context: Context, visit: Visit, wish: Constraint | None) -> str | None:
        page = int(turn.get("offer_page") or 0)
        if turn.get("more"):
            page += 1
        elif turn.get("assent") is False and turn.get("offers") and not turn.get("when"):
            turn.say("utter_ask_what_suits", **_names(turn, context, visit))
            return "opening"
        offer = await openings.find(context, visit, wish, page)
        if not offer.openings and page:
            page, offer = 0, await openings.find(context, visit, wish, 0)
        if not offer.openings:
            turn.say("utter_nothing_open_at_all", **_names(turn, context, visit))
            turn.set(next_step="person", handoff_reason="no_openings")
            return None
        turn.set(offers=[to_json(each) for each in offer.openings], offer_page=page)
        starts = [context.clinic.local(each.start) for each in offer.openings]
        count = len(starts)
        turn.say(
            "utter_offer" if offer.fits else "utter_offer_nearest",
            **_names(turn, context, visit),
            options=wording.options(starts, turn.channel),
            numbers="1" if count == 1 else "1 or 2" if count == 2 else f"1-{count}",
        )
        return "opening"


class ActionMoveVisit(Action):
    """Moves the visit after the yes, reads it back, and tells the outcome: the only place that says "done"."""

    def name(self) -> str:
        return "action_move_visit"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        visit, opening = visit_from_json(turn.get("visit")), opening_from_json(turn.get("opening"))
        proof = identity.proof_of(turn, context.now())
        if visit is None or opening is None or proof is None:
            raise NotSettled("a move was confirmed without a visit, an opening or a proof; the forms should not allow it")
        outcome = await context.booking.move(
            f"move-{turn.message_id}", conversation_id=turn.conversation, patient=proof.patient, visit=visit, opening=opening
        )
        if outcome.status == Status.UNAVAILABLE:
            raise NotSettled(f"the change {outcome.key} is not settled yet")
        if outcome.status == Status.TAKEN:
            return self._taken(turn)
        self._tell(turn, context, visit, opening, outcome)
        turn.record(
            "audit",
            what=f"move_{outcome.status.value}",
            actor=proof.actor,
            patient=proof.patient,
            detail={"key": outcome.key, "visit": visit.reference},
        )
        forget_journey(turn)
        if outcome.status == Status.REFUSED:
            turn.set(next_step="person", handoff_reason="move_refused")
            return [*turn.events(), FollowupAction("action_hand_off")]
        return turn.events()

    def _taken(self, turn: Turn) -> list[EventType]:
        turn.say("utter_opening_taken")
        turn.clear("opening", "offers", "offer_page", "next_step")
        return [*turn.events(), FollowupAction(FORM)]

    def _tell(self, turn: Turn, context: Context, visit: Visit, opening: Opening, outcome: Outcome) -> None:
        if outcome.status == Status.DONE and outcome.visit:
            now_at = outcome.visit
            turn.say("utter_moved", **_names(turn, context, visit, now_at.start, now_at.practitioner, now_at.location))
        elif outcome.status == Status.REQUESTED:
            turn.say("utter_move_requested", **_names(turn, context, visit, opening.start, opening.practitioner, opening.location))
        else:
            turn.say("utter_move_refused", **_names(turn, context, visit))


def _pick(turn: Turn, context: Context, visits: Sequence[Visit]) -> Visit | None:
    """Return the visit that was meant, by the choice just made, the day the message names, or because there is only one."""
    choice = turn.choice
    asked = turn.get("visits")
    if asked and choice is not None and 0 < choice <= len(asked):
        return next((visit for visit in visits if visit.reference == asked[choice - 1]["reference"]), None)
    if len(visits) == 1:
        return visits[0]
    fresh = turn.saying(context.now())
    said = [*(turn.get("wish") or {}).get("said", ()), *([fresh] if fresh else ())]
    named = wishes.visits_meant(said, [context.clinic.local(visit.start) for visit in visits], answering=bool(asked))
    if len(named) == 1:
        return visits[named[0]]
    return None


def _names(
    turn: Turn,
    context: Context,
    visit: Visit,
    start: datetime | None = None,
    practitioner: Actor | None = None,
    location: Actor | None = None,
) -> dict[str, str]:
    """Return the values that the responses about a move are filled with."""
    old = context.clinic.local(visit.start)
    names = {
        "visit": wording.when(old, turn.channel),
        "old_day": wording.weekday(old),
        "old_practitioner": first_name(context, visit.practitioner),
    }
    if start is not None:
        names |= {
            "opening": wording.when(context.clinic.local(start), turn.channel),
            "practitioner": first_name(context, practitioner),
            "location": place_name(context, location),
        }
    return names


def first_name(context: Context, actor: Actor | None) -> str:
    """Return how the line speaks of a practitioner: by first name when the clinic's file knows the person."""
    if actor is None:
        return "the team"
    member = context.clinic.practitioner(actor.reference)
    return member.first_name if member else actor.name or "the team"


def place_name(context: Context, actor: Actor | None) -> str:
    """Return how the line speaks of a location."""
    if actor is None:
        return context.clinic.short_name
    place = context.clinic.located(actor.reference)
    return place.name if place else actor.name or context.clinic.short_name

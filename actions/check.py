"""Telling a patient when she comes next, and taking her word that she will."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import identity, wishes, wording
from actions.context import Context, current
from actions.form import FormAction, forget_journey
from actions.reschedule import first_name, place_name
from actions.scheduling.responses import confirm
from actions.scheduling.types import Visit
from actions.turn import Turn


class ValidateCheckForm(FormAction):
    """Needs nothing but a proven identity."""

    form = "check_form"

    def keep(self, turn: Turn, context: Context) -> None:
        if saying := turn.saying(context.now()):
            turn.set(wish={"said": [saying]})

    async def advance(self, turn: Turn, context: Context) -> str | None:
        self.keep(turn, context)
        turn.set(next_step="tell")
        return None


class ValidateConfirmForm(ValidateCheckForm):
    """Needs nothing but a proven identity, too; what follows differs."""

    form = "confirm_form"


class _NextVisit(Action, ABC):
    """Shared by both: find the visit that is meant, or the next one."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        proof = identity.proof_of(turn, context.now())
        if proof is None:
            raise LookupError("a visit was asked for without a proven identity; the forms should not allow it")
        visits = await context.directory.upcoming(proof.patient)
        said = (turn.get("wish") or {}).get("said", ())
        meant = wishes.visits_meant(said, [context.clinic.local(visit.start) for visit in visits], answering=True)
        if visits:
            await self.tell(turn, context, visits, meant[0] if meant else 0, proof)
        else:
            turn.say("utter_no_visit")
        forget_journey(turn)
        return turn.events()

    @abstractmethod
    async def tell(self, turn: Turn, context: Context, visits: list[Visit], meant: int, proof: identity.Proof) -> None:
        """Say what there is to say about `visits[meant]`; `visits` is not empty."""


class ActionCheckAppointment(_NextVisit):
    """Says when the next visit is, and how many follow."""

    def name(self) -> str:
        return "action_check_appointment"

    async def tell(self, turn: Turn, context: Context, visits: list[Visit], meant: int, proof: identity.Proof) -> None:
        following = visits[meant + 1] if meant + 1 < len(visits) else None
        turn.say("utter_next_visit_and_then" if following else "utter_next_visit", **_about(turn, context, visits[meant], following))


class ActionConfirmAppointment(_NextVisit):
    """Writes the patient's yes to the schedule and says what was confirmed."""

    def name(self) -> str:
        return "action_confirm_appointment"

    async def tell(self, turn: Turn, context: Context, visits: list[Visit], meant: int, proof: identity.Proof) -> None:
        visit = visits[meant]
        if not await confirm(context.client, visit, proof.patient, f"confirm-{turn.message_id}"):
            turn.record("staff_task", kind="visit_confirmed", detail={"visit": visit.reference}, dedupe_key=f"confirm-{turn.message_id}")
        turn.record("audit", what="visit_confirmed", actor=proof.actor, patient=proof.patient, detail={"visit": visit.reference})
        turn.say("utter_confirmed", **_about(turn, context, visit, None))


def _about(turn: Turn, context: Context, visit: Visit, following: Visit | None) -> dict[str, str]:
    values = {
        "visit": wording.when(context.clinic.local(visit.start), turn.channel),
        "practitioner": first_name(context, visit.practitioner),
        "location": place_name(context, visit.location),
    }
    if following:
        values["following"] = wording.when(context.clinic.local(following.start), turn.channel)
    return values

"""What becomes of a change: told only as the schedule shows it, remembered so that it can be taken back."""

from __future__ import annotations

from typing import Any

from actions.scheduling.types import Opening, Outcome, Status, Visit, to_json
from actions.step import NotSettled, Step


def settle(step: Step, outcome: Outcome, responses: dict[Status, str], **values: Any) -> bool:
    """Say what became of a change, note it and remember it; return whether it is over.

    False means that the opening was taken: the journey goes on. Raises NotSettled when nobody knows yet.
    """
    if outcome.status is Status.UNAVAILABLE:
        raise NotSettled(f"the change {outcome.key} is not settled yet")
    journey = step.journey
    if outcome.status is Status.TAKEN:
        step.turn.say("utter_opening_taken")
        journey.forget_offers()
        return False
    seen: Visit | Opening | None = outcome.visit if outcome.status is Status.DONE and outcome.visit else journey.opening
    step.turn.say(responses[outcome.status], **{**step.names(journey.visit, seen), **values})
    step.audit(f"{journey.kind}_{outcome.status.value}", key=outcome.key, visit=journey.visit.reference if journey.visit else None)
    if outcome.status is Status.REFUSED:
        step.to_person(f"{journey.kind}_refused")
    elif outcome.status is Status.DONE:
        remember(step, outcome.visit)
    return True


def remember(step: Step, visit: Visit | None) -> None:
    """Keep the last change, for "actually no" and "I meant Friday"."""
    step.turn.set(
        last_change={
            "kind": step.journey.kind,
            "patient": step.patient,
            "before": to_json(step.journey.visit),
            "now": to_json(visit),
            "at": step.now.isoformat(),
        }
    )

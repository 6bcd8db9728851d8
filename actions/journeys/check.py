"""Telling a patient when she comes next, and how many authorised visits are left."""

from __future__ import annotations

from collections.abc import Sequence

from actions import which, wishes, wording
from actions.choosing import keep_saying
from actions.scheduling.types import Visit
from actions.standing import standing
from actions.step import Step


async def advance(step: Step) -> str | None:
    """Say which visits are coming; nothing is asked."""
    keep_saying(step)
    visits = await step.context.directory.upcoming(step.patient)
    tell(step, visits)
    return None


def tell(step: Step, visits: Sequence[Visit]) -> None:
    """Say the visit that the words name, or the next one, and those that follow."""
    if not visits:
        step.turn.say("utter_no_visit", **step.names())
        return
    starts = [step.context.clinic.local(visit.start) for visit in visits]
    meant = wishes.visits_meant(step.journey.said, starts, answering=True)
    shown = visits[meant[0]] if meant else visits[0]
    following = [visit for visit in visits if visit.start > shown.start]
    if which.says_all(step.journey.words):
        shown, following = visits[0], list(visits[1:])
    named = bool(meant) or not following
    step.turn.set(visit_told={"visit": shown.reference, "at": step.now.isoformat()} if named else None)
    limit = step.context.clinic.policies.offers
    values = step.names(None, shown) | {"visit": step.when(shown.start)}
    if not following:
        step.turn.say("utter_next_visit", **values)
        return
    later = [wording.when(step.context.clinic.local(visit.start), step.turn.channel) for visit in following[:limit]]
    step.turn.say("utter_next_visit_and_then", **values, following="; ".join(later))


async def visits_left(step: Step) -> str | None:
    """Say how many authorised visits are left, beside those that stand in the schedule."""
    own = await standing(step.context, step.patient)
    if own.visits_left is None:
        step.turn.say("utter_visits_left_unknown")
        step.to_person("request_for_desk")
        return None
    coming = len(await step.context.directory.upcoming(step.patient))
    step.turn.say("utter_visits_left" if own.visits_left else "utter_visits_left_none", left=own.visits_left, coming=coming, **step.names())
    return None


async def identify(step: Step) -> str | None:
    """Nothing but an identity was given: ask what it is for."""
    step.turn.say("utter_how_can_i_help")
    return None

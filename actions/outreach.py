"""What the line may start by itself, as patients wish it, and how their wishes are kept."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from actions.context import Context
from actions.step import Step
from actions.turn import Turn
from bot.store.patient_tables import preference
from bot.store.preferences import Preferences, preferences_of


async def wanted(context: Context, *subjects: str) -> Preferences:
    """Return what these subjects, patients' references or conversation ids, want together."""
    return await context.database.reading(preferences_of, [subject for subject in subjects if subject])


async def may_write(turn: Turn, context: Context, patient: str, topic: str) -> bool:
    """May the line write of this topic to this conversation about this patient, without having been asked?"""
    return (await wanted(context, turn.conversation, patient)).allows(topic)


def subject_of(step: Step) -> str:
    """Return whose wish a message about the line is: the proven patient's; for anybody else it holds for this number alone."""
    return step.proof.patient if step.proof and not step.proof.by_caregiver else step.turn.conversation


def keep(step: Step, name: str, value: Any, *, subject: str = "") -> None:
    """Store a preference."""
    step.turn.record("preference", subject=subject or subject_of(step), name=name, value=value, source=step.turn.message_id)


async def keep_topics(step: Step, *, off: frozenset[str] = frozenset(), on: frozenset[str] = frozenset()) -> None:
    """Switch topics off or on again, beside what was switched before."""
    subject = subject_of(step)
    value = await _outreach(step.context, subject)
    value["off"] = sorted((set(value.get("off", ())) | off) - on)
    keep(step, "outreach", value, subject=subject)


async def stop(step: Step, reason: str, *subjects: str) -> None:
    """Stop everything that the line would start by itself for these subjects, until staff settle it."""
    for subject in subjects:
        keep(step, "outreach", {**await _outreach(step.context, subject), "stopped": reason}, subject=subject)


async def _outreach(context: Context, subject: str) -> dict[str, Any]:
    def read(connection: Any) -> Any:
        where = (preference.c.subject == subject, preference.c.name == "outreach")
        return connection.execute(sa.select(preference.c.value).where(*where)).scalar()

    return dict(await context.database.reading(read) or {})

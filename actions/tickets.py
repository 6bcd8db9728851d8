"""Tickets for patients who are not happy: with an owner and a time by which somebody has seen to them, both of the clinic's file."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from actions import wording
from actions.step import Step
from bot import recovery

KIND = "service_recovery"
# Threats of law and of authorities, and anger that no automated answer will calm: a person, at once.
_LEGAL = re.compile(
    r"\b(?:lawyers?|attorneys?|abogad[oa]s?|(?:to|will|i'?ll|gonna|could|should|can|shall) sue|suing|sued|"
    r"lawsuit|legal action|(?:small claims|see you in) court|"
    r"malpractice|negligence|medical board|licen[sc]ing board|state board|better business|bbb|attorney general|hipaa|"
    r"(?:report|reporting) (?:you|this|her|him|them))\b",
    re.IGNORECASE,
)
_ANGER = re.compile(
    r"\b(?:furious|livid|outraged?|outrageous|fuming|pissed(?: off)?|so angry|really angry|very angry|disgust(?:ed|ing)|unacceptable|"
    r"(?:sick|tired|fed up) of (?:this|you|your|being)|how dare|wtf|bullshit|bs|screw you|scam|crooks?|incompetent|idiots?|"
    r"manager|supervisor)\b",
    re.IGNORECASE,
)


def needs_person(text: str) -> bool:
    """Does this call for a person at once: a legal threat, anger, or somebody in charge asked for?"""
    return bool(_LEGAL.search(text) or _ANGER.search(text) or _shouts(text))


def _shouts(text: str) -> bool:
    words = re.findall(r"[A-Za-z]{2,}", text)
    return len(words) >= 4 and sum(word.isupper() for word in words) >= 0.7 * len(words)


def open_ticket(step: Step, about: str, *, due_as: int | None = None, key: str | None = None, **detail: Any) -> dict[str, str]:
    """Give the ticket to its owner; return what the patient is told of it: `owner`, a first name, and `by`, when.

    `about` is survey, complaint or leaving; `due_as` the score whose time it has, by itself a detractor's. One ticket is made for one
    `key`, by itself the message's.
    """
    context = step.context
    due = recovery.due(context.clinic, context.clock.now(), due_as)
    code = context.clinic.service_recovery.owner
    proven = step.proof.patient if step.proof else None
    told = {"about": about, "message": step.turn.message_id, "patient": proven, **detail}
    step.turn.record(
        "staff_task",
        kind=KIND,
        owner=code,
        detail={name: value for name, value in told.items() if value is not None},
        dedupe_key=f"{KIND}:{key or step.turn.message_id}",
        due_at=due.isoformat(),
    )
    return {"owner": context.clinic.member(code).first_name, "by": by(step, due)}


def by(step: Step, due: datetime) -> str:
    """Return when in the channel's words; only the time when it is today."""
    if due.date() == step.now.date():
        return wording.clock(due, step.turn.channel)
    return wording.when(due, step.turn.channel)

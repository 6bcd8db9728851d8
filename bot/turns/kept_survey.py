"""A survey's answer that holds a sign of danger: the fixed words are said and no dialogue runs, but what was answered is kept.

The survey is known from its trigger, which is a turn of the conversation.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import survey
from bot.store.patient_tables import survey_answer
from bot.store.tables import turn
from bot.store.turns import Held
from bot.turns import patient_records
from bot.types import Awaiting

# Nobody answers a survey that is older; the same holds for the questions that a conversation may have seen since.
LOOKED_BACK = timedelta(days=14)
_QUESTIONS = frozenset({Awaiting.NPS_SCORE.value, Awaiting.COMMENT.value})


def keep(connection: Connection, held: Held, awaiting: str, now: datetime) -> None:
    """Store score and comment of the turn's messages if the conversation was asked for them (`awaiting` is what it waited for)."""
    text = "\n".join(one.body.strip() for one in held.messages if one.body.strip())
    if awaiting not in _QUESTIONS or not text:
        return
    asked = _last_asked(connection, held.conversation_id, now)
    if asked is None:
        return
    identifier, patient = asked
    before = connection.execute(sa.select(survey_answer).where(survey_answer.c.id == identifier)).mappings().first()
    answer = survey.read(text)
    score, comment = (answer.settled, answer.comment) if awaiting == Awaiting.NPS_SCORE.value else (None, text)
    if before is not None:
        score = before["score"] if score is None else score
        comment = "\n".join(part for part in (before["comment"], comment) if part) or None
    if score is None and comment is None:
        return
    patient_records.write(connection, held.conversation_id, survey.records(identifier, patient, score, comment, now), now)


def _last_asked(connection: Connection, conversation_id: str, now: datetime) -> tuple[str, str | None] | None:
    """Return id and patient of the survey that was asked last."""
    asked = sa.and_(turn.c.conversation_id == conversation_id, turn.c.kind == "trigger", turn.c.created_at > now - LOOKED_BACK)
    for row in connection.execute(sa.select(turn.c.id, turn.c.payload).where(asked).order_by(turn.c.created_at.desc())).mappings():
        payload = row["payload"] or {}
        if payload.get("name") == survey.TRIGGER:
            entities = payload.get("entities") or {}
            return str(entities.get("survey") or row["id"]), entities.get("patient")
    return None

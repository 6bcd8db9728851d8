"""Clearing what is past its days (`retention` in clinic.yml), in small transactions, so that nobody waits for it.

What somebody waits for is kept whatever its age: open tasks, hand-offs and incidents, unsettled bookings, unfinished turns, unsent texts,
and everything of a conversation that has one of these or that a person has. Opt-outs are never cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.privacy.days import Retention
from bot.store.database import Database
from bot.store.patient_tables import exercise_log, fhir_resource, pain_score, preference, survey_answer
from bot.store.tables import audit, booking_request, conversation, delivery_event, handoff, incident, message, outbox, staff_task, turn
from bot.store.trackers import Trackers

BATCH = 400
"""Rows in one transaction."""
RAN = "retention_ran"
"""What the audit calls a run."""

Work = Callable[[Connection, datetime], int]
Counts = dict[str, int]


@dataclass(frozen=True)
class Step:
    """One kind of row. `work(connection, before)` clears at most BATCH of them and returns how many; it is repeated until that is 0."""

    name: str
    days: int
    work: Work


def steps(days: Retention) -> tuple[Step, ...]:
    """Return what is done, in an order that leaves nothing pointing at what is gone."""
    return (
        Step("survey comments", days.survey_comments, _comments),
        Step("explanations", days.explanations, _explanations),
        Step("pain scores", days.pain_and_exercises, _removing(pain_score, pain_score.c.scored_at)),
        Step("exercise logs", days.pain_and_exercises, _removing(exercise_log, exercise_log.c.logged_at)),
        Step("posted resources", days.messages, _resources),
        Step("messages", days.messages, _removing(message, message.c.received_at, _at_rest(message.c.conversation_id))),
        Step("texts sent", days.messages, _removing(outbox, outbox.c.created_at, _final(), _at_rest(outbox.c.conversation_id))),
        Step("delivery reports", days.messages, _removing(delivery_event, delivery_event.c.at)),
        Step("turns", days.messages, _removing(turn, turn.c.created_at, turn.c.state.in_(("done", "given_up")), _unused_turn())),
        Step("closed tasks", days.closed_tasks, _removing(staff_task, staff_task.c.closed_at, staff_task.c.state == "closed")),
        Step("closed hand-offs", days.closed_tasks, _removing(handoff, handoff.c.closed_at, handoff.c.state == "closed")),
        Step("closed incidents", days.incidents, _removing(incident, incident.c.closed_at, incident.c.state == "closed")),
        Step("bookings", days.bookings, _removing(booking_request, booking_request.c.updated_at, booking_request.c.outcome.is_not(None))),
        Step("audit entries", days.audit, _removing(audit, audit.c.at)),
        Step("conversations", days.messages, _removing(conversation, conversation.c.created_at, _empty_conversation())),
        Step("wishes of conversations that are gone", days.messages, _orphaned_preferences),
    )


def run(database: Database, trackers: Trackers, days: Retention, now: datetime, actor: str) -> Counts:
    """Clear everything that is past its days and note the run; return how many of each kind. Raises SQLAlchemyError."""
    counts = {}
    for step in steps(days):
        counts[step.name] = 0
        while True:
            with database.write() as connection:
                cleared = step.work(connection, now - timedelta(days=step.days))
            counts[step.name] += cleared
            if cleared < BATCH:
                break
    counts |= clear_trackers(database, trackers, days, now)
    with database.write() as connection:
        connection.execute(audit.insert().values(at=now, actor=actor, what=RAN, detail={"cleared": {k: n for k, n in counts.items() if n}}))
    return counts


def clear_trackers(database: Database, trackers: Trackers, days: Retention, now: datetime) -> Counts:
    """Forget the trackers of conversations at rest, and take old words out of those that go on."""
    before = now - timedelta(days=days.trackers)
    tracked = trackers.known()  # read first: a conversation that begins meanwhile is in the store before it has a tracker
    with database.read() as connection:
        known = set(connection.scalars(sa.select(conversation.c.id)))
        resting = set(connection.scalars(sa.select(conversation.c.id).where(_quiet_since(before), _at_rest(conversation.c.id))))
    forgotten = (tracked - known) | resting
    return {"tracker events": trackers.forget(forgotten), "tracker events without their words": trackers.blank_words(before)}


def count(database: Database, days: Retention, now: datetime) -> Counts:
    """Return how many rows `run` would clear at once of each kind, having changed nothing; what others leave behind is not counted."""
    counts: Counts = {}
    with database.engine.connect() as connection:
        for step in steps(days):
            with connection.begin() as looking:
                counts[step.name] = step.work(connection, now - timedelta(days=step.days))
                looking.rollback()
    return counts


def _removing(table: sa.Table, at: Any, *conditions: Any) -> Work:
    key = list(table.primary_key.columns)

    def work(connection: Connection, before: datetime) -> int:
        due = connection.execute(sa.select(*key).where(at < before, *conditions).limit(BATCH)).all()
        if len(key) == 1 and due:
            connection.execute(table.delete().where(key[0].in_([row[0] for row in due])))
        elif due:
            for row in due:
                connection.execute(table.delete().where(*(column == value for column, value in zip(key, row, strict=True))))
        return len(due)

    return work


def _setting(table: sa.Table, values: Mapping[str, Any], at: Any, *conditions: Any) -> Work:
    (key,) = table.primary_key.columns

    def work(connection: Connection, before: datetime) -> int:
        due = list(connection.scalars(sa.select(key).where(at < before, *conditions).limit(BATCH)))
        if due:
            connection.execute(table.update().where(key.in_(due)).values(**values))
        return len(due)

    return work


_comments = _setting(survey_answer, {"comment": None}, survey_answer.c.answered_at, survey_answer.c.comment.is_not(None))
_explanations = _setting(
    turn, {"explanation": None}, turn.c.created_at, turn.c.explanation.is_not(None), turn.c.state.in_(("done", "given_up"))
)


def _resources(connection: Connection, before: datetime) -> int:
    """Copies of resources that the scheduling system has."""
    due = list(connection.scalars(sa.select(fhir_resource.c.key).where(fhir_resource.c.posted_at < before).limit(BATCH)))
    if due:
        for table in (survey_answer, pain_score):
            connection.execute(table.update().where(table.c.resource_key.in_(due)).values(resource_key=None))
        connection.execute(fhir_resource.delete().where(fhir_resource.c.key.in_(due)))
    return len(due)


def _orphaned_preferences(connection: Connection, before: datetime) -> int:
    """What was wished in a conversation where nobody was proven, and that is gone."""
    gone = sa.and_(preference.c.subject.like("cv\\_%", escape="\\"), preference.c.subject.not_in(sa.select(conversation.c.id)))
    return int(connection.execute(preference.delete().where(gone, preference.c.changed_at < before)).rowcount)


def _at_rest(conversation_id: Any) -> Any:
    """Nobody waits for anything in that conversation; rows without one are at rest."""
    waiting = (
        sa.select(handoff.c.conversation_id).where(handoff.c.state != "closed"),
        sa.select(incident.c.conversation_id).where(incident.c.state != "closed"),
        sa.select(staff_task.c.conversation_id).where(staff_task.c.state != "closed", staff_task.c.conversation_id.is_not(None)),
        sa.select(booking_request.c.conversation_id).where(
            booking_request.c.outcome.is_(None), booking_request.c.conversation_id.is_not(None)
        ),
        sa.select(turn.c.conversation_id).where(turn.c.state.in_(("waiting", "open"))),
        sa.select(message.c.conversation_id).where(message.c.turn_id.is_(None), ~message.c.consumed),
        sa.select(outbox.c.conversation_id).where(outbox.c.state.in_(("queued", "sending")), outbox.c.conversation_id.is_not(None)),
        sa.select(conversation.c.id).where(conversation.c.owner != "bot"),
    )
    return sa.or_(conversation_id.is_(None), *[sa.and_(*(conversation_id.not_in(query) for query in waiting))])


def _final() -> Any:
    return outbox.c.state.in_(("handed", "refused", "superseded"))


def _unused_turn() -> Any:
    used = sa.or_(
        sa.exists().where(message.c.turn_id == turn.c.id),
        sa.exists().where(outbox.c.turn_id == turn.c.id),
    )
    return sa.and_(~used, _at_rest(turn.c.conversation_id))


def _empty_conversation() -> Any:
    """No row belongs to it any longer and no other conversation waits for its answer."""
    other = conversation.alias("other")
    holders = (message, outbox, turn, handoff, staff_task, incident, booking_request, survey_answer, exercise_log, pain_score)
    held = sa.or_(
        *(sa.exists().where(table.c.conversation_id == conversation.c.id) for table in holders),
        sa.exists().where(other.c.answers_for == conversation.c.id),
    )
    return sa.and_(~held, conversation.c.owner == "bot", conversation.c.lease_owner.is_(None))


def _quiet_since(before: datetime) -> Any:
    heard = sa.and_(
        conversation.c.created_at < before, sa.func.coalesce(conversation.c.last_inbound_at, conversation.c.created_at) < before
    )
    return sa.and_(heard, ~sa.exists().where(turn.c.conversation_id == conversation.c.id, turn.c.created_at >= before))

"""Writes down what came of a turn: replies, records, owner and the turn's end, in one transaction that checks the fence.

Each `settle_*` also forms the conversation's next turn if messages wait, under the same lease, or gives the lease back; so a turn costs
two write transactions. All of them raise StaleLease, having written nothing, when another worker holds the conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot import paging
from bot.handoff import RED_FLAG, open_handoff
from bot.ids import new_id
from bot.store import conversations, incidents, turns
from bot.store.inbox import media_kind
from bot.store.incidents import RANK, Sign
from bot.store.outbox import Draft, put
from bot.store.tables import booking_request, outbox, staff_task
from bot.store.turns import Held
from bot.turns import alarm, kept_survey, records, tapping
from bot.turns.composing import compose
from bot.turns.health_by_text import kept_off_whatsapp
from bot.turns.house import House
from bot.turns.joining import joined
from bot.types import Awaiting, Channel, Owner, Say, TurnResult

HOLDING_EVERY = timedelta(hours=1)
HOLDING_QUEUE = "holding_queue"
SILENCE = timedelta(hours=3)
"""After so long a half-done change counts as left: chosen, longer than a working patient's breaks and within most opening days."""
PRIVATE = frozenset({"abuse"})
"""Categories whose texts leave no trace of what was said: another person may read the phone (see the safety table)."""


@dataclass(frozen=True)
class Settled:
    """What follows: the conversation's next turn, already held, or None; and the outbox rows a sender may look at."""

    next: Held | None
    queued: tuple[str, ...]


def settle_answer(
    connection: Connection, house: House, held: Held, result: TurnResult, wanted: records.Wanted, now: datetime, seconds: float
) -> Settled:
    """Store the dialogue's answer.

    If people took the conversation over meanwhile, the answer is kept as `superseded` for them to see. If the patient has written again
    meanwhile, questions are not sent: the next turn asks them anew.
    """
    row = conversations.held(connection, held.conversation_id, held.worker, held.fence)
    records.write(connection, held, wanted, now)
    overtaken = row["owner"] != Owner.BOT.value or row["owner_version"] != held.owner_version
    version = row["owner_version"]
    if wanted.handoff is not None and row["owner"] == Owner.BOT.value:
        wish = wanted.handoff
        opened = open_handoff(
            connection,
            held.conversation_id,
            wish.reason,
            now,
            urgency=wish.urgency,
            summary=wish.summary,
            facts=wish.facts,
            turn_id=held.id,
        )
        version = opened.owner_version
    stale = wanted.handoff is None and _written_again(connection, house, held)
    withdrawn = turns.supersede_unsent_questions(connection, held.conversation_id)
    drafts = []
    for seq, say in enumerate(result.says):
        unsent = overtaken or (stale and say.awaiting is not Awaiting.NONE)
        drafts.append(
            _draft(
                held,
                seq,
                "answer" if wanted.opted_out is None else "consent",
                say.text,
                say=say,
                taps=(taps := tapping.options(house, say, held.channel)),
                template=tapping.template(house, say, held.channel, taps),
                owner_version=version,
                state="superseded" if unsent else "queued",
            )
        )
    drafts, unasked = kept_off_whatsapp(connection, house, drafts, [say.clinical for say in result.says], now)
    drafts, introduced = _introduced(house, row, drafts, now, withdrawn)
    values: dict[str, Any] = {"awaiting": (Awaiting.NONE if unasked else result.awaiting).value, **introduced}
    if house.keeps_explanations:
        turns.explain(connection, held.id, result.explanation)
    drafts = joined(drafts)
    if wanted.unfinished is not None and wanted.handoff is None and not overtaken and held.channel is not Channel.VOICE:
        drafts.append(_of_silence(house, held, str(wanted.unfinished["visit"]), len(result.says), version, now))
    return _end(connection, held, drafts, now, seconds, values)


def _of_silence(house: House, held: Held, visit: str, seq: int, version: int, now: datetime) -> Draft:
    """Return what the patient hears if she leaves a change half done: her visit stands. Her next message withdraws it."""
    due = house.awake(now + SILENCE)
    text = house.phrases.text(turns.STILL_UNCHANGED, held.channel, clinic=house.clinic, visit=visit)
    draft = _draft(held, seq, "outreach", text, response=turns.STILL_UNCHANGED, owner_version=version)
    return replace(draft, not_before=due)


def settle_safety(connection: Connection, house: House, held: Held, signs: Sequence[Sign], now: datetime, seconds: float) -> Settled:
    """Answer signs of danger (worst first) with fixed words, freeze the flow, record the incident, page and queue."""
    row = conversations.held(connection, held.conversation_id, held.worker, held.fence)
    kept_survey.keep(connection, held, row["awaiting"], now)
    worst = signs[0]
    noted = incidents.note(connection, held.conversation_id, signs, now)
    if noted.alarming:
        alarm.promise(connection, house, noted, now)
    opened = open_handoff(
        connection,
        held.conversation_id,
        RED_FLAG,
        now,
        urgency="high" if noted.level == "urgent" else "emergency",
        summary=f"{worst.level}: {worst.category}" if noted.rose else "",
        facts=alarm.facts(connection, held.conversation_id),
        turn_id=held.id,
    )
    turns.supersede_unsent_questions(connection, held.conversation_id)
    if noted.rose or RANK[worst.level] >= RANK["emergency"]:
        name, text = alarm.words(house, held, worst, now)
        drafts = [_draft(held, 0, "safety", text, response=name)]
    else:
        drafts = _holding(connection, house, held, opened.owner_version, now)
    if noted.alarming and house.oncall_number:
        drafts.append(alarm.page(connection, house, noted, held.line))
    return _end(connection, held, drafts, now, seconds, {"awaiting": Awaiting.NONE.value})


def settle_page_answer(connection: Connection, house: House, held: Held, now: datetime, seconds: float) -> Settled:
    """End a turn in which somebody of the clinic says that they have what they were paged for."""
    conversations.held(connection, held.conversation_id, held.worker, held.fence)
    name = paging.answered(connection, now)
    return _end(connection, held, [_draft(held, 0, "page", house.say(name, held.channel), response=name)], now, seconds, {})


def settle_waiting(connection: Connection, house: House, held: Held, now: datetime, seconds: float) -> Settled:
    """End a turn of a conversation that people own: the messages are theirs. In the queue the patient hears that they were received."""
    row = conversations.held(connection, held.conversation_id, held.worker, held.fence)
    drafts: list[Draft] = []
    if row["owner"] == Owner.QUEUE.value and held.incident_level is not None:
        drafts = _holding(connection, house, held, row["owner_version"], now)
    elif row["owner"] == Owner.QUEUE.value and not _held_lately(connection, held.conversation_id, now):
        text = house.say(HOLDING_QUEUE, held.channel)
        drafts = [_draft(held, 0, "answer", text, response=HOLDING_QUEUE, owner_version=row["owner_version"])]
    drafts, introduced = _introduced(house, row, drafts, now)
    return _end(connection, held, drafts, now, seconds, introduced)


def settle_media(connection: Connection, house: House, held: Held, types: Sequence[str], now: datetime, seconds: float) -> Settled:
    """Answer media without a word: staff see it, the line cannot."""
    row = conversations.held(connection, held.conversation_id, held.worker, held.fence)
    name = media_phrase(types)
    drafts = [_draft(held, 0, "answer", house.say(name, held.channel), response=name, owner_version=held.owner_version)]
    drafts, introduced = _introduced(house, row, drafts, now)
    return _end(connection, held, drafts, now, seconds, introduced)


def media_phrase(types: Sequence[str]) -> str:
    """Return the name of the sentence that answers media of these MIME types."""
    return f"{media_kind(types)}_received"


def settle_silently(connection: Connection, held: Held, now: datetime, seconds: float) -> Settled:
    """End a turn that nobody answers: only screened, or only what a telephone says by itself."""
    conversations.held(connection, held.conversation_id, held.worker, held.fence)
    return _end(connection, held, [], now, seconds, {})


def settle_later(connection: Connection, held: Held, now: datetime, until: datetime, *, waiting: bool) -> None:
    """Put a failed turn off until then; `waiting` lets messages pass it (a refused trigger)."""
    conversations.held(connection, held.conversation_id, held.worker, held.fence)
    turns.postpone(connection, held.id, until, "waiting" if waiting else "open")
    conversations.release(connection, held.conversation_id, held.worker, held.fence)


def settle_given_up(connection: Connection, house: House, held: Held, reason: str, now: datetime, seconds: float) -> Settled:
    """End a turn that failed too often: the patient hears the truth and a person takes over; a trigger becomes a task.

    The person is told what the turn may have changed in the schedule all the same.
    """
    row = conversations.held(connection, held.conversation_id, held.worker, held.fence)
    drafts: list[Draft] = []
    introduced: dict[str, Any] = {}
    if held.kind == "messages" and row["owner"] == Owner.BOT.value:
        facts = {"cause": reason, "turn": held.id, "changes": _changes(connection, held)}
        opened = open_handoff(connection, held.conversation_id, "technical", now, urgency="high", facts=facts, turn_id=held.id)
        withdrawn = turns.supersede_unsent_questions(connection, held.conversation_id)
        name = "technical_problem"
        drafts = [_draft(held, 0, "answer", house.say(name, held.channel), response=name, owner_version=opened.owner_version)]
        drafts, introduced = _introduced(house, row, drafts, now, withdrawn)
    elif held.kind != "messages":
        connection.execute(
            staff_task.insert().values(
                id=new_id("task"),
                conversation_id=held.conversation_id,
                kind="trigger_failed",
                detail={"turn": held.id, "name": (held.payload or {}).get("name"), "cause": reason},
                dedupe_key=f"trigger_failed:{held.id}",
                created_at=now,
            )
        )
    return _end(connection, held, drafts, now, seconds, introduced, state="given_up")


def _changes(connection: Connection, held: Held) -> list[dict[str, Any]]:
    """Return the booking requests made since the turn began; `outcome` is None for one that will still be brought to its end."""
    made = booking_request.c.created_at >= held.created_at
    query = sa.select(booking_request).where(booking_request.c.conversation_id == held.conversation_id, made)
    rows = connection.execute(query.order_by(booking_request.c.created_at)).mappings()
    return [{"key": row["key"], "kind": row["kind"], "visit": row["old_appointment"], "outcome": row["outcome"]} for row in rows]


def _end(
    connection: Connection,
    held: Held,
    drafts: Sequence[Draft],
    now: datetime,
    seconds: float,
    values: dict[str, Any],
    state: str = "done",
) -> Settled:
    ids = put(connection, drafts, now) if drafts else []
    turns.finish(connection, held.id, state, now)
    following: Held | None = None
    if not turns.anything_waits(connection, held.conversation_id):
        conversations.write(connection, held.conversation_id, held.worker, held.fence, {**values, **conversations.RELEASED})
    else:
        extended = {**values, "lease_until": now + timedelta(seconds=seconds)}
        conversations.write(connection, held.conversation_id, held.worker, held.fence, extended)
        following = turns.next_turn(connection, turns.conversation_row(connection, held.conversation_id), now)
        if following is None:
            conversations.release(connection, held.conversation_id, held.worker, held.fence)
    queued = tuple(identifier for identifier, draft in zip(ids, drafts, strict=True) if draft.state == "queued")
    return Settled(following, queued)


def _draft(
    held: Held,
    seq: int,
    purpose: str,
    text: str,
    *,
    say: Say | None = None,
    response: str | None = None,
    owner_version: int | None = None,
    state: str = "queued",
    taps: list[dict[str, str]] | None = None,
    template: dict[str, Any] | None = None,
) -> Draft:
    return Draft(
        conversation_id=held.conversation_id,
        turn_id=held.id,
        seq=seq,
        purpose=purpose,
        channel=held.channel,
        line=held.line,
        address=held.address,
        body=text,
        response=say.response if say else response,
        awaiting=say.awaiting if say else Awaiting.NONE,
        owner_version=owner_version,
        state=state,
        options=taps,
        template=template,
    )


def _holding(connection: Connection, house: House, held: Held, version: int, now: datetime) -> list[Draft]:
    standing = incidents.open_incident(connection, conversation_id=held.conversation_id)
    if standing is None:
        return []
    name, text = alarm.holding(connection, house, held, standing, now)
    return [_draft(held, 0, "safety", text, response=name, owner_version=version)]


def _introduced(
    house: House, row: RowMapping, drafts: Sequence[Draft], now: datetime, withdrawn: Sequence[str] = ()
) -> tuple[list[Draft], dict[str, Any]]:
    """Put the clinic's name before the first of these messages if it is the first of the clinic's day that is sent.

    `withdrawn` are texts that were to be sent and are not: the name may have stood in one of them.
    """
    today = house.day(now)
    changed = list(drafts)
    first = next((index for index, draft in enumerate(changed) if draft.state == "queued" and draft.purpose != "safety"), None)
    if first is None:
        return changed, {}
    draft = changed[first]
    introduction = house.say("introduction", draft.channel)
    if row["introduced_on"] == today and not any(body.startswith(introduction) for body in withdrawn):
        return changed, {}
    changed[first] = Draft(**{**vars(draft), "body": f"{introduction} {draft.body}"})
    return changed, {"introduced_on": today}


def _written_again(connection: Connection, house: House, held: Held) -> bool:
    """Whether messages wait that the next turn will answer."""
    return bool(compose(turns.waiting_messages(connection, held.conversation_id), house.auto_replies).text)


def _held_lately(connection: Connection, conversation_id: str, now: datetime) -> bool:
    return (
        connection.scalar(
            sa.select(outbox.c.id)
            .where(
                outbox.c.conversation_id == conversation_id, outbox.c.response == HOLDING_QUEUE, outbox.c.created_at > now - HOLDING_EVERY
            )
            .where(outbox.c.state.not_in(["superseded", "refused"]))
            .limit(1)
        )
        is not None
    )

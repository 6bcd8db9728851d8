"""What is past its days goes, what is younger stays, and what somebody waits for stays whatever its age."""

from __future__ import annotations

import asyncio
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.privacy import retention
from bot.privacy.daily import LOOK_S, Daily
from bot.privacy.days import Retention
from bot.store import patient_tables, tables
from bot.store.trackers import without_words
from tests.unit.privacy.filling import NOW, Marked, Store

OLD = Marked("oldquetz", "+12075550173")
YOUNG = Marked("youngquetz", "+12075550174")
DAYS = Retention(**{spec.name: 30 for spec in fields(Retention)})
AGES = timedelta(days=31)
LATER = NOW + AGES
ZONE = ZoneInfo("America/New_York")


def run(store: Store, days: Retention = DAYS, now: datetime = LATER) -> dict[str, int]:
    return retention.run(store.database, store.trackers, days, now, "test")


def left(store: Store, who: Marked) -> set[str]:
    return {name for name, rows in store.of(who).items() if rows}


def test_what_is_old_is_gone_and_what_is_young_stays(store: Store) -> None:
    store.everything(OLD, NOW)
    store.everything(YOUNG, NOW + timedelta(days=10))
    young = store.of(YOUNG)
    counts = run(store)
    # The score stays for the trend, and with it the conversation it was given in; wishes and opt-outs hold until they are changed.
    assert left(store, OLD) == {"conversation", "survey_answer", "consent", "preference"}
    (answer,) = store.of(OLD)["survey_answer"]
    assert (answer["score"], answer["comment"], answer["resource_key"]) == (9, None, None)
    assert store.of(YOUNG) == young
    assert {name: counts[name] for name in ("messages", "texts sent", "turns", "closed tasks", "survey comments", "tracker events")} == {
        "messages": 1,
        "texts sent": 1,
        "turns": 1,
        "closed tasks": 2,
        "survey comments": 1,
        "tracker events": 3,
    }


def test_a_conversation_goes_with_its_last_row(store: Store) -> None:
    conversation = store.conversation(OLD)
    store.turn(conversation, OLD, NOW)
    store.add(patient_tables.preference, subject=conversation, name="language", value="es", source="SM", changed_at=NOW)
    run(store)
    assert left(store, OLD) == set()
    assert store.rows()["preference"] == []


def test_running_it_again_clears_nothing(store: Store) -> None:
    store.everything(OLD, NOW)
    run(store)
    assert not any(run(store).values())


def test_the_run_is_noted_with_counts_alone(store: Store) -> None:
    store.everything(OLD, NOW)
    run(store)
    (entry,) = store.rows()["audit"]
    assert (entry["what"], entry["actor"], entry["patient"]) == (retention.RAN, "test", None)
    assert entry["detail"]["cleared"]["messages"] == 1


@pytest.mark.parametrize("kind", [spec.name for spec in fields(Retention)])
def test_each_kind_has_days_of_its_own(store: Store, kind: str) -> None:
    store.everything(OLD, NOW)
    forever = Retention(**{spec.name: 10_000 for spec in fields(Retention)})
    before = store.of(OLD)
    run(store, replace(forever, **{kind: 30}))
    changed = {name for name, rows in store.of(OLD).items() if rows != before[name]}
    assert changed == {
        "messages": {"message", "outbox", "delivery_event", "fhir_resource", "survey_answer", "pain_score"},
        "trackers": {"events"},
        "explanations": {"turn"},
        "closed_tasks": {"handoff", "staff_task"},
        "incidents": {"incident"},
        "bookings": {"booking_request"},
        "survey_comments": {"survey_answer"},
        "pain_and_exercises": {"pain_score", "exercise_log"},
        "audit": {"audit"},
    }[kind] | ({"turn"} if kind == "messages" else set())


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (tables.incident, {"state": "open", "closed_at": None}),
        (tables.handoff, {"state": "claimed", "closed_at": None}),
        (tables.staff_task, {"state": "open", "closed_at": None}),
        (tables.booking_request, {"outcome": None}),
        (tables.turn, {"state": "waiting"}),
        (tables.outbox, {"state": "queued"}),
        (tables.message, {"turn_id": None}),
        (tables.conversation, {"owner": "staff"}),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_what_somebody_waits_for_is_never_cleared(store: Store, table: sa.Table, values: dict[str, Any]) -> None:
    conversation = store.everything(OLD, NOW)
    with store.database.write() as connection:
        connection.execute(table.update().values(**values))
    before = store.rows()
    run(store)
    after = store.rows()
    for name in ("conversation", "message", "outbox", "turn", "events", table.name):
        kept = {row[key] for row in after[name] for key in list(row)[:1]}
        assert kept == {row[key] for row in before[name] for key in list(row)[:1]}, name
    assert conversation in {row["id"] for row in after["conversation"]}
    with store.database.read() as connection:
        still = connection.execute(sa.select(table).where(*(table.c[name] == value for name, value in values.items()))).first()
    assert still is not None


def test_more_than_one_transactions_worth_is_cleared(store: Store) -> None:
    with store.database.write() as connection:
        rows = [{"sid": f"SM{number}", "status": "sent", "at": NOW} for number in range(retention.BATCH * 2 + 1)]
        connection.execute(tables.delivery_event.insert(), rows)
    assert run(store)["delivery reports"] == retention.BATCH * 2 + 1
    assert store.rows()["delivery_event"] == []


def test_looking_changes_nothing(store: Store) -> None:
    store.everything(OLD, NOW)
    before = store.rows()
    assert retention.count(store.database, DAYS, LATER)["messages"] == 1
    assert store.rows() == before


def test_a_conversation_that_goes_on_loses_its_old_words_and_keeps_what_they_meant(store: Store) -> None:
    conversation = store.conversation(OLD)
    store.turn(conversation, OLD, NOW)
    with store.database.write() as connection:
        connection.execute(tables.conversation.update().values(last_inbound_at=LATER))
    store.turn(conversation, YOUNG, LATER)
    counts = run(store)
    assert counts["tracker events without their words"] == 2
    said = [event for event in store.trackers.read(conversation) if event["event"] != "slot"]
    assert [event["text"] for event in said] == ["", "", YOUNG.mark, f"dear {YOUNG.mark}"]
    assert said[0]["parse_data"] == {"intent": {"name": "greet"}, "entities": [], "text": ""}
    assert without_words(said[0]) is None


class Moved:
    """A clock that is set by hand; sleeping lets the test go on and ends when it is woken."""

    def __init__(self, now: datetime) -> None:
        self.time = now
        self.slept: list[float] = []
        self.asleep = asyncio.Event()

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.asleep.set()
        await asyncio.Event().wait()


def daily(store: Store, clock: Moved) -> Daily:
    return Daily(store.database, store.trackers, DAYS, ZONE, clock)


async def test_it_runs_once_a_night_after_three(store: Store) -> None:
    store.everything(OLD, NOW)
    clock = Moved(datetime(2025, 8, 1, 6, 59, tzinfo=UTC))  # 2:59 at the clinic
    worker = daily(store, clock)
    assert not await worker.look()
    assert "message" in left(store, OLD)
    clock.time += timedelta(minutes=1)
    assert await worker.look()
    assert "message" not in left(store, OLD)
    assert not await worker.look()
    assert not await daily(store, clock).look(), "another worker sees that it ran"
    clock.time += timedelta(hours=20, minutes=59)  # 23:59
    assert not await worker.look()
    clock.time += timedelta(hours=3, minutes=1)
    assert await worker.look()


async def test_it_looks_again_and_again_until_told_to_stop(store: Store) -> None:
    clock, stop = Moved(LATER), asyncio.Event()
    store.everything(OLD, NOW)
    running = asyncio.create_task(daily(store, clock).run(stop))
    await clock.asleep.wait()
    assert "message" not in left(store, OLD)
    stop.set()
    await running
    assert clock.slept == [LOOK_S]


async def test_a_database_that_is_away_is_tried_again(store: Store) -> None:
    with store.database.write() as connection:
        connection.execute(sa.text("ALTER TABLE audit RENAME TO away"))
    assert not await daily(store, Moved(LATER)).look()
    with store.database.write() as connection:
        connection.execute(sa.text("ALTER TABLE away RENAME TO audit"))
    assert await daily(store, Moved(LATER)).look()

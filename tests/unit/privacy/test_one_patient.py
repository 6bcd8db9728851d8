"""Export shows everything of a patient and erasure leaves nothing of them; what is another's stays as it was."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.privacy import erase, export, holdings
from bot.store import inbox, outbox, patient_tables, tables
from bot.store.tables import metadata
from tests.unit.privacy.filling import HOUR, LINE, NOW, Marked, Store

ANA = Marked("anaquetz", "+12075550171")
BEN = Marked("benquetz", "+12075550172")
PROOF = timedelta(hours=24)
NUMBERLESS = "whose number is looked for nowhere"
LATER = NOW + timedelta(days=2)


def found(store: Store, who: Marked, address: str | None = None) -> holdings.Holdings:
    with store.database.read() as connection:
        return holdings.held(connection, who.patient, PROOF, address)


def erased(store: Store, who: Marked, **how: Any) -> erase.Erased:
    with store.database.write() as connection:
        held = holdings.held(connection, who.patient, PROOF)
        erase.lock(connection, held)
        return erase.erase(connection, held, store.trackers, "command line", LATER, **how)


def test_every_table_has_a_rule() -> None:
    assert set(holdings.RULES) == set(metadata.tables)


def test_the_filling_fills_every_table(store: Store) -> None:
    store.everything(ANA)
    assert {name for name, rows in store.rows().items() if not rows} == set()


def test_nothing_is_left_of_an_erased_patient_and_everything_of_others(store: Store) -> None:
    store.everything(ANA)
    store.everything(BEN)
    of_ben = store.of(BEN)
    told = erased(store, ANA)
    assert {name: rows for name, rows in store.of(ANA).items() if rows} == {}
    assert store.of(BEN) == of_ben
    assert told.events == 3
    assert set(told.rows) == set(metadata.tables)


def test_the_audit_says_that_somebody_was_erased_and_not_who(store: Store) -> None:
    store.everything(ANA)
    erased(store, ANA)
    (entry,) = store.rows()["audit"]
    assert (entry["what"], entry["actor"], entry["patient"], entry["conversation_id"]) == ("patient_erased", "command line", None, None)
    assert entry["detail"]["rows"]["message"] == 1


def test_an_opt_out_outlives_its_person(store: Store) -> None:
    store.everything(ANA)
    erased(store, ANA)
    (kept,) = store.rows()["consent"]
    assert (kept["opted_out"], kept["source"]) == (True, "erased")
    assert ANA.number[1:] not in repr(kept)
    with store.database.write() as connection:
        assert not outbox.may_reach(connection, "sms", LINE, ANA.number, "outreach", LATER)
        assert inbox.is_opted_out(connection, "sms", LINE, ANA.number)
        assert outbox.may_reach(connection, "sms", LINE, BEN.number, "outreach", LATER)
        inbox.set_consent(connection, "sms", LINE, ANA.number, opted_out=False, source="SM_start", now=LATER)
        assert outbox.may_reach(connection, "sms", LINE, ANA.number, "outreach", LATER)
    assert [row["address"] for row in store.rows()["consent"]] == [ANA.number]


def test_an_opt_in_goes_with_its_person(store: Store) -> None:
    store.everything(ANA)
    with store.database.write() as connection:
        inbox.set_consent(connection, "sms", LINE, ANA.number, opted_out=False, source="SM_start", now=NOW)
    assert erased(store, ANA).opt_outs == 0
    assert store.rows()["consent"] == []


def test_of_a_shared_telephone_only_what_is_theirs_goes(store: Store) -> None:
    shared = store.everything(ANA, NOW)
    store.everything(Marked(BEN.mark, ANA.number), NOW + 3 * PROOF, shared)
    store.everything(ANA, NOW + 6 * PROOF, shared)
    of_ben = store.of(Marked(BEN.mark, NUMBERLESS))
    told = erased(store, ANA)
    left = {name: rows for name, rows in store.of(Marked(ANA.mark, NUMBERLESS)).items() if rows}
    assert left == {}
    after = store.of(Marked(BEN.mark, NUMBERLESS))
    # The tracker's slots mix both; it is working memory and goes as a whole.
    assert after.pop("events") == []
    of_ben.pop("events")
    assert after == of_ben
    (thread,) = store.rows()["conversation"]
    assert (thread["patient"], thread["awaiting"], thread["address"]) == (None, "none", ANA.number)
    assert [row["address"] for row in store.rows()["consent"]] == [ANA.number], "an opt-out is the telephone's, and Ben has it, too"
    assert told.rows["message"] == 2


def test_what_stands_under_nobodys_proof_is_left_alone_and_counted(store: Store) -> None:
    shared = store.everything(ANA, NOW)
    store.everything(Marked(BEN.mark, ANA.number), NOW + 3 * PROOF, shared)
    store.turn(shared, Marked("nobodyquetz", ANA.number), NOW + 9 * PROOF, proven=False)
    held = found(store, ANA)
    assert held.nobodys >= 1
    erased(store, ANA)
    assert [row["body"] for row in store.rows()["message"] if "nobodyquetz" in row["body"]] == ["hello nobodyquetz"]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_threads_are_others_keep_theirs(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    people = [Marked(f"{name}quetz", f"+1207555018{place}") for place, name in enumerate(("cleo", "dora", "elif", "fero"))]
    threads: dict[str, str] = {}
    at = NOW
    for _ in range(12):
        who = dice.choice(people)
        number = dice.choice(people[:2]).number if dice.random() < 0.5 else who.number
        at += timedelta(hours=dice.choice((25, 30, 100)))
        playing = Marked(who.mark, number)
        threads[number] = store.everything(playing, at, threads.get(number))
    gone, *others = dice.sample(people, 4)
    before = {other.mark: store.of(Marked(other.mark, NUMBERLESS)) for other in others}
    if not found(store, gone).counts:
        pytest.fail(f"seed {seed} plays nobody; choose another")
    erased(store, gone)
    assert {name: rows for name, rows in store.of(Marked(gone.mark, NUMBERLESS)).items() if rows} == {}
    for other in others:
        now, then = store.of(Marked(other.mark, NUMBERLESS)), before[other.mark]
        for name in then:
            if name not in ("events", "conversation"):
                assert now[name] == then[name], (name, other.mark)


@pytest.mark.parametrize(
    ("table", "values", "said"),
    [
        (tables.incident, {"state": "open"}, "incident .* is open: .* release cv_"),
        (tables.handoff, {"state": "waiting"}, "waits for or has a person: `python -m bot release cv_"),
        (tables.booking_request, {"outcome": None}, "booking request .* is not settled"),
        (tables.staff_task, {"state": "open"}, "staff task .* is open: close it, or say --with-tasks"),
        (tables.outbox, {"state": "sending"}, "try again in a minute"),
        (tables.turn, {"state": "open"}, "try again in a minute"),
        (tables.message, {"turn_id": None}, "try again in a minute"),
        (tables.conversation, {"lease_until": LATER + HOUR}, "try again in a minute"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_what_is_open_stands_in_the_way(store: Store, table: sa.Table, values: dict[str, Any], said: str) -> None:
    store.everything(ANA)
    with store.database.write() as connection:
        key = next(iter(table.primary_key.columns))
        first = connection.scalar(sa.select(sa.func.min(key)))
        connection.execute(table.update().where(key == first).values(**values))
    before = store.rows()
    with pytest.raises(erase.Obstacle, match=said):
        erased(store, ANA)
    assert store.rows() == before


def test_open_tasks_go_when_it_is_said(store: Store) -> None:
    store.everything(ANA)
    with store.database.write() as connection:
        connection.execute(tables.staff_task.update().values(state="open"))
    erased(store, ANA, with_tasks=True)
    assert store.rows()["staff_task"] == []


def test_a_number_that_nobody_proved_can_be_named(store: Store) -> None:
    conversation = store.conversation(ANA)
    store.turn(conversation, ANA, NOW, proven=False)
    assert found(store, ANA).counts == {}
    assert found(store, ANA, ANA.number).counts["message"] == 1
    store.everything(BEN)
    assert found(store, ANA, BEN.number).counts == {}, "Ben proved that it is his"


def test_the_export_holds_every_row_and_nothing_of_others(store: Store, tmp_path: Path) -> None:
    store.everything(ANA)
    store.everything(BEN)
    path = tmp_path / "ana.json"
    export.write(path, export.document(found(store, ANA), store.trackers, NOW))
    text = path.read_text(encoding="utf-8")
    written = json.loads(text)
    assert path.stat().st_mode & 0o777 == 0o600
    for name, rows in store.of(ANA).items():
        if name != "events":
            assert len(written["records"][name]) >= len(rows) > 0, name
    assert [event["text"] for (tracker,) in [written["trackers"].values()] for event in tracker if "text" in event] == [
        ANA.mark,
        f"dear {ANA.mark}",
    ]
    (thread,) = written["conversations"]
    assert [(one["from"], one["text"]) for one in thread["said"]] == [("patient", f"hello {ANA.mark}"), ("answer", f"dear {ANA.mark}")]
    assert BEN.mark not in text
    assert BEN.number not in text
    with pytest.raises(FileExistsError):
        export.write(path, {})


def test_the_export_of_a_shared_telephone_shows_ones_own_part(store: Store) -> None:
    shared = store.everything(ANA, NOW)
    store.everything(Marked(BEN.mark, ANA.number), NOW + 3 * PROOF, shared)
    text = json.dumps(export.document(found(store, ANA), store.trackers, NOW))
    assert ANA.mark in text
    assert BEN.mark not in text


def test_sqlites_files_hold_no_trace(store: Store, tmp_path: Path) -> None:
    store.everything(ANA)
    store.everything(BEN)
    erased(store, ANA)
    erase.wipe(store.database, store.trackers)
    for path in tmp_path.glob("*.db*") if store.database.is_sqlite else ():
        content = path.read_bytes()
        assert ANA.mark.encode() not in content, path.name
        assert ANA.number.encode() not in content, path.name
    assert patient_tables.survey_answer.name in store.rows()

"""The soak's judge bites: an honest record has no faults, and each doctored one has exactly the fault that was put in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.soak.ear import Heard
from tests.acceptance.soak.evidence import Evidence
from tests.acceptance.soak.inbound import Sent
from tests.acceptance.soak.judge import faults
from tests.acceptance.soak.phrasebook import Phrasebook
from tests.acceptance.soak.schedule import Schedule, Visit

ZONE = ZoneInfo("America/New_York")
NOON = datetime(2025, 6, 2, 12, tzinfo=UTC)
TUESDAY = datetime(2025, 6, 3, 10, tzinfo=ZONE)
THURSDAY = datetime(2025, 6, 5, 12, 30, tzinfo=ZONE)
MAYA, TOM = "+12075550134", "+12075550145"
DONE = "Done: Thu Jun 5, 12:30 PM with Dana at Riverside. Tuesday is released. Changed your mind? Just text me."


def visit(number: int, patient: str, start: datetime, slot: str, version: int = 1, **more: Any) -> Visit:
    updated = NOON + timedelta(seconds=0 if version == 1 else 20)
    plain = Visit(
        f"v{number}",
        version,
        updated,
        "booked",
        f"Patient/{patient}",
        "Dana Whitfield",
        "Riverside",
        start,
        start + timedelta(minutes=45),
        (slot,),
    )
    return replace(plain, **more)


def answer(identifier: str, turn: str, seconds: int, body: str, response: str | None = None, state: str = "handed") -> dict[str, Any]:
    return {
        "id": identifier,
        "turn_id": turn,
        "state": state,
        "body": body,
        "response": response,
        "purpose": "answer",
        "created_at": NOON + timedelta(seconds=seconds),
    }


def turn(identifier: str, seconds: int, state: str = "done") -> dict[str, Any]:
    at = NOON + timedelta(seconds=seconds)
    return {
        "id": identifier,
        "conversation_id": "cv",
        "kind": "messages",
        "state": state,
        "created_at": at,
        "done_at": at + timedelta(seconds=1),
    }


def message(sid: str) -> dict[str, Any]:
    return {"sid": sid, "turn_id": sid, "consumed": False, "conversation_id": "cv"}


def heard(identifier: str, outbox: str, body: str, to: str = MAYA) -> Heard:
    return Heard(identifier, to, body, 0.0, outbox)


@pytest.fixture
def honest() -> Evidence:
    """Maya moved her visit from Tuesday to Thursday in two texts; Tom did nothing."""
    old, new = visit(1, "maya", TUESDAY, "Slot/tue"), visit(1, "maya", THURSDAY, "Slot/thu", version=2)
    toms = visit(2, "tom", TUESDAY + timedelta(hours=2), "Slot/tom")
    return Evidence(
        sent=[Sent("SM1", MAYA, "can't make tuesday", 0.0, 0.1, 1), Sent("SM2", MAYA, "yes", 10.0, 10.1, 2)],
        rows={
            "message": [message("SM1"), message("SM2")],
            "turn": [turn("SM1", 1), turn("SM2", 21)],
            "outbox": [answer("ob1", "SM1", 2, "Which?"), answer("ob2", "SM2", 22, DONE, "utter_moved")],
            "handoff": [],
        },
        heard=[heard("SMa", "ob1", "Which?"), heard("SMb", "ob2", DONE)],
        before=Schedule([old, toms], {"Slot/tue": "busy", "Slot/thu": "free", "Slot/tom": "busy"}),
        after=Schedule([new, toms], {"Slot/tue": "free", "Slot/thu": "busy", "Slot/tom": "busy"}),
        versions={"v1": [old, new], "v2": [toms]},
        patients={MAYA: "Patient/maya", TOM: "Patient/tom"},
        zone=ZONE,
    )


def found(evidence: Evidence) -> set[str]:
    """Return the names of the checks that found something."""
    return {name for name, lines in faults(evidence).items() if lines}


def with_rows(evidence: Evidence, **rows: list[dict[str, Any]]) -> Evidence:
    return replace(evidence, rows={**evidence.rows, **rows})


def test_an_honest_record_has_no_faults(honest: Evidence) -> None:
    assert found(honest) == set()


class TestAMessageLost:
    def test_that_never_reached_the_store(self, honest: Evidence) -> None:
        assert found(replace(honest, sent=[*honest.sent, Sent("SM3", MAYA, "hello?", 20.0)])) == {"messages lost"}

    def test_that_no_turn_took(self, honest: Evidence) -> None:
        first, second = honest.rows["message"]
        assert found(with_rows(honest, message=[{**first, "turn_id": None}, second])) == {"messages lost"}

    @pytest.mark.parametrize("state", ["open", "waiting"])
    def test_whose_turn_never_ended(self, honest: Evidence, state: str) -> None:
        first, second = honest.rows["turn"]
        assert found(with_rows(honest, turn=[first, {**second, "state": state}])) == {"messages lost"}

    def test_whose_answer_the_carrier_never_saw(self, honest: Evidence) -> None:
        assert found(replace(honest, heard=honest.heard[:1])) == {"messages lost"}

    @pytest.mark.parametrize("state", ["queued", "sending", "refused"])
    def test_whose_answer_was_never_handed_over(self, honest: Evidence, state: str) -> None:
        first, second = honest.rows["outbox"]
        unsent = with_rows(honest, outbox=[first, {**second, "state": state}])
        assert found(replace(unsent, heard=honest.heard[:1])) == {"messages lost"}

    def test_but_not_a_word_kept_for_her_silence(self, honest: Evidence) -> None:
        kept = {**answer("ob3", "SM2", 22, "Still unchanged", "still_unchanged", "queued"), "purpose": "outreach"}
        assert found(with_rows(honest, outbox=[*honest.rows["outbox"], kept])) == set()

    def test_that_was_answered_by_nothing(self, honest: Evidence) -> None:
        silent = with_rows(honest, outbox=[honest.rows["outbox"][0]])
        assert found(replace(silent, heard=honest.heard[:1])) == {"messages lost"}

    def test_but_not_one_whose_question_the_next_turn_asked_anew(self, honest: Evidence) -> None:
        first, second = honest.rows["outbox"]
        overtaken = with_rows(honest, outbox=[{**first, "state": "superseded"}, second])
        assert found(replace(overtaken, heard=honest.heard[1:])) == set()

    def test_nor_one_that_people_have(self, honest: Evidence) -> None:
        handoff = {"conversation_id": "cv", "created_at": NOON, "closed_at": None}
        silent = with_rows(honest, outbox=[honest.rows["outbox"][0]], handoff=[handoff])
        assert found(replace(silent, heard=honest.heard[:1])) == set()


class TestAnAnswerGivenTwice:
    def test_by_sending_it_twice(self, honest: Evidence) -> None:
        assert found(replace(honest, heard=[*honest.heard, heard("SMc", "ob1", "Which?")])) == {"answered twice"}

    def test_by_a_process_that_the_store_does_not_know(self, honest: Evidence) -> None:
        assert found(replace(honest, heard=[*honest.heard, heard("SMc", "ob9", "Which?")])) == {"answered twice"}

    def test_because_the_message_was_stored_twice(self, honest: Evidence) -> None:
        assert found(with_rows(honest, message=[*honest.rows["message"], message("SM2")])) == {"answered twice"}


class TestADoubleBooking:
    def test_of_one_slot(self, honest: Evidence) -> None:
        first, toms = honest.after.visits
        both = replace(toms, slots=("Slot/thu",))
        slots = {**honest.after.slots, "Slot/tom": "free"}
        assert found(replace(honest, after=Schedule([first, both], slots))) == {"double bookings"}

    def test_of_one_therapist(self, honest: Evidence) -> None:
        first, toms = honest.after.visits
        assert found(replace(honest, after=replace(honest.after, visits=[first, replace(toms, start=first.start)]))) == {"double bookings"}

    def test_of_one_patient_who_got_a_second_visit(self, honest: Evidence) -> None:
        extra = visit(3, "maya", THURSDAY + timedelta(days=1), "Slot/fri")
        after = Schedule([*honest.after.visits, extra], {**honest.after.slots, "Slot/fri": "busy"})
        assert found(replace(honest, after=after)) == {"double bookings"}


def test_a_lost_visit(honest: Evidence) -> None:
    first, toms = honest.after.visits
    after = Schedule([first, replace(toms, status="cancelled")], {**honest.after.slots, "Slot/tom": "free"})
    assert found(replace(honest, after=after)) == {"visits lost"}


class TestAFalseDone:
    def test_when_nothing_was_changed(self, honest: Evidence) -> None:
        unmoved = replace(honest, after=honest.before, versions={**honest.versions, "v1": honest.versions["v1"][:1]})
        assert found(unmoved) == {'false "done"'}

    def test_when_it_was_said_before_the_change(self, honest: Evidence) -> None:
        first, second = honest.rows["outbox"]
        early = {**second, "created_at": NOON + timedelta(seconds=19)}
        assert found(with_rows(honest, outbox=[first, early])) == {'false "done"'}

    @pytest.mark.parametrize(
        ("true", "told"),
        [("Thu Jun 5", "Fri Jun 6"), ("Thu Jun 5", "Fri Jun 5"), ("12:30", "12:45"), ("Dana", "Sam"), ("Riverside", "Eastgate")],
    )
    def test_when_it_names_another_day_time_person_or_place(self, honest: Evidence, true: str, told: str) -> None:
        first, done = honest.heard
        assert found(replace(honest, heard=[first, replace(done, body=DONE.replace(true, told, 1))])) == {'false "done"'}

    def test_when_it_went_to_somebody_else(self, honest: Evidence) -> None:
        first, done = honest.heard
        assert found(replace(honest, heard=[first, replace(done, to=TOM)])) == {'false "done"'}

    @pytest.mark.parametrize(
        ("body", "fault"),
        [
            ("All right, nothing changed: Tue Jun 3, 10:00 AM stands.", {'false "done"'}),
            ("Your Tue Jun 3, 10:00 AM visit is unchanged.", {'false "done"'}),
            ("Your Thu Jun 5, 12:30 PM visit is unchanged.", set()),
        ],
    )
    def test_when_a_visit_is_called_unchanged_that_was_moved_before(self, honest: Evidence, body: str, fault: set[str]) -> None:
        later = with_rows(honest, outbox=[*honest.rows["outbox"], answer("ob3", "SM2", 300, body)])
        assert found(replace(later, heard=[*honest.heard, heard("SMc", "ob3", body)])) == fault

    def test_when_nobody_can_read_what_was_done(self, honest: Evidence) -> None:
        first, done = honest.heard
        assert found(replace(honest, heard=[first, replace(done, body="Done! See you.")])) == {'false "done"'}


def test_a_slot_that_nobody_can_book_any_more(honest: Evidence) -> None:
    after = replace(honest.after, slots={**honest.after.slots, "Slot/tue": "busy"})
    assert found(replace(honest, after=after)) == {"slots that contradict their visits"}


def test_the_judge_reads_the_line_s_own_words() -> None:
    book = Phrasebook()
    assert {"utter_moved"} <= book.names([DONE])
    assert {"utter_next_visit"} <= book.names(["Next visit: Thu Jun 5, 12:30 PM with Dana at Riverside."])

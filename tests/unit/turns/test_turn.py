"""From a patient's text to the outbox: one answer for everything that waits, by one worker, once."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

from bot.clinic import QuietHours
from bot.store.tables import audit, booking_request, conversation, handoff, message, outbox, staff_task, turn
from bot.turns.worker import Patience
from bot.types import Awaiting, Record, TurnFailed, TurnRequest, TurnResult
from tests.support.scripted import Line, ScriptedDialogue, says


async def test_a_text_is_answered(line: Line) -> None:
    accepted = line.text("hi")
    await line.answer(accepted)
    assert line.sent() == ["echo: hi"]
    assert line.one(turn).state == "done"
    assert line.talk(accepted).lease_owner is None
    assert ("outbox", line.one(outbox).id) in line.wake.told


async def test_what_waits_is_one_turn_in_order(line: Line) -> None:
    for text in ("cant make tues", "sorry", "maybe thursday?"):
        accepted = line.text(text)
        line.clock.move(seconds=1)
    await line.answer(accepted)
    assert line.sent() == ["echo: cant make tues\nsorry\nmaybe thursday?"]
    assert line.one(turn).id == line.rows(message)[-1].sid


async def test_nothing_waits_and_nothing_happens(line: Line) -> None:
    accepted = line.text("hi")
    await line.answer(accepted)
    await line.answer(accepted)
    assert len(line.dialogue.requests) == 1


async def test_two_workers_give_one_answer(line: Line) -> None:
    accepted = line.text("hi")
    await asyncio.gather(line.answer(accepted, line.worker()), line.answer(accepted, line.worker()))
    assert line.sent() == ["echo: hi"]
    assert len(line.dialogue.requests) == 1


async def test_a_failed_turn_is_tried_again_with_the_same_messages(line: Line) -> None:
    async def second_text_comes(request: TurnRequest) -> TurnResult | Exception:
        line.text("and parking?")
        return TurnFailed("action server away")

    line.dialogue = ScriptedDialogue(second_text_comes, TurnFailed("still away"))
    accepted = line.text("hi")
    await line.answer(accepted)
    assert [request.text for request in line.dialogue.requests] == ["hi", "hi", "hi", "and parking?"]
    assert line.sent() == ["echo: hi", "echo: and parking?"]


async def test_a_failed_turn_is_not_tried_before_its_time(line: Line) -> None:
    line.dialogue = ScriptedDialogue(TurnFailed("away"))
    accepted = line.text("hi")
    worker = line.worker()
    assert await worker.serve(accepted.conversation_id) == 0.2
    line.text("are you there?")
    assert await worker.serve(accepted.conversation_id) is None
    assert len(line.dialogue.requests) == 1
    line.clock.move(seconds=0.2)
    await line.answer(accepted, worker)
    assert [request.text for request in line.dialogue.requests] == ["hi", "hi", "are you there?"]


async def test_a_dialogue_that_stays_away_leads_to_the_truth_and_a_person(line: Line) -> None:
    line.dialogue = ScriptedDialogue(*[TurnFailed("rasa away")] * 50)
    accepted = line.text("hi")
    started = line.clock.now()
    await line.answer(accepted)
    assert line.sent() == [line.house.say("technical_problem")]
    assert line.one(handoff).reason == "technical"
    assert line.talk(accepted).owner == "queue"
    assert line.one(turn).state == "given_up"
    assert 60 <= (line.clock.now() - started).total_seconds() <= 75
    assert len(line.dialogue.requests) >= Patience().tries


async def test_the_person_hears_what_a_given_up_turn_changed_all_the_same(line: Line) -> None:
    accepted = line.text("yes")

    async def changes_and_dies(_request: TurnRequest) -> TurnFailed:
        if not line.rows(booking_request):
            with line.database.write() as connection:
                plain = {
                    "mode": "transaction",
                    "patient": "Patient/1",
                    "plan": {},
                    "created_at": line.clock.now(),
                    "updated_at": line.clock.now(),
                }
                made = {"key": "move-SM1", "kind": "move", "conversation_id": accepted.conversation_id, "outcome": "done"}
                connection.execute(booking_request.insert().values(**plain, **made, old_appointment="Appointment/7"))
                connection.execute(booking_request.insert().values(**plain, key="move-SM9", kind="move", conversation_id="cv_other"))
        return TurnFailed("rasa died before it had stored the turn")

    line.dialogue = ScriptedDialogue(*[changes_and_dies] * 50)
    await line.answer(accepted)
    assert line.one(handoff).facts["changes"] == [{"key": "move-SM1", "kind": "move", "visit": "Appointment/7", "outcome": "done"}]


async def test_another_conversation_is_answered_while_one_fails(line: Line) -> None:
    line.dialogue = ScriptedDialogue(TurnFailed("away"))
    worker = line.worker()
    failing, other = line.text("hi"), line.text("hello", address="+12075550143")
    delay = await worker.serve(failing.conversation_id)
    assert delay == 0.2
    await worker.serve(other.conversation_id)
    assert line.sent() == ["echo: hello"]


async def test_records_are_stored_with_the_answer(line: Line) -> None:
    proven = line.clock.now().replace(microsecond=0)
    records = [
        Record("identity", {"patient": "Patient/maya", "proven_until": proven.isoformat()}),
        Record("audit", {"what": "identity_proven", "actor": "bot", "patient": "Patient/maya", "detail": {"by": "birth date"}}),
        Record("staff_task", {"kind": "call_back", "detail": {"why": "bill"}, "due_at": proven.isoformat(), "dedupe_key": "bill"}),
        Record("handoff", {"reason": "asked", "summary": "Bill, $80", "facts": {"visit": "Wed 4 PM"}}),
    ]
    line.dialogue = ScriptedDialogue(says("Of course.", records=records))
    accepted = line.text("a person please")
    await line.answer(accepted)
    assert (line.talk(accepted).patient, line.talk(accepted).proven_until) == ("Patient/maya", proven)
    assert line.one(audit).what == "identity_proven"
    assert line.one(staff_task).due_at == proven
    card = line.one(handoff)
    assert (card.reason, card.summary, card.facts, card.state) == ("asked", "Bill, $80", {"visit": "Wed 4 PM"}, "waiting")
    # The sender drops answers of an older version: the one that announces the person must carry the version after it.
    assert line.one(outbox).owner_version == line.talk(accepted).owner_version == 1


async def test_a_record_that_cannot_be_stored_is_no_answer(line: Line) -> None:
    line.dialogue = ScriptedDialogue(says("Done.", records=[Record("identity", {"patient": "Patient/maya"})]))
    accepted = line.text("hi")
    assert await line.worker().serve(accepted.conversation_id) == 0.2
    assert line.sent() == []


class TestIntroduction:
    async def test_the_first_message_of_a_clinic_day_names_the_clinic(self, line: Line) -> None:
        line.introduce = True
        await line.answer(line.text("hi"))
        await line.answer(line.text("thanks"))
        line.clock.move(hours=11, minutes=59)
        await line.answer(line.text("just before midnight"))
        line.clock.move(minutes=2)
        await line.answer(line.text("good morning"))
        name = line.house.say("introduction")
        assert [body.startswith(name) for body in line.sent()] == [True, False, False, True]


class TestBurst:
    async def test_a_question_the_patient_wrote_past_is_never_sent(self, line: Line) -> None:
        async def patient_writes_on(request: TurnRequest) -> TurnResult:
            line.text("no i meant friday")
            return says("Parking is free.", ask="Move to Thursday?")

        line.dialogue = ScriptedDialogue(patient_writes_on, says(ask="Move to Friday?"))
        await line.answer(line.text("2. is there parking?"))
        assert line.sent() == ["Parking is free.", "Move to Friday?"]
        assert line.sent("superseded") == ["Move to Thursday?"]
        assert [request.metadata["unseen_question"] for request in line.dialogue.requests] == [False, True]

    async def test_a_telephone_writing_by_itself_holds_no_question_back(self, line: Line) -> None:
        async def phone_writes(request: TurnRequest) -> TurnResult:
            line.text("I'm driving right now - Sent from My Car")
            return says(ask="Move to Thursday?")

        line.dialogue = ScriptedDialogue(phone_writes)
        await line.answer(line.text("2"))
        assert line.sent() == ["Move to Thursday?"]
        assert len(line.dialogue.requests) == 1

    async def test_a_yes_written_before_the_question_was_sent_is_marked(self, line: Line) -> None:
        line.dialogue = ScriptedDialogue(says(ask="Move to Thursday?"), says(ask="Move to Thursday?"), says("Done."))
        await line.answer(line.text("thursday"))
        line.handed(after=2)
        line.clock.move(seconds=1)
        await line.answer(line.text("yes"))
        line.handed()
        line.clock.move(seconds=5)
        await line.answer(line.text("yes"))
        assert [request.metadata["unseen_question"] for request in line.dialogue.requests] == [False, True, False]

    async def test_an_unsent_question_makes_room_for_the_next_answer(self, line: Line) -> None:
        line.dialogue = ScriptedDialogue(says(ask="Which day?", awaiting=Awaiting.DATE_TIME), says(ask="Thursday?"))
        await line.answer(line.text("move it"))
        await line.answer(line.text("thursday"))
        assert line.sent() == ["Thursday?"]
        assert line.dialogue.requests[1].metadata["unseen_question"] is True


async def test_lost_owner_means_no_second_answer(line: Line) -> None:
    """A worker that slept past its lease finds another one's fence and writes nothing."""

    async def sleeps_too_long(request: TurnRequest) -> TurnResult:
        line.clock.move(seconds=60)
        await line.answer(accepted, line.worker())
        return says("late answer")

    line.dialogue = ScriptedDialogue(sleeps_too_long)
    accepted = line.text("hi")
    await line.answer(accepted)
    assert line.sent() == ["echo: hi"]
    assert line.one(conversation).lease_owner is None


class TestAChangeLeftHalfDone:
    UNFINISHED = Record("unfinished", {"visit": "Tue Jun 3, 10:00 AM"})

    async def test_a_silent_patient_hears_later_that_her_visit_stands(self, line: Line) -> None:
        line.dialogue = ScriptedDialogue(says(ask="1) Wed 2) Thu", awaiting=Awaiting.CHOICE, records=[self.UNFINISHED]))
        await line.answer(line.text("move my visit"))
        question, later = line.rows(outbox)
        assert question.next_try_at == line.clock.now()
        assert (later.purpose, later.state, later.awaiting) == ("outreach", "queued", "none")
        assert "Tue Jun 3, 10:00 AM" in later.body
        assert later.next_try_at == line.clock.now() + timedelta(hours=3)

    async def test_her_next_message_takes_that_back(self, line: Line) -> None:
        line.dialogue = ScriptedDialogue(says(ask="1) Wed 2) Thu", awaiting=Awaiting.CHOICE, records=[self.UNFINISHED]), says("Done."))
        await line.answer(line.text("move my visit"))
        await line.answer(line.text("1"))
        assert [row.state for row in line.rows(outbox) if row.response == "still_unchanged"] == ["superseded"]

    async def test_nobody_is_told_at_night(self, line: Line) -> None:
        line.quiet_hours = QuietHours(time(20), time(8))
        line.clock.move(hours=6)
        line.dialogue = ScriptedDialogue(says(ask="1) Wed 2) Thu", awaiting=Awaiting.CHOICE, records=[self.UNFINISHED]))
        await line.answer(line.text("move my visit"))
        later = line.rows(outbox)[-1].next_try_at.astimezone(line.house.zone)
        assert (later.hour, later.minute) == (8, 0)

    async def test_nothing_of_the_kind_when_a_person_takes_over(self, line: Line) -> None:
        handoff = Record("handoff", {"reason": "asked_for_person", "facts": {}})
        line.dialogue = ScriptedDialogue(says("A person comes.", records=[self.UNFINISHED, handoff]))
        await line.answer(line.text("a person please"))
        assert [row.response for row in line.rows(outbox) if row.response == "still_unchanged"] == []

"""A survey's answer with a sign of danger in it is stored, though no dialogue hears it."""

from __future__ import annotations

import pytest

from bot.store import turns
from bot.store.patient_tables import fhir_resource, survey_answer
from bot.survey import TRIGGER
from bot.types import Awaiting
from tests.support.scripted import Line, ScriptedDialogue, says


async def asked(line: Line, *, awaiting: Awaiting = Awaiting.NPS_SCORE, name: str = TRIGGER) -> str:
    """Let the line have asked the survey of the patient whose number writes; return the conversation."""
    line.dialogue = ScriptedDialogue(says("Hello!"), says(ask="How likely are you to recommend us?", awaiting=awaiting))
    accepted = line.text("hi")
    await line.answer(accepted)
    conversation = line.talk(accepted).id
    trigger = {"name": name, "entities": {"patient": "Patient/maya-torres"}}
    with line.database.write() as connection:
        turns.add_trigger(connection, conversation, "ask_1", trigger, line.clock.now())
    await line.answer(conversation)
    line.handed()
    return str(conversation)


async def test_score_and_comment_are_stored(line: Line) -> None:
    await asked(line)
    await line.answer(line.text("9 you guys are great. calf a hot balloon"))
    answer = line.one(survey_answer)
    assert (answer.id, answer.score, answer.patient) == ("ask_1", 9, "Patient/maya-torres")
    assert answer.comment == "9 you guys are great. calf a hot balloon"
    assert line.one(fhir_resource).resource["item"][0]["answer"] == [{"valueInteger": 9}]


async def test_the_reason_is_added_to_the_score_told_before(line: Line) -> None:
    conversation = await asked(line, awaiting=Awaiting.COMMENT)
    with line.database.write() as connection:
        row = {"id": "ask_1", "conversation_id": conversation, "score": 8}
        connection.execute(survey_answer.insert().values(**row, answered_at=line.clock.now()))
    await line.answer(line.text("my calf is a hot balloon"))
    answer = line.one(survey_answer)
    assert (answer.score, answer.comment) == (8, "my calf is a hot balloon")


@pytest.mark.parametrize("awaiting", [Awaiting.NONE, Awaiting.YES_NO, Awaiting.PAIN_SCORE])
async def test_what_answers_something_else_is_no_answer(line: Line, awaiting: Awaiting) -> None:
    await asked(line, awaiting=awaiting)
    await line.answer(line.text("9, and my calf is a hot balloon"))
    assert line.rows(survey_answer) == []


async def test_an_answer_to_another_trigger_is_none(line: Line) -> None:
    await asked(line, name="EXTERNAL_ask_reminder")
    await line.answer(line.text("9, and my calf is a hot balloon"))
    assert line.rows(survey_answer) == []

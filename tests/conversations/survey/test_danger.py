"""Golden dialogue D: a survey's answer that hides a sign of danger. The answer is kept, and nothing cheerful follows."""

from __future__ import annotations

import pytest

from actions.posting import post
from actions.scheduling.client import FhirClient
from bot.store import tables
from bot.store.incidents import Sign, note
from bot.store.patient_tables import fhir_resource, survey_answer
from tests.support.line import Line, said
from tests.support.scenario import Ask, Expect, Scenario, Text
from tests.support.scenario_play import play

pytestmark = pytest.mark.model
LINK = "https://example.org"


async def played(line: Line, *texts: str, who: str = "luis-ortega") -> list[str]:
    """Ask the survey, send the texts, and return what the line said."""
    scenario = Scenario("golden", who, "survey", (Ask("survey"), *map(Text, texts)), Expect())
    ended = await play(line, scenario)
    assert ended.fault is None, ended.transcript
    return ended.told


async def test_golden_d(line: Line) -> None:
    before = await line.visits("luis")
    told = await played(
        line,
        "9 you guys are great. calfs a hot balloon since sunday but thats age",
        "its nothing. can i move thurs?",
        "bit short of breath on the stairs too",
    )
    assert len(told) == 4, told
    assert "clinician's eyes today" in told[1]
    assert "911" in told[2]
    assert "This may be an emergency" in told[3]
    assert LINK not in said(told)
    [answer] = await line.rows(survey_answer)
    assert answer["score"] == 9
    assert "great" in answer["comment"]
    assert "calfs" in answer["comment"]
    assert answer["patient"] == "Patient/luis-ortega"
    [incident] = await line.rows(tables.incident)
    assert incident["level"] == "emergency"
    assert {event["level"] for event in incident["events"]} == {"urgent", "emergency"}
    pages = [row for row in await line.rows(tables.outbox) if row["purpose"] == "page"]
    assert len({row["dedupe_key"].partition(":emergency")[0] for row in pages}) >= 1
    assert len(pages) >= 2
    assert await line.visits("luis") == before


async def test_a_red_flag_in_the_reason_keeps_the_reason(line: Line) -> None:
    told = await played(line, "10", "the stairs work better but my chest hurts when i breathe")
    assert "911" in told[-1]
    assert LINK not in said(told)
    [answer] = await line.rows(survey_answer)
    assert (answer["score"], "stairs" in answer["comment"]) == (10, True)
    assert [row["level"] for row in await line.rows(tables.incident)] == ["emergency"]


async def test_danger_outside_a_survey_stores_no_answer(line: Line) -> None:
    await line.text("luis", "9 out of 10 pain and my chest hurts when i breathe")
    assert await line.rows(survey_answer) == []


async def test_nothing_is_asked_while_an_incident_is_open(line: Line) -> None:
    await line.text("luis", "hi")
    [conversation] = await line.rows(tables.conversation)
    sign = Sign("SM0", "urgent", "leg_clot", ())
    await line.database.writing(note, conversation["id"], [sign], line.clock.now())
    assert await played(line) == []


async def test_an_answer_reaches_the_scheduling_system_once(line: Line) -> None:
    await played(line, "9", "everybody knows my name")
    [row] = await line.rows(fhir_resource)
    client = FhirClient(line.fhir, clock=line.clock)
    await post(line.database, client, line.clock)
    await post(line.database, client, line.clock)
    found = await client.search("QuestionnaireResponse", [("identifier", f"urn:clinic:request|{row['key']}")])
    await client.aclose()
    [kept] = found
    assert kept["subject"] == {"reference": "Patient/luis-ortega"}
    assert [item["answer"][0] for item in kept["item"]] == [{"valueInteger": 9}, {"valueString": "everybody knows my name"}]

"""The survey asks what is missing once, thanks everybody with the same link, and opens one ticket for who is not happy."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.database import Database
from bot.store.incidents import Sign, note
from bot.store.tables import conversation
from tests.unit.feedback.talk import ASKED, Talk

LINK = "survey_review"


@pytest.fixture
def talk(database: Database) -> Talk:
    asked = {**ASKED, "stage": "score", "score": None, "comment": "", "options": [], "again": False, "message": ""}
    return Talk(database, slots={"surveys": [asked]}, awaiting="nps_score")


async def test_score_why_thanks(talk: Talk) -> None:
    assert await talk.says("9", "give_nps_score") == ["survey_score_thanks", "survey_why"]
    talk.awaiting = "comment"
    assert await talk.says("everybody knows my name", "give_feedback") == ["survey_thanks", LINK]
    assert talk.answer == (9, "everybody knows my name")
    assert talk.told("staff_task") == []
    assert {record["key"] for record in talk.told("resource")} == {"survey-ask_1"}


@pytest.mark.parametrize(
    ("score", "thanks", "due"),
    [("8", "survey_read_by", "2025-06-03T19:00:00-04:00"), ("3", "survey_sorry", "2025-06-02T12:00:00-04:00")],
)
async def test_who_is_not_happy_has_one_ticket_and_hears_of_it(talk: Talk, score: str, thanks: str, due: str) -> None:
    assert await talk.says(score, "give_nps_score") == ["survey_score_read_by", "survey_why_not_more"]
    talk.awaiting = "comment"
    assert await talk.says("the drive", "give_feedback") == [thanks, LINK]
    tickets = talk.told("staff_task")
    assert {ticket["dedupe_key"] for ticket in tickets} == {"service_recovery:ask_1"}
    assert (tickets[0]["owner"], tickets[0]["kind"]) == ("marisol", "service_recovery")
    assert tickets[0]["due_at"][:10] == due[:10]


async def test_two_scores_are_asked_about_once(talk: Talk) -> None:
    assert await talk.says("seven or eight", "give_nps_score") == ["survey_which"]
    assert await talk.says("the higher one", "give_nps_score") == ["survey_score_read_by", "survey_why_not_more"]
    assert talk.answer == (8, None)


async def test_who_cannot_decide_is_taken_at_the_lower_word(talk: Talk) -> None:
    await talk.says("8.5", "give_nps_score")
    await talk.says("8 or 9, really", "give_nps_score")
    assert talk.answer[0] == 8


async def test_off_the_scale_is_asked_again_once(talk: Talk) -> None:
    assert await talk.says("11", "give_nps_score") == ["survey_off_scale"]
    assert await talk.says("12", "give_nps_score") == ["survey_declined"]
    assert talk.told("survey") == []


async def test_words_alone_are_kept_and_the_score_asked_once(talk: Talk) -> None:
    assert await talk.says("you saved my shoulder", "give_nps_score") == ["survey_number_after_comment"]
    assert await talk.says("dont do numbers", "give_nps_score") == ["survey_thanks", LINK]
    assert talk.answer == (None, "you saved my shoulder\ndont do numbers")


async def test_a_comment_with_the_score_needs_no_why(talk: Talk) -> None:
    assert await talk.says("4 nobody said hello", "give_nps_score") == ["survey_sorry", LINK]
    assert talk.answer == (4, "4 nobody said hello")


async def test_no_reason_is_a_reason_to_thank(talk: Talk) -> None:
    await talk.says("10", "give_nps_score")
    talk.awaiting = "comment"
    assert await talk.says("no", "deny") == ["survey_thanks", LINK]
    assert talk.answer == (10, None)


async def test_a_promoters_trouble_is_read_all_the_same(talk: Talk) -> None:
    assert await talk.says("10 but the room was freezing", "give_nps_score") == ["survey_read_by", LINK]


async def test_law_brings_a_person_and_keeps_the_answer(talk: Talk) -> None:
    assert await talk.says("1 my attorney will write to you", "give_nps_score") == []
    assert talk.slots["next_step"] == "person"
    assert talk.answer == (1, "1 my attorney will write to you")


async def test_the_score_is_put_right_before_and_after_the_end(talk: Talk) -> None:
    await talk.says("3", "give_nps_score")
    talk.awaiting = "comment"
    assert await talk.says("sorry meant 8", "correct_value") == ["survey_corrected", "survey_why"]
    await talk.says("no", "deny")
    talk.awaiting = "none"
    assert await talk.says("wait i meant 9", "correct_value") == ["survey_corrected"]
    assert talk.answer[0] == 9


async def test_a_bare_number_is_the_surveys_while_it_is_fresh(talk: Talk) -> None:
    talk.awaiting = "none"
    assert await talk.says("9", "choose_option") == ["survey_score_thanks", "survey_why"]
    talk.slots["surveys"][0] |= {"stage": "score", "at": (talk.clock.now() - timedelta(days=9)).isoformat()}
    with pytest.raises(AssertionError, match="nothing takes"):
        await talk.says("9", "choose_option")
    assert await talk.says("9 out of 10", "give_nps_score") == ["survey_score_thanks", "survey_why"]


async def test_another_clause_of_the_message_joins_the_comment(talk: Talk) -> None:
    await talk.says("10 love it", "give_nps_score")
    assert await talk.says("the desk was rude though", "file_complaint", message="SM1") == ["survey_trouble"]
    assert talk.answer == (10, "10 love it\nthe desk was rude though")


async def test_beside_an_open_journey_nothing_is_asked(talk: Talk) -> None:
    talk.slots["pending"] = [{"kind": "reschedule", "details": {"suspended": True}}]
    assert await talk.says("9", "give_nps_score") == ["survey_thanks", LINK]


async def test_an_open_incident_keeps_the_link_back(talk: Talk) -> None:
    row = {"id": "conversation", "channel": "sms", "line": "+1", "address": "+2", "created_at": talk.clock.now()}
    with talk.database.write() as connection:
        connection.execute(conversation.insert().values({name: value for name, value in row.items() if name in conversation.c}))
        note(connection, "conversation", [Sign("SM0", "urgent", "leg_clot", ())], talk.clock.now())
    assert await talk.says("9 nice people", "give_nps_score") == ["survey_thanks"]


async def test_a_score_that_nobody_asked_for_is_taken(talk: Talk) -> None:
    talk.slots, talk.awaiting = {}, "none"
    assert await talk.says("9 out of 10 would recommend", "give_nps_score") == ["survey_score_thanks", "survey_why"]
    assert talk.told("survey")[-1]["id"] == "SM1"

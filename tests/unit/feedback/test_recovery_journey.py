"""Praise is kept, a suggestion passed on, a complaint has an owner and a time, and nobody who thinks of leaving is pressed."""

from __future__ import annotations

import pytest

from bot.store.database import Database
from tests.unit.feedback.talk import Talk


@pytest.fixture
def talk(database: Database) -> Talk:
    return Talk(database)


async def test_praise_is_kept_as_it_was_said(talk: Talk) -> None:
    assert await talk.says("dana is the best", "give_feedback") == ["praise"]
    assert talk.answer == (None, "dana is the best")
    assert talk.told("staff_task") == []


async def test_a_suggestion_reaches_somebody(talk: Talk) -> None:
    assert await talk.says("you should put more chairs in there", "give_feedback") == ["suggestion_passed_on"]
    [card] = talk.told("staff_task")
    assert (card["kind"], card["owner"]) == ("suggestion", "marisol")


async def test_a_complaint_has_an_owner_and_a_time(talk: Talk) -> None:
    assert await talk.says("nobody ever calls me back", "file_complaint") == ["complaint_taken"]
    [card] = talk.told("staff_task")
    assert (card["kind"], card["owner"], card["due_at"] > talk.clock.now().isoformat()) == ("service_recovery", "marisol", True)


@pytest.mark.parametrize("intent", ["file_complaint", "consider_stopping_care"])
async def test_anger_gets_a_person_and_a_ticket(talk: Talk, intent: str) -> None:
    assert await talk.says("im done, you are all incompetent", intent) == []
    assert (talk.slots["next_step"], talk.slots["handoff_reason"]) == ("person", "complaint")
    assert len(talk.told("staff_task")) == 1


async def test_who_thinks_of_leaving_is_offered_a_call(talk: Talk) -> None:
    assert await talk.says("i might stop coming", "consider_stopping_care") == ["leaving"]
    assert talk.told("staff_task")[0]["kind"] == "service_recovery"

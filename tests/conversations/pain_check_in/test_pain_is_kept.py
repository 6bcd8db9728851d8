"""A score is kept once, in the store and as an Observation that names its message."""

from bot.store import patient_tables, tables
from tests.support.line import Line


async def test_a_score_is_stored_and_waits_for_the_scheduling_system(line: Line) -> None:
    await line.converse("maya", "my shoulder hurts today", "4/9/91", "5")
    (score,) = await line.rows(patient_tables.pain_score)
    (resource,) = await line.rows(patient_tables.fhir_resource)
    assert (score["patient"], score["score"], score["resource_key"]) == ("Patient/maya-torres", 5, resource["key"])
    told = resource["resource"]
    assert told["resourceType"] == "Observation"
    assert told["valueQuantity"]["value"] == 5
    assert told["identifier"][0]["value"] == score["id"]


async def test_the_therapist_sees_the_score_with_the_last_one_and_the_limit(line: Line) -> None:
    await line.converse("luis", "my knee hurts a lot", "9/18/63", "9")
    (task,) = await line.rows(tables.staff_task)
    detail = task["detail"]
    assert (task["kind"], task["owner"]) == ("pain", "priya")
    assert (detail["score"], detail["last"], detail["limit"], detail["why"]) == (9, 7, 7, "above_limit")


async def test_the_score_just_told_is_the_last_one_for_the_next(line: Line) -> None:
    replies = await line.converse("maya", "my shoulder hurts today", "4/9/91", "5", "my shoulder is hurting again", "4")
    assert "Last time it was 4" in replies[2][0]
    assert "Last time it was 5" in replies[4][0]

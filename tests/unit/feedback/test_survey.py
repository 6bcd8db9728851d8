"""An answer to the survey is read into score and comment, and makes a valid QuestionnaireResponse."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fhir.resources.questionnaireresponse import QuestionnaireResponse

from bot import survey

NOW = datetime(2025, 6, 2, 12, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "score", "comment"),
    [
        ("9", 9, False),
        ("nine-ish", 9, False),
        ("i'd give you guys a solid 8", 8, False),
        ("10/10", 10, False),
        ("ok 10 then", 10, False),
        ("0", 0, False),
        ("sorry meant 8", 8, False),
        ("4 nobody said hello", 4, True),
        ("zero. you lost my paperwork", 0, True),
        ("love that place", None, True),
        ("3 visits and nobody called me back", None, True),
        ("8.5", None, False),
        ("8.7", None, False),
        ("seven or eight, the drive is long", None, True),
        ("11", None, False),
    ],
)
def test_what_an_answer_gives(text: str, score: int | None, comment: bool) -> None:
    answer = survey.read(text)
    assert answer.settled == score
    assert answer.comment == (text if comment else None)


@pytest.mark.parametrize(("text", "values"), [("8.5", (8, 9)), ("8.7", (8, 9)), ("7 or 8", (7, 8)), ("9,5", (9, 10))])
def test_between_two_scores_both_are_kept(text: str, values: tuple[int, ...]) -> None:
    answer = survey.read(text)
    assert answer.score is not None
    assert answer.score.values == values


@pytest.mark.parametrize(("score", "comment"), [(9, "kind"), (0, None), (None, "kind")])
def test_the_resource_is_valid_r4(score: int | None, comment: str | None) -> None:
    made = survey.resource("survey-1", "Patient/maya-torres", score, comment, NOW)
    QuestionnaireResponse.parse_obj(made)
    told = {item["linkId"]: next(iter(item["answer"][0].values())) for item in made["item"]}
    assert told == {name: value for name, value in (("score", score), ("comment", comment)) if value is not None}


def test_without_a_patient_the_store_alone_keeps_it() -> None:
    assert [record.kind for record in survey.records("one", None, 9, None, NOW)] == ["survey"]
    resource, answer = survey.records("one", "Patient/x", 9, None, NOW)
    assert (resource.kind, answer.detail["resource_key"]) == ("resource", resource.detail["key"])

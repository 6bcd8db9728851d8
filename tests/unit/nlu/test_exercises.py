"""Exercises by whatever name patients have for them."""

from __future__ import annotations

import pytest

from bot.nlu.exercises import alike, find_exercises, known_names

LUIS = {
    "Ankle pumps": ["pull your toes"],
    "Quad sets": ["rolled towel"],
    "Heel slides with a towel": ["bath towel"],
    "Straight leg raise": [],
    "Knee straightening on a towel roll": ["rolled towel"],
    "Seated knee bend": ["firm chair"],
    "Sit to stand": ["firm chair with arms"],
}
TOM = ["Bridge", "Single-leg bridge", "Bird dog", "Dead bug", "Clamshells", "Hip flexor stretch"]
RUTH = ["Sit to stand", "Heel raises at the counter", "Heel-to-toe stand", "Marching in place", "Bridge", "Towel calf stretch"]
DESHAWN = [
    "Ankle alphabet",
    "Towel calf stretch",
    "Ankle turn-out with the band",
    "Towel scrunches",
    "Single-leg stand",
    "Heel raises at the counter",
]


def meant(text: str, names: dict[str, list[str]] | list[str]) -> list[str]:
    return sorted(each.name for each in alike(find_exercises(text, names)))


@pytest.mark.parametrize(
    ("text", "names", "name"),
    [
        ("how do i do the heel slides again", LUIS, "Heel slides with a towel"),
        ("heal slides", LUIS, "Heel slides with a towel"),
        ("the gas pedal one", LUIS, "Ankle pumps"),
        ("how many leg lifts", LUIS, "Straight leg raise"),
        ("do i use my arms on the chair stands", LUIS, "Sit to stand"),
        ("how long do i hold the clams", TOM, "Clamshells"),
        ("show me the calm shells", TOM, "Clamshells"),
        ("the dying bug", TOM, "Dead bug"),
        ("birddog? no, the bird dogs, how many", TOM, "Bird dog"),
        ("one legged bridge", TOM, "Single-leg bridge"),
        ("that bridge thing", RUTH, "Bridge"),
        ("how do i do bridgs", RUTH, "Bridge"),
        ("the tight rope one", RUTH, "Heel-to-toe stand"),
        ("the calf raisins", RUTH, "Heel raises at the counter"),
        ("the one where i write letters with my toe", DESHAWN, "Ankle alphabet"),
        ("the band one", DESHAWN, "Ankle turn-out with the band"),
        ("toe curls", DESHAWN, "Towel scrunches"),
        ("how do i do the pendulem", ["Pendulum", "Table slides"], "Pendulum"),
        ("is cat and cow twice a day", ["Cat and cow", "Bird dog"], "Cat and cow"),
    ],
)
def test_one_is_meant(text: str, names: dict[str, list[str]] | list[str], name: str) -> None:
    assert meant(text, names) == [name]


def test_two_that_fit_alike_are_both_meant() -> None:
    assert meant("how do i do the bridge", TOM) == ["Bridge", "Single-leg bridge"]
    assert meant("the towel one", DESHAWN) == ["Towel calf stretch", "Towel scrunches"]


def test_two_that_are_named_are_both_found() -> None:
    found = find_exercises("how many clams and dead bugs do i do", TOM)
    assert {each.name for each in found} >= {"Clamshells", "Dead bug"}
    text = "how many clams and dead bugs do i do"
    assert {text[each.start : each.end] for each in found if each.score > 0.9} == {"clams", "dead bugs"}


@pytest.mark.parametrize(
    "text",
    ["can i come thursday", "my knee hurts today", "two days in a row", "do i bring a towel", "see you march 14th", "well call me back"],
)
def test_in_other_talk_no_exercise_is_likely(text: str) -> None:
    assert [each for each in find_exercises(text, known_names()) if each.score > 0.5] == []


def test_an_exercise_that_nobody_knows_is_found_by_its_name() -> None:
    assert meant("how does the zebra hop go", ["Zebra hop", "Bridge"]) == ["Zebra hop"]


def test_no_program_has_no_candidates() -> None:
    assert find_exercises("the bridge", []) == []
    assert alike([]) == []

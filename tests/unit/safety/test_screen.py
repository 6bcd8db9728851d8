"""The safety screen: every row of the clinician's table, and the traps on both sides of it."""

from pathlib import Path

import pytest

from bot.safety.patterns import PatternError
from bot.safety.screen import Screen
from bot.safety.signs import Signs

SIGNS = {
    "cauda_equina": [
        "numb down there when I wipe",
        "can't tell when I need to pee",
        "both legs giving way",
        "i lost control of my bladder",
    ],
    "chest_or_breath": [
        "chest hurts when I breathe",
        "can't catch my breath",
        "bit short of breath on the stairs too",
        "theres a tightness in my chest",
    ],
    "stroke": ["her face is droopy", "my words are coming out wrong", "arm won't do as it's told", "whole left side went numb"],
    "head_strike_fall": ["banged my head, I'm on Eliquis", "i fell and cant get up", "Dad fell. He hit his head on the tub"],
    "leg_clot": ["calf's hot, twice the other one", "calfs a hot balloon since sunday but thats age", "my calf is swollen and red"],
    "septic_joint": ["knee red hot, got the shakes", "fever and chills and the hip is hot"],
    "wound": ["stitches opened, yellow stuff", "theres pus coming out of my incision"],
    "fracture": ["heard a pop, can't stand", "my foot drops when i walk", "i think my shoulder came out"],
    "allergy_faint_sugar": ["throat closing up", "blacked out on the stairs", "sugar is low and im shaky"],
    "self_harm": ["what's the point of being here", "i want to kill myself", "everyone would be better off without me"],
    "abuse": ["he hurts me when I don't do them", "i'm scared of my husband"],
}
LEVEL = {"leg_clot": {"urgent"}, "wound": {"urgent"}, "fracture": {"urgent", "emergency"}, "self_harm": {"crisis"}, "abuse": {"urgent"}}


@pytest.mark.parametrize(("category", "text"), [(category, text) for category, texts in SIGNS.items() for text in texts])
def test_a_sign_is_found(screen: Screen, category: str, text: str) -> None:
    found = screen.check(text)
    assert found.category == category
    assert found.level in LEVEL.get(category, {"emergency"})
    assert found.patterns


@pytest.mark.parametrize(
    "text",
    [
        "I'd die for a 9am",
        "this commute is killing me",
        "my babysitter just bailed on me for tonight, could i come tomorrow around eleven instead of 6",
        "For the grip squeezes, what am I supposed to be squeezing? The dog ran away with my ball.",
        "I did try, but the wall slides are beyond me. Much too hard, I can't get my hand past the doorbell.",
        "no chest pain",
        "no fever or chest pain since",
        "the chest press is hard",
        "how many dead bugs do i do",
        "can't make tuesday, got something later that week?",
        "calf raises, how many?",
        "my back hurts",
        "my car broke down",
        "4/9/91",
        "2",
        "is there parking",
        "i do the breaststroke",
    ],
)
def test_an_ordinary_message_is_left_alone(screen: Screen, text: str) -> None:
    assert screen.check(text).level == "none"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("it's not my knee, my chest hurts", "emergency"),
        ("no my chest pain is back", "emergency"),
        ("not great. my chest hurts", "emergency"),
        ("i don't want to bother anyone but i can't catch my breath", "emergency"),
        ("CAN'T BREATHE!!!", "emergency"),
        ("can’t catch my breath", "emergency"),
        ("stitches opened and i have a fever", "emergency"),
        ("heard a snap and cant put weight on it", "emergency"),
    ],
)
def test_denials_reach_no_further_than_they_should(screen: Screen, text: str, level: str) -> None:
    assert screen.check(text).level == level


def test_the_worst_sign_wins(screen: Screen) -> None:
    assert screen.check("my calf is hot and swollen. also chest pain").level == "emergency"
    assert screen.check("my calf is hot and i dont want to live").level == "crisis"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("signs: [{category: x, level: urgent, patterns: ['a .. ']}]\nnegations: []\nidioms: []", "empty part"),
        ("signs: [{category: x, level: loud, patterns: [a]}]\nnegations: []\nidioms: []", "'loud'"),
        ("signs: []\nnegations: [no]\nidioms: []", "quotes"),
        ("signs: []", "cannot be used"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "signs.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PatternError, match=complaint):
        Signs.load(path)

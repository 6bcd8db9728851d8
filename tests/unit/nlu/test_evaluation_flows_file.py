"""The held-out conversations of `tests/evaluation/flows.yml` keep their form: known people, turns and expectations."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from scheduling.demo.roster import everyone

FILE = Path(__file__).parents[2] / "evaluation" / "flows.yml"
SYMBOL = re.compile(r"\{(birth_date|birth_date_of: [a-z-]+|yes)\}")
QUESTIONS = {"survey", "pain", "exercise"}
STORED = {"nps", "pain", "exercise", "opted_out", "preference"}
TASKS = {"therapist", "ticket", "desk", "deceased", None}
INCIDENTS = {"none", "urgent", "emergency", "crisis"}


def flows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def test_there_are_enough_conversations_over_enough_flows_and_no_name_twice() -> None:
    found = flows()
    assert len({flow["name"] for flow in found}) == len(found) >= 90
    folders = Counter(flow["folder"] for flow in found)
    assert len(folders) >= 15
    assert min(folders.values()) >= 3


def test_no_first_words_stand_twice() -> None:
    first = Counter(turn.lower() for flow in flows() for turn in flow["says"][:1] if isinstance(turn, str))
    assert [words for words, times in first.items() if times > 1] == []


@pytest.mark.parametrize("flow", flows(), ids=lambda flow: flow["name"])
def test_a_flow_says_who_speaks_what_and_what_is_expected(flow: dict[str, Any]) -> None:
    assert set(flow) == {"name", "who", "folder", "says", "expect"}
    assert flow["who"] in {"stranger", *(person.id for person in everyone())}
    assert flow["says"]
    for turn in flow["says"]:
        if isinstance(turn, dict):
            assert list(turn) == ["ask"]
            assert turn["ask"] in QUESTIONS
        else:
            assert SYMBOL.fullmatch(turn) if turn.startswith("{") else turn.strip(), turn


@pytest.mark.parametrize("flow", flows(), ids=lambda flow: flow["name"])
def test_what_a_flow_expects_can_be_graded(flow: dict[str, Any]) -> None:
    expect = flow["expect"]
    assert expect
    assert set(expect) <= {"contained", "says", "never", "task", "stored", "incident"}
    assert expect.get("contained", True) in {True, False}
    assert expect.get("task") in TASKS
    assert expect.get("incident", "none") in INCIDENTS
    assert set(expect.get("stored", {})) <= STORED
    for words in (*expect.get("says", ()), *expect.get("never", ())):
        assert isinstance(words, str)
        assert words.strip()

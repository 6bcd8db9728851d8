"""`python -m bot understand`, as another program meets it, with the trained model."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
NOW = "2025-06-02T09:00"
KEYS = ["text", "intents", "ranking", "entities", "when", "safety", "route"]

LINES: dict[str, Any] = {
    "plain": "can't make tuesday, got something later that week?",
    "visit": {"text": "a day later please", "visit": "2025-06-03T10:00"},
    "now": {"text": "tomorrow morning", "now": "2025-06-10T22:00:00-04:00"},
    "offset": {"text": "tomorrow morning", "now": "2025-06-11T02:00:00+00:00"},
    "two": "cancel my visit tomorrow and where can i park",
    "nothing": "who won the ball game last night",
    "choice": {"text": "2", "awaiting": "choice"},
    "pain": {"text": "about a 7", "awaiting": "pain_score"},
    "nps": {"text": "nine-ish", "awaiting": "nps_score"},
    "birth": {"text": "4/9/91", "awaiting": "date_of_birth"},
    "birth_and_wish": "4/9/91, can I do thursday with dr lindquest",
    "phone": "my number is 207 555 0134",
    "name": {"text": "this is Maya", "awaiting": "name"},
    "person": "let me talk to a real person",
    "advice": "should i stop my exercises if my knee clicks?",
    "chest": "i have chest pain and can't breathe",
    "empty": {"text": ""},
    "never_mind": "never mind",
}


def understand(*arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "understand", *arguments], cwd=ROOT, input=said, capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="module")
def found(model: Path) -> dict[str, dict[str, Any]]:
    """What the command makes of every line, by the line's name."""
    said = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in LINES.values())
    answer = understand("-", "--now", NOW, said=said)
    assert answer.returncode == 0, answer.stderr
    return dict(zip(LINES, map(json.loads, answer.stdout.splitlines()), strict=True))


def named(record: dict[str, Any]) -> dict[str, Any]:
    return {each["name"]: each["value"] for each in record["entities"]}


class TestEachLine:
    def test_has_exactly_the_keys_of_the_contract(self, found: dict[str, dict[str, Any]]) -> None:
        for record in found.values():
            assert list(record) == KEYS
            assert all(set(each) == {"name", "confidence"} for each in record["ranking"])
            assert all(set(each) == {"name", "value", "start", "end"} for each in record["entities"])
            assert set(record["safety"]) == {"level", "category"}

    def test_a_wish_is_told_apart_from_the_visit(self, found: dict[str, dict[str, Any]]) -> None:
        assert found["plain"]["intents"] == ["reschedule_appointment"]
        assert found["plain"]["when"] == {"start": "2025-06-04T00:00", "end": "2025-06-09T00:00"}
        assert found["plain"]["route"] == "answer"

    def test_the_visit_is_counted_from(self, found: dict[str, dict[str, Any]]) -> None:
        assert found["visit"]["when"] == {"start": "2025-06-04T10:00", "end": "2025-06-04T10:01"}

    def test_a_line_has_its_own_now_and_an_offset_is_brought_into_the_clinics_zone(self, found: dict[str, dict[str, Any]]) -> None:
        morning = {"start": "2025-06-11T07:00", "end": "2025-06-11T12:00"}
        assert found["now"]["when"] == found["offset"]["when"] == morning

    def test_two_wishes_are_both_there_the_quick_one_first(self, found: dict[str, dict[str, Any]]) -> None:
        assert found["two"]["intents"] == ["ask_location", "cancel_appointment"]

    def test_what_it_would_not_act_on_is_out_of_scope(self, found: dict[str, dict[str, Any]]) -> None:
        assert found["nothing"]["intents"] == ["out_of_scope"]
        assert found["empty"]["intents"] == ["out_of_scope"]

    def test_intents_have_their_fixed_names(self, found: dict[str, dict[str, Any]]) -> None:
        assert found["never_mind"]["intents"] == ["deny"]
        assert found["never_mind"]["ranking"][0]["name"] == "deny"

    def test_a_bare_number_means_what_was_asked(self, found: dict[str, dict[str, Any]]) -> None:
        assert (found["choice"]["intents"], named(found["choice"])) == (["choose_option"], {"choice": 2})
        assert (found["pain"]["intents"], named(found["pain"]), found["pain"]["route"]) == (["report_pain"], {"pain_score": 7}, "answer")
        assert (found["nps"]["intents"], named(found["nps"])) == (["give_nps_score"], {"nps_score": 9})
        assert (found["birth"]["intents"], named(found["birth"])) == (["identify_self"], {"date_of_birth": "1991-04-09"})
        assert all(found[name]["when"] is None for name in ("choice", "pain", "nps", "birth"))

    def test_a_birth_date_and_a_wish_stand_beside_each_other(self, found: dict[str, dict[str, Any]]) -> None:
        both = found["birth_and_wish"]
        assert both["when"] == {"start": "2025-06-05T00:00", "end": "2025-06-06T00:00"}
        assert named(both) == {"date_of_birth": "1991-04-09", "date": "thursday", "therapist": "Erik Lindquist"}
        assert all(both["text"][each["start"] : each["end"]] for each in both["entities"])

    def test_numbers_and_names(self, found: dict[str, dict[str, Any]]) -> None:
        assert named(found["phone"]) == {"phone": "+12075550134"}
        assert found["phone"]["when"] is None
        assert named(found["name"]) == {"patient_name": "Maya"}

    def test_the_route(self, found: dict[str, dict[str, Any]]) -> None:
        assert found["person"]["route"] == "staff"
        assert found["advice"]["route"] == "refer"
        assert found["chest"]["route"] == "staff"

    def test_the_safety_screen(self, found: dict[str, dict[str, Any]]) -> None:
        assert found["chest"]["safety"] == {"level": "emergency", "category": "chest_or_breath"}
        assert found["plain"]["safety"] == {"level": "none", "category": None}


def test_one_message_on_the_command_line(model: Path) -> None:
    answer = understand("next friday", "--now", NOW, "--awaiting", "date_time")
    assert answer.returncode == 0
    assert [reading["start"] for reading in json.loads(answer.stdout)["when"]["ambiguous"]] == ["2025-06-06T00:00", "2025-06-13T00:00"]


def test_a_bad_line_is_named_with_its_remedy_and_the_others_are_answered(model: Path) -> None:
    said = 'hello\n{"text": "hi",}\n\n{"text": 5}\n{"text": "a", "awaiting": "tea"}\n{"text": "a", "now": "soon"}\n{"words": "a"}\nbye\n'
    answer = understand("-", said=said)
    assert answer.returncode == 2
    assert [json.loads(line)["text"] for line in answer.stdout.splitlines()] == ["hello", "bye"]
    errors = [json.loads(line) for line in answer.stderr.splitlines()]
    assert [error["line"] for error in errors] == [2, 4, 5, 6, 7]
    assert all(";" in error["error"] for error in errors)


def test_a_time_that_is_none_is_one_sentence_and_exit_code_2(model: Path) -> None:
    answer = understand("hello", "--now", "noon")
    assert answer.returncode == 2
    assert answer.stderr == "mendline: 'noon' is no time; write for example 2025-06-02T09:00\n"


def test_a_program_may_wait_for_each_answer(model: Path) -> None:
    command = [sys.executable, "-m", "bot", "understand", "-"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text in ("hello", "thank you"):
            process.stdin.write(text + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["text"] == text
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_a_thousand_lines_take_seconds_without_tensorflow(model: Path) -> None:
    lines = [str(line) if isinstance(line, str) else line["text"] or "hi" for line in LINES.values()]
    said = "\n".join(f"{lines[number % len(lines)]} {number}" for number in range(1000))
    began = time.monotonic()
    probe = (
        "import sys; from bot.cli.main import main; code = main(['understand', '-']); print('tensorflow' in sys.modules); sys.exit(code)"
    )
    answer = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, input=said, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0
    *records, imported = answer.stdout.splitlines()
    assert len(records) == 1000
    assert imported == "False"
    assert time.monotonic() - began < 60

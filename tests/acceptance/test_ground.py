"""The line as an operator meets it: started by one command, it runs, heals, refuses what would harm it, and comes back quickly."""

from __future__ import annotations

import time

import pytest

from tests.support.stack import Stack
from tests.support.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.model]

PROCESSES = ("redis", "scheduling", "actions", "rasa", "edge")
BACK_SECONDS = 90.0


def test_it_prints_where_it_is_and_how_to_text_it(stack: Stack) -> None:
    printed = "\n".join(stack.printed)
    assert f"the line is at {stack.address('public')}/" in printed
    assert "python -m bot text " in printed


def test_every_process_has_its_id_in_a_file(stack: Stack) -> None:
    ids = [stack.pid(process) for process in (*PROCESSES, "supervisor")]
    assert None not in ids
    assert len(set(ids)) == len(ids)


def test_the_demo_file_tells_how_to_play_a_patient(stack: Stack) -> None:
    demo = stack.demo
    maya = next(patient for patient in demo["patients"] if patient["name"].startswith("Maya"))
    assert maya["number"].startswith("+1")
    assert maya["birth_date"] == "1991-04-09"
    assert set(demo["twilio"]) == {"account_sid", "auth_token"}
    assert (stack.home / "demo.json").stat().st_mode & 0o077 == 0


def test_the_doctor_finds_nothing_wrong_with_it(stack: Stack) -> None:
    answer = stack.bot("doctor")
    assert answer.stdout.rstrip().endswith("All is well."), answer.stdout
    assert answer.returncode == 0


def test_a_patient_can_be_played_from_the_command_line(stack: Stack) -> None:
    answer = stack.bot("text", "luis", "when is my next visit?")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.strip()


def test_a_name_that_is_no_patient_is_answered_with_those_that_are(stack: Stack) -> None:
    answer = stack.bot("text", "nobody", "hello")
    assert answer.returncode == 2
    assert "Maya" in answer.stderr


def test_a_second_line_on_the_same_home_is_refused(stack: Stack) -> None:
    answer = stack.bot("run", "all")
    assert answer.returncode == 2
    assert f"another supervisor (process {stack.pid('supervisor')}) runs on {stack.home}" in answer.stderr


@pytest.mark.parametrize("process", PROCESSES)
async def test_a_killed_process_comes_back_alone_and_the_line_answers(stack: Stack, process: str) -> None:
    before = {name: stack.pid(name) for name in PROCESSES}
    stack.kill(process)
    await until(lambda: stack.pid(process) not in (None, before[process]), f"a new {process}", BACK_SECONDS)
    await until(stack.listens, "the public port", BACK_SECONDS)
    answer = stack.bot("text", f"+1207555{PROCESSES.index(process):04d}", "hello", "--seconds", "60")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert {name: stack.pid(name) for name in PROCESSES if name != process} == {
        name: pid for name, pid in before.items() if name != process
    }


def test_no_log_holds_a_number_a_name_or_a_patients_words(stack: Stack) -> None:
    secrets = {str(patient[key]) for patient in stack.demo["patients"] for key in ("number", "name", "birth_date")}
    stack.bot("text", "maya", "xylophone purple walrus")
    for process in PROCESSES:
        written = stack.log(process)
        assert not [secret for secret in secrets if secret in written], process
        assert "xylophone" not in written, process


def test_a_second_start_trains_nothing_seeds_nothing_and_is_up_within_a_minute(stack: Stack) -> None:
    assert stack.stop() == 0
    assert not list((stack.home / "run").glob("*.pid"))
    stack.printed.clear()
    began = time.monotonic()
    stack.start()
    assert time.monotonic() - began < 60
    assert not [line for line in stack.printed if "training" in line]
    assert stack.log("scheduling").count("demo clinic loaded") == 1

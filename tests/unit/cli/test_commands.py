"""The command line as a person meets it: real processes, their words and exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.main import PROCESSES
from bot.supervisor.files import HomeLock

ROOT = Path(__file__).resolve().parents[3]


def bot(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


class TestHelp:
    def test_it_names_every_command(self) -> None:
        shown = bot("--help")
        assert shown.returncode == 0
        for command in ("run", "train", "doctor", "text", "understand", "release", "settle-task"):
            assert f"    {command}" in shown.stdout

    def test_it_names_every_process(self) -> None:
        shown = bot("run", "--help").stdout
        for process in PROCESSES:
            assert f"  {process} " in shown


class TestRefusals:
    def test_a_setting_that_cannot_be_used_is_one_sentence_and_exit_code_2(self) -> None:
        answer = bot("run", "edge", MENDLINE_MODE="prod")
        assert answer.returncode == 2
        assert answer.stderr == "mendline: MENDLINE_MODE is 'prod'; set it to demo or live\n"

    def test_a_second_supervisor_is_refused_before_it_does_anything(self, tmp_path: Path) -> None:
        lock = HomeLock(tmp_path)
        lock.take()
        answer = bot("run", "all", MENDLINE_HOME=str(tmp_path))
        lock.release()
        assert answer.returncode == 2
        assert "another supervisor" in answer.stderr
        assert str(tmp_path) in answer.stderr

    def test_texting_without_a_demo_says_how_to_start_one(self, tmp_path: Path) -> None:
        answer = bot("text", "maya", "hello", MENDLINE_HOME=str(tmp_path))
        assert answer.returncode == 2
        assert "make run" in answer.stderr

    def test_releasing_an_unknown_conversation(self, database_url: str) -> None:
        answer = bot("release", "cv_none", MENDLINE_DATABASE_URL=database_url)
        assert answer.returncode == 2
        assert "there is no such conversation" in answer.stderr

    def test_closing_an_unknown_card(self, database_url: str) -> None:
        answer = bot("settle-task", "task_none", "--outcome", "called", MENDLINE_DATABASE_URL=database_url)
        assert answer.returncode == 2
        assert "there is no card task_none" in answer.stderr


@pytest.mark.parametrize("name", ["database_url", "twilio_auth_token", "internal_token"])
def test_a_refusal_never_prints_a_secret(name: str) -> None:
    answer = bot("run", "all", **{f"MENDLINE_{name.upper()}": "hunter2", "MENDLINE_MODE": "live"})
    assert answer.returncode == 2
    assert "hunter2" not in answer.stdout + answer.stderr

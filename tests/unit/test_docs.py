"""The handbook says what the program does: every setting, every process, every verb."""

from __future__ import annotations

import re
from pathlib import Path

from bot.cli.main import PROCESSES
from bot.cli.settings_table import written_into
from bot.settings import unknown_settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_the_settings() -> None:
    assert written_into(PAGE) == PAGE, "run: python -m bot.cli.settings_table"


def test_no_setting_is_named_that_does_not_exist() -> None:
    texts = [PAGE, (ROOT / "deploy" / "mendline.service").read_text(encoding="utf-8"), (ROOT / "Makefile").read_text(encoding="utf-8")]
    named = {name: "" for text in texts for name in re.findall(r"MENDLINE_[A-Z][A-Z_]*[A-Z]", text)}
    assert set(unknown_settings(named)) <= {"MENDLINE_X_FILE"}


def test_every_process_is_described() -> None:
    for process in set(PROCESSES) - {"all"}:
        assert f"| `{process}` |" in PAGE


def test_every_command_that_is_shown_exists() -> None:
    shown = set(re.findall(r"python -m bot ([\w-]+)", PAGE))
    known = {"run", "train", "doctor", "text", "understand", "release", "settle-task", "whatsapp-templates"}
    assert shown <= known | {"acknowledge", "safety-page", "retention", "export", "erase"}
    verbs = set(re.findall(r"`make (\w+)", PAGE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert verbs <= targets

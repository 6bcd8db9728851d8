"""Rasa's own commands work here as anyone who knows Rasa expects."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from bot.cli.train import RASA_ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
# Actions utter responses by name and the runtime sends triggers as intents; Rasa's validator sees neither.
EXPECTED = re.compile(r"The utterance '\w+' is not used in any story or rule\.|The intent 'EXTERNAL_\w+' is listed in the domain file, but")


def rasa(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Rasa command in the checkout."""
    environment = {**os.environ, **RASA_ENVIRONMENT, "PYTHONWARNINGS": "default"}
    return subprocess.run(
        [sys.executable, "-m", "rasa", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180
    )


def test_the_data_are_valid_and_nothing_needs_a_look() -> None:
    answer = rasa("data", "validate", "--config", "config.yml", "--domain", "domain.yml", "--data", "data")
    printed = answer.stdout + answer.stderr
    assert answer.returncode == 0, printed[-2000:]
    assert "No story structure conflicts found" in printed
    warned = [line for line in printed.splitlines() if "rasa/shared/utils/io.py" in line and "UserWarning" in line]
    assert [line for line in warned if not EXPECTED.search(line)] == []

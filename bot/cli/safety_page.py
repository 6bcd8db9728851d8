"""`python -m bot safety-page`: writes the page on which a clinician reads the safety screen and signs it."""

from __future__ import annotations

import argparse

from bot.cli.errors import CommandError
from bot.cli.model import ROOT
from bot.cli.parts import clock_of
from bot.clinic import load_clinic
from bot.phrases import Phrases
from bot.safety import evaluation
from bot.safety.page import page
from bot.safety.screen import Screen
from bot.safety.signs import Signs
from bot.safety.training import EXAMPLES, fingerprint, read_examples, trained_safety
from bot.settings import Settings

# Development lines first; then those that were held out from whoever wrote patterns and examples.
MEASURED = {
    "Development lines (patterns were tuned on them)": "tests/unit/safety/dev_safety.tsv",
    "Held-out lines": "tests/evaluation/safety.tsv",
}


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out the command."""
    trained_safety(print)
    clinic = load_clinic(settings.clinic)
    screen = Screen.load()
    try:
        scores = {
            name: evaluation.evaluate(evaluation.read_lines(ROOT / path), screen)
            for name, path in MEASURED.items()
            if (ROOT / path).exists()
        }
    except evaluation.SafetyFileError as error:
        raise CommandError(str(error)) from error
    day = clinic.local(clock_of(settings).now()).date().isoformat()
    text = page(Signs.load(), read_examples(ROOT / EXAMPLES), Phrases.load(), scores, fingerprint(), clinic.name, day)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(text, encoding="utf-8")
    print(f"safety-page: {arguments.out}")
    return 0

"""The model's fingerprint: it changes with what training reads, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.model import fingerprint


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in {
        "config.yml": "pipeline: []",
        "domain.yml": "intents: []",
        "data/nlu/a.yml": "nlu: []",
        "data/clinic.yml": "name: Harbor",
        "bot/nlu/components.py": "x = 1",
        "bot/settings.py": "y = 1",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "data/nlu/a.yml", "data/stories/added.yml", "bot/nlu/components.py"])
def test_it_changes_with_what_training_reads(checkout: Path, name: str) -> None:
    before = fingerprint(checkout)
    (checkout / name).parent.mkdir(exist_ok=True)
    (checkout / name).write_text("changed")
    assert fingerprint(checkout) != before


@pytest.mark.parametrize(
    "name",
    [
        "data/clinic.yml",
        "bot/settings.py",
        "bot/nlu/__pycache__/components.cpython-311.pyc",
        "data/nlu/.a.yml.swp",
        "data/safety/signs.yml",
        "bot/nlu/when/lexicon.py",
    ],
)
def test_it_does_not_change_with_anything_else(checkout: Path, name: str) -> None:
    before = fingerprint(checkout)
    (checkout / name).parent.mkdir(exist_ok=True)
    (checkout / name).write_text("changed")
    assert fingerprint(checkout) == before


def test_renaming_a_file_and_moving_text_between_files_count(checkout: Path) -> None:
    before = fingerprint(checkout)
    (checkout / "data/nlu/a.yml").rename(checkout / "data/nlu/b.yml")
    assert fingerprint(checkout) != before

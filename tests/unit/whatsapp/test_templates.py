"""Templates of the repository: WhatsApp would approve them, and what cannot be filled is not sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.whatsapp_templates import TemplateError, Templates
from bot.yamlfile import FileError, open_yaml

GOOD = """name: visit
language: en
category: UTILITY
body: "Hello {{1}}, this is {{2}}. Will you come?"
values: [{name: given, sample: Maya}, {name: clinic, sample: Harbor PT}]
buttons: ["Yes", "No"]
"""
HEALTH = ("pain", "exercise", "therap", "knee", "treat", "injur", "diagnos")


def test_the_repositorys_templates_are_read_and_speak_of_no_health() -> None:
    templates = list(Templates.load())
    assert {"visit_reminder", "place_came_free"} <= {template.name for template in templates}
    for template in templates:
        assert not [word for word in HEALTH if word in template.body.lower()], template.name
        assert "clinic" in template.values, f"{template.name} does not say who writes"


def test_what_is_said_on_whatsapp_may_go_as_a_text() -> None:
    responses = [open_yaml(path).at("responses").value for path in sorted(Path("data/responses").glob("*.yml"))]
    said = {
        name: each["text"]
        for file in responses
        for name, variants in file.items()
        for each in variants
        if each.get("channel") == "whatsapp"
    }
    assert "utter_ask_reminder" in said
    assert {name: text for name, text in said.items() if "tap" in text.lower().split() or "button" in text.lower()} == {}


def test_it_is_filled_with_values_and_the_ids_of_its_buttons(tmp_path: Path) -> None:
    templates = _written(tmp_path, GOOD)
    variables, text = templates.filled("visit", {"given": "Maya", "clinic": "Harbor PT"}, ["tap_a", "tap_b"])
    assert variables == {"1": "Maya", "2": "Harbor PT", "3": "tap_a", "4": "tap_b"}
    assert text == "Hello Maya, this is Harbor PT. Will you come?"


@pytest.mark.parametrize(
    ("name", "values", "ids", "word"),
    [
        ("visit", {"clinic": "Harbor PT"}, ["a", "b"], "given"),
        ("visit", {"given": " ", "clinic": "Harbor PT"}, ["a", "b"], "given"),
        ("visit", {"given": "Maya", "clinic": "Harbor PT"}, [], "buttons"),
        ("other", {}, [], "no file"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, name: str, values: dict[str, str], ids: list[str], word: str) -> None:
    with pytest.raises(TemplateError, match=word):
        _written(tmp_path, GOOD).filled(name, values, ids)


@pytest.mark.parametrize(
    ("was", "becomes", "word"),
    [
        ("Hello {{1}}, this", "{{1}}, this", "begin and end"),
        ("{{2}}. Will you come?", "{{2}}", "begin and end"),
        ("{{1}}, this is {{2}}", "{{1}} {{2}}", "side by side"),
        ("{{2}}", "{{3}}", "in this order"),
        ("UTILITY", "MARKETING", "UTILITY"),
        ("name: visit\n", "name: Visit\n", "own name"),
        ('"Yes"', '"Yes, I will certainly come"', "20 characters"),
    ],
)
def test_what_whatsapp_would_not_approve_is_refused(tmp_path: Path, was: str, becomes: str, word: str) -> None:
    with pytest.raises(FileError, match=word):
        _written(tmp_path, GOOD.replace(was, becomes))


def test_a_changed_word_is_a_template_of_another_name(tmp_path: Path) -> None:
    first = _written(tmp_path, GOOD).get("visit")
    second = _written(tmp_path, GOOD.replace("Will you", "Can you")).get("visit")
    assert first is not None
    assert second is not None
    assert first.friendly_name != second.friendly_name


def _written(folder: Path, text: str) -> Templates:
    (folder / "visit.yml").write_text(text, encoding="utf-8")
    return Templates.load(folder)

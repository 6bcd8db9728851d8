"""The line's own sentences: complete, short, and in the alphabet of a cheap text."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.phrases import PhraseError, Phrases
from bot.turns.house import House
from bot.turns.settle import HOLDING_QUEUE, media_phrase, safety_phrase
from bot.types import Channel
from bot.yamlfile import FileError
from tests.support.scripted import ROOT

PHRASES = Phrases.load(ROOT / "data/responses/line.yml")
VALUES = {
    "clinic": "Harbor PT",
    "console": "https://line.harbor-pt.example/staff",
    "telephone": "(207) 555-0110",
    "visit": "Tue Jun 3, 10:00 AM",
}
# GSM 03.38's basic set; each character counts once.
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


@pytest.mark.parametrize("name", PHRASES.names())
def test_a_text_is_one_gsm_segment(name: str) -> None:
    text = PHRASES.text(name, Channel.SMS, **VALUES)
    assert set(text) <= GSM, set(text) - GSM
    assert len(text) <= 160, len(text)


@pytest.mark.parametrize("name", PHRASES.names())
def test_a_call_is_spoken_to(name: str) -> None:
    assert PHRASES.text(name, Channel.VOICE, **VALUES)


@pytest.mark.parametrize("name", PHRASES.names())
def test_it_never_prints_a_word_that_unsubscribes(name: str) -> None:
    text = PHRASES.text(name, Channel.SMS, **VALUES).upper()
    assert not any(f"REPLY {word}" in text for word in ("CANCEL", "END", "QUIT", "STOP"))


@pytest.mark.parametrize("oncall", ["", "+12075550111"])
@pytest.mark.parametrize("level", ["urgent", "emergency", "crisis"])
@pytest.mark.parametrize("category", ["leg_clot", "abuse", "none such"])
def test_every_finding_has_its_words(oncall: str, level: str, category: str) -> None:
    house = House("Harbor PT", ZoneInfo("America/New_York"), PHRASES, oncall_number=oncall)
    name = safety_phrase(house, level, category)
    assert name in PHRASES
    assert ("someone will call" in PHRASES.text(name, **VALUES)) <= bool(oncall)


def test_what_the_worker_says_exists() -> None:
    names = [HOLDING_QUEUE, "holding_incident", "holding_private", "technical_problem", "introduction", "page"]
    assert all(name in PHRASES for name in [*names, media_phrase(["image/png"]), media_phrase(["audio/ogg"]), media_phrase([])])


def test_an_unknown_name_and_a_missing_value_are_named() -> None:
    with pytest.raises(PhraseError, match="utter_nothing"):
        PHRASES.text("nothing")
    with pytest.raises(PhraseError, match="clinic"):
        PHRASES.text("introduction")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("responses: {utter_a: [{text: x, channel: voice}]}", "utter_a has no variant without a channel"),
        ("responses: {utter_a: [{text: x}, {text: y}]}", "one variant for each channel"),
        ("responses: {utter_a: [{text: x, channel: fax}]}", "fax"),
        ("responses: {utter_a: [{channel: sms}]}", "text is missing"),
        ("nothing: 1", "responses is missing"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "line.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FileError, match=told):
        Phrases.load(path)

"""The line's own sentences: complete, short, and in the alphabet of a cheap text."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.phrases import RESPONSES, PhraseError, Phrases
from bot.turns.alarm import phrase
from bot.turns.house import House
from bot.turns.settle import HOLDING_QUEUE, media_phrase
from bot.types import Channel
from bot.yamlfile import FileError
from tests.support.scripted import ROOT

PHRASES = Phrases.load(*(ROOT / path for path in RESPONSES))
VALUES = {
    "clinic": "Harbor PT",
    "console": "https://line.harbor-pt.example/staff",
    "telephone": "(207) 555-0110",
    "visit": "Tue Jun 3, 10:00 AM",
    "who": "Priya",
    "by": "12:45 PM Wed",
    "number": "12",
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


@pytest.mark.parametrize("nobody", [False, True])
@pytest.mark.parametrize("other", [False, True])
@pytest.mark.parametrize("spanish", [False, True])
@pytest.mark.parametrize(
    "stem", ["safety_urgent", "safety_emergency", "safety_crisis", "holding_incident", "holding_emergency", "holding_crisis"]
)
@pytest.mark.parametrize("category", ["leg_clot", "abuse", "none such"])
def test_every_finding_has_its_words(stem: str, category: str, nobody: bool, other: bool, spanish: bool) -> None:
    house = House("Harbor PT", ZoneInfo("America/New_York"), PHRASES)
    name = phrase(house, stem, category, nobody=nobody, other=other, spanish=spanish)
    text = PHRASES.text(name, **VALUES)
    assert name.endswith("_es") == spanish
    if nobody:
        promises = (
            "someone will call",
            "will call by",
            "will reach you",
            "le va a llamar",
            "le llama antes",
            "le busca antes",
            "I'm getting a person",
        )
        assert not any(promise in text for promise in promises)


@pytest.mark.parametrize("name", [name for name in PHRASES.names() if name.startswith(("safety_", "holding_"))])
def test_only_a_call_is_told_to_hang_up(name: str) -> None:
    text = PHRASES.text(name, Channel.SMS, **VALUES)
    assert not any(word in text.lower() for word in ("hang up", "cuelgue"))


def test_what_the_worker_says_exists() -> None:
    names = [HOLDING_QUEUE, "holding_incident", "holding_incident_late", "holding_private", "technical_problem", "introduction", "page"]
    names += ["page_again", "page_acknowledged", "page_nothing_open"]
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

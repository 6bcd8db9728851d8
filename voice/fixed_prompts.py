"""Finds what the line says in the same words to everybody, so that its sound can be made once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from bot.yamlfile import open_yaml
from voice.sentences import chunks
from voice.spoken import say

ROOT = Path(__file__).resolve().parents[1]
FILES = (
    *sorted((ROOT / "data" / "responses").glob("*.yml")),
    ROOT / "data" / "safety" / "wording.yml",
    ROOT / "data" / "voice" / "wording.yml",
)
_VALUE = "Anyvalue"


def fixed_prompts(files: Iterable[Path] = FILES) -> frozenset[str]:
    """Return the chunks of every reply for the telephone that hold no value of a patient or a visit.

    Chunks and not replies: "It's booked." is the same for everybody, the day after it is not. A reply has one variant for `voice`, or
    is said as it is texted. Names that end in `_es` are Spanish, which is another voice's; they are left out. Raises FileError when a
    file cannot be read.
    """
    found: set[str] = set()
    for file in files:
        responses = open_yaml(file).at("responses").value
        for name, variants in responses.items():
            spoken = [each for each in variants if each.get("channel") == "voice"] or [each for each in variants if not each.get("channel")]
            for variant in spoken:
                if not name.endswith("_es"):
                    found.update(_fixed(variant["text"]))
    return frozenset(found)


def _fixed(text: str) -> Iterable[str]:
    """Yield the chunks without a value. A name stands for each value meanwhile, so that the sentences are cut as they will be."""
    for chunk in chunks(say(re.sub(r"\{\w+\}", _VALUE, text)).text, "fixed"):
        if _VALUE not in chunk.text:
            yield chunk.text

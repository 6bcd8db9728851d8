"""What `data/voice/speaking.yml` tells of saying aloud what was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.yamlfile import Node, open_yaml

FILE = Path(__file__).resolve().parents[1] / "data" / "voice" / "speaking.yml"


@dataclass(frozen=True)
class Speaking:
    """The file, ready for use. `link` stands for a web address inside a sentence; `texted` or `not_texted` says what becomes of it.

    `units` maps what stands after a number to its singular and plural; `signs`, `streets`, `states`, `abbreviations` and `fractions` map
    what is written to what is said. `priced` are things of which one says "forty dollar fee"; `facts` find what a listener
    has to keep in mind.
    """

    link: str
    texted: str
    not_texted: str
    priced: tuple[str, ...]
    facts: tuple[re.Pattern[str], ...]
    spanish_numbers: tuple[str, ...]
    spanish_tens: tuple[str, ...]
    rewrite: tuple[tuple[re.Pattern[str], str], ...]
    commands: tuple[str, ...]
    abbreviations: Mapping[str, str]
    streets: Mapping[str, str]
    units: Mapping[str, tuple[str, str]]
    fractions: Mapping[str, str]
    measures: tuple[str, ...]
    states: Mapping[str, str]
    signs: Mapping[str, str]


@cache
def load(path: Path = FILE) -> Speaking:
    """Read the file. Raises FileError, which names the key and the remedy."""
    top = open_yaml(path)
    link = top.at("link")
    read = Speaking(
        link=link.at("name").text(),
        texted=link.at("texted").text().rstrip("."),
        not_texted=link.at("not_texted").text().rstrip("."),
        facts=tuple(_pattern(node) for node in top.at("facts").items()),
        priced=top.at("priced").texts(),
        spanish_numbers=top.at("spanish_numbers").texts(),
        spanish_tens=top.at("spanish_tens").texts(),
        rewrite=tuple(_rewrite(row) for row in top.at("rewrite").items()),
        commands=top.at("commands").texts(),
        abbreviations=_words(top.at("abbreviations")),
        streets=_words(top.at("streets")),
        units={unit: _pair(top.at("units").at(unit)) for unit in _keys(top.at("units"))},
        fractions=_words(top.at("fractions")),
        measures=top.at("measures").texts(),
        states=_words(top.at("states")),
        signs=_words(top.at("signs")),
    )
    link.finish()
    top.finish()
    return read


def _keys(node: Node) -> tuple[str, ...]:
    if not isinstance(node.value, dict):
        raise node.error("write a mapping of what is written to what is said")
    for key in node.value:
        if not isinstance(key, str):
            raise node.error(f"put {key!r} in quotes")
    return tuple(node.value)


def _words(node: Node) -> dict[str, str]:
    return {key: node.at(key).text() for key in _keys(node)}


def _pair(node: Node) -> tuple[str, str]:
    words = node.texts()
    if len(words) != 2:
        raise node.error("write the word for one and the word for several")
    return words[0], words[1]


def _rewrite(row: Node) -> tuple[re.Pattern[str], str]:
    pattern, to = row.at("from"), row.at("to")
    row.finish()
    if not isinstance(to.value, str):
        raise to.error("write a text; it may be empty")
    return _pattern(pattern), to.value


def _pattern(node: Node) -> re.Pattern[str]:
    try:
        return re.compile(node.text())
    except re.error as error:
        raise node.error(f"write a regular expression: {error}") from error

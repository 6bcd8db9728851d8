"""The sentences that the line says by itself, without the dialogue: in Rasa's response format, of `data/responses/line.yml` and, for signs
of danger, `data/safety/wording.yml`.

A name is written without Rasa's `utter_`. One variant without a channel is the default, others name theirs.
"""

from __future__ import annotations

from pathlib import Path
from string import Formatter

from bot.types import Channel
from bot.yamlfile import FileError, open_yaml

RESPONSES = (Path("data/responses/line.yml"), Path("data/safety/wording.yml"))
PREFIX = "utter_"


class PhraseError(Exception):
    """A sentence is missing or lacks a value. The message names the sentence and the remedy."""


class Phrases:
    """The sentences of some files, by name and channel."""

    def __init__(self, texts: dict[str, dict[Channel | None, str]], source: str = "the phrases") -> None:
        self._texts = texts
        self._source = source

    @classmethod
    def load(cls, *paths: Path) -> Phrases:
        """Read response files, by default the line's own. Raises FileError naming file, key, value and remedy."""
        texts: dict[str, dict[Channel | None, str]] = {}
        for path in paths or RESPONSES:
            _read(path, texts)
        return cls(texts, " and ".join(str(path) for path in paths or RESPONSES))

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def names(self) -> tuple[str, ...]:
        """Return the names of all sentences."""
        return tuple(self._texts)

    def placeholders(self, name: str) -> frozenset[str]:
        """Return the values that the sentence needs."""
        return frozenset(field for text in self._variants(name).values() for _, field, _, _ in Formatter().parse(text) if field is not None)

    def text(self, name: str, channel: Channel | None = None, **values: str) -> str:
        """Return the sentence for a channel with its values filled in. Raises PhraseError when it is unknown or a value is missing."""
        variants = self._variants(name)
        try:
            return variants.get(channel, variants[None]).format_map(values)
        except KeyError as error:
            raise PhraseError(f"{self._source}: {PREFIX}{name} needs the value {error}; give it or take it out of the text") from error

    def _variants(self, name: str) -> dict[Channel | None, str]:
        if name not in self._texts:
            raise PhraseError(f"{self._source} has no {PREFIX}{name}; add it")
        return self._texts[name]


def _read(path: Path, texts: dict[str, dict[Channel | None, str]]) -> None:
    responses = open_yaml(path).at("responses")
    for name in responses.value:
        variants: dict[Channel | None, str] = {}
        for node in responses.at(name).items():
            where = node.maybe("channel")
            channel = None if where is None else Channel(where.choice(tuple(one.value for one in Channel)))
            if channel in variants:
                raise node.error("write one variant for each channel and one without")
            variants[channel] = node.at("text").text()
        if None not in variants:
            raise FileError(f"{path}: {name} has no variant without a channel; add one, it is the default")
        texts[name.removeprefix(PREFIX)] = variants

"""Which of the line's sentences a text holds: the domain's responses, read back from what the patient sees.

The soak's patients understand by the response's name and by what it waits for, so a change of wording changes nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

RESPONSES = Path("data/responses")


@dataclass(frozen=True)
class Phrase:
    """A response found in a text: its name, what it asks for (`none`: nothing) and where it ends."""

    name: str
    awaiting: str
    end: int


class Phrasebook:
    """Every variant of every response that is not spoken."""

    def __init__(self, folder: Path = RESPONSES) -> None:
        self._patterns: list[tuple[str, str, re.Pattern[str]]] = []
        for path in sorted(folder.glob("*.yml")):
            for name, variants in yaml.safe_load(path.read_text(encoding="utf-8"))["responses"].items():
                for variant in variants:
                    if variant.get("channel", "sms") == "sms" and _words(variant.get("text", "")):
                        awaiting = (variant.get("metadata") or {}).get("awaiting", "none")
                        self._patterns.append((name, awaiting, _pattern(variant["text"])))

    def read(self, text: str) -> list[Phrase]:
        """Return the responses that a text holds, in order of their ends."""
        found = [Phrase(name, awaiting, match.end()) for name, awaiting, pattern in self._patterns for match in pattern.finditer(text)]
        return sorted(found, key=lambda phrase: phrase.end)

    def asked(self, texts: Sequence[str]) -> str:
        """Return what the last question in these texts waits for; `none` when none is asked."""
        return next(
            (phrase.awaiting for text in reversed(texts) for phrase in reversed(self.read(text)) if phrase.awaiting != "none"), "none"
        )

    def names(self, texts: Sequence[str]) -> set[str]:
        """Return the names of all responses in these texts."""
        return {phrase.name for text in texts for phrase in self.read(text)}


PLACE = re.compile(r"\{[^}]*\}")


def _words(template: str) -> bool:
    """Has the template words of its own? One that is all placeholder would be found in every text."""
    return bool(PLACE.sub("", template).strip())


def _pattern(template: str) -> re.Pattern[str]:
    # `{whose}` is often empty, and no other value is.
    return re.compile(".*?".join(re.escape(part) for part in PLACE.split(template)))

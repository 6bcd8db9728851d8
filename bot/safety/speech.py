"""In which language a message is and of whom it speaks, by `data/safety/speech.yml`. It decides wording only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.safety.patterns import Pattern, PatternError
from bot.safety.text import plain

SPEECH = Path(__file__).parents[2] / "data" / "safety" / "speech.yml"
_WORDS = re.compile(r"[^\W_]+")

Language = Literal["en", "es"]
About = Literal["self", "other"]


@dataclass(frozen=True)
class Speech:
    """The rules of the file. Computes only."""

    spanish: frozenset[str]
    english: frozenset[str]
    other: tuple[Pattern, ...]
    bystander: tuple[Pattern, ...]
    self_: tuple[Pattern, ...]

    @classmethod
    def load(cls, path: Path = SPEECH) -> Speech:
        """Read the rules. Raises PatternError naming the file and the remedy."""
        try:
            data: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
            rows = {name: tuple(Pattern.parse(row) for row in data[name]) for name in ("other", "bystander", "self")}
            spanish, english = (frozenset(str(word) for word in data[name]) for name in ("spanish", "english"))
        except (OSError, yaml.YAMLError, KeyError, TypeError, PatternError) as error:
            raise PatternError(f"{path} cannot be used ({error}); correct it there or fetch the checkout again") from error
        return cls(spanish, english, rows["other"], rows["bystander"], rows["self"])

    def language(self, text: str) -> Language:
        """Return `es` when a message has at least as many Spanish words as English ones, and any."""
        words = _WORDS.findall(plain(text))
        spanish = sum(word in self.spanish for word in words)
        return "es" if spanish and spanish >= sum(word in self.english for word in words) else "en"

    def about(self, text: str) -> About:
        """Return `other` when a message speaks of someone else and not of the writer."""
        joined = " ".join(_WORDS.findall(plain(text)))
        if not any(pattern.expression.search(joined) for pattern in self.other):
            return "self"
        for pattern in (*self.bystander, *self.other):
            joined = " ".join(pattern.expression.sub(" ", joined).split())
        return "self" if any(pattern.expression.search(joined) for pattern in self.self_) else "other"

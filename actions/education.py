"""Text on self-care that a clinician of the clinic has approved, from `data/education.yml`. Nothing else is said about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from bot.yamlfile import FileError, Node, open_yaml

EDUCATION = Path("data/education.yml")


@dataclass(frozen=True)
class Topic:
    """An approved text: its name, the words by which patients ask for it, who approved it and when."""

    name: str
    words: re.Pattern[str]
    text: str
    approved_by: str
    on: date


@dataclass(frozen=True)
class Education:
    """All approved texts, and the words that make a question one for the therapist."""

    topics: tuple[Topic, ...]
    not_for_text: re.Pattern[str]

    def about(self, said: str) -> Sequence[Topic]:
        """Return the texts that answer a message; none when it asks for more than they say."""
        plain = said.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        if self.not_for_text.search(plain):
            return ()
        return tuple(topic for topic in self.topics if topic.words.search(plain))


@lru_cache(maxsize=4)
def load_education(path: Path = EDUCATION) -> Education:
    """Read the file. A topic that nobody approved is left out. Raises FileError naming file, key, value and remedy."""
    root = open_yaml(path)
    topics = tuple(topic for node in root.at("topics").items() if (topic := _topic(node)) is not None)
    words = _pattern(root.at("not_for_text"))
    root.finish()
    return Education(topics, words)


def _topic(node: Node) -> Topic | None:
    name, words, text = node.at("name").text(), _pattern(node.at("words")), node.at("text").text()
    approved_by, on = node.maybe("approved_by"), node.maybe("approved_on")
    node.finish()
    if approved_by is None or on is None:
        return None
    if not isinstance(on.value, date):
        raise on.error("write the day of approval such as 2025-05-12")
    return Topic(name, words, text, approved_by.text(), on.value)


def _pattern(node: Node) -> re.Pattern[str]:
    """Return one pattern of a list of words, each a regular expression that stands between word boundaries."""
    try:
        return re.compile(rf"\b(?:{'|'.join(node.texts())})\b", re.IGNORECASE)
    except re.error as error:
        raise FileError(f"{node.file}: {node.key} holds no regular expressions ({error}); write words") from error

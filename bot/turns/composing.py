"""What several messages in a row say together, and what a telephone added to them by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.store.turns import StoredMessage
from bot.yamlfile import Node, open_yaml

AUTO_REPLIES = Path("data/auto_replies.yml")
LONGEST = 1600
"""Characters the dialogue is given: the longest text a carrier delivers in one piece. The row keeps all of a longer one."""

_STRAIGHT = str.maketrans({"’": "'", "“": '"', "”": '"'})

# As iOS and Android write a reaction into a text message: `Liked "…"`, `👍 to "…"`, `Reacted 👍 to "…"`, `Removed a like from "…"`.
_TAPBACK = re.compile(
    r"""\s*(?P<kind>
        (?P<verb>liked|loved|disliked|laughed\ at|emphasized|emphasised|questioned)
        | (?:reacted\s+)?(?P<emoji>[^\w\s"“]{1,8})\s+to
        | (?P<removed>removed\s+an?\s+[^"“]{1,30}\s+from)
    )\s+["“](?P<quoted>.*)["”]\s*""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class Tapback:
    """A reaction to one of our messages. `kind` is the verb, the emoji or `removed`; `quoted` begins like that message."""

    kind: str
    quoted: str


@dataclass(frozen=True)
class Composition:
    """What a turn's messages say. `text` is for the dialogue; empty when there is nothing to answer or only media."""

    text: str
    tapbacks: tuple[Tapback, ...]
    media: tuple[str, ...]

    @property
    def only_tapbacks(self) -> bool:
        """Whether the text is nothing but reactions."""
        return bool(self.tapbacks) and self.text == _quoted(self.tapbacks)


class AutoReplies:
    """Recognises what a telephone answers by itself."""

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self._patterns = tuple(re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in patterns)

    @classmethod
    def load(cls, path: Path = AUTO_REPLIES) -> AutoReplies:
        """Read the patterns. Raises FileError naming file, key, value and remedy."""
        return cls(_pattern(node) for node in open_yaml(path).at("auto_replies").items())

    def matches(self, text: str) -> bool:
        """Whether the whole text is such an answer."""
        plain = text.strip().translate(_STRAIGHT)
        return any(pattern.fullmatch(plain) for pattern in self._patterns)


def _pattern(node: Node) -> str:
    pattern = node.text()
    try:
        re.compile(pattern)
    except re.error as error:
        raise node.error(f"write a regular expression ({error})") from error
    return pattern


def tapback(text: str) -> Tapback | None:
    """Return the reaction that a text is, or None: a typed thumbs-up is a message."""
    found = _TAPBACK.fullmatch(text)
    if found is None:
        return None
    kind = "removed" if found["removed"] else (found["verb"] or found["emoji"]).lower()
    return Tapback(kind, found["quoted"])


def compose(messages: Sequence[StoredMessage], auto_replies: AutoReplies) -> Composition:
    """Join messages into one text, a line each. Reactions stay out of it unless there is nothing else."""
    media = tuple(item.get("type", "") for one in messages for item in one.media)
    bodies = [one.words for one in messages if not one.screen_only and one.words.strip() and not auto_replies.matches(one.words)]
    reactions = [(body, tapback(body)) for body in bodies]
    typed = [body for body, reaction in reactions if reaction is None]
    tapbacks = tuple(reaction for _, reaction in reactions if reaction is not None)
    text = "\n".join(body.strip() for body in typed) if typed else _quoted(tapbacks)
    return Composition(text[:LONGEST].strip(), tapbacks, media)


def _quoted(tapbacks: Sequence[Tapback]) -> str:
    return "\n".join(f'{one.kind} "{one.quoted}"' for one in tapbacks)[:LONGEST].strip()

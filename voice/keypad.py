"""What pressed keys mean while one answer is awaited: an answer, a person, a repetition, or nothing that was offered.

`0` or `**` reaches a person and `9` or `*` repeats the question. Where digits are data (a score, a birth date, a telephone number) 0 and 9
are data, and only `**` and `*` do. `#` ends a number, and is passed over elsewhere because some callers end everything with it.
A star given up on a number begun throws the number away: the question comes again, and the number is keyed anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.yamlfile import Node
from voice.listening import Keys, Meaning

PERSON_KEY = "0"
REPEAT_KEY = "9"
STAR = "*"
END = "#"
KEYS = frozenset("0123456789*#")


@dataclass(frozen=True)
class KeypadRules:
    """Two stars within `double_star_ms` are one `**`: the second that a "1" waits for its "0"."""

    double_star_ms: int

    @classmethod
    def read(cls, node: Node) -> KeypadRules:
        """Read the section `keypad`. Raises FileError."""
        rules = cls(node.at("double_star_ms").number(least=1))
        node.finish()
        return rules


@dataclass(frozen=True)
class Keyed:
    """An answer, as a patient would type it."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class WantsPerson:
    """The caller asks for a person."""


@dataclass(frozen=True)
class WantsRepeat:
    """The caller asks to hear the question again."""


@dataclass(frozen=True)
class NotOffered:
    """A key that means nothing here."""


@dataclass(frozen=True)
class NotWhole:
    """The digits keyed make no answer: too few, or impossible. `digits` is how many there were."""

    digits: int


KeyEvent = Keyed | WantsPerson | WantsRepeat | NotOffered | NotWhole


class Keypad:
    """The keys pressed towards one answer. `offered` is how many choices were named; None means all that the profile knows."""

    def __init__(self, keys: Keys, rules: KeypadRules, *, offered: int | None = None) -> None:
        self._keys = keys
        self._rules = rules
        self._answers = {key: text for key, text in keys.answers.items() if offered is None or int(key) <= offered}
        self._digits = ""
        self._due_ms: int | None = None
        self._star = False

    @property
    def due_ms(self) -> int | None:
        """When `wait` has something to tell if no key comes before; None while nothing is begun."""
        return self._due_ms

    def press(self, key: str, now_ms: int) -> list[KeyEvent]:
        """Return what this key, and any that was waited for until now, means. Raises ValueError for what is no key."""
        if key not in KEYS:
            raise ValueError(f"{key!r} is no key of a telephone; give one of 0-9, * and #")
        told = self.wait(now_ms)
        if key == STAR:
            return told + self._press_star(now_ms)
        if self._star:
            told.append(self._repeat())
        if key == END:
            return told + (self._finish() if self._digits else [])
        if self._keys.meaning is Meaning.DATA:
            return told + self._collect(key, now_ms)
        return [*told, self._meaning(key)]

    def wait(self, now_ms: int) -> list[KeyEvent]:
        """Return what the keys pressed so far mean now that this much time has passed."""
        if self._due_ms is None or now_ms < self._due_ms:
            return []
        return [self._repeat()] if self._star else self._finish()

    def _press_star(self, now_ms: int) -> list[KeyEvent]:
        if self._star:
            self._forget()
            return [WantsPerson()]
        self._star = True
        self._due_ms = now_ms + self._rules.double_star_ms
        return []

    def _collect(self, key: str, now_ms: int) -> list[KeyEvent]:
        self._digits += key
        if self._keys.complete.fullmatch(self._digits) or len(self._digits) >= self._keys.most_digits:
            return self._finish()
        self._due_ms = now_ms + self._keys.between_ms
        return []

    def _meaning(self, key: str) -> KeyEvent:
        if key in self._answers:
            return Keyed(self._answers[key])
        if key == PERSON_KEY:
            return WantsPerson()
        return WantsRepeat() if key == REPEAT_KEY else NotOffered()

    def _finish(self) -> list[KeyEvent]:
        digits = self._digits
        self._forget()
        whole = self._keys.complete.fullmatch(digits) or self._keys.enough.fullmatch(digits)
        return [Keyed(_written(digits, self._keys.split)) if whole else NotWhole(len(digits))]

    def _repeat(self) -> KeyEvent:
        self._forget()
        return WantsRepeat()

    def _forget(self) -> None:
        self._digits = ""
        self._star = False
        self._due_ms = None


def _written(digits: str, split: tuple[int, ...]) -> str:
    """Return digits with a slash after each part: 03141946 split 2, 2 is 03/14/1946."""
    parts = []
    for length in split:
        parts.append(digits[:length])
        digits = digits[length:]
    return "/".join([*parts, digits])

"""What is awaited decides how a call listens: one profile for each kind of answer, read from `data/voice/listening.yml`.

Figures: 1.2 s of silence ends a yes or no, 2 to 2.5 s a date of birth, a name or a telephone number (guidance for older callers on the
telephone). Free speech and days end after 1.5 s, so that the answer begins within 2 s of the last word when it takes 0.4 s to make.
A clear yes, digit or choice may end after 0.6 s for the same reason (within 1.2 s, less 0.4 s, less 0.2 s in reserve), a score after 0.7 s
because people go on ("nine ... or ten"), a whole date or number after 1 s. Keys wait 5 s for the next digit, as Twilio's own Gather
does; a score's "1" waits one second for a "0". The longest turns are ours: three times what a slow caller takes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from bot.types import Awaiting
from bot.yamlfile import Node

# More than three choices are not kept in mind on a telephone.
MOST_CHOICES = 3
RETRIES = 2


class Grammar(str, Enum):
    """What the recogniser is told to expect."""

    YES_NO = "yes_no"
    DIGITS = "digits"
    DATE = "date"
    TIME = "time"
    CHOICE = "choice"
    NAMES = "names"
    OPEN = "open"


class Meaning(str, Enum):
    """What the digits of the keypad mean while an answer is awaited."""

    CONTROL = "control"
    CHOICES = "choices"
    DATA = "data"


@dataclass(frozen=True)
class Keys:
    """The keypad. `answers`: what a key stands for, as a patient would type it. The rest is for digits that are data.

    `complete`: digits that are whole, taken at once. `enough`: digits that are taken when nothing follows for `between_ms`, or after `#`.
    `split`: how many digits stand before each slash when they are written down.
    """

    meaning: Meaning
    answers: Mapping[str, str]
    complete: re.Pattern[str]
    enough: re.Pattern[str]
    most_digits: int
    between_ms: int
    split: tuple[int, ...]


@dataclass(frozen=True)
class Profile:
    """How to listen for one kind of answer. `early_end_ms` is None where an answer never ends early.

    `clear` are the answers that are complete by themselves. `retry` names what is said when nothing was heard or understood: in short,
    then with keys.
    """

    awaiting: Awaiting
    grammar: Grammar
    end_silence_ms: int
    early_end_ms: int | None
    longest_turn_ms: int
    keys: Keys
    clear: frozenset[str]
    retry: tuple[str, ...]


def read_profiles(node: Node) -> Mapping[Awaiting, Profile]:
    """Return the profile of every kind of answer. Raises FileError when one is missing or wrong."""
    profiles = {awaiting: _profile(awaiting, node.at(awaiting.value)) for awaiting in Awaiting}
    node.finish()
    return profiles


def _profile(awaiting: Awaiting, node: Node) -> Profile:
    early, clear = node.maybe("early_end_ms"), node.maybe("clear")
    profile = Profile(
        awaiting=awaiting,
        grammar=Grammar(node.at("grammar").choice(tuple(one.value for one in Grammar))),
        end_silence_ms=node.at("end_silence_ms").number(least=1),
        early_end_ms=None if early is None else early.number(least=1),
        longest_turn_ms=node.at("longest_turn_ms").number(least=1),
        keys=_keys(node.at("keys")),
        clear=frozenset() if clear is None else frozenset(clear.texts()),
        retry=node.at("retry").texts(),
    )
    node.finish()
    if early is not None and early.number(least=1) >= profile.end_silence_ms:
        raise early.error(f"write less than end_silence_ms ({profile.end_silence_ms}), or leave it out")
    if len(profile.retry) != RETRIES:
        raise node.at("retry").error("write two names: what is said in short, then with keys")
    return profile


def _keys(node: Node) -> Keys:
    meaning = Meaning(node.at("meaning").choice(tuple(one.value for one in Meaning)))
    answers: dict[str, str] = {}
    complete = enough = re.compile("(?!)")
    most_digits = between_ms = 0
    split: tuple[int, ...] = ()
    if meaning is Meaning.CHOICES:
        answers = _answers(node.at("answers"))
    if meaning is Meaning.DATA:
        complete, enough = _pattern(node.at("complete")), _pattern(node.at("enough"))
        most_digits, between_ms = node.at("most_digits").number(least=1), node.at("between_ms").number(least=1)
        parts = node.maybe("split")
        split = () if parts is None else tuple(part.number(least=1) for part in parts.items())
    node.finish()
    return Keys(meaning, answers, complete, enough, most_digits, between_ms, split)


def _answers(node: Node) -> dict[str, str]:
    allowed = [str(number) for number in range(1, MOST_CHOICES + 1)]
    if not isinstance(node.value, dict) or not node.value or not set(node.value) <= set(allowed):
        raise node.error(f"write a mapping of keys in quotes, of {', '.join(allowed)}: 0 and 9 are a person and a repetition")
    return {key: node.at(key).text() for key in node.value}


def _pattern(node: Node) -> re.Pattern[str]:
    try:
        return re.compile(node.text())
    except re.error as error:
        raise node.error(f"write a regular expression ({error})") from error

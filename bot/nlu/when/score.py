"""How many phrases of a date-time file are read right: `python -m bot.nlu.when.score FILE.tsv…`.

A phrase is right when the same minutes are covered. Where the span is a matter of taste (parts of a day, first thing, early or
end of the week, last week of a month) half of the minutes covered by either must be covered by both; an ambiguous one is right
when the parser asks. An expected `null` means that nothing is wished for.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.nlu.entities import Names
from bot.nlu.understanding import Message, find
from bot.nlu.when.constraint import MINUTE, Constraint, Option, Range, TimeRange, merged
from bot.nlu.when.when import When, parse

_ANY_DAY = date(2001, 1, 1)
_HALF = 0.5
_TASTE = re.compile(
    r"morn|mrng|forenoon|afternoon|after noon|\baft\b|arvo|evening|\beve\b|evng|night|nite|lunch|first thing|early|late\b|end of|"
    r"beginning|start of|middle|\bmid|"
    r"last week|tail end|after (work|school|church|dinner|supper)|"
    r"before work|\b[ap]\.?m\b|holidays|breakfast|day ?time|soon|as you (have|can)|when you open|close\b|clos",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Phrase:
    """One line of a date-time file; `visit` and `expected` are None where the file has `-` and `null`."""

    text: str
    now: datetime
    visit: datetime | None
    expected: Constraint | None


@dataclass(frozen=True)
class Verdict:
    """What the parser made of a phrase, and whether that is right."""

    phrase: Phrase
    found: Constraint | None
    is_right: bool


def read_phrases(path: Path) -> list[Phrase]:
    """Read a tab-separated file with the header `text now visit expected`. Raises ValueError naming the line that is wrong."""
    phrases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#") or (number == 1 and line.startswith("text\t")):
            continue
        cells = line.split("\t")
        if len(cells) != 4:
            raise ValueError(f"{path}:{number} has {len(cells)} tab-separated cells, not text, now, visit, expected")
        form = json.loads(cells[3])
        visit = None if cells[2].strip() == "-" else datetime.fromisoformat(cells[2].strip())
        phrases.append(Phrase(cells[0], datetime.fromisoformat(cells[1].strip()), visit, Constraint.from_json(form) if form else None))
    return phrases


def by_grammar(phrase: Phrase) -> When | None:
    """Read a phrase with the grammar alone."""
    return parse(phrase.text, phrase.now, phrase.visit)


def by_line(phrase: Phrase) -> When | None:
    """Read a phrase as `python -m bot understand` does: digits of a birth date, a telephone number or a choice are no time."""
    return find(Message(phrase.text, phrase.now, phrase.visit), Names())[0]


def judge(phrase: Phrase, read: Callable[[Phrase], When | None] = by_grammar) -> Verdict:
    """Read one phrase and compare."""
    when = read(phrase)
    found = when.constraint if when else None
    return Verdict(phrase, found, is_right(phrase.text, phrase.expected, found))


def is_right(text: str, expected: Constraint | None, found: Constraint | None) -> bool:
    """Whether `found` is a right reading of `text`, by the rules above."""
    if expected is None or found is None:
        return expected is found
    if expected.is_ambiguous or found.is_ambiguous:
        return expected.is_ambiguous and found.is_ambiguous
    if expected.is_time_only != found.is_time_only:
        return False
    wanted, given = covered(expected.options), covered(found.options)
    return wanted == given or bool(_TASTE.search(text) and overlap(wanted, given) >= _HALF)


def covered(options: Iterable[Option]) -> tuple[Range, ...]:
    """Return the minutes that options cover, as disjoint ranges; times of day are laid on one arbitrary day."""
    ranges = [option.on(_ANY_DAY) if isinstance(option, TimeRange) else option for option in options]
    return merged(piece for span in ranges for piece in span.pieces())


def overlap(left: tuple[Range, ...], right: tuple[Range, ...]) -> float:
    """Return the minutes covered by both as a share of those covered by either."""
    common = sum((meet.end - meet.start for a in left for b in right if (meet := a.meet(b))), timedelta(0))
    either = sum((span.end - span.start for span in merged([*left, *right])), timedelta(0))
    return common / max(either, MINUTE)


def main(paths: list[str]) -> int:
    """Score files as the line reads them and list what is wrong; returns 0."""
    for path in paths:
        verdicts = [judge(phrase, by_line) for phrase in read_phrases(Path(path))]
        wrong = [verdict for verdict in verdicts if not verdict.is_right]
        for verdict in wrong:
            expected = verdict.phrase.expected.as_json() if verdict.phrase.expected else None
            given = verdict.found.as_json() if verdict.found else None
            print(f"- {verdict.phrase.text}\n    expected {json.dumps(expected)}\n    found    {json.dumps(given)}")
        right = len(verdicts) - len(wrong)
        print(f"{path}: {right} of {len(verdicts)} right ({100 * right / max(len(verdicts), 1):.1f} %)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

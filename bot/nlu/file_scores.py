"""The figures of files that hold no intents: dates, safety and routes, each counted as shares with their groups.

What a file holds is told by its heading: `text now visit expected`, `text level category kind` or `text route`.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.nlu.when import score as dates

LEVELS = ("none", "urgent", "emergency", "crisis")
LOOKALIKE = "lookalike"


@dataclass(frozen=True)
class Share:
    """A figure: how many of how many, and the target, which the share is to reach or, if `most`, not to pass."""

    name: str
    hits: int
    of: int
    target: float | None = None
    most: bool = False

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None where there is nothing to measure."""
        return self.hits / self.of if self.of else None

    @property
    def is_met(self) -> bool | None:
        """Is the target met? None without a target or a figure."""
        if self.value is None or self.target is None:
            return None
        return self.value <= self.target if self.most else self.value >= self.target


@dataclass(frozen=True)
class FileScores:
    """What was measured on one file; `groups` break the figures down (by category, say), `share` by `share`."""

    title: str
    messages: int
    shares: tuple[Share, ...]
    groups: Mapping[str, tuple[Share, ...]]


def kind_of(path: Path) -> str:
    """Return `dates`, `safety`, `routes` or `intents`, by the first line that is no comment."""
    with path.open(encoding="utf-8") as stream:
        heading = next((line for line in stream if line.strip() and not line.startswith("#")), "")
    columns = heading.rstrip("\n").split("\t")
    if columns[1:2] == ["now"]:
        return "dates"
    if "level" in columns:
        return "safety"
    return "routes" if "route" in columns else "intents"


def of_dates(path: Path) -> FileScores:
    """Score a file of phrases, each read as the line reads it. Raises ValueError."""
    verdicts = [dates.judge(phrase, dates.by_line) for phrase in dates.read_phrases(path)]
    right = sum(verdict.is_right for verdict in verdicts)
    groups: dict[str, list[bool]] = defaultdict(list)
    for verdict in verdicts:
        expected = verdict.phrase.expected
        name = "no wish" if expected is None else "asked back" if expected.is_ambiguous else "one reading"
        groups[name].append(verdict.is_right)
    return FileScores(
        "dates and times",
        len(verdicts),
        (Share("right", right, len(verdicts)),),
        {"by kind": tuple(Share(name, sum(rights), len(rights)) for name, rights in sorted(groups.items()))},
    )


def of_safety(path: Path, level_of: Callable[[Sequence[str]], Sequence[str]]) -> FileScores:
    """Score the screen: `level_of` gives the level of each text, one of `LEVELS`."""
    rows = _rows(path)
    found = level_of([row["text"] for row in rows])
    judged = [(row, LEVELS.index(row["level"]), LEVELS.index(level)) for row, level in zip(rows, found, strict=True)]
    positives = [each for each in judged if each[1]]
    harmless = [each for each in judged if not each[1]]
    alike = [each for each in harmless if each[0].get("kind") == LOOKALIKE]
    ordinary = [each for each in harmless if each[0].get("kind") != LOOKALIKE]
    by_category: dict[str, list[bool]] = defaultdict(list)
    for row, _, level in positives:
        by_category[row.get("category") or "?"].append(level > 0)
    return FileScores(
        "safety",
        len(judged),
        (
            Share("found", sum(level > 0 for _, _, level in positives), len(positives), 0.98),
            Share(
                "emergencies and crises missed", sum(wanted > 1 and not level for _, wanted, level in positives), len(positives), 0.0, True
            ),
            Share("taken too lightly", sum(0 < level < wanted for _, wanted, level in positives), len(positives)),
            Share("false alarms, ordinary", sum(level > 0 for _, _, level in ordinary), len(ordinary), 0.005, True),
            Share("false alarms, look-alikes", sum(level > 0 for _, _, level in alike), len(alike), 0.10, True),
        ),
        {"found, by category": tuple(Share(name, sum(each), len(each)) for name, each in sorted(by_category.items()))},
    )


def of_routes(path: Path, route_of: Callable[[Sequence[str]], Sequence[str]]) -> FileScores:
    """Score routes: what can be answered is, and what is not is referred or handed to the staff, which stand for each other."""
    rows = _rows(path)
    found = route_of([row["text"] for row in rows])
    answered = [route == "answer" for row, route in zip(rows, found, strict=True) if row["route"] == "answer"]
    judged = [(row["route"], route != "answer") for row, route in zip(rows, found, strict=True) if row["route"] != "answer"]
    return FileScores(
        "routes of exercise questions",
        len(rows),
        (
            Share("answerable and answered", sum(answered), len(answered), 0.95),
            Share("of judgement and referred", sum(right for _, right in judged), len(judged), 0.98),
        ),
        {
            "by route": tuple(
                Share(name, sum(right for route, right in judged if route == name), sum(route == name for route, _ in judged))
                for name in ("refer", "staff")
            )
        },
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        return [row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if row.get("text")]

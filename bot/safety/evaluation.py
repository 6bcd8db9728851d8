"""How well the screen finds signs and leaves the rest alone: the figures behind `make evaluate DATA=file.tsv` and the clinician's page.

A file has tab-separated columns text, level, category and kind under a heading. `level` is none, urgent, emergency or crisis; `kind` is
what sort of line it is (clear, adversarial, ordinary, lookalike, or any other word). Missed signs are counted apart from false alarms.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.safety.screen import Finding, Screen
from bot.safety.signs import LEVELS

COLUMNS = frozenset({"text", "level", "category", "kind"})
GRAVE = ("emergency", "crisis")


class SafetyFileError(Exception):
    """A file of lines cannot be read. The message says which line, and what is expected there."""


@dataclass(frozen=True)
class Line:
    """A message, the level and category of the sign in it (`none` and empty without one), and what sort of line it is."""

    text: str
    level: str
    category: str
    kind: str


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        """0 to 1, or None of nothing."""
        return self.hits / self.of if self.of else None


@dataclass(frozen=True)
class Wrong:
    """A line that was judged wrongly: `miss` (no sign found), `under` (a lower level) or `alarm` (a sign where there is none)."""

    how: str
    line: Line
    found: Finding


@dataclass(frozen=True)
class Scores:
    """`clear_missed`: emergencies and crises of kind `clear` in which nothing was found. `named`: signs found under their own category."""

    lines: int
    clear_missed: Share
    found: Share
    under_triaged: Share
    named: Share
    alarms: Mapping[str, Share]
    found_by_kind: Mapping[str, Share]
    by_category: Mapping[str, Mapping[str, Share]]
    alarms_as: Sequence[tuple[str, int]]
    wrong: Sequence[Wrong] = field(default=())


def is_safety_file(path: Path) -> bool:
    """Has a file the columns of this evaluation? Raises SafetyFileError when it cannot be read."""
    try:
        with path.open(encoding="utf-8") as stream:
            return COLUMNS - {"kind"} <= set(stream.readline().rstrip("\r\n").split("\t"))
    except (OSError, UnicodeDecodeError) as error:
        raise SafetyFileError(f"{path} cannot be read ({error}); give a UTF-8 file of tab-separated columns") from error


def read_lines(path: Path) -> list[Line]:
    """Read a file. Raises SafetyFileError."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError) as error:
        raise SafetyFileError(f"{path} cannot be read ({error}); give a UTF-8 file of tab-separated columns") from error
    found = []
    for number, row in enumerate(rows, start=2):
        text, level = row.get("text"), row.get("level") or "none"
        if not text or level not in LEVELS:
            raise SafetyFileError(f"{path}, line {number}: write text, level ({', '.join(LEVELS)}), category and kind between tabs")
        category = row.get("category") or ""
        found.append(Line(text, level, "" if category == "none" else category, row.get("kind") or "unnamed"))
    return found


def evaluate(lines: Sequence[Line], screen: Screen) -> Scores:
    """Screen every line as a message of its own and score what was found."""
    judged = list(zip(lines, screen.check_all([line.text for line in lines]), strict=True))
    signs = [(line, found) for line, found in judged if line.level != "none"]
    harmless = [(line, found) for line, found in judged if line.level == "none"]
    clear = [(line, found) for line, found in signs if line.kind == "clear" and line.level in GRAVE]
    caught = [(line, found) for line, found in signs if found.level != "none"]
    wrong = [Wrong("miss", line, found) for line, found in signs if found.level == "none"]
    wrong += [Wrong("under", line, found) for line, found in caught if _below(line, found)]
    alarms = [(line, found) for line, found in harmless if found.level != "none"]
    wrong += [Wrong("alarm", line, found) for line, found in alarms]
    return Scores(
        lines=len(judged),
        clear_missed=_count([found.level == "none" for _, found in clear]),
        found=_count([found.level != "none" for _, found in signs]),
        under_triaged=_count([_below(line, found) for line, found in signs]),
        named=_count([line.category == found.category for line, found in caught]),
        alarms=_by([(line.kind, found.level != "none") for line, found in harmless]),
        found_by_kind=_by([(line.kind, found.level != "none") for line, found in signs]),
        by_category={
            "found": _by([(line.category, found.level != "none") for line, found in signs]),
            "under-triaged": _by([(line.category, _below(line, found)) for line, found in signs]),
        },
        alarms_as=Counter(found.category for _, found in alarms).most_common(),
        wrong=wrong,
    )


def table(scores: Scores, *, misses: bool = False) -> str:
    """Return the figures as lines of text; with `misses`, every line that was judged wrongly, too."""
    rows = [
        f"  clear emergencies and crises missed  {_row(scores.clear_missed)}   (target 0)",
        f"  signs found                          {_row(scores.found)}   (target 98 % or more)",
        f"  found at too low a level             {_row(scores.under_triaged)}",
        f"  found under their own category       {_row(scores.named)}",
    ]
    rows += [f"  found, {kind:29} {_row(share)}" for kind, share in scores.found_by_kind.items()]
    targets = {"ordinary": "   (target 0.5 % or less)", "lookalike": "   (target 10 % or less)"}
    rows += [f"  false alarms, {kind:22} {_row(share)}{targets.get(kind, '')}" for kind, share in scores.alarms.items()]
    rows.append("  by category: missed, at too low a level, of")
    for category, share in scores.by_category["found"].items():
        rows.append(f"    {category:24} {share.of - share.hits:3} {scores.by_category['under-triaged'][category].hits:3} {share.of:4}")
    if scores.alarms_as:
        rows.append("  false alarms as: " + ", ".join(f"{category} {number}" for category, number in scores.alarms_as))
    if misses:
        for each in scores.wrong:
            expected, found = f"{each.line.level} {each.line.category}".strip(), f"{each.found.level} {each.found.category}".strip()
            rows.append(f"  {each.how}, {each.line.kind}: {expected} -> {found}: {each.line.text}")
    return "\n".join(rows)


def _below(line: Line, found: Finding) -> bool:
    return found.level != "none" and LEVELS.index(found.level) < LEVELS.index(line.level)


def _count(rights: Sequence[bool]) -> Share:
    return Share(sum(rights), len(rights))


def _by(pairs: Sequence[tuple[str, bool]]) -> dict[str, Share]:
    groups: dict[str, list[bool]] = defaultdict(list)
    for name, right in pairs:
        groups[name].append(right)
    return {name: _count(groups[name]) for name in sorted(groups)}


def _row(share: Share) -> str:
    part = "   -  " if share.share is None else f"{share.share:6.1%}"
    return f"{part} {share.hits:4} of {share.of}"

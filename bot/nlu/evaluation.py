"""How well intents are understood: the figures behind `make evaluate`.

A file of tab-separated lines text, intent, style and awaiting, with a heading (the last two may be missing), is read the way a patient's
message is: spelling, clauses, classifier, threshold. A message about two things names both, `a+b` or `a,b`; the column may be `intents`.
Nothing here is shown to the classifier.

Accuracy counts a message as right when the line would act on exactly the intents named. A sub-intent counts as its parent in a file
that does not know it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import yaml

from bot.nlu.classifier import Classifier
from bot.nlu.entities import Names
from bot.nlu.hearing import Encodes, Hearing, Piece, pieces
from bot.nlu.reading import OUT_OF_SCOPE, SUB_INTENTS, intents_of
from bot.nlu.spelling import Speller
from bot.nlu.trained import Trained
from bot.types import Awaiting

ANY_TIME = datetime(2025, 6, 2, 9)  # noqa: DTZ001 - clinic-local, as everywhere in understanding


class EvaluationError(Exception):
    """A file of examples cannot be read; the text says which line and what is expected there."""


@dataclass(frozen=True)
class Line:
    """A message, the intents it carries, who writes like that, and what was asked before it."""

    text: str
    intents: frozenset[str]
    style: str
    awaiting: Awaiting = Awaiting.NONE


@dataclass(frozen=True)
class Options:
    """The options of the components in `config.yml`."""

    threshold: float
    clause_threshold: float
    inverse_regularisation: float


@dataclass(frozen=True)
class Miss:
    """A message that was understood as something else."""

    line: Line
    found: tuple[str, ...]
    confidence: float


@dataclass(frozen=True)
class Scores:
    """Shares are 0 to 1, and None where the file has nothing to measure them on.

    `accuracy`, `macro_f1` and `false_rejections` are over messages about one thing; `false_rejections` is the share of those within scope
    that came out as out of scope, `out_of_scope_recall` the share of the others that did; `both_found` is over messages about two things.
    """

    messages: int
    accuracy: float | None
    macro_f1: float | None
    out_of_scope_recall: float | None
    false_rejections: float | None
    both_found: float | None
    by_style: Mapping[str, tuple[int, float]]
    by_intent: Mapping[str, tuple[int, float]]
    confusions: Sequence[tuple[str, str, int]]
    misses: Sequence[Miss] = field(default=())


def read_lines(path: Path) -> list[Line]:
    """Read a file of columns text, intent and, where wanted, style and awaiting. Raises EvaluationError."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} cannot be read ({error}); give a UTF-8 file of tab-separated columns text, intent, style") from error
    lines = []
    for number, row in enumerate(rows, start=2):
        named = row.get("intent") or row.get("intents")
        if not row.get("text") or not named:
            raise EvaluationError(f"{path}, line {number}: text or intent is missing; each line holds text, intent and style between tabs")
        intents = frozenset(name.strip() for name in re.split(r"[+,]", named))
        lines.append(Line(row["text"], intents, row.get("style") or "plain", Awaiting(row.get("awaiting") or "none")))
    return lines


def training_examples(folder: Path) -> list[tuple[str, str]]:
    """Return (text, intent) of every example in the NLU files of `folder`."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", ()):
            if "intent" in entry:
                found += [(line[2:].strip(), entry["intent"]) for line in entry["examples"].splitlines() if line.startswith("- ")]
    return found


def options_of(config: Path) -> Options:
    """Return the options that `config.yml` gives to the components."""
    for component in yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]:
        if component["name"].endswith(".Understanding"):
            return Options(component["threshold"], component["clause_threshold"], component["inverse_regularisation"])
    raise EvaluationError(f"{config} names no Understanding component; the pipeline needs bot.nlu.components.Understanding")


def train(examples: Sequence[tuple[str, str]], english: Sequence[str], encoder: Encodes, options: Options) -> Trained:
    """Train on (text, intent) pairs."""
    speller = Speller.fit([text for text, _ in examples], english)
    plain = [speller.plain(text) for text, _ in examples]
    classifier = Classifier.fit(plain, encoder.encode(plain), [intent for _, intent in examples], options.inverse_regularisation)
    return Trained(speller, classifier)


def evaluate(lines: Sequence[Line], trained: Trained, encoder: Encodes, options: Options) -> Scores:
    """Understand every line as a fresh message and score what came out."""
    return score(lines, pieces([line.text for line in lines], trained.speller, encoder), trained, options)


def score(lines: Sequence[Line], groups: Sequence[Sequence[Piece]], trained: Trained, options: Options) -> Scores:
    """The same for messages that are encoded already, so that thresholds can be compared cheaply."""
    known = {name for line in lines for name in line.intents}
    fold = {name: parent for name, parent in SUB_INTENTS.items() if name not in known}
    hearing = Hearing(trained.classifier, Names(), options.threshold, options.clause_threshold)
    judged = []
    for line, group, rows in zip(lines, groups, hearing.probabilities(groups), strict=True):
        found, ranking = hearing.read(group, line.awaiting, ANY_TIME, rows)
        names = tuple(dict.fromkeys(fold.get(name, name) for name in intents_of(found)))
        judged.append((line, names, ranking[0][1]))
    single = [(line, names) for line, names, _ in judged if len(line.intents) == 1]
    double = [(line, names) for line, names, _ in judged if len(line.intents) > 1]
    inside = [(line, names) for line, names in single if line.intents != {OUT_OF_SCOPE}]
    outside = [(line, names) for line, names in single if line.intents == {OUT_OF_SCOPE}]
    confusions = Counter((next(iter(line.intents)), "+".join(names)) for line, names in single if set(names) != line.intents)
    return Scores(
        messages=len(lines),
        accuracy=_share([set(names) == line.intents for line, names in single]),
        macro_f1=_macro_f1(single),
        out_of_scope_recall=_share([names == (OUT_OF_SCOPE,) for _, names in outside]),
        false_rejections=_share([names == (OUT_OF_SCOPE,) for _, names in inside]),
        both_found=_share([line.intents <= set(names) for line, names in double]),
        by_style=_grouped([(line.style, set(names) == line.intents) for line, names in single]),
        by_intent=_grouped([(next(iter(line.intents)), set(names) == line.intents) for line, names in single]),
        confusions=[(right, wrong, number) for (right, wrong), number in confusions.most_common()],
        misses=[Miss(line, names, confidence) for line, names, confidence in judged if not _fits(line, names)],
    )


def cross_validate(
    examples: Sequence[tuple[str, str]], english: Sequence[str], encoder: Encodes, options: Options, folds: int = 5
) -> list[Scores]:
    """Train on all folds but one and score that one, in turn; the n-th example goes to fold n modulo `folds`."""
    found = []
    for fold in range(folds):
        held = [Line(text, frozenset({intent}), "training") for index, (text, intent) in enumerate(examples) if index % folds == fold]
        rest = [example for index, example in enumerate(examples) if index % folds != fold]
        found.append(evaluate(held, train(rest, english, encoder, options), encoder, options))
    return found


def _fits(line: Line, names: Sequence[str]) -> bool:
    return line.intents <= set(names) if len(line.intents) > 1 else set(names) == line.intents


def _share(rights: Sequence[bool]) -> float | None:
    return sum(rights) / len(rights) if rights else None


def _grouped(pairs: Sequence[tuple[str, bool]]) -> dict[str, tuple[int, float]]:
    groups: dict[str, list[bool]] = defaultdict(list)
    for name, right in pairs:
        groups[name].append(right)
    return {name: (len(rights), sum(rights) / len(rights)) for name, rights in sorted(groups.items())}


def _macro_f1(single: Sequence[tuple[Line, Sequence[str]]]) -> float | None:
    """The mean over the intents named in the file; an intent that was found beside the right one is a false positive of it."""
    named = {name for line, _ in single for name in line.intents}
    if not named:
        return None
    total = 0.0
    for name in named:
        hits = sum(name in line.intents and name in names for line, names in single)
        found = sum(name in names for _, names in single)
        wanted = sum(name in line.intents for line, _ in single)
        total += 2 * hits / (found + wanted)
    return total / len(named)

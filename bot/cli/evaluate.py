"""`python -m bot evaluate`: how well messages are understood, as a table and as a page.

What a file holds (intents, dates, safety, routes) is told by its heading.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from bot.cli.errors import CommandError
from bot.cli.model import ROOT
from bot.clinic import load_clinic
from bot.nlu import evaluation, file_scores, report
from bot.nlu.encoder import shared_encoder
from bot.nlu.hearing import Hearing, names_of
from bot.nlu.trained import Trained
from bot.nlu.understanding import Message, Understander, Understood
from bot.safety import evaluation as safety
from bot.safety.screen import Screen
from bot.safety.training import trained_safety
from bot.settings import Settings

DEVELOPMENT = Path("tests/unit/nlu")
PAGE = Path("results/evaluation.html")
CONFUSIONS_SHOWN = 25


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out the command."""
    trained_safety(print)
    for path in arguments.data or ():
        _print_safety(path, misses=arguments.misses)
    encoder = shared_encoder()
    paths = arguments.data or sorted((ROOT / DEVELOPMENT).glob("dev_*.tsv"))
    try:
        options = evaluation.options_of(ROOT / "config.yml")
        examples = evaluation.training_examples(ROOT / "data" / "nlu")
        kinds = {path: file_scores.kind_of(path) for path in paths}
        files = {path: evaluation.read_lines(path) for path in paths if kinds[path] == "intents"}
    except (evaluation.EvaluationError, OSError) as error:
        raise CommandError(str(error)) from error
    if arguments.folds:
        for number, scores in enumerate(evaluation.cross_validate(examples, encoder.words(), encoder, options, arguments.folds), start=1):
            print(f"\nfold {number} of {arguments.folds} of the training examples")
            print(table(scores, misses=False))
        return 0
    print(f"evaluate: training on {len(examples)} examples", flush=True)
    trained = evaluation.train(examples, encoder.words(), encoder, options)
    line = _Line(trained, options, settings)
    sections: list[tuple[str, evaluation.Scores | file_scores.FileScores]] = []
    for path in paths:
        if kinds[path] == "intents":
            scores = evaluation.evaluate(files[path], trained, encoder, options)
            print(f"\n{path}: {len(files[path])} messages, threshold {options.threshold}, of a clause {options.clause_threshold}")
            print(table(scores, misses=arguments.misses))
            sections.append((path.name, scores))
            continue
        try:
            found = line.score(path, kinds[path])
        except (ValueError, KeyError) as error:
            raise CommandError(f"{path}: {error}; see tests/evaluation/README.md for the columns") from error
        print(f"\n{path}: {found.messages} messages, {found.title}")
        print(shares_table(found))
        sections.append((path.name, found))
    page = ROOT / PAGE
    page.parent.mkdir(exist_ok=True)
    note = f"Trained on {len(examples)} examples; a message is in scope from a confidence of {options.threshold} on."
    page.write_text(report.page(sections, note), encoding="utf-8")
    print(f"\nevaluate: the same with plots stands in {page}")
    return 0


def _print_safety(path: Path, *, misses: bool) -> None:
    """Print misses, under-triage and false alarms of a file about signs of danger; others pass. Raises CommandError."""
    try:
        if safety.is_safety_file(path):
            lines = safety.read_lines(path)
            print(f"\n{path}: {len(lines)} messages, screened for signs of danger")
            print(safety.table(safety.evaluate(lines, Screen.load()), misses=misses), flush=True)
    except safety.SafetyFileError as error:
        raise CommandError(str(error)) from error


class _Line:
    """The whole line's understanding, for files that are not about intents alone."""

    def __init__(self, trained: Trained, options: evaluation.Options, settings: Settings) -> None:
        hearing = Hearing(trained.classifier, names_of(load_clinic(settings.clinic)), options.threshold, options.clause_threshold)
        self._understander = Understander(trained, shared_encoder(), hearing, Screen.load())

    def score(self, path: Path, kind: str) -> file_scores.FileScores:
        """Score a file of dates, safety or routes. Raises ValueError or KeyError."""
        if kind == "dates":
            return file_scores.of_dates(path)
        if kind == "safety":
            return file_scores.of_safety(path, lambda texts: [each.safety.level for each in self._understood(texts)])
        return file_scores.of_routes(path, lambda texts: [each.route for each in self._understood(texts)])

    def _understood(self, texts: Sequence[str]) -> list[Understood]:
        return self._understander.understand([Message(text, evaluation.ANY_TIME) for text in texts])


def shares_table(scores: file_scores.FileScores) -> str:
    """Return the figures of such a file as lines of text."""
    rows = []
    for share in scores.shares:
        aim = "" if share.target is None else f"   (target {share.target:.1%} or {'less' if share.most else 'more'})"
        rows.append(f"  {share.name:30} {_percent(share.value)}   {share.hits} of {share.of}{aim}")
    for name, shares in scores.groups.items():
        rows.append(f"  {name}: " + ", ".join(f"{share.name} {_percent(share.value).strip()} of {share.of}" for share in shares))
    return "\n".join(rows)


def table(scores: evaluation.Scores, *, misses: bool) -> str:
    """Return the figures as lines of text; with `misses`, every message that was misunderstood, too."""
    rows = [
        f"  accuracy               {_percent(scores.accuracy)}   (target 92 % or more)",
        f"  macro F1               {'   -  ' if scores.macro_f1 is None else f'{scores.macro_f1:6.3f}'}   (target 0.90 or more)",
        f"  out-of-scope recall    {_percent(scores.out_of_scope_recall)}   (target 90 % or more)",
        f"  good messages rejected {_percent(scores.false_rejections)}   (target 4 % or less)",
        f"  both intents found     {_percent(scores.both_found)}   (target 80 % or more)",
        "  by style: " + ", ".join(f"{style} {share:.0%} of {number}" for style, (number, share) in scores.by_style.items()),
        "  weakest: " + ", ".join(f"{name} {share:.0%} of {number}" for name, (number, share) in _weakest(scores)),
    ]
    rows += [f"  {number:3} x {right} taken for {wrong}" for right, wrong, number in scores.confusions[:CONFUSIONS_SHOWN]]
    if misses:
        rows += [
            f"  {'+'.join(sorted(miss.line.intents))} -> {'+'.join(miss.found)} ({miss.confidence:.2f}): {miss.line.text}"
            for miss in scores.misses
        ]
    return "\n".join(rows)


def _weakest(scores: evaluation.Scores) -> list[tuple[str, tuple[int, float]]]:
    return sorted(scores.by_intent.items(), key=lambda item: item[1][1])[:6]


def _percent(share: float | None) -> str:
    return "   -  " if share is None else f"{share:6.1%}"

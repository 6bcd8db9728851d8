"""`python -m bot evaluate`: how well intents are understood, as a table."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.errors import CommandError
from bot.cli.model import ROOT
from bot.nlu import evaluation
from bot.nlu.encoder import shared_encoder
from bot.settings import Settings

DEVELOPMENT = Path("tests/unit/nlu/dev_intents.tsv")
CONFUSIONS_SHOWN = 25


def main(arguments: argparse.Namespace, _settings: Settings) -> int:
    """Carry out the command."""
    encoder = shared_encoder()
    try:
        options = evaluation.options_of(ROOT / "config.yml")
        examples = evaluation.training_examples(ROOT / "data" / "nlu")
        files = {path: evaluation.read_lines(path) for path in arguments.data or [ROOT / DEVELOPMENT]}
    except evaluation.EvaluationError as error:
        raise CommandError(str(error)) from error
    if arguments.folds:
        for number, scores in enumerate(evaluation.cross_validate(examples, encoder.words(), encoder, options, arguments.folds), start=1):
            print(f"\nfold {number} of {arguments.folds} of the training examples")
            print(table(scores, misses=False))
        return 0
    print(f"evaluate: training on {len(examples)} examples", flush=True)
    trained = evaluation.train(examples, encoder.words(), encoder, options)
    for path, lines in files.items():
        print(f"\n{path}: {len(lines)} messages, threshold {options.threshold}, of a clause {options.clause_threshold}")
        print(table(evaluation.evaluate(lines, trained, encoder, options), misses=arguments.misses))
    return 0


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

"""`python -m tests.acceptance.soak`: 300 conversations on each engine; exit code 1 when any of the zeros is not zero."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from bot.cli.train import trained
from tests.acceptance.soak.report import failed, figures, show, write
from tests.acceptance.soak.run import Order, soak

RESULTS = Path("results/soak.json")


def main() -> int:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--conversations", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=14)
    parser.add_argument("--loss", type=float, default=0.2, help="share of scheduling requests and replies lost, 0 to 1")
    parser.add_argument("--rasa", type=float, default=45.0, help="mean seconds that rasa lives")
    parser.add_argument("--others", type=float, default=8.0, help="mean seconds between kills of one of the others")
    parser.add_argument("--once", type=float, default=0.0, help="kill each process once, that many seconds apart")
    parser.add_argument("--spread", type=float, default=0.0, help="seconds over which the conversations begin")
    parser.add_argument("--keep", type=Path, help="keep the line's HOME and what was said here, for a look at it")
    options = parser.parse_args()
    trained(print)
    told = []
    for engine in ("sqlite", "postgresql") if options.engine == "both" else (options.engine,):
        home = Path(tempfile.mkdtemp(prefix=f"mendline-soak-{engine}-"))
        order = Order(
            engine,
            options.conversations,
            options.seed,
            options.at_once,
            options.spread,
            options.loss,
            options.once,
            options.rasa,
            options.others,
        )
        try:
            course, evidence = soak(order, home, lambda line: print(line, flush=True))
            told.append(figures(course, evidence))
            print(show(told[-1]), flush=True)
            (home / "transcripts.json").write_text(json.dumps(course.transcripts, indent=1), encoding="utf-8")
            (home / "unread.json").write_text(json.dumps(course.unread, indent=1), encoding="utf-8")
        finally:
            if options.keep:
                shutil.copytree(home, options.keep / engine, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sock"))
            shutil.rmtree(home, ignore_errors=True)
    write(told, RESULTS)
    print(f"figures: {RESULTS}")
    return int(any(failed(each) for each in told))


if __name__ == "__main__":
    sys.exit(main())

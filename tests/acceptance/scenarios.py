"""`python -m tests.acceptance.scenarios`: plays conversations against the line and grades each by how schedule and store end.

Exit code 1 when a scenario fails. `tests/evaluation/README.md` says what the files hold; what is held out there is never tuned to.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import aiohttp

from bot.cli.train import trained
from tests.support.line import Templates, running_line
from tests.support.scenario import Scenario
from tests.support.scenario_file import load
from tests.support.scenario_grade import asked_a_person, faults
from tests.support.scenario_play import changes_of, play
from tests.support.scenario_stage import staged

FILE = Path("tests/evaluation/scenarios.yml")
CONTAINED = 0.9  # the share of `never` scenarios that is to end done without a person; tests/evaluation/README.md


@dataclass(frozen=True)
class Graded:
    """What became of a scenario: nothing in `faults` is a pass. `asked`: a person was asked in."""

    scenario: Scenario
    faults: tuple[str, ...]
    asked: bool
    transcript: tuple[str, ...]

    def __str__(self) -> str:
        name = f"{self.scenario.folder}/{self.scenario.name}"
        return "\n".join([f"{'FAIL' if self.faults else 'pass'}  {name}", *(f"        {fault}" for fault in self.faults)])


async def grade(scenario: Scenario, templates: Templates) -> Graded:
    """Play a scenario on a line of its own and grade it. A line that fails is a fault, not an error."""
    with tempfile.TemporaryDirectory(prefix="mendline-scenario-") as folder:
        try:
            async with running_line(Path(folder), templates, **changes_of(scenario)) as line:
                played = await play(line, scenario)
        except (OSError, RuntimeError, ValueError, LookupError, AssertionError, aiohttp.ClientError) as error:
            return Graded(scenario, (f"raised {type(error).__name__}: {error}",), asked=False, transcript=())
    return Graded(scenario, tuple(faults(played)), asked_a_person(played), tuple(played.transcript))


def grade_all(scenarios: Sequence[Scenario], tell: Callable[[Graded], None]) -> list[Graded]:
    """Play scenarios one after the other on one Rasa, telling of each as it ends. The model must have been trained."""

    async def each(templates: Templates) -> list[Graded]:
        graded = []
        for scenario in scenarios:
            graded.append(await grade(scenario, templates))
            tell(graded[-1])
        return graded

    with tempfile.TemporaryDirectory(prefix="mendline-scenarios-") as folder, staged(Path(folder)) as templates:
        return asyncio.run(each(templates))


def table(graded: Sequence[Graded]) -> str:
    """Return, by folder, how many passed and how many of those that need no person ended done without one."""
    lines = [f"{'folder':20}{'passed':>8}{'of':>6}{'contained':>12}{'of':>6}"]
    folders = [*dict.fromkeys(one.scenario.folder for one in graded)]
    for folder in [*folders, "all"]:
        mine = [one for one in graded if folder in ("all", one.scenario.folder)]
        done, alone = _contained(mine)
        lines.append(f"{folder:20}{sum(not one.faults for one in mine):8}{len(mine):6}" + (f"{done:12}{alone:6}" if alone else ""))
    done, alone = _contained(graded)
    if alone:
        share = f"{done / alone:.0%} (to be {CONTAINED:.0%})"
        lines.append(f"containment: {done} of {alone} that need no person ended done without one, {share}")
    return "\n".join(lines)


def _contained(graded: Sequence[Graded]) -> tuple[int, int]:
    """Return how many of those that need no person ended done without one, and of how many."""
    alone = [one for one in graded if one.scenario.expect.person == "never" or one.scenario.expect.contained]
    return sum(not one.faults for one in alone), len(alone)


def main() -> int:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=f"scenario files; {FILE} by itself")
    parser.add_argument("--folder", action="append", help="only scenarios of this folder; may be given again")
    parser.add_argument("--name", action="append", help="only scenarios whose name holds this; may be given again")
    parser.add_argument("--show", choices=("failed", "all"), nargs="?", const="all", help="print what was said, of all or of the failed")
    parser.add_argument("--jobs", type=int, default=1, help="how many lines play at a time, each with a Rasa of its own")
    options = parser.parse_args()
    scenarios = [scenario for path in options.files or [FILE] for scenario in load(path)]
    scenarios = [
        scenario
        for scenario in scenarios
        if (not options.folder or scenario.folder in options.folder)
        and (not options.name or any(part in scenario.name for part in options.name))
    ]
    if not scenarios:
        parser.error("no scenario is so named; leave --folder and --name out to play all")
    trained(print)
    jobs = max(1, min(options.jobs, len(scenarios)))
    tell = _Teller(options.show)
    if jobs == 1:
        graded = grade_all(scenarios, tell)
    else:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            shares = pool.map(grade_all, [scenarios[number::jobs] for number in range(jobs)], [tell] * jobs)
            graded = sorted((one for share in shares for one in share), key=lambda one: scenarios.index(one.scenario))
    print(table(graded))
    return int(any(one.faults for one in graded))


@dataclass(frozen=True)
class _Teller:
    """Prints a result, with what was said when `show` is all, or failed and it did."""

    show: str | None

    def __call__(self, graded: Graded) -> None:
        shown = graded.transcript if self.show == "all" or (self.show == "failed" and graded.faults) else ()
        print("\n".join([str(graded), *(f"    {line}" for line in shown)]), flush=True)


if __name__ == "__main__":
    sys.exit(main())

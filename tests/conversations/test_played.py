"""Conversations through the signed webhook with the trained model, graded by how the schedule ends.

One test for each scenario of `tests/conversations/<behaviour>/*.yml`; `tests/evaluation/README.md` says what their words mean.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.line import Templates, running_line
from tests.support.scenario import Scenario
from tests.support.scenario_file import load
from tests.support.scenario_grade import faults
from tests.support.scenario_play import changes_of, play

pytestmark = pytest.mark.model

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.yml"))
SCENARIOS = [pytest.param(scenario, id=f"{path.parent.name}/{scenario.name}") for path in FILES for scenario in load(path)]


@pytest.mark.parametrize("path", [pytest.param(path, id=path.parent.name) for path in FILES])
def test_a_scenario_lies_in_the_folder_of_its_behaviour(path: Path) -> None:
    assert {scenario.folder for scenario in load(path)} == {path.parent.name}, f"{path}: make `folder` the name of the directory"


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_the_schedule_ends_as_it_should(scenario: Scenario, templates: Templates, tmp_path: Path) -> None:
    async with running_line(tmp_path, templates, **changes_of(scenario)) as line:
        played = await play(line, scenario)
    assert faults(played) == [], "\n".join(played.transcript)

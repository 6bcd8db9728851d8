"""The soak in small: 20 conversations, each of the line's processes killed once, 20 % of the scheduling requests and replies lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.soak.killer import VICTIMS
from tests.acceptance.soak.report import failed, figures, show
from tests.acceptance.soak.run import Order, soak


@pytest.mark.stack
@pytest.mark.model
def test_nothing_is_lost_doubled_or_falsely_told_while_each_process_dies_once(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course, evidence = soak(Order("sqlite", conversations=20, at_once=10, spread=40.0, once=7.0), tmp_path)
    told = figures(course, evidence)
    with capsys.disabled():
        print(f"\n{show(told)}")
    assert set(told["zeros"].values()) == {0}, told["faults"]
    assert not failed(told), show(told)
    assert told["conversations"] == 20
    assert set(course.kills) == set(VICTIMS), "each process dies once"
    assert set(course.deaths) >= set(VICTIMS), "and the supervisor brought it back"
    assert told["schedule requests"]["requests lost"] > 0
    assert told["schedule requests"]["replies lost"] > 0
    assert told['told "done"'] >= 5, "a line that moves nobody also loses nobody"

"""The bench's own sums: shares of sorted values, verdicts, CPU time, and that its patients understand what the line says today."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.cli.train import RASA_ENVIRONMENT
from tests.bench.load import Bursts, Turns, percentile
from tests.bench.patients import DONE, Patient, stranger
from tests.bench.processes import CpuMeter, family, named, pss_mb
from tests.bench.report import Row, at_least, at_most, ms, table

ROOT = Path(__file__).resolve().parents[3]
MAYA = Patient("Patient/maya-torres", "+12075550134", date(1991, 4, 9))


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 1), (0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)], ids=["least", "p50", "p95", "p99", "most"]
)
def test_percentiles_are_values_that_occurred(share: float, value: float) -> None:
    assert percentile(list(range(100, 0, -1)), share) == value


def test_nothing_measured_is_no_figure_and_no_verdict() -> None:
    assert math.isnan(percentile([], 0.5))
    assert ms(percentile([], 0.5)) == "none"
    assert at_most(float("nan"), 1) is None
    assert at_least(float("nan"), 1) is None
    assert Row("x", "none", target="< 1 ms", met=None).verdict == "not measured"


def test_the_table_says_what_was_missed() -> None:
    rows = [Row("a", "1", "2", "≤ 1", True), Row("b", "3", "4", "≤ 1", False), Row("c", "5")]
    assert [line.split(" | ")[-1].strip(" |") for line in table(rows).splitlines()[2:]] == ["met", "MISSED", ""]


def test_rounds_add_up() -> None:
    turns = Turns([0.1, 0.2], 0, 1.0, {"edge": 30.0})
    turns.add(Turns([0.3], 1, 1.0, {"edge": 30.0, "rasa": 30.0}))
    assert (turns.rate, turns.missing, turns.cpu_a_turn) == (1.5, 1, 30.0)


def test_the_wait_a_burst_adds_is_that_beyond_one_text() -> None:
    assert Bursts([0.1, 0.1, 9.0], [0.4, 0.4, 0.1], [1, 1, 1], [1, 1, 1]).added == pytest.approx(0.3)


def test_cpu_time_and_memory_are_those_of_the_process() -> None:
    program = "import sys; sum(i * i for i in range(3_000_000)); print('done', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as busy:
        meter = CpuMeter({"busy": busy.pid})
        assert busy.stdout is not None
        busy.stdout.readline()
        assert meter.spent()["busy"] > 20
        assert busy.pid in family(os.getpid())
        assert named(busy.pid, {"worker": busy.pid}) == {"worker": busy.pid}
        assert 2 < pss_mb(busy.pid) < 200
        busy.communicate(b"")
    assert pss_mb(busy.pid) == 0.0


def _texts(**wanted: str) -> list[str]:
    """Return the texts for SMS of the responses whose name begins so, or that await so."""
    found = []
    for path in sorted((ROOT / "data" / "responses").glob("*.yml")):
        for name, variants in yaml.safe_load(path.read_text(encoding="utf-8"))["responses"].items():
            for variant in variants:
                awaits = (variant.get("metadata") or {}).get("awaiting")
                if variant.get("channel", "sms") == "sms" and (
                    wanted.get("awaiting", "-") == awaits or name.startswith(wanted.get("name", "-"))
                ):
                    found.append(variant["text"].replace("{numbers}", "1-3"))
    return found


@pytest.mark.parametrize(
    ("which", "reply"),
    [
        ({"awaiting": "date_of_birth"}, "04/09/1991"),
        ({"name": "utter_ask_which_visit"}, "1"),
        ({"name": "utter_offer"}, "1"),
        ({"name": "utter_confirm_move"}, "yes"),
        ({"name": "utter_moved"}, None),
    ],
    ids=["date of birth", "which visit", "offer", "yes", "done"],
)
def test_patients_know_what_to_reply_in_a_move(which: dict[str, str], reply: str | None) -> None:
    texts = _texts(**which)
    assert texts
    assert {MAYA.reply_to(text) for text in texts} == {reply}
    assert {bool(DONE.search(text)) for text in texts} == {reply is None}


def test_strangers_are_all_different_and_no_patients() -> None:
    numbers = {stranger(index, block) for block in (0, 10, 40) for index in range(300)}
    assert len(numbers) == 900
    assert not any(number.startswith("+1207555") for number in numbers)
    assert all(len(number) == len("+12075550134") for number in numbers)


def test_stock_rasa_sends_its_texts_to_the_scripted_carrier() -> None:
    program = (
        "from tests.bench.stock_rasa import redirect; redirect('http://127.0.0.1:9')\n"
        "from twilio.rest import Client; print(Client('AC', 'token').api.absolute_url('2010-04-01/Accounts'))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={**os.environ, **RASA_ENVIRONMENT}, capture_output=True, text=True)
    assert done.stdout.strip() == "http://127.0.0.1:9/2010-04-01/Accounts", done.stderr

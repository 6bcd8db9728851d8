"""`make bench`: one run of every workload on both sides, a table, and results/bench.json. `--quick` is for development only."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bot.cli.train import trained
from tests.bench import load
from tests.bench.carrier import Carrier
from tests.bench.load import Bursts, Moves, Turns, Webhooks, percentile
from tests.bench.patients import QUESTIONS, Schedule, stranger
from tests.bench.plan import FULL, QUICK, Plan
from tests.bench.processes import pss_mb
from tests.bench.report import Row, as_json, at_least, at_most, ms, table
from tests.bench.sides import Ours, Side, SideFailed, Stock, open_session

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "results" / "bench.json"
# Blocks of numbers, so that no workload meets another's conversations.
STARTS, CHECK, TURNS, WEBHOOKS, BURSTS = range(0, 50, 10)

NOTES = (
    "Both sides: the same trained model, on SQLite files, one machine, the scripted Twilio and the load in processes of their own on it.",
    "Ours: `python -m bot run all`, six processes, status callbacks (queued, sent, delivered) included. Its SQLite writes are fsynced.",
    "Stock: `rasa run`, built-in Twilio channel, SQLTrackerStore on SQLite, InMemoryLockStore, selective domain; our actions beside it.",
    "Stock checks no signature, asks for no status callbacks, and keeps no inbox or outbox.",
    "Training is counted in no start.",
    "Questions: every second one runs a custom action. Moves are made by ours only: stock has no number of the patient to look up.",
)


@dataclass
class Measured:
    """Everything measured, by side."""

    cold: dict[str, tuple[float, float]] = field(default_factory=dict)
    warm: tuple[float, float] = (float("nan"), float("nan"))
    webhooks: dict[str, Webhooks] = field(default_factory=dict)
    moves: Moves = field(default_factory=Moves)
    turns: dict[tuple[str, float], Turns] = field(default_factory=dict)
    bursts: dict[str, Bursts] = field(default_factory=dict)
    idle: dict[str, float] = field(default_factory=dict)
    memory: dict[str, dict[str, float]] = field(default_factory=dict)


def say(line: str) -> None:
    """Report progress."""
    print(f"bench: {line}", flush=True)


async def run(plan: Plan, model: Path, folder: Path) -> Measured:
    """Start both sides, take them through the workloads in turn, and stop them."""
    measured = Measured()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        ours = Ours(folder / "ours", await stack.enter_async_context(Carrier()), session)
        stack.push_async_callback(ours.stop)
        say("starting ours, cold")
        measured.cold["ours"] = await ours.start(stranger(0, STARTS))
        await ours.stop()
        say("starting ours, warm")
        measured.warm = await ours.start(stranger(1, STARTS))
        stock = Stock(folder / "stock", model, await stack.enter_async_context(Carrier()), ours.scheduling, session)
        stack.push_async_callback(stock.stop)
        say("starting stock")
        measured.cold["stock"] = await stock.start(stranger(0, STARTS))
        sides: tuple[Ours | Stock, ...] = (ours, stock)
        await _answers_alike(ours, stock)

        say("idle")
        for side in sides:
            measured.idle[side.name] = await load.idle(side.processes, plan.idle_seconds)
        say(f"{plan.moves} moves by one patient at a time")
        schedule = Schedule(ours.scheduling, session)
        patients = await schedule.patients()
        measured.moves = await load.moves(ours, patients, schedule, plan.moves)
        for block, latency in enumerate(plan.carrier_latencies, start=TURNS):
            for _ in range(plan.turn_rounds):
                for side in sides:
                    say(f"{plan.turn_patients} patients, carrier takes {latency * 1000:.0f} ms: {side.name}")
                    await side.carrier.set_latency(latency)
                    found = await load.turns(side, plan.turn_patients, plan.turn_warm_up, plan.turn_seconds, block, side.processes())
                    measured.turns.setdefault((side.name, latency), Turns()).add(found)
        for side in sides:
            await side.carrier.set_latency(0.0)
        for side in sides:
            say(f"bursts: {side.name}")
            measured.bursts[side.name] = await load.bursts(side, plan.bursts, BURSTS)
        for side in sides:
            measured.memory[side.name] = {name: round(pss_mb(pid), 1) for name, pid in side.processes().items()}
        for side in sides:
            say(f"{plan.webhook_rate:g} webhooks a second for {plan.webhook_seconds:g} s: {side.name}")
            measured.webhooks[side.name] = await load.webhooks(
                side, plan.webhook_rate, plan.webhook_seconds, plan.webhook_patients, WEBHOOKS
            )
            if isinstance(side, Ours):
                measured.webhooks[side.name].drained = await load.drained(side.database)
    return measured


async def _answers_alike(ours: Side, stock: Side) -> None:
    """Raise SideFailed unless both give every question of the workload the same one answer."""
    for round_, question in enumerate((QUESTIONS[0], *QUESTIONS)):
        said = []
        for side in (ours, stock):
            number = stranger(0, CHECK)
            answers = side.carrier.answers_to(number)
            await side.texter.text(number, question)
            found = [(await asyncio.wait_for(answers.get(), load.ANSWER_S)).body]
            await asyncio.sleep(0.5)
            said.append(found + [answers.get_nowait().body for _ in range(answers.qsize())])
        # Ours introduces itself in the first text of a day.
        if round_ and (said[0] != said[1] or len(said[0]) != 1):
            raise SideFailed(f"the sides differ on {question!r}, so they cannot be compared: ours says {said[0]}, stock {said[1]}")


def rows(measured: Measured, plan: Plan) -> list[Row]:
    """Return the table's rows: acceptance targets first named where they belong."""
    found = [*_webhook_rows(measured, plan), *_move_rows(measured.moves)]
    found += [
        row
        for latency, target in zip(plan.carrier_latencies, (0.9, 3.0), strict=True)
        for row in _turn_rows(measured, latency, target, plan)
    ]
    found += _burst_rows(measured)
    found += _cpu_rows(measured, plan)
    for name in sorted({*measured.memory["ours"], *measured.memory["stock"]}):
        found.append(Row(f"memory (PSS), {name}", _mb(measured.memory["ours"].get(name)), _mb(measured.memory["stock"].get(name))))
    found.append(Row("memory (PSS), all", *(_mb(sum(measured.memory[side].values())) for side in ("ours", "stock"))))
    cold, stock = measured.cold["ours"], measured.cold["stock"]
    found += [
        Row("start to first webhook accepted, cold (empty HOME, model trained)", f"{cold[0]:.1f} s", f"{stock[0]:.1f} s"),
        Row("start to first answer, cold", f"{cold[1]:.1f} s", f"{stock[1]:.1f} s"),
        Row("start to first webhook accepted, warm", f"{measured.warm[0]:.1f} s"),
        Row("start to first answer, warm", f"{measured.warm[1]:.1f} s", "", "≤ 60 s", at_most(measured.warm[1], 60)),
    ]
    return found


def _webhook_rows(measured: Measured, plan: Plan) -> list[Row]:
    ours, stock = measured.webhooks["ours"], measured.webhooks["stock"]
    p99 = percentile(ours.answers, 0.99)
    title = f"webhook answer, {plan.webhook_rate:g}/s for {plan.webhook_seconds:g} s"
    total = int(plan.webhook_rate * plan.webhook_seconds)
    return [
        Row(f"{title}, p50", ms(percentile(ours.answers, 0.5)), ms(percentile(stock.answers, 0.5))),
        Row(f"{title}, p99", ms(p99), ms(percentile(stock.answers, 0.99)), "< 50 ms", at_most(p99, 0.05)),
        Row("… not answered in 15 s (Twilio's limit) or not 2xx", f"{ours.failed} of {total}", f"{stock.failed} of {total}"),
        Row("… all texts answered after the last webhook", f"{ours.drained:.1f} s"),
    ]


def _move_rows(moves: Moves) -> list[Row]:
    p50, p95 = (percentile(moves.last, share) for share in (0.5, 0.95))
    made, failed = moves.tried, len(moves.failed)
    return [
        Row("text → last answer handed to the carrier, one patient, moves, p50", ms(p50), "–", "≤ 150 ms", at_most(p50, 0.15)),
        Row("… p95", ms(p95), "–", "≤ 400 ms", at_most(p95, 0.4)),
        Row("… first answer, p50 / p95", f"{ms(percentile(moves.first, 0.5))} / {ms(percentile(moves.first, 0.95))}"),
        Row("moves made and seen in the schedule", f"{made - failed} of {made}", "–", "all", not failed),
        Row("texts for a move, mean", f"{_mean(moves.texts):.1f}"),
    ]


def _turn_rows(measured: Measured, latency: float, target: float, plan: Plan) -> list[Row]:
    ours, stock = measured.turns["ours", latency], measured.turns["stock", latency]
    ratio = ours.rate / stock.rate if stock.rate else float("nan")
    title = f"{plan.turn_patients} patients, carrier takes {latency * 1000:.0f} ms"
    return [
        Row(
            f"answers a second, {title}",
            f"{ours.rate:.1f} ({ratio:.2f} ×)",
            f"{stock.rate:.1f}",
            f"≥ {target:g} × stock",
            at_least(ratio, target),
        ),
        Row(
            "… answer after, p50 / p95",
            *(f"{ms(percentile(one.latencies, 0.5))} / {ms(percentile(one.latencies, 0.95))}" for one in (ours, stock)),
        ),
        Row("… missing answers", str(ours.missing), str(stock.missing)),
    ]


def _burst_rows(measured: Measured) -> list[Row]:
    ours, stock = measured.bursts["ours"], measured.bursts["stock"]
    one = sum(count <= 1 for count in ours.answers)
    added = ours.added
    return [
        Row(
            "four texts in a burst: answers sent (one such text alone)",
            *(f"{_mean(side.answers):.1f} ({_mean(side.alone_answers):.1f})" for side in (ours, stock)),
            "one answer",
            one == len(ours.answers),
        ),
        Row(
            "… last answer after the last text, minus that of one text alone",
            ms(added),
            ms(stock.added),
            "no added wait",
            at_most(added, 0.05),
        ),
    ]


def _cpu_rows(measured: Measured, plan: Plan) -> list[Row]:
    latency = plan.carrier_latencies[0]
    ours, stock = measured.turns["ours", latency], measured.turns["stock", latency]
    moves = measured.moves
    return [
        Row(
            "CPU a turn over all processes, questions, 16 patients",
            f"{ours.cpu_a_turn:.0f} ms ({_shares(ours.cpu_ms, len(ours.latencies))})",
            f"{stock.cpu_a_turn:.0f} ms ({_shares(stock.cpu_ms, len(stock.latencies))})",
            "≤ 80 ms",
            at_most(ours.cpu_a_turn, 80),
        ),
        Row(
            "CPU a turn over all processes, moves, one patient",
            f"{moves.cpu_a_turn:.0f} ms ({_shares(moves.cpu_ms, len(moves.last))})",
            "–",
            "≤ 80 ms",
            at_most(moves.cpu_a_turn, 80),
        ),
        Row("CPU while nobody texts, ms a second", *(f"{measured.idle[side]:.0f}" for side in ("ours", "stock"))),
    ]


def _shares(spent: dict[str, float], count: int) -> str:
    parts = sorted(((value / max(count, 1), name) for name, value in spent.items()), reverse=True)
    return ", ".join(f"{name} {value:.0f}" for value, name in parts if value >= 0.5)


def _mean(values: list[int]) -> float:
    return sum(values) / len(values) if values else float("nan")


def _mb(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} MB"


def _content(measured: Measured, found: list[Row], plan: Plan, seconds: float) -> dict[str, Any]:
    raw = {
        "cold": measured.cold,
        "warm": measured.warm,
        "webhooks": {side: asdict(one) for side, one in measured.webhooks.items()},
        "moves": asdict(measured.moves),
        "turns": {f"{side}, {latency:g} s": asdict(one) for (side, latency), one in measured.turns.items()},
        "bursts": {side: asdict(one) for side, one in measured.bursts.items()},
        "idle_ms_a_second": measured.idle,
        "memory_mb": measured.memory,
    }
    machine = {"cpus": os.cpu_count(), "load": os.getloadavg(), "python": platform.python_version(), "system": platform.platform()}
    return {"seconds": round(seconds), "machine": machine, "plan": asdict(plan), "notes": NOTES, "rows": as_json(found), "raw": raw}


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about two minutes, for development; no figures of record")
    options = parser.parse_args()
    plan = QUICK if options.quick else FULL
    model = trained(say)
    before = os.getloadavg()[0]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mendline-bench-") as folder:
        measured = asyncio.run(run(plan, model, Path(folder)))
    seconds = time.monotonic() - began
    found = rows(measured, plan)
    print(f"\n{table(found)}\n")
    for note in NOTES:
        print(f"- {note}")
    print(f"- {os.cpu_count()} CPUs, load {before:.1f} before the run; {seconds:.0f} s.")
    if options.quick:
        print("- A quick run: its figures are not for the record.")
    for failure in measured.moves.failed:
        print(f"- move not made: {failure}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(_content(measured, found, plan, seconds), indent=1) + "\n", encoding="utf-8")
    say(f"written to {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

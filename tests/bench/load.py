"""The workloads. Each plays patients against one side and returns what they saw; nothing here knows targets."""

from __future__ import annotations

import asyncio
import itertools
import math
import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.patients import BURST, DONE, OPENER, QUESTIONS, Patient, Schedule, stranger
from tests.bench.processes import CpuMeter
from tests.bench.sides import Side

ANSWER_S = 30.0
"""How long a patient waits for an answer before it counts as missing."""

QUIET_S = 3.0
"""How long after the last answer to a burst no more are expected."""

DRAIN_S = 90.0
MOST_REPLIES = 8


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of the values lies (nearest rank); nan when there are none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]


@dataclass
class Webhooks:
    """Answers to webhooks at a fixed rate. Seconds; `late` is by how much the generator itself was behind its plan, p99."""

    answers: list[float] = field(default_factory=list)
    failed: int = 0
    late: float = 0.0
    drained: float = float("nan")


async def webhooks(side: Side, rate: float, seconds: float, patients: int, block: int) -> Webhooks:
    """Text `rate` times a second whatever becomes of it: an open loop."""
    found, lags = Webhooks(), list[float]()
    tasks = set[asyncio.Task[None]]()
    numbers = itertools.cycle([stranger(index, block) for index in range(patients)])
    # Relatively prime to the cycle of numbers, so that patients vary what they write.
    bodies = itertools.cycle((*QUESTIONS, QUESTIONS[0]))

    async def one(number: str, body: str) -> None:
        _, took, good = await side.texter.text(number, body)
        found.answers.append(took)
        found.failed += not good

    began = time.monotonic()
    for count in range(int(rate * seconds)):
        due = began + count / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        lags.append(time.monotonic() - due)
        task = asyncio.create_task(one(next(numbers), next(bodies)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    if tasks:
        await asyncio.wait(set(tasks))
    found.late = percentile(lags, 0.99)
    return found


async def drained(database: Path) -> float:
    """Return the seconds until no text waits for an answer and nothing waits to be sent; nan when DRAIN_S pass."""
    began = time.monotonic()
    waiting = (
        "SELECT (SELECT count(*) FROM message WHERE turn_id IS NULL AND NOT consumed) + (SELECT count(*) FROM turn WHERE state = 'open')"
    )
    unsent = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending') AND purpose <> 'outreach'"
    while time.monotonic() - began < DRAIN_S:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            left = sum(connection.execute(query).fetchone()[0] for query in (waiting, unsent))
        connection.close()
        if not left:
            return time.monotonic() - began
        await asyncio.sleep(0.25)
    return float("nan")


@dataclass
class Turns:
    """Patients who each text, wait for the answer and text again."""

    latencies: list[float] = field(default_factory=list)
    missing: int = 0
    seconds: float = 0.0
    cpu_ms: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else float("nan")

    @property
    def cpu_a_turn(self) -> float:
        """CPU milliseconds of all processes for one answer."""
        return sum(self.cpu_ms.values()) / len(self.latencies) if self.latencies else float("nan")

    def add(self, other: Turns) -> None:
        """Take another round in."""
        self.latencies += other.latencies
        self.missing += other.missing
        self.seconds += other.seconds
        for name, value in other.cpu_ms.items():
            self.cpu_ms[name] = self.cpu_ms.get(name, 0.0) + value


async def turns(side: Side, patients: int, warm_up: float, seconds: float, block: int, counted: Mapping[str, int]) -> Turns:
    """Let `patients` converse for `seconds` after a warm-up: a closed loop. `counted` are the processes whose CPU time counts."""
    found = Turns()
    begin = time.monotonic() + warm_up
    end = begin + seconds

    async def one(index: int) -> None:
        number = stranger(index, block)
        answers = side.carrier.answers_to(number)
        bodies = itertools.cycle(QUESTIONS[index % len(QUESTIONS) :] + QUESTIONS[: index % len(QUESTIONS)])
        while time.monotonic() < end:
            posting = asyncio.create_task(side.texter.text(number, next(bodies)))
            sent = time.monotonic()
            try:
                answer = await asyncio.wait_for(answers.get(), ANSWER_S)
            except TimeoutError:
                found.missing += 1
                continue
            if begin <= answer.at < end:
                found.latencies.append(answer.at - sent)
            # Stock answers its webhook after it has sent; the next text waits for that as a person would.
            await posting

    conversing = [asyncio.create_task(one(index)) for index in range(patients)]
    await asyncio.sleep(max(0.0, begin - time.monotonic()))
    meter = CpuMeter(counted)
    await asyncio.sleep(max(0.0, end - time.monotonic()))
    found.cpu_ms = meter.spent()
    found.seconds = seconds
    await asyncio.gather(*conversing)
    return found


@dataclass
class Moves:
    """Whole moves by one patient at a time. `first` and `last`: seconds from a text to its first and its last answer."""

    first: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    texts: list[int] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    tried: int = 0
    cpu_ms: dict[str, float] = field(default_factory=dict)

    @property
    def cpu_a_turn(self) -> float:
        """CPU milliseconds of all processes for one text."""
        return sum(self.cpu_ms.values()) / len(self.last) if self.last else float("nan")


async def moves(side: Side, patients: Sequence[Patient], schedule: Schedule, count: int) -> Moves:
    """Let patients move a visit each, one after the other, over and over until `count` moves are made."""
    found = Moves()
    for patient in itertools.islice(itertools.cycle(patients), count):
        found.tried += 1
        before = await schedule.visits(patient)
        meter = CpuMeter(side.processes())
        ending = await _move(side, patient, found)
        for name, value in meter.spent().items():
            found.cpu_ms[name] = found.cpu_ms.get(name, 0.0) + value
        after = await schedule.visits(patient)
        if ending is None and (len(before) != len(after) or len(set(before) - set(after)) != 1):
            ending = "the schedule does not show the move"
        if ending is not None:
            found.failed.append(f"{patient.reference}: {ending}")
    return found


async def _move(side: Side, patient: Patient, found: Moves) -> str | None:
    """Converse until the line says that the visit is moved; return what went wrong, or None."""
    answers = side.carrier.answers_to(patient.number)
    body = OPENER
    for texts in range(1, MOST_REPLIES + 1):
        sent, _, good = await side.texter.text(patient.number, body)
        if not good:
            return "a webhook was not accepted"
        first: float | None = None
        while True:
            try:
                answer = await asyncio.wait_for(answers.get(), ANSWER_S)
            except TimeoutError:
                return f"no question came after text {texts}"
            first = first or answer.at - sent
            reply = patient.reply_to(answer.body)
            if reply or DONE.search(answer.body):
                break
        found.first.append(first)
        found.last.append(answer.at - sent)
        if reply is None:
            found.texts.append(texts)
            return None
        body = reply
    return f"not done after {MOST_REPLIES} texts"


@dataclass
class Bursts:
    """Four texts in a row against the last of them alone. Seconds, from the first text to the last answer; texts sent for one burst."""

    alone: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    alone_answers: list[int] = field(default_factory=list)

    @property
    def added(self) -> float:
        """How much longer a burst waits for its last answer than a single text does, by medians."""
        return statistics.median(self.together) - statistics.median(self.alone) if self.alone and self.together else float("nan")


async def bursts(side: Side, times: int, block: int, gap: float = 0.05) -> Bursts:
    """Play `times` patients who text once, and as many who text four times, `gap` seconds apart."""
    found = Bursts()
    for index in range(times):
        alone, count = await _burst(side, stranger(2 * index, block), (OPENER,), gap)
        found.alone.append(alone)
        found.alone_answers.append(count)
        together, count = await _burst(side, stranger(2 * index + 1, block), BURST, gap)
        # A person needs as long to write: what the burst waits for begins with its last text.
        found.together.append(together)
        found.answers.append(count)
    return found


async def _burst(side: Side, number: str, bodies: Sequence[str], gap: float) -> tuple[float, int]:
    """Return the seconds from the last of the texts to the last answer, and how many answers there were."""
    answers = side.carrier.answers_to(number)
    posting = []
    for position, body in enumerate(bodies):
        if position:
            await asyncio.sleep(gap)
        sent = time.monotonic()
        posting.append(asyncio.create_task(side.texter.text(number, body)))
    last, count = float("nan"), 0
    while True:
        try:
            answer = await asyncio.wait_for(answers.get(), QUIET_S if count else ANSWER_S)
        except TimeoutError:
            break
        last, count = answer.at - sent, count + 1
    await asyncio.gather(*posting)
    return last, count


async def idle(counted: Callable[[], Mapping[str, int]], seconds: float) -> float:
    """Return the CPU milliseconds a second that the processes use while nobody texts."""
    meter = CpuMeter(counted())
    await asyncio.sleep(seconds)
    return sum(meter.spent().values()) / seconds

"""Twelve patients fight for slots, three moves each, while 30 % of the requests and 30 % of the replies are lost.

Graded by the server's own state afterwards: nobody is double-booked, nobody has lost the visit, nobody has two; and what each patient was
told is what stands. A naive client that checks and then acts double-books on the same clinic, so the grading can fail.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from actions.scheduling.booking import Booking
from actions.scheduling.client import FhirClient
from actions.scheduling.directory import Directory
from actions.scheduling.types import Opening, Outcome, Status, Visit
from bot.store.database import Database
from scheduling.app import make_app
from scheduling.features import NO_TRANSACTIONS
from tests.support.lossy import LossyProxy
from tests.support.plain_r4 import PlainR4
from tests.support.schedules import Clinic, MovingClock, State, clinic, serving

PATIENTS = 12
ROUNDS = 3
WANTED = 5  # slots that twelve patients fight for in each round
LOSS = 0.3
SEED = 20250602


@dataclass
class Figures:
    """What the judge counts."""

    moved: int = 0
    taken: int = 0
    unsettled: int = 0
    double_booked: int = 0
    lost: int = 0
    doubled: int = 0
    told_wrong: int = 0

    def grade(self, state: State, world: Clinic, told: dict[str, str]) -> None:
        """Count against the server's state; `told` is the slot each patient believes in."""
        booked = state.booked()
        self.double_booked += len(state.double_booked())
        self.lost += sum(not booked.get(patient) for patient in world.patients)
        self.doubled += sum(len(booked.get(patient, [])) > 1 for patient in world.patients)
        self.told_wrong += sum(booked.get(patient) != [slot] for patient, slot in told.items())


@dataclass(frozen=True)
class Wish:
    """One patient's yes: moving `visit` to `opening` under `key`, each time by a process of its own."""

    database: Database
    base: str
    profile: str
    clock: MovingClock
    key: str
    patient: str
    visit: Visit
    opening: Opening

    async def move(self) -> Outcome:
        """Ask for the move, as the dialogue does."""
        async with self._booking() as booking:
            return await booking.move(self.key, None, self.patient, self.visit, self.opening)

    async def settle(self, outcome: Outcome) -> Outcome:
        """Repeat until it is settled: what is open is resumed, as the sweeper does; what was never stored is asked for again."""
        for _ in range(60):
            if outcome.status is not Status.UNAVAILABLE:
                break
            self.clock.move(timedelta(seconds=30))
            async with self._booking() as booking:
                outcome = await booking.resume(self.key) if outcome.may_change else await self.move()
        return outcome

    @asynccontextmanager
    async def _booking(self) -> AsyncIterator[Booking]:
        client = FhirClient(self.base, profile=self.profile, clock=self.clock)
        try:
            yield Booking(self.database, client, self.clock)
        finally:
            await client.aclose()


async def _race(database: Database, base: str, proxied: str, world: Clinic, profile: str) -> tuple[Figures, State]:
    clock, figures, chance = MovingClock(), Figures(), random.Random(SEED)
    direct = FhirClient(base, profile=profile, clock=clock)
    directory = Directory(direct, clock)
    try:
        for number in range(ROUNDS):
            visits = {patient: (await directory.upcoming(patient))[0] for patient in world.patients}
            state = await world.state()
            free = sorted((name for name, status in state.slots.items() if status == "free"), key=world.slots.index)
            wanted = [world.opening(world.slots.index(name)) for name in chance.sample(free, WANTED)]
            wishes = [
                Wish(database, proxied, profile, clock, f"SM-{number}-{place}", patient, visits[patient], wanted[place % WANTED])
                for place, patient in enumerate(world.patients)
            ]
            answers = await asyncio.gather(*(wish.move() for wish in wishes))
            told = {}
            for wish, answer in zip(wishes, answers, strict=True):
                figures.unsettled += answer.status is Status.UNAVAILABLE
                outcome = await wish.settle(answer)
                assert outcome.status in (Status.DONE, Status.TAKEN), outcome
                figures.moved += outcome.status is Status.DONE
                figures.taken += outcome.status is Status.TAKEN
                told[wish.patient] = wish.opening.slot if outcome.status is Status.DONE else str(wish.visit.slot)
            figures.grade(await world.state(), world, told)
    finally:
        await direct.aclose()
    return figures, await world.state()


@pytest.mark.parametrize("mode", ["A", "B", "B on another server"])
async def test_no_visit_is_lost_doubled_or_double_booked(
    mode: str, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = MovingClock()
    if mode == "B on another server":
        app, path, profile = PlainR4().app(), "/r4", "auto"
    else:
        app = make_app(tmp_path / "scheduling.db", clock.now, **({} if mode == "A" else {"features": NO_TRANSACTIONS}))
        path, profile = "/fhir", "embedded" if mode == "A" else "plain-r4"
    async with (
        serving(app) as origin,
        clinic(origin + path, patients=PATIENTS, slots=PATIENTS + 3 * WANTED) as world,
        LossyProxy(origin, LOSS, LOSS, SEED) as proxy,
    ):
        figures, state = await _race(database, origin + path, proxy.url + path, world, profile)
        lost = (proxy.lost_requests, proxy.lost_replies, proxy.passed)
    with capsys.disabled():
        print(f"\nrace, mode {mode}: {figures}; requests lost {lost[0]}, replies lost {lost[1]}, passed {lost[2]}")
    assert lost[0] > 50
    assert lost[1] > 50
    assert figures.moved >= ROUNDS  # a line that moves nobody also loses nobody
    assert (figures.double_booked, figures.lost, figures.doubled, figures.told_wrong) == (0, 0, 0, 0)
    assert state.contradictions() == []


async def test_a_client_that_checks_and_then_acts_double_books_and_is_seen() -> None:
    async with serving(PlainR4().app()) as origin, clinic(origin + "/r4", patients=PATIENTS, slots=PATIENTS + WANTED) as world:
        everyone_has_looked = asyncio.Barrier(PATIENTS)
        await asyncio.gather(*(_naive_move(world, place, PATIENTS + place % WANTED, everyone_has_looked) for place in range(PATIENTS)))
        state = await world.state()
        figures = Figures()
        figures.grade(state, world, {})
        assert figures.double_booked == WANTED
        assert figures.lost == 0


async def _naive_move(world: Clinic, place: int, slot: int, everyone_has_looked: asyncio.Barrier) -> None:
    free = (await world.get(world.slots[slot]))["status"] == "free"
    await everyone_has_looked.wait()
    if free:
        appointment = await world.get(world.appointments[place])
        opening = world.opening(slot)
        times = {"start": opening.start.isoformat(), "end": opening.end.isoformat(), "slot": [{"reference": opening.slot}]}
        kept = {name: value for name, value in appointment.items() if name not in ("meta", "vendorShard")}
        async with world.http.put(f"{world.base}/{world.appointments[place]}", json={**kept, **times}) as reply:
            assert reply.status == 200


async def test_leaving_out_the_look_up_gives_patients_two_visits_and_is_seen() -> None:
    """The same proxy and the same judge, with a client that simply repeats a create whose reply was lost."""
    async with serving(PlainR4().app()) as origin, clinic(origin + "/r4", patients=PATIENTS, slots=2 * PATIENTS) as world:
        async with LossyProxy(origin, LOSS, LOSS, SEED) as proxy, aiohttp.ClientSession() as http:
            for place in range(PATIENTS):
                opening = world.opening(PATIENTS + place)
                appointment = await world.get(world.appointments[place])
                kept = {name: value for name, value in appointment.items() if name not in ("id", "meta", "vendorShard")}
                wanted = {**kept, "start": opening.start.isoformat(), "end": opening.end.isoformat(), "slot": [{"reference": opening.slot}]}
                await _until_answered(http, "POST", f"{proxy.url}/r4/Appointment", wanted)
                old = {name: value for name, value in appointment.items() if name not in ("meta", "vendorShard")}
                await _until_answered(http, "PUT", f"{proxy.url}/r4/{world.appointments[place]}", {**old, "status": "cancelled"})
        count = Counter(len(slots) for slots in (await world.state()).booked().values())
        assert any(visits > 1 for visits in count)


async def _until_answered(http: aiohttp.ClientSession, method: str, url: str, resource: dict) -> None:
    while True:
        try:
            async with http.request(method, url, json=resource) as reply:
                assert reply.status in (200, 201)
                return
        except aiohttp.ClientError:
            continue

"""Clients that act at the same instant: one wins, the others are told, and what is stored agrees with what they were told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.contract.scheduling_server.clinic import Answer, Clinic, Resource, held, name, person, put, ref
from tests.contract.scheduling_server.conftest import Serve

RIVALS = 12


@pytest.fixture(params=["memory", "one server", "two servers"])
async def doors(request: pytest.FixtureRequest, serve: Serve, tmp_path: Path) -> list[Clinic]:
    """A clinic seen through one server or through two on the same file."""
    store = ":memory:" if request.param == "memory" else tmp_path / "schedule.db"
    first = await Clinic(await serve(store=store)).open()
    if request.param != "two servers":
        return [first]
    return [first, Clinic(await serve(store=store), first.maya, first.ruth, first.dana, first.schedule, first.slots)]


async def rivals(clinic: Clinic) -> list[Resource]:
    return [await clinic.fhir.add(person("Patient", f"Rival{index}", "R")) for index in range(RIVALS)]


def won(answers: list[Answer], *refusals: int) -> list[int]:
    assert {answer.status for answer in answers} <= {200, 201, *refusals}
    return [index for index, answer in enumerate(answers) if answer.status < 300]


async def test_one_of_many_updates_of_one_version_wins(doors: list[Clinic]) -> None:
    place = doors[0].slots[0]
    updates = [doors[i % len(doors)].fhir.update({**place, "comment": str(i)}) for i in range(RIVALS)]
    (winner,) = won(await asyncio.gather(*updates), 412)
    now = await doors[0].fhir.fresh(place)
    assert (now["comment"], now["meta"]["versionId"]) == (str(winner), "2")


async def test_one_of_many_holds_wins(doors: list[Clinic]) -> None:
    place = doors[0].slots[0]
    (winner,) = won(await asyncio.gather(*(doors[i % len(doors)].fhir.update(held(place, f"k{i}")) for i in range(RIVALS))), 412)
    assert (await doors[0].fhir.fresh(place))["identifier"][0]["value"] == f"k{winner}"


async def test_one_of_many_bookings_wins(doors: list[Clinic]) -> None:
    patients = await rivals(doors[0])
    visits = [doors[i % len(doors)].fhir.create(doors[0].visit(who, doors[0].slots[0])) for i, who in enumerate(patients)]
    answers = await asyncio.gather(*visits)
    (winner,) = won(answers, 409)
    assert await doors[0].active_bookings(doors[0].slots[0]) == [answers[winner].body["id"]]


async def test_one_of_many_transactions_moves_and_the_others_keep_their_visit(doors: list[Clinic]) -> None:
    clinic = doors[0]
    goal = clinic.slots[3]
    places = clinic.slots[:3]
    patients = (await rivals(clinic))[:3]
    visits = [await clinic.book(who, place) for who, place in zip(patients, places, strict=True)]
    olds = [await clinic.fhir.fresh(place) for place in places]
    bundles = [
        doors[i % len(doors)].fhir.transaction(
            put({**goal, "status": "busy"}),
            put({**visit, "slot": [ref(goal)], "start": goal["start"], "end": goal["end"]}),
            put({**old, "status": "free"}),
        )
        for i, (visit, old) in enumerate(zip(visits, olds, strict=True))
    ]
    (winner,) = won(await asyncio.gather(*bundles), 409, 412)
    assert await clinic.active_bookings(goal) == [visits[winner]["id"]]
    for index, place in enumerate(places):
        assert await clinic.status(place) == ("free" if index == winner else "busy")
        assert await clinic.active_bookings(place) == ([] if index == winner else [visits[index]["id"]])


async def test_if_none_exist_creates_one_among_many(doors: list[Clinic]) -> None:
    ruth = person("Patient", "Keller", "Ruth", identifier=[{"system": "urn:mrn", "value": "9"}])
    answers = await asyncio.gather(*(doors[i % len(doors)].fhir.create(ruth, If_None_Exist="identifier=urn:mrn|9") for i in range(RIVALS)))
    assert sorted(answer.status for answer in answers) == [200] * (RIVALS - 1) + [201]
    assert len({name(answer.body) for answer in answers}) == 1


async def test_readers_never_see_half_a_transaction(doors: list[Clinic]) -> None:
    """A visit moves to and fro while others look: at every look exactly one of the two slots is busy."""
    clinic = doors[0]
    here, there = clinic.slots[:2]
    visit = await clinic.book(clinic.maya, here)
    done = asyncio.Event()

    async def mover() -> None:
        nonlocal visit, here, there
        for _ in range(20):
            here, there = await clinic.fhir.fresh(here), await clinic.fhir.fresh(there)
            answer = await clinic.fhir.transaction(
                put({**there, "status": "busy"}),
                put({**visit, "slot": [ref(there)], "start": there["start"], "end": there["end"]}),
                put({**here, "status": "free"}),
            )
            assert answer.status == 200, answer.body
            visit = await clinic.fhir.fresh(visit)
            here, there = there, here
        done.set()

    async def looker(door: Clinic) -> int:
        looks = 0
        while not done.is_set():
            found = await door.fhir.get(f"/Slot?_id={clinic.slots[0]['id']},{clinic.slots[1]['id']}")
            assert sorted(place["status"] for place in found.resources) == ["busy", "free"]
            looks += 1
        return looks

    _, *looks = await asyncio.gather(mover(), *(looker(door) for door in doors))
    assert min(looks) > 5

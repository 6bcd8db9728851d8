"""kill -9 at any moment: whatever was answered is kept, nothing is half done, and the store opens again."""

from __future__ import annotations

import asyncio
import random
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.contract.scheduling_server.clinic import Clinic, Fhir, Resource, put, ref

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from scheduling.serve import serve
serve("127.0.0.1", int(sys.argv[2]), Path(sys.argv[1]), lambda: datetime.now(timezone.utc))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def start(store: Path, port: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(store), str(port), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )


@asynccontextmanager
async def server(store: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, Fhir]]:
    """Run the server as a process of its own; killed at the end if it still lives."""
    port = free_port()
    process = await start(store, port)
    async with aiohttp.ClientSession() as session:
        async with asyncio.timeout(20):
            while not await answers(session, port):
                assert process.returncode is None
                await asyncio.sleep(0.02)
        yield process, Fhir(session, f"http://127.0.0.1:{port}/fhir")
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    await process.wait()


async def answers(session: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with session.get(f"http://127.0.0.1:{port}/healthz") as response:
            return response.status == 200
    except aiohttp.ClientConnectionError:
        return False


async def to_and_fro(clinic: Clinic, visit: Resource, answered: list[Resource]) -> None:
    """Move one visit between two slots until the server dies; note each move that was answered."""
    here, there = 0, 1
    while True:
        places = [await clinic.fhir.fresh(clinic.slots[index]) for index in (here, there)]
        moved = {**visit, "slot": [ref(places[1])], "start": places[1]["start"], "end": places[1]["end"]}
        answer = await clinic.fhir.transaction(
            put({**places[1], "status": "busy"}), put(moved), put({**places[0], "status": "free"}), Prefer="return=representation"
        )
        assert answer.status == 200, answer.body
        visit = answer.resources[1]
        answered.append(visit)
        here, there = there, here


@pytest.mark.parametrize("seed", range(4))
async def test_a_server_killed_in_mid_work_keeps_every_answered_move_and_no_half_of_another(tmp_path: Path, seed: int) -> None:
    store = tmp_path / "schedule.db"
    answered: list[Resource] = []
    async with server(store) as (process, fhir):
        clinic = await Clinic(fhir).open(slots=2)
        answered.append(await clinic.book(clinic.maya, clinic.slots[0]))
        work = asyncio.create_task(to_and_fro(clinic, answered[0], answered))
        goal = 2 + random.Random(seed).randrange(6)
        while len(answered) < goal and not work.done():
            await asyncio.wait([work], timeout=0.001 * (seed + 1))
        process.send_signal(signal.SIGKILL)
        with pytest.raises(aiohttp.ClientError):
            await work
    async with server(store) as (_, fhir):
        clinic.fhir = fhir
        visit = await fhir.fresh(answered[-1])
        assert int(visit["meta"]["versionId"]) - int(answered[-1]["meta"]["versionId"]) in (0, 1)
        for place in clinic.slots:
            booked = ref(place) in visit["slot"]
            assert await clinic.status(place) == ("busy" if booked else "free")
            assert await clinic.active_bookings(place) == ([visit["id"]] if booked else [])
        versions = (await fhir.get(f"/Appointment/{visit['id']}/_history")).entries
        assert len(versions) == int(visit["meta"]["versionId"])
    connection = sqlite3.connect(store)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM slot_claim").fetchone() == (1,)
    connection.close()


async def test_the_store_of_another_schema_is_refused_with_a_remedy(tmp_path: Path) -> None:
    store = tmp_path / "schedule.db"
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    process = await start(store, free_port())
    _, told = await process.communicate()
    assert process.returncode != 0
    assert b"move the file away" in told


async def test_a_server_told_to_stop_finishes_and_goes(tmp_path: Path) -> None:
    async with server(tmp_path / "schedule.db") as (process, fhir):
        patient = await fhir.add({"resourceType": "Patient"})
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    async with server(tmp_path / "schedule.db") as (_, fhir):
        assert await fhir.fresh(patient) == patient

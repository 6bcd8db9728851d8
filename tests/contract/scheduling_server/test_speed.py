"""A clinic's whole calendar (5 therapists, 6 weeks, half-hour slots) stays quick to search, and the search uses its indexes."""

from __future__ import annotations

import sqlite3
import statistics
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from scheduling.searching import sql
from scheduling.searching.query import parse
from tests.contract.scheduling_server.clinic import TEN, Clinic, name, person, post, ref, slot
from tests.contract.scheduling_server.conftest import Serve

P50_S = 0.020
"""The bound on the median slot search, in seconds of processor time, client included: what else the machine does has no say in it."""


async def test_searching_five_thousand_slots(serve: Serve, tmp_path: Path) -> None:
    clinic = await Clinic(await serve(store=tmp_path / "schedule.db")).open(slots=0)
    therapists = [await clinic.fhir.add(person("Practitioner", f"Number{index}", "T")) for index in range(5)]
    for therapist in therapists:
        schedule = await clinic.fhir.add({"resourceType": "Schedule", "actor": [ref(therapist)]})
        times = [TEN + timedelta(days=day, minutes=30 * part) for day in range(42) for part in range(24)]
        entries = [post(slot(schedule, start, "busy" if index % 3 else "free")) for index, start in enumerate(times)]
        assert (await clinic.fhir.transaction(*entries[:504])).status == 200
        assert (await clinic.fhir.transaction(*entries[504:])).status == 200
    assert (await clinic.fhir.get("/Slot?_summary=count")).body["total"] == 5040

    week = f"start=ge{quote((TEN + timedelta(days=7)).isoformat())}&start=lt{quote((TEN + timedelta(days=14)).isoformat())}"
    taken = []
    for index in range(40):
        query = f"/Slot?schedule.actor={name(therapists[index % 5])}&status=free&{week}&_sort=start&_include=Slot:schedule"
        began = time.process_time()
        found = await clinic.fhir.get(query)
        taken.append(time.process_time() - began)
        assert len(found.entries) == 51
    assert statistics.median(taken) < P50_S


def test_a_slot_search_scans_no_table(tmp_path: Path) -> None:
    from scheduling.database import Database

    Database(tmp_path / "schedule.db").close()
    connection = sqlite3.connect(tmp_path / "schedule.db")
    pairs = [
        ("schedule.actor", "Practitioner/1"),
        ("status", "free"),
        ("start", "ge2025-06-03"),
        ("start", "lt2025-06-10"),
        ("_sort", "start"),
    ]
    text, args = sql.page(parse("Slot", pairs), "http://127.0.0.1/fhir")
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", args)]
    connection.close()
    reads = [step for step in plan if step.startswith(("SCAN", "SEARCH"))]
    assert any("USING" in step for step in reads)
    assert [step for step in reads if step.startswith("SCAN") and "INDEX" not in step] == []

"""The server as a lesser one: what it does not offer it refuses, and its CapabilityStatement says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scheduling.features import ALL, NO_TRANSACTIONS, READ_ONLY, Features
from tests.contract.scheduling_server.clinic import PATCH_JSON, Clinic, Fhir, name, person, post
from tests.contract.scheduling_server.conftest import Serve


async def claims(fhir: Fhir, kind: str = "Appointment") -> dict[str, Any]:
    statement = (await fhir.get("/metadata")).body
    (rest,) = statement["rest"]
    (resource,) = [entry for entry in rest["resource"] if entry["type"] == kind]
    return {
        "system": {entry["code"] for entry in rest.get("interaction", [])},
        "type": {entry["code"] for entry in resource["interaction"]},
        "versioning": resource["versioning"],
        "conditionalCreate": resource["conditionalCreate"],
        "patchFormat": statement.get("patchFormat"),
        "params": {entry["name"] for entry in resource["searchParam"]},
    }


READING = {"read", "vread", "history-instance", "search-type"}
WRITING = {"create", "update", "patch", "delete"}


@pytest.mark.parametrize(
    ("features", "system", "interactions", "versioning"),
    [
        (ALL, {"transaction", "batch"}, READING | WRITING, "versioned-update"),
        (NO_TRANSACTIONS, set(), READING | WRITING, "versioned-update"),
        (READ_ONLY, set(), READING, "versioned-update"),
        (Features(etag=False), {"transaction", "batch"}, READING | WRITING, "versioned"),
        (Features(patch=False), {"transaction", "batch"}, READING | WRITING - {"patch"}, "versioned-update"),
    ],
)
async def test_the_statement_claims_what_is_offered(
    serve: Serve, features: Features, system: set[str], interactions: set[str], versioning: str
) -> None:
    told = await claims(await serve(features))
    assert (told["system"], told["type"], told["versioning"]) == (system, interactions, versioning)
    assert told["conditionalCreate"] == (features.writable and features.conditional_create)
    assert (told["patchFormat"] is not None) == ("patch" in interactions)
    assert {"_id", "_lastUpdated", "patient", "actor", "date", "status", "slot", "identifier"} <= told["params"]


async def test_without_transactions_a_bundle_is_refused_and_the_steps_work(serve: Serve) -> None:
    clinic = await Clinic(await serve(NO_TRANSACTIONS)).open()
    for kind in ("transaction", "batch"):
        refused = await clinic.fhir.transaction(post(person("Patient", "Chen", "Mei")), kind=kind)
        assert (refused.status, refused.issue["code"]) == (405, "not-supported")
    await clinic.book(clinic.maya, clinic.slots[0])


async def test_read_only(serve: Serve, tmp_path: Path) -> None:
    clinic = await Clinic(await serve(store=tmp_path / "schedule.db")).open()
    visit = await clinic.book(clinic.maya, clinic.slots[0])
    fhir = await serve(READ_ONLY, store=tmp_path / "schedule.db")
    assert (await fhir.get(f"/Appointment?patient={name(clinic.maya)}")).resources == [visit]
    refused = [
        await fhir.create(clinic.visit(clinic.ruth, clinic.slots[1])),
        await fhir.update({**visit, "status": "cancelled"}),
        await fhir.call("PATCH", f"/{name(visit)}", "[]", Content_Type=PATCH_JSON),
        await fhir.call("DELETE", f"/{name(visit)}"),
        await fhir.transaction(post(person("Patient", "Chen", "Mei"))),
    ]
    assert [(answer.status, answer.issue["code"]) for answer in refused] == [(405, "not-supported")] * 5
    assert await fhir.fresh(visit) == visit


async def test_without_etags_the_last_writer_wins_but_a_slot_still_has_one_booking(serve: Serve) -> None:
    clinic = await Clinic(await serve(Features(etag=False))).open()
    assert "ETag" not in (await clinic.fhir.get(f"/{name(clinic.maya)}")).headers
    for status in ("busy", "free"):
        answer = await clinic.fhir.call("PUT", f"/{name(clinic.slots[0])}", {**clinic.slots[0], "status": status})
        assert (answer.status, answer.headers.get("ETag")) == (200, None)
    assert (await clinic.fhir.update({**clinic.slots[0], "comment": "x"}, If_Match='W/"77"')).status == 200, "If-Match means nothing here"
    await clinic.book(clinic.maya, clinic.slots[0])
    assert (await clinic.fhir.create(clinic.visit(clinic.ruth, clinic.slots[0]))).status == 409


async def test_without_conditional_create_it_does_not_pretend(serve: Serve) -> None:
    fhir = await serve(Features(conditional_create=False))
    assert (await fhir.create(person("Patient", "Chen", "Mei"), If_None_Exist="name=chen")).status == 412
    assert (await fhir.get("/Patient")).entries == []


@pytest.mark.parametrize(("feature", "status"), [("patch", 405), ("update_create", 405)])
async def test_smaller_lacks(serve: Serve, feature: str, status: int) -> None:
    fhir = await serve(Features(**{feature: False}))
    maya = await fhir.add(person("Patient", "Torres", "Maya"))
    if feature == "patch":
        operations = [{"op": "remove", "path": "/name"}]
        answer = await fhir.call("PATCH", f"/{name(maya)}", operations, Content_Type=PATCH_JSON)
    else:
        answer = await fhir.call("PUT", "/Patient/new", {**maya, "id": "new"})
    assert answer.status == status

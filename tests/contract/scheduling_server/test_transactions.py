"""Bundles: a transaction happens whole or not at all, in FHIR's order; a batch's entries stand alone."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.contract.scheduling_server.clinic import Clinic, Fhir, name, person, post, put, ref

RUTH, ANNA = "urn:uuid:8f7a0000-0000-4000-8000-000000000001", "urn:uuid:8f7a0000-0000-4000-8000-000000000002"


def get(url: str) -> dict[str, Any]:
    return {"request": {"method": "GET", "url": url}}


def delete(url: str, **request: str) -> dict[str, Any]:
    return {"request": {"method": "DELETE", "url": url, **request}}


async def test_entries_may_refer_to_each_other_in_any_order(fhir: Fhir) -> None:
    anna = person("RelatedPerson", "Keller", "Anna", patient={"reference": RUTH})
    answer = await fhir.transaction(post(anna, ANNA), post(person("Patient", "Keller", "Ruth"), RUTH))
    assert answer.status == 200, answer.body
    assert answer.body["type"] == "transaction-response"
    assert [entry["response"]["status"] for entry in answer.entries] == ["201 Created"] * 2
    assert [entry["response"]["etag"] for entry in answer.entries] == ['W/"1"'] * 2
    anna_url, ruth_url = (entry["response"]["location"].partition("/_history")[0] for entry in answer.entries)
    assert (await fhir.get(anna_url)).body["patient"]["reference"] == ruth_url.removeprefix(f"{fhir.base}/")
    assert "resource" not in answer.entries[0]


async def test_the_resources_come_back_when_asked_for(fhir: Fhir) -> None:
    answer = await fhir.transaction(post(person("Patient", "Keller", "Ruth")), Prefer="return=representation")
    assert answer.resources[0]["name"][0]["family"] == "Keller"


async def test_deletes_come_first_and_reads_last_whatever_the_order_of_entries(clinic: Clinic) -> None:
    dose = {**clinic.maya, "gender": "female"}
    answer = await clinic.fhir.transaction(
        get("Patient?_summary=count"),
        get(name(clinic.maya)),
        put(dose),
        post(person("Patient", "Chen", "Mei")),
        delete(name(clinic.ruth)),
    )
    assert answer.status == 200, answer.body
    assert [entry["response"]["status"] for entry in answer.entries] == ["200 OK", "200 OK", "200 OK", "201 Created", "204 No Content"]
    assert answer.entries[0]["resource"]["total"] == 2
    assert answer.entries[1]["resource"]["gender"] == "female"


async def test_a_visit_and_its_slot_can_be_deleted_together(clinic: Clinic) -> None:
    visit = await clinic.book(clinic.maya, clinic.slots[0])
    assert (await clinic.fhir.transaction(delete(name(clinic.slots[0])))).status == 409
    assert (await clinic.fhir.transaction(delete(name(clinic.slots[0])), delete(name(visit)))).status == 200


def bad_entries(clinic: Clinic) -> dict[str, tuple[int, dict[str, Any]]]:
    visit = clinic.visit(clinic.maya, clinic.slots[0])
    return {
        "stale version": (412, put({**clinic.slots[1], "comment": "x"}, 'W/"7"')),
        "missing version": (412, {"resource": clinic.slots[1], "request": {"method": "PUT", "url": name(clinic.slots[1])}}),
        "broken structure": (422, post(person("Patient", "Chen", "Lily", shoeSize=43))),
        "broken rule": (422, post({**visit, "cancelationReason": {"text": "ill"}})),
        "reference to nothing": (422, post({**visit, "slot": [{"reference": "Slot/none"}]})),
        "unresolved urn": (422, post(person("RelatedPerson", "Keller", "Anna", patient={"reference": RUTH}))),
        "delete of nothing": (404, delete("Patient/nobody")),
        "delete of what is referred to": (409, delete(name(clinic.schedule))),
        "read of nothing": (404, get("Patient/nobody")),
        "search not understood": (400, get("Patient?shoe=43")),
        "unknown type": (404, post({"resourceType": "Encounter"})),
        "twice the same": (400, put({**clinic.maya, "gender": "male"})),
        "no request": (400, {"resource": clinic.ruth}),
        "unknown method": (400, {"request": {"method": "LOCK", "url": "Slot"}}),
        "condition that matches several": (412, post(person("Patient", "Chen", "Lily"), ifNoneExist="active=true")),
        "full address that is no text": (400, {**post(person("Patient", "Chen", "Lily")), "fullUrl": {}}),
        "patch without Binary": (400, {"resource": [], "request": {"method": "PATCH", "url": name(clinic.ruth)}}),
    }


CASES = [
    "stale version",
    "missing version",
    "broken structure",
    "broken rule",
    "reference to nothing",
    "unresolved urn",
    "delete of nothing",
    "delete of what is referred to",
    "read of nothing",
    "search not understood",
    "unknown type",
    "twice the same",
    "no request",
    "unknown method",
    "condition that matches several",
    "full address that is no text",
    "patch without Binary",
]


@pytest.mark.parametrize("position", [0, 3])
@pytest.mark.parametrize("case", CASES)
async def test_one_entry_that_fails_undoes_all(clinic: Clinic, case: str, position: int) -> None:
    for patient in (clinic.maya, clinic.ruth):
        patient |= (await clinic.fhir.update({**patient, "active": True})).body
    assert set(CASES) == set(bad_entries(clinic))
    status, failing = bad_entries(clinic)[case]
    entries = [
        put({**clinic.maya, "gender": "female"}),
        post(person("Patient", "Chen", "Mei")),
        put({**clinic.slots[0], "status": "busy"}),
    ]
    entries.insert(position, failing)
    answer = await clinic.fhir.transaction(*entries)
    assert answer.status == status, answer.body
    assert answer.body["resourceType"] == "OperationOutcome"
    for kept in (clinic.maya, clinic.ruth, *clinic.slots, clinic.schedule):
        assert await clinic.fhir.fresh(kept) == kept
    assert (await clinic.fhir.get("/Patient?_summary=count")).body["total"] == 2


async def test_the_failing_entry_is_named(clinic: Clinic) -> None:
    answer = await clinic.fhir.transaction(put({**clinic.maya, "gender": "female"}), put({**clinic.slots[0], "status": "open"}))
    assert answer.issue["expression"] == ["Bundle.entry[1].Slot.status"]


async def test_if_none_exist_inside_a_transaction_finds_what_is_stored_and_what_the_bundle_makes(fhir: Fhir) -> None:
    ruth = person("Patient", "Keller", "Ruth", identifier=[{"system": "urn:mrn", "value": "9"}])
    anna = person("RelatedPerson", "Keller", "Anna", patient={"reference": RUTH})
    condition = "identifier=urn:mrn|9"
    first = await fhir.transaction(post(ruth, RUTH, ifNoneExist=condition), post(ruth, ifNoneExist=condition), post(anna))
    assert [entry["response"]["status"] for entry in first.entries] == ["201 Created", "200 OK", "201 Created"]
    second = await fhir.transaction(post(ruth, RUTH, ifNoneExist=condition), post(anna))
    assert [entry["response"]["status"] for entry in second.entries] == ["200 OK", "201 Created"]
    assert (await fhir.get("/Patient?_summary=count")).body["total"] == 1
    assert (await fhir.get(f"/RelatedPerson?patient.identifier={'urn:mrn|9'}&_summary=count")).body["total"] == 2


async def test_patch_travels_as_binary(clinic: Clinic) -> None:
    patch = base64.b64encode(json.dumps([{"op": "add", "path": "/comment", "value": "late"}]).encode()).decode()
    binary = {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": patch}
    entry = {"resource": binary, "request": {"method": "PATCH", "url": name(clinic.slots[0]), "ifMatch": 'W/"1"'}}
    assert (await clinic.fhir.transaction(entry)).status == 200
    assert (await clinic.fhir.fresh(clinic.slots[0]))["comment"] == "late"


async def test_a_batch_does_what_it_can(clinic: Clinic) -> None:
    answer = await clinic.fhir.transaction(
        put({**clinic.maya, "gender": "female"}),
        put({**clinic.slots[0], "status": "busy"}, 'W/"7"'),
        post(person("Patient", "Chen", "Mei")),
        get("Patient?shoe=43"),
        {"request": {"method": "LOCK", "url": "Slot"}},
        get(name(clinic.ruth)),
        kind="batch",
    )
    assert (answer.status, answer.body["type"]) == (200, "batch-response")
    statuses = [entry["response"]["status"].partition(" ")[0] for entry in answer.entries]
    assert statuses == ["200", "412", "201", "400", "400", "200"]
    assert answer.entries[1]["response"]["outcome"]["resourceType"] == "OperationOutcome"
    assert (await clinic.fhir.fresh(clinic.maya))["gender"] == "female"
    assert await clinic.fhir.fresh(clinic.slots[0]) == clinic.slots[0]


async def test_addresses_in_entries_may_be_whole(clinic: Clinic) -> None:
    entry = put({**clinic.slots[0], "status": "busy"})
    entry["request"]["url"] = f"{clinic.fhir.base}/{name(clinic.slots[0])}"
    assert (await clinic.fhir.transaction(entry)).status == 200
    assert await clinic.status(clinic.slots[0]) == "busy"


@pytest.mark.parametrize("kind", ["document", "searchset", "collection"])
async def test_other_bundles_are_refused(fhir: Fhir, kind: str) -> None:
    assert (await fhir.transaction(kind=kind)).status == 400


async def test_an_empty_transaction_is_nothing(fhir: Fhir) -> None:
    answer = await fhir.call("POST", "", {"resourceType": "Bundle", "type": "transaction"})
    assert answer.body == {"resourceType": "Bundle", "type": "transaction-response"}


async def test_observation_about_a_patient_made_in_the_same_bundle(fhir: Fhir) -> None:
    pain = {"resourceType": "Observation", "status": "final", "code": {"text": "pain"}, "subject": {"reference": RUTH}, "valueInteger": 4}
    assert (await fhir.transaction(post(pain), post(person("Patient", "Keller", "Ruth"), RUTH))).status == 200
    (stored,) = (await fhir.get("/Observation?patient.name=keller")).resources
    (ruth,) = (await fhir.get("/Patient")).resources
    assert stored["subject"] == ref(ruth)

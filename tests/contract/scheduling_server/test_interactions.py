"""What a client may rely on in read, vread, history, create, update, patch and delete."""

from __future__ import annotations

import pytest

from tests.contract.scheduling_server.clinic import FHIR_JSON, PATCH_JSON, Clinic, Fhir, HandClock, etag, name, person, ref


async def test_a_created_resource_is_stored_under_an_id_of_the_servers_and_told_of_in_headers(fhir: Fhir) -> None:
    created = await fhir.create(person("Patient", "Torres", "Maya") | {"id": "mine", "meta": {"versionId": "9"}})
    key = created.body["id"]
    assert (created.status, created.headers["ETag"]) == (201, 'W/"1"')
    assert key != "mine"
    assert created.headers["Location"] == f"{fhir.base}/Patient/{key}/_history/1"
    assert created.headers["Last-Modified"] == "Mon, 02 Jun 2025 12:00:00 GMT"
    assert created.headers["Content-Type"].startswith(FHIR_JSON)
    assert created.body["meta"] == {"versionId": "1", "lastUpdated": "2025-06-02T12:00:00.000Z"}
    assert (await fhir.get(f"/Patient/{key}")).body == created.body


async def test_every_version_stays_readable_and_the_history_tells_how_each_came(fhir: Fhir, clock: HandClock) -> None:
    first = await fhir.add(person("Patient", "Torres", "Maya"))
    clock.forward(minutes=5)
    second = (await fhir.update({**first, "gender": "female"})).body
    clock.forward(minutes=5)
    assert (await fhir.call("DELETE", f"/{name(first)}")).status == 204

    assert (await fhir.get(f"/{name(first)}/_history/1")).body == first
    assert (await fhir.get(f"/{name(first)}/_history/2")).body == second
    assert second["meta"] == {"versionId": "2", "lastUpdated": "2025-06-02T12:05:00.000Z"}
    history = await fhir.get(f"/{name(first)}/_history")
    assert history.body["type"] == "history"
    told = [(entry["request"]["method"], entry["response"]["etag"], "resource" in entry) for entry in history.entries]
    assert told == [("DELETE", 'W/"3"', False), ("PUT", 'W/"2"', True), ("POST", 'W/"1"', True)]
    assert len((await fhir.get(f"/{name(first)}/_history?_count=1")).entries) == 1


@pytest.mark.parametrize(("read", "status"), [("", 410), ("/_history/2", 410), ("/_history/1", 200), ("/_history", 200)])
async def test_after_deletion(fhir: Fhir, read: str, status: int) -> None:
    patient = await fhir.add(person("Patient", "Torres", "Maya"))
    await fhir.call("DELETE", f"/{name(patient)}")
    assert (await fhir.get(f"/{name(patient)}{read}")).status == status
    assert (await fhir.get("/Patient")).entries == []
    assert (await fhir.update(patient)).status == 410
    assert (await fhir.call("DELETE", f"/{name(patient)}")).status == 204, "deleting twice is no error"


async def test_what_the_client_has_already_is_not_sent_again(fhir: Fhir) -> None:
    patient = await fhir.add(person("Patient", "Torres", "Maya"))
    assert (await fhir.get(f"/{name(patient)}", If_None_Match='W/"1"')).status == 304
    assert (await fhir.get(f"/{name(patient)}", If_None_Match='W/"2"')).status == 200


async def test_put_under_an_unknown_id_creates_it_but_never_when_a_version_was_expected(fhir: Fhir) -> None:
    patient = person("Patient", "Torres", "Maya") | {"id": "maya"}
    assert (await fhir.call("PUT", "/Patient/maya", patient, If_Match='W/"1"')).status == 412
    created = await fhir.call("PUT", "/Patient/maya", patient)
    assert (created.status, created.headers["Location"]) == (201, f"{fhir.base}/Patient/maya/_history/1")
    (entry,) = (await fhir.get("/Patient/maya/_history")).entries
    assert (entry["request"], entry["response"]["status"]) == ({"method": "PUT", "url": "Patient/maya"}, "201 Created")


async def test_if_none_exist_creates_once_and_refuses_to_guess(fhir: Fhir) -> None:
    maya = person("Patient", "Torres", "Maya", identifier=[{"system": "urn:mrn", "value": "7"}])
    condition = "identifier=urn:mrn|7"
    first = await fhir.create(maya, If_None_Exist=condition)
    again = await fhir.create(maya, If_None_Exist=condition)
    assert (first.status, again.status) == (201, 200)
    assert again.body == first.body
    assert again.headers["ETag"] == 'W/"1"'
    await fhir.add(maya)
    assert (await fhir.create(maya, If_None_Exist=condition)).status == 412
    assert (await fhir.create(maya, If_None_Exist="_count=1")).status == 400


@pytest.mark.parametrize(
    ("preference", "body_type"),
    [("return=minimal", None), ("return=representation", "Patient"), ("return=OperationOutcome", "OperationOutcome")],
)
async def test_prefer_decides_what_comes_back(fhir: Fhir, preference: str, body_type: str | None) -> None:
    created = await fhir.create(person("Patient", "Torres", "Maya"), Prefer=preference)
    assert (created.status, created.headers["ETag"]) == (201, 'W/"1"')
    assert (created.body and created.body["resourceType"]) == body_type


PATCHES = {
    "replace": ([{"op": "replace", "path": "/birthDate", "value": "1991-04-10"}], {"birthDate": "1991-04-10"}),
    "add": ([{"op": "add", "path": "/gender", "value": "female"}], {"gender": "female"}),
    "append": ([{"op": "add", "path": "/name/0/given/-", "value": "Ines"}], {"name": [{"family": "Torres", "given": ["Maya", "Ines"]}]}),
    "insert": ([{"op": "add", "path": "/name/0/given/0", "value": "Ines"}], {"name": [{"family": "Torres", "given": ["Ines", "Maya"]}]}),
    "move": ([{"op": "move", "from": "/name/0/given", "path": "/name/0/prefix"}], {"name": [{"family": "Torres", "prefix": ["Maya"]}]}),
    "copy": (
        [{"op": "copy", "from": "/name/0/family", "path": "/name/0/text"}],
        {"name": [{"family": "Torres", "given": ["Maya"], "text": "Torres"}]},
    ),
    "test": ([{"op": "test", "path": "/name/0/family", "value": "Torres"}, {"op": "remove", "path": "/birthDate"}], {}),
}


@pytest.mark.parametrize("case", PATCHES)
async def test_json_patch(fhir: Fhir, case: str) -> None:
    operations, expected = PATCHES[case]
    patient = await fhir.add(person("Patient", "Torres", "Maya", birthDate="1991-04-09"))
    patched = await fhir.call("PATCH", f"/{name(patient)}", operations, If_Match=etag(patient), Content_Type=PATCH_JSON)
    assert (patched.status, patched.headers["ETag"]) == (200, 'W/"2"')
    for element, value in expected.items():
        assert patched.body[element] == value
    assert ("birthDate" in patched.body) == (case != "test")


BAD_PATCHES = {
    "no list": ({"op": "remove", "path": "/birthDate"}, 400),
    "unknown operation": ([{"op": "swap", "path": "/birthDate"}], 400),
    "no value": ([{"op": "add", "path": "/birthDate"}], 400),
    "no pointer": ([{"op": "remove", "path": "birthDate"}], 400),
    "nothing there": ([{"op": "remove", "path": "/gender"}], 422),
    "beyond the list": ([{"op": "remove", "path": "/name/5"}], 422),
    "failed test": ([{"op": "test", "path": "/birthDate", "value": "1900-01-01"}, {"op": "remove", "path": "/birthDate"}], 422),
    "no patient any more": ([{"op": "replace", "path": "/birthDate", "value": "soon"}], 422),
    "another id": ([{"op": "replace", "path": "/id", "value": "other"}], 400),
    "another type": ([{"op": "replace", "path": "/resourceType", "value": "Slot"}], 400),
    "everything": ([{"op": "replace", "path": "", "value": []}], 400),
}


@pytest.mark.parametrize("case", BAD_PATCHES)
async def test_a_patch_that_does_not_fit_changes_nothing(fhir: Fhir, case: str) -> None:
    operations, status = BAD_PATCHES[case]
    patient = await fhir.add(person("Patient", "Torres", "Maya", birthDate="1991-04-09"))
    refused = await fhir.call("PATCH", f"/{name(patient)}", operations, Content_Type=PATCH_JSON)
    assert refused.status == status
    assert refused.issue["diagnostics"]
    assert await fhir.fresh(patient) == patient


async def test_what_is_referred_to_cannot_be_deleted(clinic: Clinic) -> None:
    visit = await clinic.book(clinic.maya, clinic.slots[0])
    for kept in (clinic.maya, clinic.dana, clinic.schedule, clinic.slots[0]):
        refused = await clinic.fhir.call("DELETE", f"/{name(kept)}")
        assert (refused.status, refused.issue["code"]) == (409, "conflict"), name(kept)
    assert (await clinic.fhir.call("DELETE", f"/{name(visit)}")).status == 204
    assert (await clinic.fhir.call("DELETE", f"/{name(clinic.maya)}")).status == 204


async def test_a_reference_to_this_servers_full_address_is_kept_relative(fhir: Fhir) -> None:
    patient = await fhir.add(person("Patient", "Keller", "Ruth"))
    anna = await fhir.add(person("RelatedPerson", "Keller", "Anna", patient={"reference": f"{fhir.base}/{name(patient)}/_history/1"}))
    assert anna["patient"] == ref(patient)


async def test_health_and_unknown_addresses(fhir: Fhir) -> None:
    root = fhir.base.removesuffix("/fhir")
    assert (await fhir.get(f"{root}/healthz")).body == {"status": "ok"}
    lost = await fhir.get(f"{root}/nowhere")
    assert (lost.status, lost.issue["code"]) == (404, "not-found")

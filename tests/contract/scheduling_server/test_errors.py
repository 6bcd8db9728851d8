"""Every refusal has its status, an OperationOutcome with a code and a sentence, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.scheduling_server.clinic import FHIR_JSON, PATCH_JSON, Clinic, name, person

Case = tuple[int, str, Callable[[Clinic], tuple[str, str, Any, dict[str, str]]]]

CASES: dict[str, Case] = {
    "no JSON": (400, "structure", lambda c: ("POST", "/Patient", "{", {})),
    "a name twice": (400, "structure", lambda c: ("POST", "/Patient", '{"resourceType":"Patient","id":"a","id":"b"}', {})),
    "no number": (400, "structure", lambda c: ("POST", "/Patient", '{"resourceType":"Patient","multipleBirthInteger":NaN}', {})),
    "no UTF-8": (400, "structure", lambda c: ("POST", "/Patient", b'{"resourceType":"\xff"}', {})),
    "half a character": (400, "value", lambda c: ("POST", "/Patient", r'{"resourceType":"Patient","name":[{"family":"\ud800"}]}', {})),
    "nested without end": (400, "", lambda c: ("POST", "/Patient", '{"resourceType":"Patient","x":' + "[" * 400_000, {})),
    "no resource": (400, "structure", lambda c: ("POST", "/Patient", "[]", {})),
    "another type": (400, "invalid", lambda c: ("POST", "/Patient", person("Practitioner", "W", "D"), {})),
    "another id": (400, "invalid", lambda c: ("PUT", "/Patient/abc", person("Patient", "T", "M") | {"id": "xyz"}, {})),
    "no id": (400, "invalid", lambda c: ("PUT", "/Patient/abc", person("Patient", "T", "M"), {})),
    "an impossible id": (400, "invalid", lambda c: ("PUT", "/Patient/a_b", person("Patient", "T", "M") | {"id": "a_b"}, {})),
    "If-Match is no ETag": (400, "invalid", lambda c: ("PUT", f"/{name(c.slots[0])}", c.slots[0], {"If_Match": "1"})),
    "no Bundle": (400, "invalid", lambda c: ("POST", "", person("Patient", "T", "M"), {})),
    "unknown type": (404, "not-found", lambda c: ("GET", "/Encounter/1", None, {})),
    "search of an unknown type": (404, "not-found", lambda c: ("GET", "/Encounter", None, {})),
    "create of an unknown type": (404, "not-found", lambda c: ("POST", "/Encounter", {"resourceType": "Encounter"}, {})),
    "unknown id": (404, "not-found", lambda c: ("GET", "/Patient/nobody", None, {})),
    "unknown version": (404, "not-found", lambda c: ("GET", f"/{name(c.maya)}/_history/7", None, {})),
    "patch of nothing": (404, "not-found", lambda c: ("PATCH", "/Patient/nobody", "[]", {"Content_Type": PATCH_JSON})),
    "delete of nothing": (404, "not-found", lambda c: ("DELETE", "/Patient/nobody", None, {})),
    "history of nothing": (404, "not-found", lambda c: ("GET", "/Patient/nobody/_history", None, {})),
    "conditional update": (405, "not-supported", lambda c: ("PUT", "/Patient?name=x", person("Patient", "T", "M"), {})),
    "delete of a type": (405, "not-supported", lambda c: ("DELETE", "/Patient", None, {})),
    "wanting XML": (406, "not-supported", lambda c: ("GET", "/Patient", None, {"Accept": "application/fhir+xml"})),
    "wanting XML by parameter": (406, "not-supported", lambda c: ("GET", "/Patient?_format=xml", None, {})),
    "busy slot": (409, "conflict", lambda c: ("POST", "/Appointment", c.visit(c.maya, c.slots[3]), {})),
    "update without version": (412, "conflict", lambda c: ("PUT", f"/{name(c.slots[0])}", c.slots[0], {})),
    "update of a stale version": (412, "conflict", lambda c: ("PUT", f"/{name(c.slots[0])}", c.slots[0], {"If_Match": 'W/"9"'})),
    "patch without version": (412, "conflict", lambda c: ("PATCH", f"/{name(c.slots[0])}", "[]", {"Content_Type": PATCH_JSON})),
    "too much": (413, "too-long", lambda c: ("POST", "/Patient", "x" * 9_000_000, {})),
    "sending XML": (415, "not-supported", lambda c: ("POST", "/Patient", "<Patient/>", {"Content_Type": "application/fhir+xml"})),
    "a patch sent as FHIR": (415, "not-supported", lambda c: ("PATCH", f"/{name(c.maya)}", "[]", {"Content_Type": FHIR_JSON})),
    "a search sent as JSON": (415, "not-supported", lambda c: ("POST", "/Patient/_search", "{}", {})),
    "number beyond all": (
        422,
        "value",
        lambda c: ("POST", "/Location", '{"resourceType":"Location","position":{"longitude":1e999,"latitude":1}}', {}),
    ),
    "unknown element": (422, "structure", lambda c: ("POST", "/Patient", person("Patient", "T", "M", shoeSize=43), {})),
}


@pytest.mark.parametrize("case", CASES)
async def test_refusal(clinic: Clinic, case: str) -> None:
    status, code, request = CASES[case]
    clinic.slots[3] = (await clinic.fhir.update({**clinic.slots[3], "status": "busy"})).body
    method, path, body, headers = request(clinic)
    refused = await clinic.fhir.call(method, path, body, **headers)
    assert refused.status == status, refused.body
    assert refused.issue["severity"] == "error"
    assert not code or refused.issue["code"] == code
    assert len(refused.issue["diagnostics"]) > 10
    assert refused.headers["Content-Type"].startswith(FHIR_JSON)
    for kept in (clinic.maya, *clinic.slots):
        assert await clinic.fhir.fresh(kept) == kept
    assert len((await clinic.fhir.get("/Patient")).entries) == 2


@pytest.mark.parametrize(
    "content_type", ["application/fhir+json", "application/json", "application/fhir+json; charset=utf-8; fhirVersion=4.0"]
)
async def test_both_json_types_are_taken(clinic: Clinic, content_type: str) -> None:
    created = await clinic.fhir.call("POST", "/Patient", json.dumps(person("Patient", "Chen", "Mei")), Content_Type=content_type)
    assert created.status == 201


@pytest.mark.parametrize("accept", ["application/json", "application/fhir+json; fhirVersion=4.0", "text/html, */*;q=0.5"])
async def test_both_json_types_may_be_wanted(clinic: Clinic, accept: str) -> None:
    assert (await clinic.fhir.get("/Patient", Accept=accept)).status == 200
    assert (await clinic.fhir.get("/Patient?_format=application/fhir+json")).status == 200

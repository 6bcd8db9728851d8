"""Spoilt resources, Bundles and queries: every one is taken or refused as FHIR says, none breaks the server."""

from __future__ import annotations

import copy
import json
import random
from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.scheduling_server.clinic import PATCH_JSON, Clinic, held, name, put
from tests.contract.scheduling_server.test_structure import VALID

SPOILS: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    " ",
    "x",
    "2025-06-03",
    "Patient/maya",
    "\u0000",
    [],
    [[]],
    [None],
    [1],
    {},
    {"x": 1},
    {"extension": 5},
]
KEYS = ["reference", "extension", "_start", "start", "status", "id", "meta", "resourceType", "identifier", "value", "coding", "contained"]
ANSWERS = {200, 201, 204, 400, 404, 405, 409, 410, 412, 415, 422}
QUERIES = [
    "ge",
    "|",
    ",",
    "\\,",
    "%",
    "2025-02-30",
    "0000",
    "9999",
    "ge9999-12-31T23:59:59Z",
    "a|b|c",
    "Patient/",
    "/",
    "'",
    '"',
    "é",
    "*",
    "-",
    "_id",
    "1e9",
]


def spoil(value: Any, dice: random.Random) -> Any:
    """Return a copy with one part replaced, removed or added."""
    value = copy.deepcopy(value)
    parent, path = value, value
    while isinstance(path, dict | list) and path and dice.random() < 0.75:
        parent = path
        path = path[dice.choice(list(path))] if isinstance(path, dict) else dice.choice(path)
    if isinstance(parent, dict):
        key = dice.choice([*parent, *KEYS])
        if dice.random() < 0.2:
            parent.pop(key, None)
        else:
            parent[key] = copy.deepcopy(dice.choice(SPOILS))
    else:
        parent[dice.randrange(len(parent))] = copy.deepcopy(dice.choice(SPOILS))
    return value


@pytest.mark.parametrize("seed", range(6))
async def test_spoilt_requests(clinic: Clinic, seed: int) -> None:
    dice = random.Random(seed)
    fhir = clinic.fhir
    await fhir.call("PUT", "/Patient/maya", {"resourceType": "Patient", "id": "maya"})
    visit = clinic.visit(clinic.maya, clinic.slots[0], key="k1")
    models = [{"resourceType": kind, **content} for kind, content in VALID.items()] + [visit]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [put(held(clinic.slots[1], "k2")), put(clinic.maya)]}
    patch = [{"op": "replace", "path": "/comment", "value": "x"}, {"op": "move", "from": "/status", "path": "/comment"}]
    for _ in range(60):
        model = dice.choice(models)
        place = held(clinic.slots[2], "k3")
        requests = [
            ("POST", f"/{model['resourceType']}", spoil(model, dice), {}),
            ("POST", "", spoil(bundle, dice), {}),
            ("PUT", f"/{name(place)}", spoil(place, dice), {"If_Match": 'W/"1"'}),
            ("PATCH", f"/{name(place)}", json.dumps(spoil(patch, dice)), {"If_Match": 'W/"1"', "Content_Type": PATCH_JSON}),
        ]
        for method, path, body, headers in requests:
            answer = await fhir.call(method, path, json.dumps(body) if not isinstance(body, str) else body, **headers)
            assert answer.status in ANSWERS, (method, path, body)
            if answer.status >= 400:
                assert answer.issue["diagnostics"]


async def test_spoilt_queries(clinic: Clinic) -> None:
    keys = ["_id", "_lastUpdated", "_sort", "_count", "_include", "_revinclude", "_cursor", "_total", "_format"]
    keys += [
        "patient",
        "date",
        "status",
        "identifier",
        "patient.name",
        "patient:Patient.birthdate",
        "status:not",
        "date:missing",
        "slot.schedule",
        ":",
        ".",
    ]
    for key in keys:
        for value in QUERIES:
            answer = await clinic.fhir.get(f"/Appointment?{key}={quote(value)}")
            assert answer.status in (200, 400, 406), (key, value)
    for raw in ("?status=%ff", "?%ff=1", "?=", "?&&", "/%00", "/a%2Fb", "/..%2f..", "/x/_history/%C2%B2", "/_search"):
        answer = await clinic.fhir.call("GET", f"/Appointment{raw}")
        assert answer.status in (200, 400, 404), raw

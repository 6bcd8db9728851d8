"""`/fhir/metadata`: the CapabilityStatement, derived from the features and the search parameters, so that it cannot claim more."""

from __future__ import annotations

from datetime import datetime

from scheduling.features import Features
from scheduling.instants import text_of
from scheduling.outcome import Resource
from scheduling.searching.parameters import PARAMETERS
from scheduling.structure import TYPES


def statement(features: Features, base: str, started: datetime) -> Resource:
    """Return the CapabilityStatement of a server at `base` that started then."""
    interactions = [{"code": "transaction"}, {"code": "batch"}] if features.transaction and features.writable else []
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": text_of(started),
        "kind": "instance",
        "software": {"name": "Mendline scheduling"},
        "implementation": {"description": "Embedded scheduling server", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        **({"patchFormat": ["application/json-patch+json"]} if features.patch and features.writable else {}),
        "rest": [
            {
                "mode": "server",
                "resource": [_resource(kind, features) for kind in TYPES],
                **({"interaction": interactions} if interactions else {}),
            }
        ],
    }


def _resource(kind: str, features: Features) -> Resource:
    codes = ["read", "vread", "history-instance", "search-type"]
    if features.writable:
        codes += ["create", "update", *(["patch"] if features.patch else []), "delete"]
    references = [name for name, parameter in PARAMETERS[kind].items() if parameter.kind == "reference"]
    pointing = [
        f"{other}:{name}"
        for other in TYPES
        for name, parameter in PARAMETERS[other].items()
        if parameter.kind == "reference" and kind in parameter.targets
    ]
    parameters = [{"name": "_id", "type": "token"}, {"name": "_lastUpdated", "type": "date"}]
    parameters += [{"name": name, "type": parameter.kind} for name, parameter in PARAMETERS[kind].items()]
    return {
        "type": kind,
        "interaction": [{"code": code} for code in codes],
        "versioning": "versioned-update" if features.etag else "versioned",
        "readHistory": True,
        "updateCreate": features.update_create and features.writable,
        "conditionalCreate": features.conditional_create and features.writable,
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "referencePolicy": ["literal", "enforced"],
        **({"searchInclude": [f"{kind}:{name}" for name in references]} if references else {}),
        **({"searchRevInclude": pointing} if pointing else {}),
        "searchParam": parameters,
    }

"""What the server accepts is FHIR R4: its element tables agree with an independent model, and what it stores validates there."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from fhir.resources import construct_fhir_element
from fhir.resources.fhirtypesvalidators import get_fhir_model_class

from scheduling.structure import TYPES, shapes
from tests.contract.scheduling_server.clinic import Clinic, Fhir, ref

LEFT_OUT = {
    "resource_type",
    "fhir_comments",
    "implicitRules",
    "contained",
    "modifierExtension",
    "extension",
    "id",
    "meta",
    "language",
    "text",
}
P = {"reference": "Patient/maya"}


@pytest.mark.parametrize("kind", sorted(set(shapes()) - {"Element"}))
def test_the_element_tables_name_what_the_independent_model_names(kind: str) -> None:
    model = get_fhir_model_class(kind)
    fields = {field.alias: field for field in model.__fields__.values() if not field.alias.startswith("_")}
    resource = kind in TYPES
    left_out = LEFT_OUT if resource else LEFT_OUT - {"language", "text"}
    ours = shapes()[kind].elements
    names = {name for name in ours if name not in left_out}
    theirs = {name for name in fields if name not in left_out}
    if any(len([1 for other in ours.values() if other.choice == element.choice]) > 20 for element in ours.values() if element.choice):
        assert names <= theirs, "an open choice may offer fewer types"
    else:
        assert names == theirs
    for name in names:
        repeats = str(fields[name].outer_type_).startswith("typing.List")
        assert ours[name].many == repeats, name
        required = fields[name].required or fields[name].field_info.extra.get("element_required", False)
        assert ours[name].required == bool(required), name
        codes = fields[name].field_info.extra.get("enum_values")
        if codes and "+" not in codes:
            assert ours[name].codes == frozenset(codes), name
        assert ours[name].type.lower() in _type_name(fields[name].type_).lower(), name


def _type_name(kind: Any) -> str:
    return str((get_args(kind) or (kind,))[0].__name__).replace("bool", "boolean")


VALID: dict[str, dict[str, Any]] = {
    "Location": {
        "status": "active",
        "name": "Riverside",
        "telecom": [{"system": "phone", "value": "+12075550100"}],
        "address": {"line": ["12 Mill St"], "city": "Portland", "state": "ME"},
        "position": {"longitude": -70.25, "latitude": 43.66},
        "hoursOfOperation": [{"daysOfWeek": ["mon", "tue"], "openingTime": "08:00:00", "closingTime": "18:00:00"}],
    },
    "RelatedPerson": {
        "active": True,
        "patient": P,
        "name": [{"use": "official", "family": "Keller", "given": ["Anna"]}],
        "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "DAU"}]}],
        "period": {"start": "2024-01-01"},
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}]}, "preferred": True}],
    },
    "CarePlan": {
        "status": "active",
        "intent": "plan",
        "subject": P,
        "title": "Knee",
        "period": {"start": "2025-05-01", "end": "2025-08-01"},
        "extension": [{"url": "urn:clinic:pain-limit", "valueInteger": 7}],
        "activity": [
            {
                "detail": {
                    "kind": "ServiceRequest",
                    "status": "in-progress",
                    "code": {"text": "Heel slides"},
                    "scheduledTiming": {
                        "repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "boundsPeriod": {"start": "2025-05-01"}}
                    },
                    "description": "Slide the heel toward you, ten times.",
                }
            }
        ],
    },
    "Observation": {
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "72514-3"}]},
        "subject": P,
        "performer": [P],
        "effectiveDateTime": "2025-06-02T08:00:00-04:00",
        "valueQuantity": {"value": 4, "unit": "{score}", "system": "http://unitsofmeasure.org", "code": "{score}"},
    },
    "QuestionnaireResponse": {
        "identifier": {"system": "urn:clinic:survey", "value": "1"},
        "questionnaire": "https://clinic.example/Questionnaire/nps|1",
        "status": "completed",
        "subject": P,
        "source": P,
        "authored": "2025-06-02T08:00:00-04:00",
        "item": [{"linkId": "score", "answer": [{"valueInteger": 9}]}, {"linkId": "comment", "answer": [{"valueString": "great"}]}],
    },
    "Communication": {
        "status": "completed",
        "subject": P,
        "sent": "2025-06-02T08:00:00-04:00",
        "medium": [{"text": "SMS"}],
        "payload": [{"contentString": "See you tomorrow."}],
    },
    "Task": {
        "status": "requested",
        "intent": "order",
        "for": P,
        "owner": P,
        "restriction": {"period": {"end": "2025-06-03T15:00:00-04:00"}},
        "input": [{"type": {"text": "question"}, "valueString": "How is the knee?"}],
    },
    "Appointment": {
        "status": "waitlist",
        "created": "2025-06-02T08:00:00-04:00",
        "priority": 5,
        "serviceType": [{"text": "Treatment"}],
        "requestedPeriod": [{"start": "2025-06-03T08:00:00-04:00", "end": "2025-06-06T18:00:00-04:00"}],
        "minutesDuration": 30,
        "participant": [{"actor": P, "status": "accepted"}],
    },
    "Patient": {
        "name": [{"family": "Chen", "given": ["Lily"]}],
        "_birthDate": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]},
        "deceasedBoolean": False,
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Lily Chen</div>'},
        "communication": [{"language": {"text": "English"}}],
    },
}


@pytest.mark.parametrize("kind", VALID)
async def test_what_the_server_stores_validates_elsewhere(fhir: Fhir, kind: str) -> None:
    assert (await fhir.call("PUT", "/Patient/maya", {"resourceType": "Patient", "id": "maya"})).status == 201
    stored = await fhir.add({"resourceType": kind, **VALID[kind]})
    for element, value in VALID[kind].items():
        assert stored[element] == value
    construct_fhir_element(kind, stored)


async def test_every_answer_of_the_server_is_valid_fhir(clinic: Clinic) -> None:
    visit = await clinic.book(clinic.maya, clinic.slots[0], key="k")
    response = {
        "resourceType": "AppointmentResponse",
        "appointment": ref(visit),
        "actor": ref(clinic.maya),
        "participantStatus": "accepted",
    }
    await clinic.fhir.add(response)
    await clinic.fhir.update(await clinic.fhir.fresh(clinic.slots[1]) | {"status": "busy-tentative"})
    paths = [f"/{kind}" for kind in TYPES] + [
        "/metadata",
        f"/Slot/{clinic.slots[0]['id']}/_history",
        "/Slot?_sort=start&_count=1",
        "/Patient?shoe=43",
    ]
    for path in paths:
        body = (await clinic.fhir.get(path)).body
        construct_fhir_element(body["resourceType"], body)


SLOT = {"status": "free", "start": "2025-06-03T10:00:00-04:00", "end": "2025-06-03T10:30:00-04:00"}
APPOINTMENT = {"status": "proposed", "participant": [{"actor": P, "status": "accepted"}]}
INVALID: dict[str, tuple[str, dict[str, Any], str]] = {
    "required element": ("Slot", SLOT | {"status": None}, "Slot.status"),
    "required choice": ("Communication", {"status": "completed", "payload": [{}]}, "Communication.payload[0].content"),
    "unknown element": ("Slot", SLOT | {"colour": "red"}, "Slot.colour"),
    "unknown element inside": ("Patient", {"name": [{"nick": "May"}]}, "Patient.name[0].nick"),
    "R5 spelling": ("Appointment", APPOINTMENT | {"cancellationReason": {"text": "ill"}}, "Appointment.cancellationReason"),
    "contained": ("Patient", {"contained": [{"resourceType": "Patient"}]}, "Patient.contained"),
    "modifier": ("Patient", {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}, "Patient.modifierExtension"),
    "code": ("Slot", SLOT | {"status": "open"}, "Slot.status"),
    "code of a name": ("Patient", {"gender": "f"}, "Patient.gender"),
    "instant without offset": ("Slot", SLOT | {"start": "2025-06-03T10:00:00"}, "Slot.start"),
    "instant that is a date": ("Slot", SLOT | {"start": "2025-06-03"}, "Slot.start"),
    "no such day": ("Patient", {"birthDate": "1991-02-30"}, "Patient.birthDate"),
    "American date": ("Patient", {"birthDate": "04/09/1991"}, "Patient.birthDate"),
    "text for a number": ("Appointment", APPOINTMENT | {"minutesDuration": "30"}, "Appointment.minutesDuration"),
    "zero minutes": ("Appointment", APPOINTMENT | {"minutesDuration": 0}, "Appointment.minutesDuration"),
    "number for true": ("Patient", {"active": 1}, "Patient.active"),
    "single for a list": ("Patient", {"name": {"family": "Torres"}}, "Patient.name"),
    "list for a single": ("Patient", {"gender": ["female"]}, "Patient.gender"),
    "empty list": ("Patient", {"name": []}, "Patient.name"),
    "empty object": ("Patient", {"name": [{}]}, "Patient.name[0]"),
    "empty text": ("Patient", {"name": [{"family": ""}]}, "Patient.name[0].family"),
    "null": ("Patient", {"gender": None}, "Patient.gender"),
    "control character": ("Patient", {"name": [{"family": "A\u0000B"}]}, "Patient.name[0].family"),
    "two of a choice": ("Patient", {"deceasedBoolean": True, "deceasedDateTime": "2020"}, "Patient"),
    "period backwards": ("RelatedPerson", {"patient": P, "period": {"start": "2025-02-01", "end": "2025-01-01"}}, "RelatedPerson.period"),
    "telephone without system": ("Patient", {"telecom": [{"value": "555"}]}, "Patient.telecom[0]"),
    "extension of a value is no list": ("Patient", {"_birthDate": {"extension": 5}}, "Patient._birthDate.extension"),
    "value beside a value": ("Patient", {"_birthDate": {"value": 5}}, "Patient._birthDate.value"),
    "empty extension": ("Patient", {"extension": [{"url": "urn:x"}]}, "Patient.extension[0]"),
    "value and reason for none": (
        "Observation",
        {"status": "final", "code": {"text": "x"}, "valueString": "4", "dataAbsentReason": {"text": "asked not"}},
        "Observation",
    ),
    "reference to nobody": ("RelatedPerson", {"patient": {"reference": "Patient/nobody"}}, "RelatedPerson.patient"),
    "reference to the wrong type": ("RelatedPerson", {"patient": {"reference": "Location/1"}}, "RelatedPerson.patient"),
    "reference to another server": (
        "RelatedPerson",
        {"patient": {"reference": "https://ehr.example/fhir/Patient/1"}},
        "RelatedPerson.patient",
    ),
    "reference to an unknown type": ("Task", {"status": "requested", "intent": "order", "focus": {"reference": "Group/1"}}, "Task.focus"),
    "unresolved urn": (
        "RelatedPerson",
        {"patient": {"reference": "urn:uuid:0b5b1e8a-0000-4000-8000-000000000000"}},
        "RelatedPerson.patient",
    ),
}


@pytest.mark.parametrize("case", INVALID)
async def test_wrong_content_is_refused_and_the_place_named(clinic: Clinic, case: str) -> None:
    kind, content, where = INVALID[case]
    assert (await clinic.fhir.call("PUT", "/Patient/maya", {"resourceType": "Patient", "id": "maya"})).status == 201
    content = content | ({"schedule": ref(clinic.schedule)} if kind == "Slot" else {})
    refused = await clinic.fhir.create({"resourceType": kind, **content})
    assert refused.status == 422, refused.body
    assert where in [issue["expression"][0] for issue in refused.body["issue"]]

"""A patient's word about a visit, as FHIR keeps it: confirmed is no status of an Appointment but an AppointmentResponse."""

from __future__ import annotations

from actions.scheduling.client import FhirClient
from actions.scheduling.profiles import Mode
from actions.scheduling.types import Visit

IDENTIFIER = "urn:clinic:request"


async def confirm(client: FhirClient, visit: Visit, patient: str, key: str) -> bool:
    """Write that the patient will come; writing it again under the same key changes nothing.

    Returns False when this system takes no writes, so that staff are told instead. Raises SchedulingError.
    """
    if (await client.profile()).mode is Mode.REQUEST:
        return False
    await client.create(
        {
            "resourceType": "AppointmentResponse",
            "identifier": [{"system": IDENTIFIER, "value": key}],
            "appointment": {"reference": visit.reference},
            "actor": {"reference": patient},
            "participantStatus": "accepted",
        },
        if_none_exist=f"identifier={IDENTIFIER}|{key}",
    )
    return True

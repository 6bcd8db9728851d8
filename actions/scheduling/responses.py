"""A patient's word about a visit, as FHIR keeps it: confirmed is no status of an Appointment but an AppointmentResponse."""

from __future__ import annotations

from actions.scheduling.client import FhirClient
from actions.scheduling.errors import NotFound, SchedulingRefused, SignInRefused
from actions.scheduling.profiles import Mode
from actions.scheduling.resources import KEY_SYSTEM, carries
from actions.scheduling.types import Visit

KIND = "AppointmentResponse"


async def confirm(client: FhirClient, visit: Visit, patient: str, key: str) -> bool:
    """Write that the patient will come; writing it again under the same key changes nothing.

    Returns False when this system does not take such a resource, so that staff are told instead. Raises SchedulingError when it is not
    known whether it was written: try again under the same key.
    """
    profile = await client.profile()
    if profile.mode is Mode.REQUEST:
        return False
    same = ("identifier", f"{KEY_SYSTEM}|{key}")
    response = {
        "resourceType": KIND,
        "identifier": [{"system": KEY_SYSTEM, "value": key}],
        "appointment": {"reference": visit.reference},
        "actor": {"reference": patient},
        "participantStatus": "accepted",
    }
    try:
        if not profile.if_none_exist and any(carries(one, key) for one in await client.search(KIND, [same])):
            return True
        await client.create(response, if_none_exist="=".join(same) if profile.if_none_exist else None)
    except SignInRefused:
        raise
    except (NotFound, SchedulingRefused):
        return False
    return True

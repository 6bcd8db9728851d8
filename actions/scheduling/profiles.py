"""What each scheduling system can do. `/metadata` says what a server claims; a named profile says what it is known to do instead.

The profile decides how a visit is moved:

- mode A, `transaction`: one transaction Bundle with ETags;
- mode B, `saga`: ETags only; hold the new slot, book, release the old one;
- mode E, `request`: nothing here may write (or nothing here can write safely); the desk is asked.

A server without ETags gets mode E: without them two writers cannot see each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any


class Mode(str, Enum):
    """How visits are changed."""

    TRANSACTION = "transaction"
    SAGA = "saga"
    REQUEST = "request"


SCOPE = "system/*.read system/Slot.write system/Appointment.write"


class ProfileUnknown(Exception):
    """MENDLINE_SCHEDULING_PROFILE names no profile. The message lists the names."""


@dataclass(frozen=True)
class Profile:
    """One vendor's ways.

    `slots`: Slot can be searched. `slot_service_type`: a token sent with every Slot search, for systems that refuse one without.
    `phone_search`: the search parameter for phone numbers, or "" to page through all patients and compare here. `phone_many`: several
    spellings may be joined with commas; else one search for each. `chained_actor`: `schedule.actor` may be searched. `by_slot`:
    Appointment may be searched by slot. `if_none_exist`: conditional create is understood. `care_plans`: CarePlan can be searched and is
    within the scope. `scope`: what SMART sign-in asks for.
    """

    name: str
    mode: Mode
    slots: bool = True
    slot_service_type: str = ""
    phone_search: str = "phone"
    phone_many: bool = True
    chained_actor: bool = True
    by_slot: bool = True
    if_none_exist: bool = True
    care_plans: bool = True
    page_size: int = 100
    scope: str = SCOPE


NAMED: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("embedded", Mode.TRANSACTION),
        Profile("plain-r4", Mode.SAGA, chained_actor=False),
        # Anything that can only be read: WebPT and Prompt by export, athenahealth and OpenEMR by their read-only Appointment.
        Profile("request", Mode.REQUEST, chained_actor=False),
        Profile(
            "athenahealth",
            Mode.REQUEST,
            slots=False,
            chained_actor=False,
            care_plans=False,
            scope="system/Patient.read system/Appointment.read",
        ),
        Profile(
            "openemr", Mode.REQUEST, slots=False, chained_actor=False, care_plans=False, scope="system/Patient.read system/Appointment.read"
        ),
        # Slots there are read-only and refused without a service type, so its atomic POST is left to the desk.
        Profile(
            "oracle-health",
            Mode.REQUEST,
            slot_service_type="https://fhir.cerner.com/ec2458f2-1e24-41c8-b71b-0e701af7583d/codeSet/14249|4047611",
            chained_actor=False,
            by_slot=False,
            care_plans=False,
            scope="system/Patient.read system/RelatedPerson.read system/Appointment.read system/Slot.read",
        ),
    )
}


def choose(name: str, capabilities: Mapping[str, Any] | None = None) -> Profile:
    """Return the named profile, or for `auto` the one that `capabilities` (a CapabilityStatement) describes. Raises ProfileUnknown."""
    if name == "auto":
        return from_capabilities(capabilities or {})
    if name not in NAMED:
        raise ProfileUnknown(f"MENDLINE_SCHEDULING_PROFILE is {name!r}; set it to auto or one of {', '.join(sorted(NAMED))}")
    return NAMED[name]


def from_capabilities(capabilities: Mapping[str, Any]) -> Profile:
    """Read a CapabilityStatement, believing only what it says."""
    server: Mapping[str, Any] = next((rest for rest in capabilities.get("rest") or () if rest.get("mode") == "server"), {})
    resources = {resource.get("type"): resource for resource in server.get("resource") or ()}
    whole = {interaction.get("code") for interaction in server.get("interaction") or ()}
    appointment, slot = resources.get("Appointment", {}), resources.get("Slot", {})
    writable = {"create", "update"} <= _can(appointment) and "update" in _can(slot)
    etags = "versioned-update" in (appointment.get("versioning"), slot.get("versioning"))
    mode = Mode.REQUEST
    if writable and etags:
        mode = Mode.TRANSACTION if "transaction" in whole else Mode.SAGA
    phones = _searches(resources.get("Patient", {}))
    return replace(
        Profile("auto", mode),
        slots="search-type" in _can(slot),
        phone_search="phone" if "phone" in phones else "telecom" if "telecom" in phones else "",
        by_slot="slot" in _searches(appointment),
        if_none_exist=bool(appointment.get("conditionalCreate")),
        care_plans="search-type" in _can(resources.get("CarePlan", {})),
    )


def _can(resource: Mapping[str, Any]) -> set[str]:
    return {interaction.get("code") for interaction in resource.get("interaction") or ()}


def _searches(resource: Mapping[str, Any]) -> set[str]:
    return {parameter.get("name") for parameter in resource.get("searchParam") or ()}

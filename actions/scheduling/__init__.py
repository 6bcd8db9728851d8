"""The line's view of a clinic's schedule, over FHIR R4.

Directory ─┐                    ┌─ profiles   what a vendor can do
           ├─ FhirClient ───────┼─ auth       SMART Backend Services
Booking ───┘      │             └─ transport  the socket
   │              └─ resources  FHIR dicts ↔ types
   ├─ ledger      rows of booking_request
   └─ modes       transaction (A), saga (B), request (E)
"""

from __future__ import annotations

from actions.scheduling.auth import SignIn, post_form
from actions.scheduling.client import FhirClient
from actions.scheduling.profiles import NAMED, SCOPE
from bot.clock import Clock
from bot.settings import Settings


def open_client(settings: Settings, clock: Clock) -> FhirClient:
    """Return the client of the configured scheduling system, signed in when the settings name a client id, a key and a token endpoint.

    The embedded server needs no question about what it can do. Close the client with `aclose`.
    """
    name = settings.scheduling_profile
    if name == "auto" and not settings.scheduling_url:
        name = "embedded"
    sign_in = None
    if settings.fhir_client_id and settings.fhir_key and settings.fhir_token_url:
        scope = NAMED[name].scope if name in NAMED else SCOPE
        sign_in = SignIn(settings.fhir_client_id, settings.fhir_key, settings.fhir_token_url, scope, clock, post_form)
    return FhirClient((settings.scheduling_proxy or settings.scheduling).rstrip("/"), profile=name, sign_in=sign_in, clock=clock)

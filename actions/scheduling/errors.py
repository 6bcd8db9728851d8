"""What can go wrong between us and a scheduling system.

    SchedulingError
    ├── SchedulingUnavailable   no usable answer: connection, time-out, 429, 5xx. A write may or may not have happened.
    ├── LostRace                409, 412, 423, or an OperationOutcome that says `conflict`: someone else changed it first. Read again.
    ├── NotFound                404, 410
    └── SchedulingRefused       any other 4xx, with the OperationOutcome's codes. Repeating it will not help.
        └── SignInRefused       401, or the token endpoint said no

No message holds a resource's content: only the method, the kind of resource, the HTTP status and the issue codes.
"""

from __future__ import annotations

from collections.abc import Sequence


class SchedulingError(Exception):
    """Any failure of a request to the scheduling system."""


class SchedulingUnavailable(SchedulingError):
    """No usable answer came. When the request was a write it may have happened: look before repeating it."""


class LostRace(SchedulingError):
    """The server's copy is not the one this write was made from. Read again, and look up the own key before giving up."""


class NotFound(SchedulingError):
    """The server holds no such resource, or holds it no longer."""


class SchedulingRefused(SchedulingError):
    """The server understood and said no. `codes` are the `issue.code`s of its OperationOutcome, `status` the HTTP status."""

    def __init__(self, message: str, status: int = 0, codes: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.codes = tuple(codes)


class SignInRefused(SchedulingRefused):
    """The system does not accept the client id, the key or the scopes. Check MENDLINE_FHIR_CLIENT_ID, _FHIR_KEY and _FHIR_TOKEN_URL."""

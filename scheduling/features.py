"""What the server offers, so that it can stand in for servers that offer less; `/fhir/metadata` tells the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Features:
    """The abilities a real server may lack.

    `transaction`: POST of transaction and batch Bundles. `etag`: ETag and If-Match, both required on Slot and Appointment updates.
    `writable`: anything but reading. `conditional_create`: If-None-Exist. `patch`: JSON Patch. `update_create`: PUT under an id the
    server does not know creates it, as imports need.
    """

    transaction: bool = True
    etag: bool = True
    writable: bool = True
    conditional_create: bool = True
    patch: bool = True
    update_create: bool = True


ALL = Features()
NO_TRANSACTIONS = Features(transaction=False)
READ_ONLY = Features(transaction=False, writable=False, conditional_create=False, patch=False, update_create=False)

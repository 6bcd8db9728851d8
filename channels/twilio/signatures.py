"""Is this request Twilio's? The signature of a webhook, over the configured public address.

Threat model: anybody can reach the port, so an unsigned or wrongly signed request changes nothing. The signed URL is built from the
configured public base, never from `Host` or a proxy's header, which the sender of a request controls; the query string is used raw, as it
came. Every form field is signed, blank ones too. The comparison takes the same time whatever differs.
"""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator, add_port, remove_port

SIGNATURE_HEADER = "X-Twilio-Signature"


class Signatures:
    """Checks and makes Twilio's HMAC-SHA1 signatures with one auth token for one public base address."""

    def __init__(self, auth_token: str, base_url: str) -> None:
        self._validator = RequestValidator(auth_token)
        self._base_url = base_url.rstrip("/")

    def of(self, url: str, fields: Any) -> str:
        """Return the signature of a form POST to `url`; `fields` is a mapping or a MultiDict."""
        return str(self._validator.compute_signature(url, fields))

    def valid(self, path: str, raw_query: str, fields: Any, signature: str | None) -> bool:
        """Whether `signature` is Twilio's for a form POST of `fields` to this path. A missing one is None and never valid.

        Twilio signs the address with or without its port, so both forms count.
        """
        given = (signature or "").encode()
        address = urlsplit(self._base_url + path + (f"?{raw_query}" if raw_query else ""))
        forms = (remove_port(address), add_port(address))
        matches = [hmac.compare_digest(self.of(form, fields).encode(), given) for form in forms]
        return any(matches)

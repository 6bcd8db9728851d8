"""Reads a webhook's form as Twilio sends it, and refuses everything else with the status that says why.

    403   no signature, a wrong one, or another account's request
    413   more than the edge reads (`LARGEST`)
    415   not a form, or not in UTF-8
    400   a form that cannot be decoded, or lacks what Twilio always sends
    404   sent to a number that is not ours

Who cannot sign learns nothing else: a missing signature is refused before the body is read.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict

from channels.twilio.signatures import SIGNATURE_HEADER, Signatures

LARGEST = 256 * 1024
"""Bytes of a request. A text of 1,600 emoji is about 20 kB in this encoding."""

MOST_FIELDS = 400
LONGEST_IDENTIFIER = 200


async def signed_form(request: web.Request, signatures: Signatures, account_sid: str) -> MultiDict[str]:
    """Return the fields of a signed webhook. Raises the HTTP errors of the table above."""
    signature = request.headers.get(SIGNATURE_HEADER)
    if signature is None:
        raise web.HTTPForbidden(text=f"The request has no {SIGNATURE_HEADER} header; only Twilio may call this address.\n")
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType(text="Send application/x-www-form-urlencoded.\n")
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        raise web.HTTPUnsupportedMediaType(text="Send the form in UTF-8.\n")
    fields = _decoded(await request.read())
    path, _, raw_query = request.raw_path.partition("?")
    if not signatures.valid(path, raw_query, fields, signature):
        raise web.HTTPForbidden(text="The signature does not fit. Check that MENDLINE_PUBLIC_URL is the address Twilio calls.\n")
    if fields.get("AccountSid") != account_sid:
        raise web.HTTPForbidden(text="The request belongs to another Twilio account.\n")
    return fields


def _decoded(raw: bytes) -> MultiDict[str]:
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, strict_parsing=bool(raw), errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError as error:  # UnicodeDecodeError is one
        raise web.HTTPBadRequest(text="The form cannot be decoded; send percent-encoded UTF-8.\n") from error
    return MultiDict(pairs)


def required(fields: MultiDict[str], name: str) -> str:
    """Return a field that Twilio always sends. Raises HTTPBadRequest when it is missing, blank or holds what no identifier holds."""
    value = fields.get(name, "").strip()
    if not value or len(value) > LONGEST_IDENTIFIER or not value.isprintable():
        raise web.HTTPBadRequest(text=f"The form has no usable {name}.\n")
    return value

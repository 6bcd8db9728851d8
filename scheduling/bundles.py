"""Transaction and batch Bundles: entries become calls, replies become response entries."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from scheduling.instants import EPOCH, text_of
from scheduling.outcome import FhirError, Resource, bad_request, outcome
from scheduling.reading import Reply
from scheduling.references import relative
from scheduling.writing import ORDER, Call

MOST_ENTRIES = 1000


def kind_of(bundle: Any) -> str:
    """Return `transaction` or `batch`. Raises 400 for anything else."""
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise bad_request("only a Bundle may be posted here")
    if bundle.get("type") not in ("transaction", "batch"):
        raise bad_request(f"the Bundle's type is {bundle.get('type')!r}; it must be transaction or batch", "Bundle.type")
    if not isinstance(bundle.get("entry", []), list):
        raise bad_request("Bundle.entry must be a list", "Bundle.entry")
    if len(bundle.get("entry", [])) > MOST_ENTRIES:
        raise bad_request(f"the Bundle has more than {MOST_ENTRIES} entries", "Bundle.entry", "too-costly")
    return str(bundle["type"])


def call_of(entry: Any, index: int, base: str) -> Call:
    """Return the call that one entry asks for. Raises 400."""
    where = f"Bundle.entry[{index}]"
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict) or request.get("method") not in ORDER or not isinstance(request.get("url"), str):
        raise bad_request(f"an entry needs request.method ({', '.join(ORDER)}) and request.url", f"{where}.request")
    for name in ("ifMatch", "ifNoneExist"):
        if not isinstance(request.get(name, ""), str):
            raise bad_request(f"{name} must be a string", f"{where}.request.{name}")
    if not isinstance(entry.get("fullUrl", ""), str):
        raise bad_request("fullUrl must be a string", f"{where}.fullUrl")
    path, _, query = relative(request["url"], base).lstrip("/").partition("?")
    body = entry.get("resource")
    if request["method"] == "PATCH":
        body = _patch(body, where)
    return Call(request["method"], path, query, body, request.get("ifMatch"), request.get("ifNoneExist"), entry.get("fullUrl"))


def response(kind: str, entries: Sequence[Resource]) -> Resource:
    """Return the response Bundle."""
    bundle: Resource = {"resourceType": "Bundle", "type": f"{kind}-response"}
    return bundle | ({"entry": list(entries)} if entries else {})


def reply_entry(reply: Reply, base: str, *, etag: bool, representation: bool, read: bool) -> Resource:
    """Return the response entry of one reply; the resource itself only for reads or when asked for."""
    told: Resource = {"status": reply.line}
    if reply.location is not None:
        told["location"] = f"{base}/{reply.location}"
    if etag and reply.version is not None:
        told["etag"] = f'W/"{reply.version}"'
    if reply.updated is not None:
        told["lastModified"] = text_of(EPOCH + timedelta(microseconds=reply.updated))
    entry: Resource = {"response": told}
    return entry | {"resource": reply.body} if reply.body is not None and (read or representation) else entry


def error_entry(error: FhirError) -> Resource:
    """Return the response entry of a batch entry that failed."""
    return {"response": {"status": Reply(error.status, None).line, "outcome": outcome(error.issues)}}


def _patch(binary: Any, where: str) -> Any:
    if not isinstance(binary, dict) or binary.get("resourceType") != "Binary" or binary.get("contentType") != "application/json-patch+json":
        raise bad_request("a PATCH entry needs a Binary of application/json-patch+json", f"{where}.resource")
    try:
        return json.loads(base64.b64decode(binary.get("data", ""), validate=True))
    except (ValueError, TypeError) as error:
        raise bad_request("the Binary holds no JSON", f"{where}.resource.data") from error

"""HTTP's side of FHIR: media types, JSON bodies, headers of replies, and errors as OperationOutcomes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from scheduling.instants import EPOCH
from scheduling.outcome import FhirError, Issue, bad_request, outcome
from scheduling.reading import Reply

FHIR_JSON = "application/fhir+json"
PATCH_JSON = "application/json-patch+json"
JSON_TYPES = (FHIR_JSON, "application/json")
ACCEPTED = (*JSON_TYPES, "*/*", "application/*", "json", "text/json")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def respond(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    """Return a FHIR JSON response; None makes an empty one."""
    if body is None:
        return web.Response(status=status, headers=headers)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(status=status, text=text, content_type=FHIR_JSON, charset="utf-8", headers=headers)


def reply_headers(reply: Reply, base: str, *, etag: bool) -> dict[str, str]:
    """Return ETag, Last-Modified and Location as far as they apply."""
    headers = {}
    if etag and reply.version is not None:
        headers["ETag"] = f'W/"{reply.version}"'
    if reply.updated is not None:
        headers["Last-Modified"] = format_datetime(EPOCH + timedelta(microseconds=reply.updated), usegmt=True)
    if reply.location is not None:
        headers["Location"] = f"{base}/{reply.location}"
    return headers


def preference(request: web.Request, name: str) -> str | None:
    """Return one preference of the Prefer header, for example `return` or `handling`."""
    for line in request.headers.getall("Prefer", []):
        for part in line.replace(";", ",").split(","):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value.strip('"')
    return None


def check_accept(request: web.Request) -> None:
    """Raise 406 when the client wants anything but JSON."""
    wanted = request.query.get("_format", "").replace(" ", "+") or request.headers.get("Accept") or "*/*"
    kinds = [part.partition(";")[0].strip() for part in wanted.split(",")]
    if not any(kind in ACCEPTED for kind in kinds):
        raise FhirError(406, [Issue("not-supported", f"this server answers {FHIR_JSON} only, not {wanted}")])


async def json_body(request: web.Request, kinds: tuple[str, ...] = JSON_TYPES) -> Any:
    """Return the JSON body. Raises 415 for another content type, 400 for anything that is not strict JSON."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() not in kinds:
        given = request.headers.get("Content-Type", "nothing")
        raise FhirError(415, [Issue("not-supported", f"the content type is {given}; send {kinds[0]}")])
    raw = await request.read()
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise bad_request(f"the body is no JSON: {error}", code="structure") from error


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name appears twice in one object")
    return result


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into an OperationOutcome with its status."""
    try:
        check_accept(request)
        return await handler(request)
    except FhirError as error:
        return respond(error.status, outcome(error.issues))
    except RecursionError:
        return respond(400, outcome([Issue("too-long", "the body is nested too deeply")]))
    except UnicodeError:
        return respond(400, outcome([Issue("value", "the request holds text that is no Unicode")]))
    except sqlite3.OperationalError as error:
        issue = Issue("transient", f"the store did not answer ({error.sqlite_errorname}); try again")
        return respond(503, outcome([issue]), {"Retry-After": "1"})
    except web.HTTPException as error:
        codes = {404: "not-found", 405: "not-supported", 413: "too-long"}
        issue = Issue(codes.get(error.status, "processing"), f"{request.method} {request.path}: {error.reason}")
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return respond(error.status, outcome([issue]), allow)

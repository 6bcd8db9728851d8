"""A thin FHIR R4 client: plain dicts in and out, nothing of this project's vocabulary.

Only GET is repeated by itself, and few times: whether a write happened is for the caller to look up (`actions.scheduling.booking`).
What a vendor can do stands in its profile. Errors: see `actions.scheduling.errors`. No resource and no query is ever logged.

Threat model: an absolute `next` link is followed on our own base address only, so a server's answer cannot send the token elsewhere.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from yarl import URL

from actions.scheduling.auth import SignIn
from actions.scheduling.errors import LostRace, NotFound, SchedulingError, SchedulingRefused, SchedulingUnavailable, SignInRefused
from actions.scheduling.profiles import Profile, choose
from actions.scheduling.transport import AiohttpTransport, Reply, Transport
from bot.clock import Clock, SystemClock

logger = logging.getLogger(__name__)

Resource = dict[str, Any]
Params = Sequence[tuple[str, str]]

FHIR_JSON = "application/fhir+json"
GET_TRIES = 3
FIRST_PAUSE = 0.05  # seconds, doubled each time, with jitter
MAX_PAGES = 40


class FhirClient:
    """Speaks to one FHIR base. Safe to share between coroutines of one event loop; close it with `aclose`."""

    def __init__(
        self,
        base: str,
        *,
        profile: str | Profile = "auto",
        sign_in: SignIn | None = None,
        clock: Clock | None = None,
        transport: Transport | None = None,
        get_tries: int = GET_TRIES,
    ) -> None:
        self.base = base.rstrip("/")
        self._wanted = profile
        self._profile: Profile | None = profile if isinstance(profile, Profile) else None
        self._sign_in = sign_in
        self._clock = clock or SystemClock()
        self._transport = transport or AiohttpTransport()
        self._get_tries = get_tries

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def profile(self) -> Profile:
        """Return what this system can do: from its name, or from /metadata, asked once. Raises SchedulingError, ProfileUnknown."""
        if self._profile is None:
            name = str(self._wanted)
            self._profile = choose(name, await self.metadata() if name == "auto" else None)
        return self._profile

    async def metadata(self) -> Resource:
        """Return the CapabilityStatement."""
        return await self._get("metadata", ())

    async def read(self, reference: str) -> Resource:
        """Return the resource `Type/id`; its `meta.versionId` is set whenever the server names a version at all."""
        return await self._get(reference, ())

    async def search(self, kind: str, params: Params, limit: int | None = None) -> list[Resource]:
        """Return all matches and included resources, following the pages until `limit` resources are there."""
        found: list[Resource] = []
        url: URL | None = self._url(kind).with_query(list(params))
        seen: set[str] = set()
        while url is not None:
            if str(url) in seen or len(seen) >= MAX_PAGES:
                raise SchedulingUnavailable(f"the pages of a {kind} search do not end after {len(seen)}; narrow the search")
            seen.add(str(url))
            bundle = self._resource(await self._retrying_get(url, kind), kind)
            for entry in bundle.get("entry") or ():
                resource = entry.get("resource")
                if isinstance(resource, dict) and resource.get("resourceType") != "OperationOutcome":
                    found.append(resource)
            if limit is not None and len(found) >= limit:
                return found[:limit]
            url = self._next(bundle, url)
        return found

    async def create(self, resource: Resource, if_none_exist: str | None = None) -> Resource:
        """POST a resource. Returns it as stored, or only type, id and version when the server answers with an empty body."""
        headers = {"If-None-Exist": if_none_exist} if if_none_exist else {}
        return await self._write("POST", resource["resourceType"], resource, headers)

    async def update(self, resource: Resource, version: str | None = None) -> Resource:
        """PUT a resource, with If-Match when `version` is given. Raises LostRace when the server's version is another."""
        headers = {"If-Match": f'W/"{version}"'} if version else {}
        return await self._write("PUT", f"{resource['resourceType']}/{resource['id']}", resource, headers)

    async def transaction(self, entries: Sequence[Resource]) -> Resource:
        """POST a transaction Bundle: all of it happens or none."""
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}
        return await self._write("POST", "", bundle, {})

    async def _write(self, method: str, path: str, resource: Resource, headers: dict[str, str]) -> Resource:
        headers = {"Content-Type": FHIR_JSON, "Prefer": "return=representation", **headers}
        reply = await self._send(method, self._url(path), headers, json.dumps(resource))
        what = path.partition("/")[0] or "transaction"
        _check(reply, method, what)
        return self._resource(reply, what, sent=resource)

    async def _get(self, path: str, params: Params) -> Resource:
        url = self._url(path).with_query(list(params)) if params else self._url(path)
        what = path.partition("/")[0]
        return self._resource(await self._retrying_get(url, what), what)

    async def _retrying_get(self, url: URL, what: str) -> Reply:
        pause = FIRST_PAUSE
        for left in reversed(range(self._get_tries)):
            try:
                reply = await self._send("GET", url, {}, None)
                _check(reply, "GET", what)
            except SchedulingUnavailable:
                if not left:
                    raise
                await self._clock.sleep(pause * (0.5 + random.random()))
                pause *= 2
            else:
                return reply
        raise SchedulingUnavailable(f"GET {what} was tried {self._get_tries} times; allow at least one try")

    async def _send(self, method: str, url: URL, headers: dict[str, str], body: str | None) -> Reply:
        headers = {"Accept": FHIR_JSON, **headers}
        if self._sign_in is None:
            return await self._transport(method, url, headers, body)
        headers["Authorization"] = f"Bearer {await self._sign_in.token()}"
        reply = await self._transport(method, url, headers, body)
        if reply.status == 401:  # the server forgot the token before its time; it has not acted
            self._sign_in.forget()
            headers["Authorization"] = f"Bearer {await self._sign_in.token()}"
            reply = await self._transport(method, url, headers, body)
        return reply

    def _url(self, path: str) -> URL:
        return URL(f"{self.base}/{path}" if path else self.base)

    def _next(self, bundle: Resource, here: URL) -> URL | None:
        link = next((link.get("url") for link in bundle.get("link") or () if link.get("relation") == "next"), None)
        if not link:
            return None
        base, target = urlsplit(self.base), urlsplit(str(link))
        path = target.path
        if not target.netloc and not path.startswith("/"):
            path = f"{base.path}/{path}" if path else here.raw_path
        if not path.startswith(base.path or "/"):
            path = base.path  # a server behind a proxy names its own inner path
        query = f"?{target.query}" if target.query else ""
        return URL(f"{base.scheme}://{base.netloc}{path}{query}", encoded=True)

    def _resource(self, reply: Reply, what: str, sent: Resource | None = None) -> Resource:
        body = _json(reply)
        if body is None or body.get("resourceType") == "OperationOutcome":
            if sent is None:
                raise SchedulingUnavailable(f"GET {what} was answered with HTTP {reply.status} and no FHIR resource")
            body = _from_headers(reply, sent)
        tag = reply.headers.get("etag", "")
        if tag and body.get("resourceType") != "Bundle":
            meta = body.get("meta")
            body["meta"] = {**(meta if isinstance(meta, dict) else {}), "versionId": tag.removeprefix("W/").strip('"')}
        return body


def version_of(resource: Resource) -> str:
    """Return the version to put into If-Match, or "" when the server names none."""
    return str((resource.get("meta") or {}).get("versionId") or "")


def reference_of(resource: Resource) -> str:
    """Return `Type/id`."""
    return f"{resource['resourceType']}/{resource['id']}"


def _from_headers(reply: Reply, sent: Resource) -> Resource:
    kept: Resource = {"resourceType": sent["resourceType"]}
    where = urlsplit(reply.headers.get("location") or reply.headers.get("content-location") or "").path.split("/")
    if sent["resourceType"] in where[:-1]:
        kept["id"] = where[len(where) - 1 - where[::-1].index(sent["resourceType"]) + 1]
    elif "id" in sent:
        kept["id"] = sent["id"]
    return kept


def _json(reply: Reply) -> Resource | None:
    try:
        body = json.loads(reply.body)
    except ValueError:
        return None
    return body if isinstance(body, dict) and "resourceType" in body else None


def _check(reply: Reply, method: str, what: str) -> None:
    """Raise the error that an answer's status stands for."""
    if 200 <= reply.status < 300:
        return
    codes = _codes(reply)
    said = f"{method} {what} was answered with HTTP {reply.status}" + (f" ({', '.join(codes)})" if codes else "")
    logger.info("scheduling: %s", said)
    raise _error(reply.status, codes, said)


def _error(status: int, codes: tuple[str, ...], said: str) -> SchedulingError:
    if status in (409, 412, 423):
        return LostRace(said)
    if status in (404, 410):
        return NotFound(said)
    if status == 401:
        return SignInRefused(said, status, codes)
    if status in (408, 425, 429) or (status >= 500 and status != 501):
        return SchedulingUnavailable(said)
    if {"conflict", "lock-error"} & set(codes):
        return LostRace(said)
    return SchedulingRefused(said, status, codes)


def _codes(reply: Reply) -> tuple[str, ...]:
    body = _json(reply)
    if body is None or body.get("resourceType") != "OperationOutcome":
        return ()
    return tuple(str(issue.get("code"))[:40] for issue in body.get("issue") or () if issue.get("code"))

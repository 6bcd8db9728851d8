"""The client on the wire, against a server that answers by script."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from actions.scheduling.client import FhirClient
from actions.scheduling.errors import LostRace, NotFound, SchedulingError, SchedulingRefused, SchedulingUnavailable, SignInRefused
from actions.scheduling.profiles import Mode, ProfileUnknown, choose, from_capabilities
from actions.scheduling.transport import AiohttpTransport
from scheduling.app import make_app
from scheduling.features import NO_TRANSACTIONS, READ_ONLY, Features
from tests.support.plain_r4 import PlainR4
from tests.support.schedules import MovingClock, serving

Answer = Callable[[web.Request], web.StreamResponse]


@dataclass
class Script:
    """Answers in order, the last one for ever; keeps `(method, path and query, headers, body)` of each request."""

    answers: list[Answer] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.method, request.path_qs, dict(request.headers), await request.text()))
        return (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])(request)


@dataclass
class Wire:
    """A client of a scripted server with base `/base/fhir`."""

    script: Script
    origin: str
    client: FhirClient
    clock: MovingClock


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    script, clock = Script(), MovingClock()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", script.handle)
    async with serving(app) as origin:
        client = FhirClient(f"{origin}/base/fhir/", clock=clock, transport=AiohttpTransport(seconds=0.5))
        yield Wire(script, origin, client, clock)
        await client.aclose()


def says(status: int, body: dict | None = None, **headers: str) -> Answer:
    """Return an answer with a JSON body, or an empty one."""
    text = "" if body is None else json.dumps(body)
    return lambda _request: web.Response(status=status, text=text, content_type="application/fhir+json", headers=headers)


def breaks(request: web.Request) -> web.StreamResponse:
    """Break the connection."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def page(number: int, following: str | None = None) -> Answer:
    """Return one page of patients with a link to the next."""
    link = [{"relation": "next", "url": following}] if following else []
    entry = [{"resource": {"resourceType": "Patient", "id": str(number)}}]
    return says(200, {"resourceType": "Bundle", "type": "searchset", "entry": entry, "link": link})


PATIENT = {"resourceType": "Patient", "id": "7"}


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ("{origin}/base/fhir/Patient?page=2&x=a%7Cb", "/base/fhir/Patient?page=2&x=a%7Cb"),
        ("{origin}/base/fhir?_getpages=9", "/base/fhir?_getpages=9"),
        ("/base/fhir/Patient?page=2", "/base/fhir/Patient?page=2"),
        ("Patient?page=2", "/base/fhir/Patient?page=2"),
        ("?page=2", "/base/fhir/Patient?page=2"),
        ("http://inner.example:9999/base/fhir/Patient?page=2", "/base/fhir/Patient?page=2"),
        ("https://evil.example/steal?page=2", "/base/fhir?page=2"),
    ],
)
async def test_the_next_page_is_followed_in_any_form_but_only_on_our_own_server(wire: Wire, link: str, asked: str) -> None:
    wire.script.answers = [page(1, link.format(origin=wire.origin)), page(2)]
    found = await wire.client.search("Patient", [("name", "a,b|c +d")])
    assert [one["id"] for one in found] == ["1", "2"]
    assert wire.script.seen[0][1] == "/base/fhir/Patient?name=a,b%7Cc+%2Bd"
    assert wire.script.seen[1][1] == asked


async def test_pages_that_never_end_are_an_error(wire: Wire) -> None:
    wire.script.answers = [page(1, "/base/fhir/Patient?page=1"), page(2, "/base/fhir/Patient?page=1")]
    with pytest.raises(SchedulingUnavailable, match="do not end"):
        await wire.client.search("Patient", [])


async def test_a_limit_stops_the_paging(wire: Wire) -> None:
    wire.script.answers = [page(1, "/base/fhir/Patient?page=2")]
    assert len(await wire.client.search("Patient", [], limit=1)) == 1
    assert len(wire.script.seen) == 1


async def test_a_read_is_tried_again_and_a_write_is_not(wire: Wire) -> None:
    wire.script.answers = [breaks, says(503), says(200, PATIENT)]
    assert (await wire.client.read("Patient/7"))["id"] == "7"
    wire.script.answers = [says(503), says(201, PATIENT)]
    with pytest.raises(SchedulingUnavailable):
        await wire.client.create({"resourceType": "Patient"})
    assert [method for method, *_ in wire.script.seen].count("POST") == 1


async def test_reads_are_given_up_after_a_few_tries(wire: Wire) -> None:
    wire.script.answers = [says(502)]
    with pytest.raises(SchedulingUnavailable, match="HTTP 502"):
        await wire.client.read("Patient/7")
    assert len(wire.script.seen) == 3


async def test_a_server_that_hangs_is_unavailable(wire: Wire) -> None:
    async def hang(_request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    never = asyncio.Event()
    app = web.Application()
    app.router.add_post("/Patient", hang)
    async with AsyncExitStack() as stack:
        origin = await stack.enter_async_context(serving(app))
        client = FhirClient(origin, clock=wire.clock, transport=AiohttpTransport(seconds=0.1))
        stack.push_async_callback(client.aclose)
        with pytest.raises(SchedulingUnavailable, match="TimeoutError"):
            await client.create({"resourceType": "Patient"})
        never.set()


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (409, "conflict", LostRace),
        (412, "conflict", LostRace),
        (423, "lock-error", LostRace),
        (400, "conflict", LostRace),
        (404, "not-found", NotFound),
        (410, "deleted", NotFound),
        (401, "login", SignInRefused),
        (403, "forbidden", SchedulingRefused),
        (422, "business-rule", SchedulingRefused),
        (501, "not-supported", SchedulingRefused),
        (302, "processing", SchedulingRefused),
        (429, "throttled", SchedulingUnavailable),
        (500, "exception", SchedulingUnavailable),
    ],
)
async def test_each_status_has_its_error(wire: Wire, status: int, code: str, error: type[SchedulingError]) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code, "diagnostics": "Maya Torres is busy"}]}
    wire.script.answers = [says(status, outcome)]
    with pytest.raises(error) as caught:
        await wire.client.update(PATIENT, "3")
    assert type(caught.value) is error
    if isinstance(caught.value, SchedulingRefused):
        assert (caught.value.status, caught.value.codes) == (status, (code,))
    assert "Maya" not in str(caught.value)


async def test_versions_go_out_as_if_match_and_come_back_from_header_or_body(wire: Wire) -> None:
    wire.script.answers = [
        says(200, {**PATIENT, "meta": {"versionId": "4"}}),
        says(200, PATIENT, ETag='W/"5"'),
        says(200, None, ETag='"6"'),
        says(201, None, Location=f"{wire.origin}/base/fhir/Patient/8/_history/1", ETag='W/"1"'),
    ]
    assert (await wire.client.read("Patient/7"))["meta"]["versionId"] == "4"
    assert (await wire.client.read("Patient/7"))["meta"]["versionId"] == "5"
    assert await wire.client.update(PATIENT, "5") == {"resourceType": "Patient", "id": "7", "meta": {"versionId": "6"}}
    made = await wire.client.create({"resourceType": "Patient"}, if_none_exist="identifier=a|b")
    assert made == {"resourceType": "Patient", "id": "8", "meta": {"versionId": "1"}}
    assert wire.script.seen[2][2]["If-Match"] == 'W/"5"'
    assert wire.script.seen[3][2]["If-None-Exist"] == "identifier=a|b"


async def test_an_answer_that_is_no_fhir_is_unavailable(wire: Wire) -> None:
    wire.script.answers = [lambda _request: web.Response(text="<html>maintenance</html>", content_type="text/html")]
    with pytest.raises(SchedulingUnavailable, match="no FHIR resource"):
        await wire.client.read("Patient/7")


async def test_nothing_of_a_body_or_a_query_is_logged(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    diagnosis = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "invalid", "diagnostics": "Torres 2075550142"}],
    }
    wire.script.answers = [says(400, diagnosis)]
    with pytest.raises(SchedulingRefused):
        await wire.client.search("Patient", [("phone", "2075550142")])
    with pytest.raises(SchedulingRefused):
        await wire.client.create({"resourceType": "Patient", "name": [{"family": "Torres"}]})
    ours = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("actions"))
    assert "HTTP 400 (invalid)" in ours
    assert "Torres" not in ours
    assert "2075550142" not in ours


@pytest.mark.parametrize(
    ("features", "mode"),
    [
        (Features(), Mode.TRANSACTION),
        (NO_TRANSACTIONS, Mode.SAGA),
        (READ_ONLY, Mode.REQUEST),
        (Features(transaction=False, etag=False), Mode.REQUEST),
        (Features(transaction=True, etag=False), Mode.REQUEST),
    ],
)
async def test_the_mode_follows_from_what_the_embedded_server_says_of_itself(tmp_path: Path, features: Features, mode: Mode) -> None:
    clock = MovingClock()
    async with serving(make_app(tmp_path / "s.db", clock.now, features=features)) as origin:
        client = FhirClient(f"{origin}/fhir", clock=clock)
        profile = await client.profile()
        await client.aclose()
    assert (profile.mode, profile.slots, profile.phone_search, profile.by_slot) == (mode, True, "phone", True)
    assert profile.if_none_exist == (features.conditional_create and features.writable)


@pytest.mark.parametrize(("writable", "mode"), [(True, Mode.SAGA), (False, Mode.REQUEST)])
async def test_the_mode_follows_from_what_another_server_says(writable: bool, mode: Mode) -> None:
    async with serving(PlainR4(writable=writable).app()) as origin:
        client = FhirClient(f"{origin}/r4")
        profile = await client.profile()
        await client.aclose()
    assert (profile.mode, profile.if_none_exist) == (mode, False)


def test_a_named_profile_overrides_and_an_unknown_name_is_explained() -> None:
    assert choose("request", {}).mode is Mode.REQUEST
    assert from_capabilities({}).mode is Mode.REQUEST
    with pytest.raises(ProfileUnknown, match=r"'epic'; set it to auto or one of .*embedded"):
        choose("epic")

"""The simulator's API on a real edge: who may pull its levers, what it says to nonsense, and that live mode has none of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.outage import is_down
from channels.simulator.guard import number_of
from channels.simulator.levers import wanted_instant
from tests.support.scripted import NOON
from tests.unit.edge.conftest import Edge

CLOCK, SCHEDULING = "/simulator/api/clock", "/simulator/api/scheduling"


async def post(edge: Edge, path: str, body: Any, **headers: str) -> tuple[int, str]:
    """POST JSON and return status and text."""
    async with edge.http.post(edge.url + path, json=body, headers=headers) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
async def test_another_site_may_not_break_the_scheduling_system(edge: Edge, headers: dict[str, str]) -> None:
    status, text = await post(edge, SCHEDULING, {"down": True}, **headers)
    assert status == 403
    assert "another site" in text
    assert not is_down(edge.settings.home)


async def test_a_form_of_another_site_is_no_json(edge: Edge) -> None:
    async with edge.http.post(edge.url + SCHEDULING, data={"down": "true"}) as answer:
        assert answer.status == 415
    assert not is_down(edge.settings.home)


async def test_the_outage_begins_and_ends(edge: Edge) -> None:
    for down in (True, True, False):
        assert (await post(edge, SCHEDULING, {"down": down}))[0] == 200
        assert is_down(edge.settings.home) is down
    status, text = await post(edge, SCHEDULING, {"down": "yes"})
    assert status == 400
    assert "'yes'" in text
    assert not is_down(edge.settings.home)


@pytest.mark.parametrize(
    ("body", "value", "remedy"),
    [
        ({}, "Exactly one", "by_minutes"),
        ({"now": "2025-06-03T09:00:00-04:00", "by_minutes": 1}, "Exactly one", "by_minutes"),
        ({"now": "tomorrow"}, "'tomorrow'", "2025-06-03T09:00:00-04:00"),
        ({"now": 7}, "7", "2025-06-03T09:00:00-04:00"),
        ({"now": "2025-06-03T09:00:00"}, "without a UTC offset", "2025-06-03T09:00:00-04:00"),
        ({"now": "1999-12-31T00:00:00+00:00"}, "1999-12-31", "2000 to 2099"),
        ({"by_minutes": "60"}, "'60'", "a number of minutes"),
        ({"by_minutes": True}, "True", "a number of minutes"),
        ({"by_minutes": 1e300}, "1e+300", "a smaller number"),
    ],
)
async def test_a_wrong_moment_is_named_with_the_remedy(edge: Edge, body: dict[str, Any], value: str, remedy: str) -> None:
    status, text = await post(edge, CLOCK, body)
    assert status == 400
    assert value in text
    assert remedy in text


def test_the_clock_is_moved_to_an_instant_or_by_minutes() -> None:
    assert wanted_instant({"by_minutes": 90}, NOON) == NOON + timedelta(minutes=90)
    assert wanted_instant({"now": NOON.isoformat()}, NOON + timedelta(days=3)) == NOON


@pytest.mark.parametrize("number", ["", "12", "+1207555019x", "+١٢٣٤٥٦٧٨٩"])
def test_what_is_no_telephone_number_is_refused(number: str) -> None:
    with pytest.raises(web.HTTPBadRequest):
        number_of(number)


def test_a_plus_sign_lost_on_the_way_is_put_back() -> None:
    assert number_of(" 12075550199") == "+12075550199"


@pytest.mark.parametrize("path", ["/simulator", "/simulator/static/main.js", "/simulator/static/base.css"])
async def test_the_page_takes_nothing_from_elsewhere(edge: Edge, path: str) -> None:
    async with edge.http.get(edge.url + path) as answer:
        assert answer.status == 200
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "http://" not in (await answer.text()).replace("http://www.w3.org", "")


@pytest.mark.parametrize("name", ["absent.js", "..%2Flanding.html", "%2Fetc%2Fpasswd"])
async def test_no_other_file_is_served(edge: Edge, name: str) -> None:
    assert (await edge.get(f"/simulator/static/{name}"))[0] == 404


async def test_a_text_reaches_the_line_through_its_signed_webhook(edge: Edge) -> None:
    status, _ = await post(edge, "/simulator/api/texts", {"number": "+12075550199", "person": "stranger", "body": "hello"})
    assert status == 201
    _, thread = await edge.get("/simulator/api/messages?number=%2B12075550199")
    assert '"body": "hello"' in thread


@pytest.mark.parametrize("body", [{"body": ""}, {"body": "x" * 1601}, {"body": "hi", "media": "text/html"}, {"body": 5}])
async def test_a_text_that_no_telephone_sends_is_refused(edge: Edge, body: dict[str, Any]) -> None:
    assert (await post(edge, "/simulator/api/texts", {"number": "+12075550199", **body}))[0] == 400
    _, thread = await edge.get("/simulator/api/messages?number=%2B12075550199")
    assert '"messages": []' in thread


@pytest.mark.parametrize(
    "body",
    [
        {"body": "hi", "channel": "telegraph"},
        {"body": "hi", "tap": {"id": "tap_1", "title": "Yes"}},
        {"channel": "whatsapp", "tap": {"id": "tap_1"}},
        {"channel": "whatsapp", "tap": "yes"},
        {"channel": "whatsapp", "place": {"latitude": "north", "longitude": 0}},
    ],
)
async def test_what_whatsapp_does_not_send_is_refused(edge: Edge, body: dict[str, Any]) -> None:
    assert (await post(edge, "/simulator/api/texts", {"number": "+12075550199", **body}))[0] == 400


async def test_whatsapp_has_a_thread_of_its_own_once_it_is_accepted(edge: Edge) -> None:
    wanted = {"number": "+12075550199", "person": "stranger", "channel": "whatsapp"}
    status, text = await post(edge, "/simulator/api/texts", {**wanted, "body": "hello"})
    assert (status, "WhatsApp is off" in text) == (502, True)
    assert (await post(edge, "/simulator/api/whatsapp", {"accepted": "perhaps"}))[0] == 400
    assert (await post(edge, "/simulator/api/whatsapp", {"accepted": True}))[0] == 200
    for more in (
        {"body": "hello"},
        {"tap": {"id": "tap_1", "title": "Yes"}, "body": "Yes"},
        {"place": {"latitude": 43.66, "longitude": -70.26}},
    ):
        assert (await post(edge, "/simulator/api/texts", {**wanted, **more}))[0] == 201
    _, texts = await edge.get("/simulator/api/messages?number=%2B12075550199")
    _, there = await edge.get("/simulator/api/messages?number=%2B12075550199&channel=whatsapp")
    assert '"messages": []' in texts
    assert ('"body": "hello"' in there, '"body": "Yes"' in there, '"media": ["location"]' in there) == (True, True, True)


async def test_a_conversation_that_is_not_there_cannot_be_given_back(edge: Edge) -> None:
    status, text = await post(edge, "/simulator/api/releases", {"conversation": "c_1"})
    assert status == 404
    assert "'c_1'" in text

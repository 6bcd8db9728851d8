"""Around the webhooks: health, metrics, a store that is away, and what demo mode adds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Browser
from redis.asyncio import Redis

from bot.settings import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_SMS_NUMBER, Settings
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.tables import message
from bot.types import Channel, OutboundMessage
from channels.twilio.carrier import TwilioCarrier
from tests.support.scripted import HandClock, NoWake
from tests.support.services import PostgresServer, RedisServer
from tests.support.twilio_client import SignedTexter
from tests.unit.edge.conftest import Edge, start

MAYA = "+12075550120"
CAST = {
    "patients": [
        {"name": "Maya Torres", "number": MAYA, "birth_date": "1991-04-09", "traits": ["two visits", "texts in bursts"]},
        {"name": "<b>Ruth</b>", "number": "+12075550121", "birth_date": "1946-03-14", "traits": "calls only"},
    ]
}


async def test_a_store_that_is_away_is_503_and_never_an_empty_200(settings: Settings, postgres_server: PostgresServer) -> None:
    name = postgres_server.create()
    url = postgres_server.url(name)
    upgrade(url)
    database = Database(url)
    runner, address = await start(settings, database, HandClock(), NoWake())
    async with SignedTexter(address, signed_base=settings.base_url) as texter:
        assert (await texter.text(MAYA, "hi")).status == 200
        postgres_server.drop(name)
        answer = await texter.text(MAYA, "hi again")
        assert (answer.status, answer.content_type) == (503, "text/plain")
        assert "hi again" not in answer.text
        assert (await texter.post("/twilio/message-status", {**texter.fields(MAYA, ""), "MessageStatus": "sent"})).status == 503
    await runner.cleanup()
    database.close()


async def test_a_sqlite_file_without_tables_is_503(settings: Settings, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    runner, address = await start(settings, database, HandClock(), NoWake())
    async with SignedTexter(address, signed_base=settings.base_url) as texter:
        assert (await texter.text(MAYA, "hi")).status == 503
    await runner.cleanup()
    database.close()


async def test_the_process_says_it_is_alive(edge: Edge) -> None:
    assert await edge.get("/healthz") == (200, '{"status": "ok"}')


async def test_ready_means_database_redis_and_rasa(settings: Settings, database: Database, redis_server: RedisServer) -> None:
    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="Hello from Rasa: 3.6.21")

    rasa = web.Application()
    rasa.router.add_get("/", hello)
    rasa_runner = web.AppRunner(rasa)
    await rasa_runner.setup()
    await web.TCPSite(rasa_runner, "127.0.0.1", 0).start()
    redis = Redis.from_url(redis_server.url)
    there = replace(settings, rasa_url=f"http://127.0.0.1:{rasa_runner.addresses[0][1]}")
    runner, address = await start(there, database, HandClock(), NoWake(), redis)
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{address}/readyz") as answer:
            assert (answer.status, await answer.json()) == (200, {"database": "ok", "redis": "ok", "rasa": "ok"})
        redis_server.kill()
        await rasa_runner.cleanup()
        async with http.get(f"{address}/readyz") as answer:
            assert (answer.status, await answer.json()) == (503, {"database": "ok", "redis": "away", "rasa": "away"})
    await runner.cleanup()
    await redis.aclose()


async def test_metrics_are_for_who_holds_the_token(edge: Edge) -> None:
    assert (await edge.get("/metrics"))[0] == 401
    assert (await edge.get("/metrics", Authorization="Bearer wrong"))[0] == 401
    await edge.texter.text(MAYA, "hi")
    await edge.get("/nothing-here")
    status, text = await edge.get("/metrics", Authorization=f"Bearer {edge.settings.internal_token}")
    assert status == 200
    assert 'mendline_http_request_seconds_count{method="POST",route="/twilio/sms",status="200"} 1.0' in text
    assert 'route="unknown",status="404"' in text
    assert "mendline_messages_waiting 1.0" in text
    assert MAYA not in text


async def test_live_mode_shows_no_demo(settings: Settings, database: Database) -> None:
    runner, address = await start(replace(settings, mode="live"), database, HandClock(), NoWake())
    async with aiohttp.ClientSession() as http:
        for path in (
            "/",
            "/simulator",
            "/simulator/static/main.js",
            "/simulator/api/clock",
            "/simulator/api/messages?number=%2B12075550120",
            f"/simulator/twilio/2010-04-01/Accounts/{DEMO_ACCOUNT_SID}/Messages.json",
        ):
            async with http.get(address + path) as answer:
                assert answer.status == 404
    await runner.cleanup()


async def test_the_page_shows_the_cast(edge: Edge) -> None:
    (edge.settings.home / "demo.json").write_text(json.dumps(CAST))
    status, page = await edge.get("/")
    assert status == 200
    for shown in (
        "Harbor Physical Therapy",
        DEMO_SMS_NUMBER,
        "Maya Torres",
        MAYA,
        "1991-04-09",
        "two visits, texts in bursts",
        "&lt;b&gt;Ruth",
    ):
        assert shown in page
    assert "<b>Ruth" not in page


@pytest.mark.parametrize("content", [None, "{", "[]", '{"patients": []}'])
async def test_the_page_stands_without_a_cast(edge: Edge, content: str | None) -> None:
    if content is not None:
        (edge.settings.home / "demo.json").write_text(content)
    status, page = await edge.get("/")
    assert status == 200
    assert "still being set up" in page


@pytest.mark.browser
async def test_the_page_fits_a_telephone_and_breaks_no_rule(browser: Browser, settings: Settings, tmp_path: Path) -> None:
    (settings.home / "demo.json").write_text(json.dumps(CAST))
    database = Database(f"sqlite:///{tmp_path / 'page.db'}")
    runner, address = await start(settings, database, HandClock(), NoWake())
    page = await browser.new_page(viewport={"width": 320, "height": 640})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    await page.goto(address + "/")
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert await page.get_by_role("heading", level=1).count() == 1
    assert await page.get_by_role("columnheader").count() == 4
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    assert [complaint for complaint in complaints if "favicon" not in complaint and "404" not in complaint] == []
    await runner.cleanup()
    database.close()


async def test_the_demos_carrier_takes_a_text_and_reports_it(settings: Settings, database: Database) -> None:
    clock, wake = HandClock(), NoWake()
    # The port is known only after the edge listens, so the reports go through a second edge with the settings of the first.
    runner, address = await start(settings, database, clock, wake)
    second, demo = await start(replace(settings, port=int(address.rsplit(":", 1)[1])), database, clock, wake)
    carrier = TwilioCarrier(DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, settings.base_url, f"{demo}/simulator/twilio")
    message_out = OutboundMessage("ob_1", Channel.SMS, DEMO_SMS_NUMBER, MAYA, "hello")
    sid = await carrier.send(message_out)
    since = clock.now()
    assert await carrier.find(message_out, since, frozenset()) == sid
    assert await carrier.find(message_out, since, frozenset({sid})) is None
    await second.cleanup()
    await runner.cleanup()
    await carrier.close()


async def test_the_thread_of_a_number(edge: Edge) -> None:
    await edge.texter.text(MAYA, "hello")
    status, text = await edge.get("/simulator/api/messages?number=%2B12075550120")
    (stored,) = edge.rows(message)
    assert status == 200
    assert json.loads(text) == {
        "number": MAYA,
        "channel": "sms",
        "messages": [
            {
                "direction": "in",
                "sid": stored["sid"],
                "body": "hello",
                "at": edge.clock.now().isoformat(),
                "status": "received",
                "media": [],
                "response": None,
                "turn": None,
                "taps": [],
                "kind": "text",
            }
        ],
        "owner": "bot",
        "conversation": stored["conversation_id"],
        "answering": True,
    }
    assert (await edge.get("/simulator/api/messages?number=+12075550120"))[0] == 200
    assert (await edge.get("/simulator/api/messages"))[0] == 400

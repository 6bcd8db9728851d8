"""Every request we make passes Twilio's own OpenAPI description, and so does every answer of the scripted Twilio."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.settings import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_SMS_NUMBER, DEMO_WHATSAPP_NUMBER
from bot.types import CarrierRefused, CarrierUnknown, Channel, OutboundMessage
from channels.twilio.carrier import QuietHttpClient, TwilioCarrier
from tests.support.prism import Prism, known_names

MAYA = "+12075550120"
SIGNED_IN = {"Authorization": aiohttp.encode_basic_auth(DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN)}
SERVICE = "MG" + "0" * 32
BODIES = {
    "short": "Done: Fri Jun 6, 8:00 AM with Dana at Riverside.",
    "three segments": "Instead of Tuesday there are these openings. " * 8,
    "longest": "x" * 1600,
    "emoji and curly quotes": "It’s moved 👍🏽 – see you Friday…",
    "signs of a form": "a=1&b=2 + 100% #3; ünïcödé\nsecond line",
    "looks like a number": "12",
    "looks like a boolean": "true",
}


class Recorded(QuietHttpClient):
    """Also keeps the names of what is sent, because prism lets pass what it does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.parameters: set[str] = set()
        self.fields: set[str] = set()

    async def request(self, method: str, url: str, params: Any = None, data: Any = None, **kwargs: Any) -> Any:
        self.parameters |= {name for name, value in (params or {}).items() if value is not None}
        self.fields |= set(data or ())
        return await super().request(method, url, params, data, **kwargs)


@pytest.fixture
async def http() -> AsyncIterator[Recorded]:
    client = Recorded()
    yield client
    await client.close()
    fields, parameters = known_names()
    assert client.fields <= fields
    assert client.parameters <= parameters


def carrier(base: str, http: QuietHttpClient, service: str = "") -> TwilioCarrier:
    return TwilioCarrier(DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, "https://line.example.org", base, service, http)


def sms(body: str, **more: Any) -> OutboundMessage:
    return OutboundMessage("ob_7f3a00112233445566ff", Channel.SMS, DEMO_SMS_NUMBER, MAYA, body, **more)


async def fetched(url: str, sid: str) -> dict[str, Any]:
    address = f"{url}/2010-04-01/Accounts/{DEMO_ACCOUNT_SID}/Messages/{sid}.json"
    async with aiohttp.ClientSession(headers=SIGNED_IN) as session, session.get(address) as answer:
        assert answer.status == 200, await answer.text()
        resource: dict[str, Any] = await answer.json()
        return resource


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("service", ["", SERVICE], ids=["own number", "messaging service"])
async def test_a_text_of_any_kind_is_sent_and_arrives_unchanged(checked: Prism, http: Recorded, body: str, service: str) -> None:
    sid = await carrier(checked.url, http, service).send(sms(body))
    assert re.fullmatch("SM[0-9a-f]{32}", sid)
    resource = await fetched(checked.url, sid)
    assert (resource["to"], resource["from"], resource["body"]) == (MAYA, DEMO_SMS_NUMBER, body)
    assert resource["messaging_service_sid"] == (service or None)


async def test_a_text_with_pictures(checked: Prism, http: Recorded) -> None:
    pictures = ("https://line.example.org/a.png", "https://line.example.org/b.png")
    sid = await carrier(checked.url, http).send(sms("two pictures", media=pictures))
    assert (await fetched(checked.url, sid))["num_media"] == "2"


async def test_a_whatsapp_message(checked: Prism, http: Recorded) -> None:
    message = OutboundMessage("ob_1", Channel.WHATSAPP, DEMO_WHATSAPP_NUMBER, MAYA, "hola")
    sid = await carrier(checked.url, http, SERVICE).send(message)
    resource = await fetched(checked.url, sid)
    assert (resource["to"], resource["from"]) == (f"whatsapp:{MAYA}", f"whatsapp:{DEMO_WHATSAPP_NUMBER}")


async def test_the_look_up_of_a_lost_text(checked: Prism, http: Recorded) -> None:
    sending, since = carrier(checked.url, http), datetime.now(UTC) - timedelta(seconds=5)
    wanted = await sending.send(sms("the lost one"))
    for number in range(60):
        await sending.send(sms(f"chatter {number}"))
    assert await sending.find(sms("the lost one"), since, frozenset()) == wanted
    assert await sending.find(sms("the lost one"), since, frozenset({wanted})) is None
    assert await sending.find(sms("never sent"), since, frozenset()) is None
    assert http.parameters == {"To", "PageSize"}


async def test_wrong_credentials_are_a_refusal_with_twilios_code(checked: Prism, http: Recorded) -> None:
    stranger = TwilioCarrier(DEMO_ACCOUNT_SID, "wrong", "https://line.example.org", checked.url, http=http)
    with pytest.raises(CarrierRefused) as refused:
        await stranger.send(sms("hello"))
    assert (refused.value.status, refused.value.code) == (401, 20003)


async def test_a_carrier_that_is_not_there_is_unknown(http: Recorded) -> None:
    nobody = carrier("http://127.0.0.1:9", http)
    with pytest.raises(CarrierUnknown):
        await nobody.send(sms("hello"))
    with pytest.raises(CarrierUnknown):
        await nobody.find(sms("hello"), datetime.now(UTC), frozenset())


WRONG = {
    "a malformed service": {"To": MAYA, "MessagingServiceSid": "MG1", "Body": "x"},
    "a word for a number": {"To": MAYA, "From": DEMO_SMS_NUMBER, "Body": "x", "ValidityPeriod": "soon"},
    "no recipient": {"From": DEMO_SMS_NUMBER, "Body": "x"},
}


@pytest.mark.parametrize("fields", WRONG.values(), ids=WRONG.keys())
async def test_the_check_itself_refuses(checked: Prism, fields: dict[str, str]) -> None:
    address = f"{checked.url}/2010-04-01/Accounts/{DEMO_ACCOUNT_SID}/Messages.json"
    async with aiohttp.ClientSession(headers=SIGNED_IN) as session, session.post(address, data=fields) as answer:
        assert answer.status == 422


async def test_the_check_refuses_a_request_without_credentials(checked: Prism) -> None:
    address = f"{checked.url}/2010-04-01/Accounts/{DEMO_ACCOUNT_SID}/Messages.json"
    async with aiohttp.ClientSession() as session, session.post(address, data={"To": MAYA, "From": DEMO_SMS_NUMBER, "Body": "x"}) as answer:
        assert answer.status == 401

"""What we ask of the Content API passes Twilio's own OpenAPI description, and so does what the scripted Twilio answers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.cli.whatsapp_templates import brought_up
from bot.settings import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_WHATSAPP_NUMBER, Settings
from bot.types import CarrierRefused, Channel, Option, OutboundMessage, TemplateUse
from bot.whatsapp_templates import Templates
from channels.twilio.carrier import QuietHttpClient, TwilioCarrier
from channels.twilio.contents import Contents
from channels.twilio.shapes import filled
from tests.support.prism import Prism

MAYA = "+12075550120"
SIGNED_IN = {"Authorization": aiohttp.encode_basic_auth(DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN)}


@pytest.fixture
async def http() -> AsyncIterator[QuietHttpClient]:
    client = QuietHttpClient()
    yield client
    await client.close()


def question(*titles: str) -> OutboundMessage:
    options = tuple(Option(f"tap_{number}", title) for number, title in enumerate(titles, start=1))
    return OutboundMessage("ob_1", Channel.WHATSAPP, DEMO_WHATSAPP_NUMBER, MAYA, "Which one?", options=options)


@pytest.mark.parametrize("titles", [("Yes", "No"), tuple(f"{hour}:00 PM" for hour in range(1, 8))], ids=["buttons", "list"])
async def test_a_shape_is_made_as_twilio_describes_it(checked_contents: Prism, http: QuietHttpClient, titles: tuple[str, ...]) -> None:
    contents = Contents(http, checked_contents.url, DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN)
    shaped = filled("Which one?", question(*titles).options, "Choose")
    assert shaped is not None
    made = await contents.create(shaped.shape.body)
    assert re.fullmatch("HX[0-9a-f]{32}", made.sid)
    assert made.name in {content.name async for content in contents.listed()}


async def test_the_templates_are_made_and_submitted_as_twilio_describes_it(checked_contents: Prism) -> None:
    states = await brought_up(Settings(twilio_content_url=checked_contents.url), Templates.load())
    assert {status for _, status, _ in states} == {"approved"}


@pytest.mark.parametrize("titles", [("Yes", "No"), tuple(f"{hour}:00 PM" for hour in range(1, 8))], ids=["buttons", "list"])
async def test_a_question_that_may_be_tapped_is_sent_as_twilio_describes_it(
    checked: Prism, checked_contents: Prism, http: QuietHttpClient, titles: tuple[str, ...]
) -> None:
    carrier = sending(checked, checked_contents, http)
    sid = await carrier.send(question(*titles))
    assert (await resource(checked.url, sid))["body"] == "Which one?"


async def test_a_template_is_sent_as_twilio_describes_it(checked: Prism, checked_contents: Prism, http: QuietHttpClient) -> None:
    await brought_up(Settings(twilio_content_url=checked_contents.url), Templates.load())
    template = Templates.load().get("visit_reminder")
    assert template is not None
    values = {"given": "Maya", "clinic": "Harbor PT", "opening": "Tue Jun 3, 10:00 AM", "location": "Riverside"}
    variables, text = template.filled(values, ["tap_a", "tap_b"])
    use = TemplateUse("visit_reminder", variables)
    message = OutboundMessage("ob_1", Channel.WHATSAPP, DEMO_WHATSAPP_NUMBER, MAYA, text, template=use)
    sid = await sending(checked, checked_contents, http).send(message)
    assert (await resource(checked.url, sid))["body"] == text


async def test_an_unknown_template_is_never_sent(checked: Prism, checked_contents: Prism, http: QuietHttpClient) -> None:
    message = OutboundMessage("ob_1", Channel.WHATSAPP, DEMO_WHATSAPP_NUMBER, MAYA, "x", template=TemplateUse("nobody", {}))
    with pytest.raises(CarrierRefused) as refused:
        await sending(checked, checked_contents, http).send(message)
    assert refused.value.code == 63016


WRONG = {
    "no types": {"friendly_name": "x", "language": "en"},
    "no language": {"friendly_name": "x", "types": {"twilio/text": {"body": "x"}}},
    "an action without a title": {"language": "en", "types": {"twilio/quick-reply": {"body": "x", "actions": [{"type": "QUICK_REPLY"}]}}},
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
async def test_the_check_itself_refuses(checked_contents: Prism, body: dict[str, object]) -> None:
    async with aiohttp.ClientSession(headers=SIGNED_IN) as session, session.post(f"{checked_contents.url}/v1/Content", json=body) as answer:
        assert answer.status == 422


def sending(checked: Prism, checked_contents: Prism, http: QuietHttpClient) -> TwilioCarrier:
    return TwilioCarrier(
        DEMO_ACCOUNT_SID,
        DEMO_AUTH_TOKEN,
        "https://line.example.org",
        checked.url,
        http=http,
        content_url=checked_contents.url,
        templates=Templates.load(),
        list_button="Choose",
    )


async def resource(url: str, sid: str) -> dict[str, object]:
    address = f"{url}/2010-04-01/Accounts/{DEMO_ACCOUNT_SID}/Messages/{sid}.json"
    async with aiohttp.ClientSession(headers=SIGNED_IN) as session, session.get(address) as answer:
        assert answer.status == 200, await answer.text()
        found: dict[str, object] = await answer.json()
        return found

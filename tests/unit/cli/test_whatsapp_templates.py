"""`python -m bot whatsapp-templates` against a scripted Twilio: what is missing is made, what stands is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cli.errors import CommandError
from bot.cli.whatsapp_templates import brought_up
from bot.settings import Settings
from bot.whatsapp_templates import Template, Templates
from tests.support.fake_twilio import FakeTwilio


def settings(twilio: FakeTwilio, **more: str) -> Settings:
    return Settings(twilio_api_url=twilio.url, **more)


async def test_what_is_missing_is_made_and_submitted_once() -> None:
    templates = Templates.load()
    async with FakeTwilio(approves="pending") as twilio:
        for _ in range(2):
            states = await brought_up(settings(twilio), templates)
            assert [(template.name, status) for template, status, _ in states] == [(one.name, "pending") for one in templates]
        assert [kept.friendly_name for kept in twilio.contents.all] == [one.friendly_name for one in templates]
        assert {kept.category for kept in twilio.contents.all} == {"UTILITY"}


async def test_one_that_was_made_and_not_submitted_is_submitted() -> None:
    templates = Templates.load()
    async with FakeTwilio() as twilio:
        first = next(iter(templates))
        body = {"friendly_name": first.friendly_name, "language": "en", "variables": first.variables, "types": first.types}
        twilio.contents.create(twilio.account_sid, body)
        states = await brought_up(settings(twilio), templates)
        assert {status for _, status, _ in states} == {"approved"}
        assert len(twilio.contents.all) == len(list(templates))


async def test_to_check_makes_nothing() -> None:
    async with FakeTwilio() as twilio:
        states = await brought_up(settings(twilio), Templates.load(), check_only=True)
        assert {status for _, status, _ in states} == {"missing"}
        assert twilio.contents.all == []


async def test_changed_words_are_submitted_beside_the_old_ones() -> None:
    async with FakeTwilio() as twilio:
        first = next(iter(Templates.load()))
        await brought_up(settings(twilio), Templates({first.name: first}))
        changed: Template = replace(first, body=first.body.replace("Hello", "Hi"))
        await brought_up(settings(twilio), Templates({first.name: changed}))
        assert [kept.approval for kept in twilio.contents.all] == ["approved", "approved"]


async def test_a_list_of_several_pages_is_read_to_its_end() -> None:
    async with FakeTwilio() as twilio:
        for number in range(230):
            twilio.contents.create(
                twilio.account_sid, {"friendly_name": f"other_{number}", "language": "en", "types": {"twilio/text": {"body": "x"}}}
            )
        await brought_up(settings(twilio), Templates.load())
        await brought_up(settings(twilio), Templates.load())
        assert len(twilio.contents.all) == 230 + len(list(Templates.load()))


async def test_refused_keys_are_told_with_what_to_do() -> None:
    async with FakeTwilio() as twilio:
        with pytest.raises(CommandError, match="HTTP 401"):
            await brought_up(settings(twilio, twilio_auth_token="wrong"), Templates.load())
    with pytest.raises(CommandError, match="cannot be used"):
        await brought_up(Settings(twilio_api_url="http://127.0.0.1:9"), Templates.load())

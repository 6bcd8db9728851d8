"""The memory of the account's contents: an approval, and its loss, are noticed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.cli.whatsapp_templates import brought_up
from bot.settings import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, Settings
from bot.whatsapp_templates import Templates
from channels.twilio.carrier import QuietHttpClient
from channels.twilio.contents import MISSED_S, REMEMBERED_S, UNAPPROVED_S, Contents
from tests.support.fake_twilio import FakeTwilio

BODY = {"friendly_name": "mendline_x", "language": "en", "types": {"twilio/text": {"body": "x"}}}


@dataclass
class Account:
    """A scripted Twilio and our memory of it, on a clock moved by hand."""

    twilio: FakeTwilio
    contents: Contents
    at: float = 0.0

    @property
    def name(self) -> str:
        """The name of the first template."""
        return next(iter(Templates.load())).friendly_name


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    http = QuietHttpClient()
    async with FakeTwilio() as twilio:
        contents = Contents(http, twilio.url, DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, lambda: opened.at)
        opened = Account(twilio, contents)
        yield opened
        await http.close()


async def test_an_approval_is_noticed_soon(account: Account) -> None:
    assert await account.contents.approved(account.name) is None
    await brought_up(Settings(twilio_api_url=account.twilio.url), Templates.load())
    assert await account.contents.approved(account.name) is None
    account.at += UNAPPROVED_S + 1
    assert await account.contents.approved(account.name) == account.twilio.contents.all[0].sid


async def test_a_lost_approval_is_noticed(account: Account) -> None:
    await brought_up(Settings(twilio_api_url=account.twilio.url), Templates.load())
    assert await account.contents.approved(account.name) is not None
    account.twilio.contents.all[0].approval = "paused"
    account.at += REMEMBERED_S + 1
    assert await account.contents.approved(account.name) is None


async def test_a_content_that_cannot_be_made_is_tried_again_later(account: Account) -> None:
    account.twilio.contents.refuses = True
    assert await account.contents.sid_of(BODY) is None
    account.twilio.contents.refuses = False
    assert await account.contents.sid_of(BODY) is None
    account.at += MISSED_S + 1
    sid = await account.contents.sid_of(BODY)
    assert sid == account.twilio.contents.all[0].sid
    assert await account.contents.sid_of(BODY) == sid
    assert len(account.twilio.contents.all) == 1

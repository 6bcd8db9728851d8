"""One text goes all the way through: a signed webhook comes in, and in at most four messages the visit stands elsewhere in the schedule.

A black box: the test knows the demo's file, the webhook's form and FHIR, and nothing of the program.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from tests.support.stack import Stack
from tests.support.waiting import until_async

pytestmark = [pytest.mark.stack, pytest.mark.model]

ANSWER_SECONDS = 30.0


class Patient:
    """A demo patient with a telephone: texts the line through signed webhooks and reads what arrives."""

    def __init__(self, session: aiohttp.ClientSession, demo: dict[str, Any], name: str) -> None:
        self._session = session
        self._demo = demo
        self.record = next(patient for patient in demo["patients"] if patient["name"].startswith(name))
        self.sent = 0

    async def text(self, body: str) -> str:
        """Send a text and return what came back, once the line has fallen silent."""
        before = len(await self._received())
        await self._send(body)
        self.sent += 1
        latest: list[str] = []

        async def settled() -> bool:
            nonlocal latest
            now = (await self._received())[before:]
            silent, latest = bool(now) and now == latest, now
            return silent

        await until_async(settled, f"an answer to {body!r}", ANSWER_SECONDS, every=0.5)
        return "\n".join(latest)

    async def _send(self, body: str) -> None:
        sid, url = "SM" + secrets.token_hex(16), f"{self._demo['addresses']['public']}/twilio/sms"
        form = {
            "MessageSid": sid,
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "AccountSid": self._demo["twilio"]["account_sid"],
            "From": self.record["number"],
            "To": self._demo["numbers"]["sms"],
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
        }
        signature = RequestValidator(self._demo["twilio"]["auth_token"]).compute_signature(url, form)
        async with self._session.post(url, data=form, headers={"X-Twilio-Signature": signature}) as answer:
            assert answer.status == 200

    async def _received(self) -> list[str]:
        account = self._demo["twilio"]["account_sid"]
        url = f"{self._demo['addresses']['twilio_api']}/2010-04-01/Accounts/{account}/Messages.json"
        auth = aiohttp.BasicAuth(account, self._demo["twilio"]["auth_token"])
        async with self._session.get(url, params={"To": self.record["number"], "PageSize": "100"}, auth=auth) as answer:
            assert answer.status == 200
            messages = (await answer.json())["messages"]
        return [
            message["body"]
            for message in sorted(messages, key=lambda one: datetime.strptime(one["date_created"], "%a, %d %b %Y %H:%M:%S %z"))
        ]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def test_maya_moves_her_tuesday_visit_in_four_messages(stack: Stack, session: aiohttp.ClientSession) -> None:
    maya = Patient(session, stack.demo, "Maya")
    fhir = stack.address("scheduling")

    async def read(reference: str) -> dict[str, Any]:
        async with session.get(f"{fhir}/{reference}") as answer:
            assert answer.status == 200
            content: dict[str, Any] = await answer.json()
            return content

    old = await read(f"Appointment/{maya.record['visits'][0]['fhir_id']}")
    old_slot = old["slot"][0]["reference"]
    assert datetime.fromisoformat(old["start"]).strftime("%A") == "Tuesday"

    asked = await maya.text("can't make tuesday, got something later that week?")
    assert "birth" in asked
    offered = await maya.text("4/9/91")
    assert "1)" in offered
    confirm = await maya.text("2")
    assert "YES" in confirm
    done = await maya.text("yes")
    assert maya.sent == 4

    booked = (await read(f"Appointment?patient={maya.record['fhir_id']}&status=booked&_count=50")).get("entry", [])
    starts = {entry["resource"]["start"]: entry["resource"] for entry in booked}
    assert old["start"] not in starts, done
    assert len(booked) == len(maya.record["visits"])
    added = set(starts) - {visit["start"] for visit in maya.record["visits"]}
    (new,) = (starts[start] for start in added)
    new_day = datetime.fromisoformat(new["start"])
    assert 0 < (new_day.date() - datetime.fromisoformat(old["start"]).date()).days <= 4
    assert new_day.strftime("%b %-d") in done
    assert (await read(old_slot))["status"] == "free"
    assert (await read(new["slot"][0]["reference"]))["status"] == "busy"

"""`python -m bot text`: play a patient of the running demo, with a webhook signed as Twilio signs it."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import time
from typing import Any

import aiohttp
from twilio.request_validator import RequestValidator

from bot.cli import demo_file
from bot.cli.errors import CommandError
from bot.settings import Settings

POLL_SECONDS = 0.15
# How long after the last answer the line is taken to have finished.
QUIET_SECONDS = 1.5


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out the command; 1 when no answer came in time."""
    demo = demo_file.read(settings)
    number = demo_file.find(demo, arguments.who)
    answers = asyncio.run(_converse(demo, number, " ".join(arguments.words), arguments.seconds))
    for answer in answers:
        print(answer)
    if not answers:
        print(f"mendline: no answer within {arguments.seconds:g} s; staff may have this conversation, or see `python -m bot doctor`")
    return int(not answers)


async def _converse(demo: demo_file.Demo, number: str, words: str, seconds: float) -> list[str]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        try:
            before = {entry["sid"] for entry in await _answers(session, demo, number)}
            await _send(session, demo, number, words)
            return await _new_answers(session, demo, number, before, seconds)
        except aiohttp.ClientError as error:
            raise CommandError(f"the line at {demo.edge} does not answer ({type(error).__name__}); start it with `make run`") from error


async def _send(session: aiohttp.ClientSession, demo: demo_file.Demo, number: str, words: str) -> None:
    sid = "SM" + secrets.token_hex(16)
    form = {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": demo.account_sid,
        "ApiVersion": "2010-04-01",
        "From": number,
        "To": demo.sms_number,
        "Body": words,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
    }
    signature = RequestValidator(demo.auth_token).compute_signature(f"{demo.public}/twilio/sms", form)
    async with session.post(f"{demo.edge}/twilio/sms", data=form, headers={"X-Twilio-Signature": signature}) as answer:
        if answer.status != 200:
            raise CommandError(f"the line refused the text (HTTP {answer.status}): {(await answer.text())[:200]}")


async def _new_answers(session: aiohttp.ClientSession, demo: demo_file.Demo, number: str, before: set[str], seconds: float) -> list[str]:
    deadline = time.monotonic() + seconds
    found: list[dict[str, Any]] = []
    while time.monotonic() < deadline:
        fresh = [entry for entry in await _answers(session, demo, number) if entry["sid"] not in before]
        if len(fresh) > len(found):
            found = fresh
            deadline = time.monotonic() + QUIET_SECONDS
        await asyncio.sleep(POLL_SECONDS)
    return [entry["body"] for entry in found]


async def _answers(session: aiohttp.ClientSession, demo: demo_file.Demo, number: str) -> list[dict[str, Any]]:
    async with session.get(f"{demo.edge}/simulator/api/messages", params={"number": number}) as answer:
        if answer.status != 200:
            raise CommandError(f"the line does not show its texts (HTTP {answer.status}); `text` works in demo mode only")
        return [entry for entry in (await answer.json())["messages"] if entry["direction"] == "out"]

"""`python -m bot doctor`: every check, each in a sentence."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
from twilio.request_validator import RequestValidator

from actions.scheduling.profiles import ProfileUnknown, choose
from bot.cli import demo_file
from bot.cli.model import model_path
from bot.doctor import local, remote
from bot.doctor.findings import Finding, report
from bot.doctor.whatsapp import whatsapp
from bot.settings import Settings
from bot.whatsapp_templates import Templates

WAIT_SECONDS = 10.0
MODES = {
    "transaction": "one transaction (mode A)",
    "saga": "holding, booking and releasing with ETags (mode B)",
    "request": "asking the desk (mode E): the system lets nobody write safely",
}


def main(_arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out the command; 1 when a check failed."""
    # Checks say in sentences what libraries would log.
    logging.disable(logging.CRITICAL)
    model = model_path()
    findings = asyncio.run(examine(demo_file.as_running(settings), dict(os.environ), model, model.exists()))
    print(report(findings))
    return int(any(finding.is_failure for finding in findings))


async def examine(settings: Settings, env: dict[str, str], model: Path, trained: bool) -> Sequence[Finding]:
    """Run every check and return what was found, in the order in which to read it."""
    timeout = aiohttp.ClientTimeout(total=WAIT_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:

        async def fetch(question: remote.Question) -> remote.Answer:
            method = "GET" if question.form is None else "POST"
            try:
                async with session.request(
                    method, question.url, data=question.form, headers=question.headers, allow_redirects=False
                ) as answer:
                    return remote.Answer(answer.status, await answer.text(errors="replace"))
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                return remote.Answer(0, str(error) or type(error).__name__)

        validator = RequestValidator(settings.twilio_auth_token)
        own = replace(settings, public_url="")
        running = (await fetch(remote.Question(f"{own.base_url}/healthz"))).status == 200
        groups = await asyncio.gather(
            local.settings(settings, env),
            local.disk(settings),
            local.port(settings, running),
            local.model(model, trained),
            local.database(settings),
            local.redis_server(settings, running),
            remote.public_url(settings, fetch),
            remote.signed_webhook(settings, fetch, lambda url, form: str(validator.compute_signature(url, form))),
            remote.twilio(settings, fetch),
            whatsapp(settings, fetch, Templates.load()),
            remote.scheduling(settings, fetch, lambda statement: _mode(settings, statement), running),
        )
    return [finding for group in groups for finding in group]


def _mode(settings: Settings, statement: Any) -> str:
    try:
        return MODES[choose(settings.scheduling_profile, statement).mode.value]
    except ProfileUnknown as error:
        raise remote.ModeUnknown(str(error)) from error

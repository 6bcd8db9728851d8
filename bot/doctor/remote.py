"""Checks over HTTP: the public address, a self-signed webhook through it, Twilio's keys and numbers, the scheduling system."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote

from bot.doctor.findings import Finding
from bot.settings import Settings

# No message has this id, so a report about it changes nothing that anybody sees.
NOBODYS_SID = "SM" + "0" * 32
SIGNATURE_HEADER = "X-Twilio-Signature"


class ModeUnknown(Exception):
    """The settings name no known way to change visits. The message says which are known."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. `status` 0 means that none came, and `text` then says why."""

    status: int
    text: str

    def json(self) -> Any:
        """Return the body's JSON, or an empty mapping when it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return {}


@dataclass(frozen=True)
class Question:
    """An HTTP request. `form` makes it a form POST."""

    url: str
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


Sign = Callable[[str, Mapping[str, str]], str]


class Fetch(Protocol):
    """Asks over HTTP and never raises for what the network does."""

    def __call__(self, question: Question) -> Awaitable[Answer]:
        """Return the answer; status 0 when there was none."""


async def public_url(settings: Settings, fetch: Fetch) -> Sequence[Finding]:
    """The public address leads to this line."""
    url = f"{settings.base_url}/healthz"
    answer = await fetch(Question(url))
    if answer.status == 200:
        return [Finding("public address", f"{settings.base_url} answers")]
    what = f"gives HTTP {answer.status}" if answer.status else f"does not answer ({answer.text})"
    return [
        Finding(
            "public address", f"{url} {what}", "start the line; then check MENDLINE_PUBLIC_URL, DNS, certificate and the proxy before it"
        )
    ]


async def signed_webhook(settings: Settings, fetch: Fetch, sign: Sign) -> Sequence[Finding]:
    """A webhook signed with our token is taken, and an unsigned one is not, both through the public address."""
    url = f"{settings.base_url}/twilio/message-status"
    form = {"AccountSid": settings.twilio_account_sid, "MessageSid": NOBODYS_SID, "MessageStatus": "sent"}
    signed = await fetch(Question(url, form, {SIGNATURE_HEADER: sign(url, form)}))
    unsigned = await fetch(Question(url, form))
    if not signed.status or not unsigned.status:
        return [
            Finding(
                "webhook", f"{url} does not answer ({signed.text or unsigned.text})", "start the line; then see the public address above"
            )
        ]
    if unsigned.status < 400:
        return [
            Finding(
                "webhook",
                f"an unsigned webhook is taken (HTTP {unsigned.status})",
                "something before the line answers in its place; let the proxy pass requests on",
            )
        ]
    if signed.status >= 300:
        remedy = "MENDLINE_PUBLIC_URL must be exactly what Twilio calls, and the running line must have the same MENDLINE_TWILIO_AUTH_TOKEN"
        return [Finding("webhook", f"a webhook signed with our token is refused (HTTP {signed.status})", remedy)]
    return [Finding("webhook", "signed ones are taken, unsigned ones refused")]


async def twilio(settings: Settings, fetch: Fetch) -> Sequence[Finding]:
    """Twilio takes our keys, and in live mode the line's number sends its texts here."""
    account = f"{settings.twilio_api}/2010-04-01/Accounts/{settings.twilio_account_sid}"
    token = base64.b64encode(f"{settings.twilio_account_sid}:{settings.twilio_auth_token}".encode()).decode()
    headers = {"Authorization": f"Basic {token}"}
    answer = await fetch(Question(f"{account}/Messages.json?PageSize=1", headers=headers))
    if answer.status in (401, 403):
        return [
            Finding(
                "twilio",
                f"the keys are refused (HTTP {answer.status})",
                "copy MENDLINE_TWILIO_ACCOUNT_SID and MENDLINE_TWILIO_AUTH_TOKEN from Twilio's console again",
            )
        ]
    if answer.status != 200:
        what = f"answers HTTP {answer.status}" if answer.status else f"does not answer ({answer.text})"
        remedy = (
            "start the line: in demo mode it is its own carrier"
            if settings.mode == "demo"
            else "check that this machine reaches Twilio, and MENDLINE_TWILIO_API_URL"
        )
        return [Finding("twilio", f"{settings.twilio_api} {what}", remedy)]
    findings = [Finding("twilio", f"{settings.twilio_api} takes the keys")]
    if settings.mode == "live":
        numbers = await fetch(Question(f"{account}/IncomingPhoneNumbers.json?PhoneNumber={quote(settings.sms_number)}", headers=headers))
        findings.append(_number(settings, numbers))
    return findings


def _number(settings: Settings, answer: Answer) -> Finding:
    wanted = f"{settings.base_url}/twilio/sms"
    found = answer.json().get("incoming_phone_numbers") or []
    if answer.status != 200 or not found:
        return Finding(
            "twilio number",
            f"the account has no number {settings.sms_number}",
            "correct MENDLINE_SMS_NUMBER, or buy the number in Twilio's console",
        )
    address = found[0].get("sms_url")
    if settings.messaging_service_sid or address == wanted:
        return Finding("twilio number", f"{settings.sms_number} is the account's")
    return Finding(
        "twilio number",
        f"texts to {settings.sms_number} go to {address or 'nobody'}",
        f"set its messaging webhook in Twilio's console to {wanted} (POST)",
    )


async def scheduling(settings: Settings, fetch: Fetch, mode_of: Callable[[Any], str], running: bool) -> Sequence[Finding]:
    """The scheduling system answers `/metadata` with R4; says how visits will be changed there. `mode_of` reads a CapabilityStatement
    and raises ModeUnknown."""
    if not settings.scheduling_url and not running:
        return [Finding("scheduling", "embedded; it starts with the line")]
    answer = await fetch(Question(f"{settings.scheduling}/metadata", headers={"Accept": "application/fhir+json"}))
    remedy = (
        "check MENDLINE_SCHEDULING_URL (the FHIR base, without /metadata)"
        if settings.scheduling_url
        else "restart the line; its supervisor starts it"
    )
    if answer.status != 200:
        what = f"gives HTTP {answer.status}" if answer.status else f"does not answer ({answer.text})"
        return [Finding("scheduling", f"{settings.scheduling}/metadata {what}", remedy)]
    statement = answer.json()
    version = statement.get("fhirVersion", "") if isinstance(statement, dict) else ""
    if not version.startswith("4."):
        return [Finding("scheduling", f"{settings.scheduling} speaks FHIR {version or 'of no known version'}, not R4", remedy)]
    try:
        mode = mode_of(statement)
    except ModeUnknown as error:
        return [Finding("scheduling", str(error), "set MENDLINE_SCHEDULING_PROFILE to a known name, or unset it")]
    return [Finding("scheduling", f"FHIR {version} answers; visits are changed by {mode}")]

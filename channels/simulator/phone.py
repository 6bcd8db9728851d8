"""The simulator's telephone: hands a text to the line as Twilio does, by a signed form POST to the edge's own webhook."""

from __future__ import annotations

import secrets
from typing import Any

import aiohttp
from aiohttp import web

from bot.settings import Settings
from channels.simulator.guard import refusal
from channels.twilio.signatures import SIGNATURE_HEADER, Signatures

WEBHOOK = "/twilio/sms"
MOST_CHARACTERS = 1_600
PICTURE = "https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/{sid}/Media/ME{media}"


class Phone:
    """Sends texts. Close it with the edge."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._signatures = Signatures(settings.twilio_auth_token, settings.base_url)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: web.Request, number: str, body: str, media_type: str | None = None) -> str:
        """Text the line from `number` and return the MessageSid. Raises 502 when the webhook does not take it."""
        sid = "SM" + secrets.token_hex(16)
        fields = self._fields(sid, number, body, media_type)
        signature = self._signatures.of(self._settings.base_url + WEBHOOK, fields)
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        try:
            async with self._session.post(_here(request) + WEBHOOK, data=fields, headers={SIGNATURE_HEADER: signature}) as answer:
                if answer.status == 200:
                    return sid
                reason = f"HTTP {answer.status}: {(await answer.text())[:200].strip()}"
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = type(error).__name__
        raise refusal(web.HTTPBadGateway, f"The line did not take the text ({reason}); send it again.")

    def _fields(self, sid: str, number: str, body: str, media_type: str | None) -> dict[str, str]:
        account = self._settings.twilio_account_sid
        fields = {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": account,
            "ApiVersion": "2010-04-01",
            "From": number,
            "FromCountry": "US",
            "To": self._settings.sms_number,
            "ToCountry": "US",
            "Body": body,
            "NumMedia": "1" if media_type else "0",
            "NumSegments": "1",
            "SmsStatus": "received",
        }
        if media_type:
            fields["MediaUrl0"] = PICTURE.format(account=account, sid=sid, media=secrets.token_hex(16))
            fields["MediaContentType0"] = media_type
        return fields

    async def close(self, _app: Any = None) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


def _here(request: web.Request) -> str:
    """Return the address on which this edge took the request: the public one may be a tunnel that this machine cannot reach."""
    assert request.transport is not None  # noqa: S101 - a request being answered has its connection
    host, port = request.transport.get_extra_info("sockname")[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

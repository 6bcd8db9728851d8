"""Texts the line the way Twilio does: a signed form POST with every field Twilio sends."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import RequestValidator

from bot.settings import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_SMS_NUMBER, DEMO_WHATSAPP_NUMBER


def new_sid(prefix: str = "SM") -> str:
    """Return a MessageSid (or another kind) as Twilio forms them."""
    return prefix + secrets.token_hex(16)


@dataclass(frozen=True)
class Answer:
    """What the webhook answered."""

    status: int
    content_type: str
    text: str


class SignedTexter:
    """Posts inbound webhooks. `signed_base` is the public address signatures are made over; by default the one that is called."""

    def __init__(
        self,
        base_url: str,
        token: str = DEMO_AUTH_TOKEN,
        account_sid: str = DEMO_ACCOUNT_SID,
        line: str = DEMO_SMS_NUMBER,
        signed_base: str | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.signed_base = (signed_base or base_url).rstrip("/")
        self.account_sid = account_sid
        self.line = line
        self._validator = RequestValidator(token)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> SignedTexter:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def fields(self, number: str, body: str, sid: str | None = None, **more: str) -> dict[str, str]:
        """Return the form of an inbound SMS; blank fields are there, as at Twilio."""
        sid = sid or new_sid()
        return {
            "ToCountry": "US",
            "ToState": "ME",
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "ToCity": "",
            "FromZip": "",
            "SmsSid": sid,
            "FromState": "ME",
            "SmsStatus": "received",
            "FromCity": "",
            "Body": body,
            "FromCountry": "US",
            "To": self.line,
            "ToZip": "",
            "NumSegments": "1",
            "MessageSid": sid,
            "AccountSid": self.account_sid,
            "From": number,
            "ApiVersion": "2010-04-01",
            **more,
        }

    async def text(self, number: str, body: str, sid: str | None = None, **more: str) -> Answer:
        """Text the line as `number`."""
        return await self.post("/twilio/sms", self.fields(number, body, sid, **more))

    async def whatsapp(self, address: str, body: str, sid: str | None = None, line: str = DEMO_WHATSAPP_NUMBER, **more: str) -> Answer:
        """Write to the line on WhatsApp as `address`, a number or a business-scoped user id."""
        number = {"WaId": address[1:]} if address.startswith("+") else {"ExternalUserId": address}
        whatsapp = {"To": f"whatsapp:{line}", "ProfileName": "A. Friend", "MessageType": "text", "ChannelMetadata": "{}", **number}
        return await self.post("/twilio/whatsapp", self.fields(f"whatsapp:{address}", body, sid, **{**whatsapp, **more}))

    async def post(self, path: str, fields: dict[str, str], signature: str | None = None) -> Answer:
        """Post a form, signed unless a signature is given."""
        signature = self.signature(path, fields) if signature is None else signature
        headers = {"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}
        return await self.raw(
            path, urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", **headers}
        )

    async def raw(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Post any bytes with any headers."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.post(self.base_url + path, data=body, headers=headers) as answer:
            return Answer(answer.status, answer.content_type, await answer.text())

    def signature(self, path: str, fields: dict[str, str]) -> str:
        """Return Twilio's signature of a form."""
        return str(self._validator.compute_signature(self.signed_base + path, fields))

"""The simulator's telephone: hands a message to the line as Twilio does, by a signed form POST to the edge's own webhook."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.settings import Settings
from bot.types import Channel
from channels.simulator.guard import bad, refusal
from channels.twilio.signatures import SIGNATURE_HEADER, Signatures

WEBHOOKS = {Channel.SMS: "/twilio/sms", Channel.WHATSAPP: "/twilio/whatsapp"}
MOST_CHARACTERS = 1_600
PICTURE = "https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/{sid}/Media/ME{media}"


@dataclass(frozen=True)
class Written:
    """One message to the line. `more` are fields that WhatsApp adds: what was tapped, or a place."""

    channel: Channel
    number: str
    body: str
    media_type: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)


def added(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a tap, a place or a reaction that a request asks for. Raises 400 naming what is wrong.

    `tap` {id, title, list?}, `place` {latitude, longitude}, `reacts_to` (a MessageSid).
    """
    if (tap := body.get("tap")) is not None:
        if not isinstance(tap, dict) or not all(isinstance(tap.get(name), str) and tap[name] for name in ("id", "title")):
            raise bad('tap is no tap; send {"id": "tap_…", "title": "Yes"} as the thread shows it.')
        if tap.get("list"):
            return {"ListId": tap["id"], "ListTitle": tap["title"], "MessageType": "interactive"}
        return {"ButtonPayload": tap["id"], "ButtonText": tap["title"], "MessageType": "button"}
    if (place := body.get("place")) is not None:
        if not isinstance(place, dict) or not all(isinstance(place.get(name), (int, float)) for name in ("latitude", "longitude")):
            raise bad('place is no place; send {"latitude": 43.66, "longitude": -70.26}.')
        return {"Latitude": str(place["latitude"]), "Longitude": str(place["longitude"]), "MessageType": "location"}
    if (reacts_to := body.get("reacts_to")) is not None:
        return {"OriginalRepliedMessageSid": str(reacts_to), "MessageType": "reaction"}
    return {}


class Phone:
    """Sends texts and WhatsApp messages. Close it with the edge."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._signatures = Signatures(settings.twilio_auth_token, settings.base_url)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: web.Request, message: Written) -> str:
        """Hand over a message and return its MessageSid. Raises 502 when the webhook does not take it."""
        sid = "SM" + secrets.token_hex(16)
        fields = self._fields(sid, message)
        webhook = WEBHOOKS[message.channel]
        signature = self._signatures.of(self._settings.base_url + webhook, fields)
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        try:
            async with self._session.post(_here(request) + webhook, data=fields, headers={SIGNATURE_HEADER: signature}) as answer:
                if answer.status == 200:
                    return sid
                reason = f"HTTP {answer.status}: {(await answer.text())[:200].strip()}"
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = type(error).__name__
        raise refusal(web.HTTPBadGateway, f"The line did not take the text ({reason}); send it again.")

    def _fields(self, sid: str, message: Written) -> dict[str, str]:
        account, media_type = self._settings.twilio_account_sid, message.media_type
        whatsapp = message.channel is Channel.WHATSAPP
        line = f"whatsapp:{self._settings.whatsapp_number}" if whatsapp else self._settings.sms_number
        fields = {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": account,
            "ApiVersion": "2010-04-01",
            "From": f"whatsapp:{message.number}" if whatsapp else message.number,
            "FromCountry": "US",
            "To": line,
            "ToCountry": "US",
            "Body": message.body,
            "NumMedia": "1" if media_type else "0",
            "NumSegments": "1",
            "SmsStatus": "received",
        }
        if whatsapp:
            fields |= {"WaId": message.number[1:], "ProfileName": "", "MessageType": "text", **message.more}
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

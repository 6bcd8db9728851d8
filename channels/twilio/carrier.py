"""Sends through Twilio's REST API with Twilio's SDK, over one aiohttp session with time limits of our own.

    CarrierRefused   Twilio answered with an error; its code is in the exception
    CarrierUnknown   no usable answer: time-out, broken connection, a 2xx without a MessageSid; the message may be on its way

The SDK's own HTTP client logs every parameter, telephone numbers and texts among them; this one logs nothing.
"""

from __future__ import annotations

import json
import logging
import unicodedata
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.types import CarrierRefused, CarrierUnknown, Channel, OutboundMessage
from bot.whatsapp_templates import Templates
from channels.twilio.contents import Contents
from channels.twilio.shapes import filled

CONNECT_S = 3.0
TOTAL_S = 10.0
VALIDITY_S = 4 * 3600
"""How long Twilio may hold a text in its queue; an answer older than this helps nobody."""

PAGE_SIZE = 50
MOST_PAGES = 10
GONE = frozenset({"failed", "undelivered", "canceled"})
TRIAL_PREFIX = "Sent from your Twilio trial account - "
PLAIN = str.maketrans("‘’‚‛“”„‟‹›«»–—―‐‑−", '\'\'\'\'""""<>""------')
NEEDS_TEMPLATE = 63016
STATUS_PATH = "/twilio/message-status"


class QuietHttpClient(AsyncHttpClient):
    """The SDK's seam for HTTP on one aiohttp session. Lists become repeated fields (MediaUrl); a JSON content type makes JSON."""

    def __init__(self, connect_s: float = CONNECT_S, total_s: float = TOTAL_S, connections: int = 64) -> None:
        super().__init__(logging.getLogger(__name__), True, total_s)
        self._timeout = aiohttp.ClientTimeout(total=total_s, sock_connect=connect_s)
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Make one request. Raises CarrierUnknown where no whole answer came."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=30)
            self._session = aiohttp.ClientSession(timeout=self._timeout, connector=connector)
        try:
            async with self._session.request(
                method,
                url,
                params=_fields(params),
                data=_body(data, headers) if data else None,
                headers={**(headers or {}), **({"Authorization": aiohttp.encode_basic_auth(*auth)} if auth else {})},
                allow_redirects=allow_redirects,
            ) as response:
                return Response(response.status, await response.text(), response.headers)
        except (TimeoutError, aiohttp.ClientError, UnicodeDecodeError) as error:
            raise CarrierUnknown(
                f"Twilio gave no answer ({type(error).__name__}); the message is looked up before it is repeated"
            ) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _body(data: dict[str, Any], headers: dict[str, str] | None) -> bytes:
    if (headers or {}).get("Content-Type") == "application/json":
        return json.dumps(data).encode()
    return urlencode(_fields(data), doseq=True).encode()


def _fields(values: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (values or {}).items() if value is not None}


class TwilioCarrier:
    """A `bot.types.Carrier` for SMS and WhatsApp.

    `callback_base` is the public address that status callbacks come to; the opaque outbox id travels in their URL. A messaging service,
    when given, is asked to send from the line's own number, so that a thread never changes its number. `templates` are those of the
    repository; `list_button` is what opens a list of options.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        callback_base: str,
        api_url: str = "https://api.twilio.com",
        messaging_service_sid: str = "",
        http: QuietHttpClient | None = None,
        *,
        content_url: str = "https://content.twilio.com",
        templates: Templates | None = None,
        list_button: str = "Options",
    ) -> None:
        self._http = http or QuietHttpClient()
        self._client = Client(account_sid, auth_token, http_client=self._http)
        self._client.api.base_url = api_url
        self._callback_base = callback_base.rstrip("/")
        self._service = messaging_service_sid
        self._contents = Contents(self._http, content_url, account_sid, auth_token)
        self._templates = templates or Templates()
        self._list_button = list_button

    async def send(self, message: OutboundMessage) -> str:
        """See `Carrier.send`."""
        fields: dict[str, Any] = {
            "to": _address(message.channel, message.address),
            "from_": _address(message.channel, message.line),
            "status_callback": f"{self._callback_base}{STATUS_PATH}?m={message.outbox_id}",
            "validity_period": VALIDITY_S,
        }
        name = ""
        if message.channel is Channel.SMS:
            fields["smart_encoded"] = True
            if self._service:
                fields["messaging_service_sid"] = self._service
        else:
            name, content = await self._content(message)
            fields |= content
        if not name:
            fields["body"] = message.body
        if message.media:
            fields["media_url"] = list(message.media)
        try:
            created = await self._client.messages.create_async(**fields)
        except (TwilioRestException, TwilioServiceException) as error:
            if name:
                self._contents.forget(name)
            raise _refused(error) from error
        except (TwilioException, json.JSONDecodeError, KeyError, TypeError) as error:
            raise CarrierUnknown(
                f"Twilio's answer cannot be read ({type(error).__name__}); the message is looked up before it is repeated"
            ) from error
        if not created.sid:
            raise CarrierUnknown("Twilio's answer holds no MessageSid; the message is looked up before it is repeated")
        return str(created.sid)

    async def _content(self, message: OutboundMessage) -> tuple[str, dict[str, str]]:
        """Return the content's name and the fields that ask for it; nothing where the words go alone.

        Raises CarrierRefused where only a template may be sent and none is approved.
        """
        if message.template is not None:
            template = self._templates.get(message.template.name)
            sid = await self._contents.approved(template.friendly_name) if template is not None else None
            if template is None or sid is None:
                raise CarrierRefused(400, NEEDS_TEMPLATE, "no template of this name is approved")
            return template.friendly_name, {"content_sid": sid, "content_variables": json.dumps(dict(message.template.variables))}
        question = filled(message.body, message.options, self._list_button)
        sid = await self._contents.sid_of(question.shape.body) if question is not None else None
        if question is None or sid is None:
            return "", {}
        return question.shape.name, {"content_sid": sid, "content_variables": json.dumps(dict(question.variables))}

    async def find(self, message: OutboundMessage, since: datetime, known_sids: frozenset[str]) -> str | None:
        """See `Carrier.find`. A message that Twilio could not deliver does not count: it may be sent again.

        Only `To` filters the list, because a message that is still queued has no date of sending and, from a messaging service, perhaps no
        sender yet; Twilio lists the latest first, so the look ends with the first page that is older than `since`.
        """
        line, wanted = _address(message.channel, message.line), comparable(message.body)
        try:
            async for found in self._latest(_address(message.channel, message.address), since):
                if found.sid in known_sids or found.status in GONE or not str(found.direction or "outbound").startswith("outbound"):
                    continue
                if comparable(found.body or "") == wanted and found.from_ in (line, None, ""):
                    return str(found.sid)
        except (TwilioRestException, TwilioServiceException) as error:
            raise CarrierUnknown(f"Twilio's list cannot be read (HTTP {error.status}); asked again later") from error
        except (TwilioException, json.JSONDecodeError, KeyError, TypeError) as error:
            raise CarrierUnknown(f"Twilio's list cannot be read ({type(error).__name__}); asked again later") from error
        return None

    async def _latest(self, to: str, since: datetime) -> AsyncIterator[Any]:
        page = await self._client.messages.page_async(to=to, page_size=PAGE_SIZE)
        for _ in range(MOST_PAGES):
            if page is None:
                return
            fresh = [found for found in page if found.date_created is None or found.date_created >= since.replace(microsecond=0)]
            for found in fresh:
                yield found
            if not fresh:
                return
            page = await page.next_page_async()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def comparable(body: str) -> str:
    """Return a text as Twilio may give it back: without a trial account's prefix, with SmartEncoded's plain quotes, dashes and spaces."""
    plain = unicodedata.normalize("NFKC", body.removeprefix(TRIAL_PREFIX)).translate(PLAIN)
    return " ".join(plain.split())


def _address(channel: Channel, number: str) -> str:
    return f"whatsapp:{number}" if channel is Channel.WHATSAPP else number


def _refused(error: TwilioRestException | TwilioServiceException) -> CarrierRefused:
    # Where Twilio names no code the SDK puts the HTTP status there.
    code = error.code if isinstance(error.code, int) and error.code >= 10_000 else None
    return CarrierRefused(error.status, code, "see Twilio's error reference")

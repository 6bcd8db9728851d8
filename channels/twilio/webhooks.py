"""Twilio's webhooks for texts: each is verified, stored in one transaction, and answered; nothing else happens before the answer.

Twilio waits 15 s and does not promise order; it may deliver twice or repeat a request that we answered. MessageSid makes an inbound text
one, (MessageSid, MessageStatus) a report. When the database is away the answer is 503, never an empty 200, so that Twilio's fallback
address is tried and its error log shows the loss.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from aiohttp import web
from multidict import MultiDict

from bot import whatsapp
from bot.clock import Clock
from bot.settings import Settings
from bot.store import delivery, inbox
from bot.store.database import Database
from bot.types import InboundMessage
from bot.wake import INBOX, OUTBOX
from channels.twilio.forms import required, signed_form
from channels.twilio.inbound import inbound, inbound_whatsapp
from channels.twilio.signatures import Signatures

log = logging.getLogger(__name__)
T = TypeVar("T")

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
STORE_LIMIT_S = 8.0
"""Seconds a webhook waits for the database; well under the 15 s after which Twilio gives up."""


class Wake(Protocol):
    """Tells workers that something waits. Losing it loses nothing: they sweep."""

    async def notify(self, kind: str, identifier: str) -> None:
        """Tell whoever listens to this kind that something happened to this row."""


class TwilioWebhooks:
    """Handlers of `/twilio/sms`, `/twilio/whatsapp` and `/twilio/message-status`."""

    def __init__(self, settings: Settings, database: Database, wake: Wake, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._wake = wake
        self._clock = clock
        self._signatures = Signatures(settings.twilio_auth_token, settings.base_url)

    def mount(self, app: web.Application) -> None:
        """Add the routes to the edge."""
        app.router.add_post("/twilio/sms", self.sms)
        app.router.add_post("/twilio/whatsapp", self.whatsapp)
        app.router.add_post("/twilio/message-status", self.status)

    async def sms(self, request: web.Request) -> web.Response:
        """Store one inbound text and answer with empty TwiML."""
        fields = await self._signed(request)
        return await self._taken(inbound(fields), self._settings.sms_number)

    async def whatsapp(self, request: web.Request) -> web.Response:
        """Store one inbound WhatsApp message; refuse it while the clinic has not accepted WhatsApp in its settings."""
        fields = await self._signed(request)
        if not whatsapp.is_on(self._settings):
            log.warning(
                "a WhatsApp message was refused: WhatsApp is off; set MENDLINE_WHATSAPP_ACCEPTED=yes, or unset the sender's webhook"
            )
            raise web.HTTPNotFound(text="WhatsApp is off on this line. The clinic accepts it with MENDLINE_WHATSAPP_ACCEPTED=yes.\n")
        return await self._taken(inbound_whatsapp(fields), self._settings.whatsapp_number)

    async def _taken(self, message: InboundMessage, line: str) -> web.Response:
        if message.line != line:
            raise web.HTTPNotFound(text="The text was sent to a number that is not this line's; check the number's webhook in Twilio.\n")
        accepted = await self._stored(inbox.accept, message, self._clock.now())
        if accepted.needs_turn:
            await self._wake.notify(INBOX, accepted.conversation_id)
        return web.Response(text=EMPTY_TWIML, content_type="text/xml")

    async def status(self, request: web.Request) -> web.Response:
        """Store one delivery report."""
        fields = await self._signed(request)
        sid, status = required(fields, "MessageSid"), required(fields, "MessageStatus")
        code = fields.get("ErrorCode", "").strip()
        if code and not (code.isdecimal() and len(code) <= 6):
            raise web.HTTPBadRequest(text="ErrorCode is not a number of at most six digits.\n")
        moved = await self._stored(
            delivery.apply_status, sid, status.lower(), int(code) if code else None, self._clock.now(), request.query.get("m")
        )
        if moved and status.lower() in delivery.FAILED:
            await self._wake.notify(OUTBOX, sid)
        return web.Response(status=204)

    async def _signed(self, request: web.Request) -> MultiDict[str]:
        return await signed_form(request, self._signatures, self._settings.twilio_account_sid)

    async def _stored(self, work: Callable[..., T], *args: Any) -> T:
        """Run one transaction. Raises HTTPServiceUnavailable when it may not have been committed."""
        try:
            async with asyncio.timeout(STORE_LIMIT_S):
                return await self._database.writing(work, *args)
        except (sa.exc.SQLAlchemyError, TimeoutError) as error:
            log.error("a webhook could not be stored (%s)", type(getattr(error, "orig", None) or error).__name__)
            raise web.HTTPServiceUnavailable(text="The store is away; try again.\n", headers={"Retry-After": "1"}) from error

"""The demo's own carrier: a Twilio-shaped REST API inside the edge, so that the line runs without an account.

It keeps texts in memory and reports each as sent and delivered with callbacks signed as Twilio signs them. Served in demo mode only.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import logging

import aiohttp
from aiohttp import web
from multidict import MultiDict

from bot.clock import Clock
from bot.settings import Settings
from channels.twilio import content_store
from channels.twilio.content_store import ContentStore, Unfit, show
from channels.twilio.signatures import SIGNATURE_HEADER, Signatures
from channels.twilio.texts import API, REFUSALS, Text, Texts, error, refusal_of, report, resource

log = logging.getLogger(__name__)

BASE = "/simulator/twilio"
PREFIX = f"{BASE}/{API}/Accounts/{{account}}"
REPORTED = ("sent", "delivered")


class DemoCarrier:
    """Routes and memory of the demo's carrier. It approves every template at once. `texts` may be read by the simulator."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._signatures = Signatures(settings.twilio_auth_token, settings.base_url)
        self._session: aiohttp.ClientSession | None = None
        self._reports: set[asyncio.Task[None]] = set()
        self.texts = Texts(clock.now)
        self.contents = ContentStore(clock.now)

    def mount(self, app: web.Application) -> None:
        """Add the routes and the clean-up to the edge."""
        app.router.add_post(PREFIX + "/Messages.json", self._create)
        app.router.add_get(PREFIX + "/Messages.json", self._list)
        app.router.add_get(PREFIX + "/Messages/{sid}.json", self._fetch)
        content_store.mount(app, BASE, self.contents, self._settings.twilio_account_sid, self._unknown)
        app.on_cleanup.append(self._close)

    def _refused(self, request: web.Request) -> web.Response | None:
        if request.match_info["account"] == self._settings.twilio_account_sid:
            return self._unknown(request)
        return web.json_response(error(401, 20003, "Authenticate"), status=401)

    def _unknown(self, request: web.Request) -> web.Response | None:
        expected = f"{self._settings.twilio_account_sid}:{self._settings.twilio_auth_token}".encode()
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        try:
            signed_in = kind == "Basic" and hmac.compare_digest(base64.b64decode(given, validate=True), expected)
        except binascii.Error:
            signed_in = False
        if signed_in:
            return None
        return web.json_response(error(401, 20003, "Authenticate"), status=401)

    async def _create(self, request: web.Request) -> web.Response:
        if (refused := self._refused(request)) is not None:
            return refused
        fields = MultiDict((name, value) for name, value in (await request.post()).items() if isinstance(value, str))
        if (code := refusal_of(fields)) is not None:
            return web.json_response(error(400, code, REFUSALS[code]), status=400)
        text = self.texts.add(request.match_info["account"], fields)
        if text.fields.get("ContentSid"):
            try:
                show(text, self.contents)
            except Unfit as unfit:
                self.texts.all.remove(text)
                return web.json_response(error(400, unfit.code, str(unfit)), status=400)
        if text.callback:
            task = asyncio.create_task(self._report(text, text.callback))
            self._reports.add(task)
            task.add_done_callback(self._reports.discard)
        return web.json_response(resource(text), status=201)

    async def _list(self, request: web.Request) -> web.Response:
        if (refused := self._refused(request)) is not None:
            return refused
        try:
            return web.json_response(self.texts.page(request.match_info["account"], request.query))
        except ValueError:
            return web.json_response(error(400, 20001, "A filter of the list cannot be read."), status=400)

    async def _fetch(self, request: web.Request) -> web.Response:
        if (refused := self._refused(request)) is not None:
            return refused
        text = self.texts.get(request.match_info["sid"])
        if text is None:
            return web.json_response(error(404, 20404, "The requested resource was not found"), status=404)
        return web.json_response(resource(text))

    async def _report(self, text: Text, callback: str) -> None:
        # The public address may be a tunnel that this machine cannot reach; the port is always ours.
        local = callback.replace(self._settings.base_url, f"http://127.0.0.1:{self._settings.port}", 1)
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
        for status in REPORTED:
            text.status = status
            fields = report(text, status)
            headers = {SIGNATURE_HEADER: self._signatures.of(callback, fields)}
            try:
                async with self._session.post(local, data=fields, headers=headers) as response:
                    await response.read()
            except (aiohttp.ClientError, TimeoutError) as failure:
                log.info("a delivery report of the demo's carrier did not arrive (%s)", type(failure).__name__)
                return

    async def _close(self, _app: web.Application) -> None:
        for task in self._reports:
            task.cancel()
        await asyncio.gather(*self._reports, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

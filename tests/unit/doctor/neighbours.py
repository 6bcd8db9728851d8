"""Neighbours of the line as small real HTTP servers on 127.0.0.1: an edge that checks signatures, a carrier, a scheduling system."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from twilio.request_validator import RequestValidator

TOKEN = "the line's token"
ACCOUNT = "AC" + "5" * 32


@dataclass
class Neighbour:
    """One server that plays edge, carrier and scheduling system. Its attributes say how it misbehaves."""

    port: int = 0
    edge_token: str = TOKEN
    carrier_token: str = TOKEN
    checks_signatures: bool = True
    fhir_version: str = "4.0.1"
    sms_url: str = ""
    has_number: bool = True

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def webhook(self, request: web.Request) -> web.Response:
        fields = dict(await request.post())
        signature = request.headers.get("X-Twilio-Signature", "")
        valid = RequestValidator(self.edge_token).validate(f"{self.url}/twilio/message-status", fields, signature)
        return web.Response(status=204 if valid or not self.checks_signatures else 403)

    async def messages(self, request: web.Request) -> web.Response:
        import aiohttp

        good = request.headers.get("Authorization") == aiohttp.BasicAuth(ACCOUNT, self.carrier_token).encode()
        return web.json_response({"messages": []}, status=200 if good else 401)

    async def numbers(self, _request: web.Request) -> web.Response:
        found = [{"sms_url": self.sms_url}] if self.has_number else []
        return web.json_response({"incoming_phone_numbers": found})

    async def metadata(self, _request: web.Request) -> web.Response:
        return web.json_response({"resourceType": "CapabilityStatement", "fhirVersion": self.fhir_version, "rest": []})


@asynccontextmanager
async def neighbour() -> AsyncIterator[Neighbour]:
    """Serve one for the length of the block."""
    one = Neighbour()
    app = web.Application()
    account = f"/2010-04-01/Accounts/{ACCOUNT}"
    app.router.add_get("/healthz", one.health)
    app.router.add_post("/twilio/message-status", one.webhook)
    app.router.add_get(f"{account}/Messages.json", one.messages)
    app.router.add_get(f"{account}/IncomingPhoneNumbers.json", one.numbers)
    app.router.add_get("/fhir/metadata", one.metadata)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    one.port = runner.addresses[0][1]
    try:
        yield one
    finally:
        await runner.cleanup()

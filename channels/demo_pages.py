"""What a visitor of the demo sees: one page that says what runs here, and a patient's thread as JSON. Served in demo mode only."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import sqlalchemy as sa
from aiohttp import web
from sqlalchemy.engine import Connection

from bot.settings import Settings
from bot.store.database import Database
from bot.store.tables import conversation, message, outbox

log = logging.getLogger(__name__)
PAGES = Path(__file__).parent / "pages"
EXAMPLE_NUMBER = "+12075550120"
SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class DemoPages:
    """The landing page and the thread of a number."""

    def __init__(self, settings: Settings, database: Database, clinic_name: str) -> None:
        self._settings = settings
        self._database = database
        self._clinic_name = clinic_name
        self._templates = jinja2.Environment(loader=jinja2.FileSystemLoader(PAGES), autoescape=True, undefined=jinja2.StrictUndefined)

    def mount(self, app: web.Application) -> None:
        """Add the routes to the edge."""
        app.router.add_get("/", self._landing)
        app.router.add_get("/simulator/api/messages", self._thread)

    async def _landing(self, _request: web.Request) -> web.Response:
        patients = read_cast(self._settings.home / "demo.json")
        example = patients[0]["number"] if patients else EXAMPLE_NUMBER
        page = self._templates.get_template("landing.html").render(
            clinic=self._clinic_name,
            sms_number=self._settings.sms_number,
            base_url=self._settings.base_url,
            scheduling=self._settings.scheduling,
            command=f'.venv/bin/python -m bot text {example} "can\'t make tuesday, got something later that week?"',
            example=example.replace("+", "%2B"),
            patients=patients,
        )
        return web.Response(text=page, content_type="text/html", headers=SAFE_HEADERS)

    async def _thread(self, request: web.Request) -> web.Response:
        # A plus sign that was not percent-encoded arrives as a space.
        number = request.query.get("number", "").strip()
        number = number if number.startswith("+") else f"+{number}"
        if not number[1:].isdecimal():
            raise web.HTTPBadRequest(text="Say whose thread: /simulator/api/messages?number=%2B12075550120\n")
        try:
            messages = await self._database.reading(thread, number)
        except sa.exc.SQLAlchemyError as error:
            raise web.HTTPServiceUnavailable(text="The store is away; try again.\n") from error
        return web.json_response({"number": number, "messages": messages})


def read_cast(path: Path) -> list[dict[str, str]]:
    """Return the demo's patients as `{name, number, birth_date, story}`; an empty list until the demo clinic is set up."""
    try:
        patients = json.loads(path.read_text(encoding="utf-8")).get("patients", [])
    except FileNotFoundError:
        return []
    except (OSError, ValueError, AttributeError) as error:
        log.warning("%s cannot be read (%s); start the demo again to write it anew", path.name, type(error).__name__)
        return []
    return [_shown(patient) for patient in patients]


def _shown(patient: dict[str, Any]) -> dict[str, str]:
    traits = patient.get("traits") or ""
    return {
        "name": str(patient.get("name", "")),
        "number": str(patient.get("number") or ""),
        "birth_date": str(patient.get("birth_date") or patient.get("birthDate") or ""),
        "story": traits if isinstance(traits, str) else ", ".join(str(trait) for trait in traits),
    }


def thread(connection: Connection, number: str) -> list[dict[str, Any]]:
    """Return what a number texted and was texted, oldest first: `{direction: in|out, sid, body, at, status}`.

    `at` is when the line had the text, or when the carrier had the line's; a message still in the outbox is not part of the thread.
    """
    received = (
        sa.select(message.c.sid, message.c.body, message.c.received_at, message.c.id)
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .where(conversation.c.address == number)
    )
    sent = sa.select(outbox.c.sid, outbox.c.body, outbox.c.handed_at, outbox.c.position, outbox.c.carrier_status, outbox.c.purpose).where(
        outbox.c.address == number, outbox.c.state == "handed"
    )
    entries = [
        (row.received_at, 0, row.id, _entry("in", row.sid, row.body, row.received_at, "received")) for row in connection.execute(received)
    ]
    entries += [
        (row.handed_at, 1, row.position, _entry("out", row.sid, row.body, row.handed_at, row.carrier_status or "queued"))
        for row in connection.execute(sent)
    ]
    return [entry for *_, entry in sorted(entries, key=lambda one: one[:3])]


def _entry(direction: str, sid: str, body: str, at: datetime, status: str) -> dict[str, Any]:
    return {"direction": direction, "sid": sid, "body": body, "at": at.isoformat(), "status": status}

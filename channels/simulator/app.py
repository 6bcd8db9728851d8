"""The simulator's page and its API, mounted on the edge in demo mode.

GET  /simulator, /simulator/static/…          the page
GET  /simulator/api/cast                      who can be played, and the clinic
GET  /simulator/api/messages, /events         a thread; every view as it changes
POST /simulator/api/texts                     write to the line, by text or on WhatsApp; tap an answer
GET, POST /simulator/api/clock, /scheduling   the demo's levers
POST /simulator/api/whatsapp                  accept WhatsApp in this demo
GET  /simulator/api/explanation?sid=…         why an answer is as it is
POST /simulator/api/releases                  give a conversation back to the bot
POST /simulator/api/asks                      let the line write first
GET, DELETE /simulator/api/recordings/{id}    the conversation as a test; begin anew
"""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp import web

from bot.clinic import Clinic
from bot.clock import Clock
from bot.settings import Settings
from bot.store.conversations import OwnerChanged
from bot.store.database import Database
from bot.types import Channel
from bot.wake import INBOX
from channels.simulator import asking, desk, explanations, threads
from channels.simulator.cast import Person, find_person, read_cast
from channels.simulator.guard import SAFE_HEADERS, bad, channel_of, number_of, posted, refusal
from channels.simulator.levers import Levers
from channels.simulator.live import Live
from channels.simulator.phone import MOST_CHARACTERS, Phone, Written, added
from channels.simulator.recorder import Recorder
from channels.simulator.schedule import Schedule, ScheduleAway
from channels.twilio.webhooks import Wake

PAGES = Path(__file__).parents[1] / "pages" / "simulator"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
MEDIA = ("image/jpeg", "audio/ogg")
STRANGER = "stranger"
AWAY = "The scheduling system cannot be read ({reason}); mend it or look at logs/scheduling.log."


class Simulator:
    """Handlers of the page and its API."""

    def __init__(self, settings: Settings, database: Database, wake: Wake, clock: Clock, clinic: Clinic) -> None:
        self._settings = settings
        self._database = database
        self._wake = wake
        self._clock = clock
        self._clinic = clinic
        self._phone = Phone(settings)
        self._schedule = Schedule(settings.scheduling, clinic.zone)
        staff = {member.reference.partition("/")[2]: member.code for member in clinic.staff if member.reference}
        self._recorder = Recorder(self._schedule, clinic.zone, staff, time.monotonic)

    def mount(self, app: web.Application) -> None:
        """Add the routes and the clean-up to the edge."""
        app.router.add_get("/simulator", self._page)
        app.router.add_get("/simulator/static/{name}", self._static)
        app.router.add_get("/simulator/api/cast", self._cast)
        app.router.add_post("/simulator/api/texts", self._text)
        app.router.add_get("/simulator/api/explanation", self._explain)
        app.router.add_post("/simulator/api/releases", self._release)
        app.router.add_post("/simulator/api/asks", self._ask)
        app.router.add_get("/simulator/api/recordings/{id}", self._recording)
        app.router.add_delete("/simulator/api/recordings/{id}", self._forget)
        Levers(self._settings.home, self._clock, self._recorder).mount(app)
        Live(self._settings, self._database, self._schedule, self._clock, self._clinic.zone).mount(app)
        app.on_cleanup.append(self._phone.close)
        app.on_cleanup.append(self._schedule.close)

    async def _page(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(body=(PAGES / "index.html").read_bytes(), content_type="text/html", charset="utf-8", headers=SAFE_HEADERS)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        path = PAGES / request.match_info["name"]
        if path.suffix not in TYPES or path.parent != PAGES or not path.is_file():
            raise web.HTTPNotFound(text="The simulator has no such file.\n")
        return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix], charset="utf-8", headers=SAFE_HEADERS)

    async def _cast(self, _request: web.Request) -> web.Response:
        people = [person.as_json() for person in read_cast(self._settings.home)]
        asks = {name: asking.is_known(trigger) for name, trigger in asking.TRIGGERS.items()}
        return web.json_response({"clinic": self._clinic.name, "line": self._settings.sms_number, "people": people, "asks": asks})

    async def _text(self, request: web.Request) -> web.Response:
        body = await posted(request)
        number, text, media = number_of(body.get("number")), body.get("body", ""), body.get("media")
        channel, more = channel_of(body.get("channel")), added(body)
        if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
            raise bad(f"body is no text of at most {MOST_CHARACTERS} characters; shorten it.")
        if media is not None and media not in MEDIA:
            raise bad(f"media is {media!r}; write one of {', '.join(MEDIA)} or leave it out.")
        if not text.strip() and media is None and not more:
            raise bad("body is empty; write something or attach a picture.")
        if more and channel is not Channel.WHATSAPP:
            raise bad("A tap, a place and a reaction belong to WhatsApp; send channel: whatsapp with it.")
        person = self._person(body.get("person"), number)
        recorded = True
        try:
            await self._recorder.said(person, text, self._clock.now())
        except ScheduleAway:
            recorded = False  # without the schedule at the beginning there is nothing to compare with
        sid = await self._phone.send(request, Written(channel, number, text, media, more))
        return web.json_response({"sid": sid, "recorded": recorded}, status=201)

    def _person(self, identifier: Any, number: str) -> Person:
        found = find_person(self._settings.home, str(identifier or ""))
        if found is not None and found.number == number:
            return found
        return Person(STRANGER, "An unknown number", number, "", "")

    async def _explain(self, request: web.Request) -> web.Response:
        sid = request.query.get("sid", "")
        found = await self._database.reading(explanations.explanation, sid)
        if found is None:
            raise refusal(web.HTTPNotFound, f"No answer of the line has the id {sid[:40]!r}; reload the page.")
        found["constraint"] = None
        if found.get("text") and found["heard_at"]:
            visit = await self._next_visit(found["patient"], found["heard_at"])
            found["constraint"] = explanations.constraint_of(found["text"], found["heard_at"], self._clinic.zone, visit)
        return web.json_response(found)

    async def _next_visit(self, patient: str | None, heard_at: str) -> datetime | None:
        if not patient:
            return None
        try:
            visits = await self._schedule.visits(patient.rpartition("/")[2], datetime.fromisoformat(heard_at))
        except ScheduleAway:
            return None
        return visits[0].start if visits else None

    async def _release(self, request: web.Request) -> web.Response:
        identifier = str((await posted(request)).get("conversation") or "")
        try:
            await self._database.writing(desk.give_back, identifier, self._clock.now())
        except LookupError as error:
            raise refusal(web.HTTPNotFound, f"There is no conversation {identifier[:40]!r}; reload the page.") from error
        except OwnerChanged as error:
            raise refusal(web.HTTPConflict, "The bot has this conversation already.") from error
        await self._wake.notify(INBOX, identifier)
        return web.json_response({"conversation": identifier})

    async def _ask(self, request: web.Request) -> web.Response:
        body = await posted(request)
        trigger = asking.TRIGGERS.get(str(body.get("kind")))
        if trigger is None:
            raise bad(f"kind is {body.get('kind')!r}; write one of {', '.join(asking.TRIGGERS)}.")
        person = find_person(self._settings.home, str(body.get("person") or ""))
        if person is None:
            raise bad(f"person is {body.get('person')!r}, none of the cast; choose one of them.")
        if not asking.is_known(trigger):
            raise refusal(web.HTTPConflict, f"The dialogue does not know {trigger} yet; add it to domain.yml and train.")
        now = self._clock.now()
        try:
            visits = await self._schedule.visits(person.id, now)
        except ScheduleAway as error:
            raise refusal(web.HTTPServiceUnavailable, AWAY.format(reason=error)) from error
        if body.get("kind") == asking.REMINDER and not visits:
            raise refusal(web.HTTPConflict, f"{person.name} has no coming visit to be reminded of.")
        entities = {"patient": f"Patient/{person.id}", **({"visit": f"Appointment/{visits[0].id}"} if visits else {})}
        channel = channel_of(body.get("channel"))
        line = self._settings.whatsapp_number if channel is Channel.WHATSAPP else self._settings.sms_number
        opened = await self._database.writing(asking.ask, channel, line, person.number, trigger, entities, now)
        await self._wake.notify(INBOX, opened)
        return web.json_response({"conversation": opened, "visit": visits[0].start.isoformat() if visits else None}, status=201)

    async def _recording(self, request: web.Request) -> web.Response:
        person = self._recorded(request)
        try:
            channel = channel_of(request.query.get("channel"))
            owner = (await self._database.reading(threads.state, person.number, channel))["owner"]
            text = await self._recorder.saved(person, with_person=owner != "bot")
        except ScheduleAway as error:
            raise refusal(web.HTTPServiceUnavailable, AWAY.format(reason=error)) from error
        except sa.exc.SQLAlchemyError as error:
            raise refusal(web.HTTPServiceUnavailable, "The store is away; try again.") from error
        if text is None:
            raise refusal(web.HTTPNotFound, f"{person.name} has texted nothing since this edge started; send a text first.")
        headers = {**SAFE_HEADERS, "Content-Disposition": f'attachment; filename="{person.id}.yml"'}
        return web.Response(text=text, content_type="application/yaml", charset="utf-8", headers=headers)

    async def _forget(self, request: web.Request) -> web.Response:
        await posted(request)
        self._recorder.forget(self._recorded(request))
        return web.json_response({})

    def _recorded(self, request: web.Request) -> Person:
        identifier = request.match_info["id"]
        if identifier == STRANGER:
            return Person(STRANGER, "An unknown number", number_of(request.query.get("number")), "", "")
        person = find_person(self._settings.home, identifier)
        if person is None:
            raise refusal(web.HTTPNotFound, f"Nobody of the cast is {identifier[:40]!r}; choose one of them.")
        return person

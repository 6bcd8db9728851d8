"""What follows a sign of danger: fixed words to the patient, pages to the clinic, and one holding sentence for whatever comes after.

Which words are said depends on the level and category, on whom the message speaks of, on its language, and on whether a named person is on
call just now: only then is a call promised, with the time by which it comes (`data/safety/wording.yml`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store import incidents
from bot.store.incidents import Noted, OpenIncident, Sign
from bot.store.outbox import Draft
from bot.store.tables import incident
from bot.store.turns import Held
from bot.turns.house import House
from bot.types import Channel

PAGE_EVERY = timedelta(minutes=5)
"""How often an unanswered page is repeated where the clinic names nobody and only a number is set."""


def words(house: House, held: Held, sign: Sign, now: datetime) -> tuple[str, str]:
    """Return the name and the text of the fixed words for a sign."""
    name = phrase(
        house,
        f"safety_{sign.level}",
        sign.category,
        nobody=house.on_duty(now) is None,
        other=sign.about == "other",
        spanish=sign.language == "es",
    )
    return name, house.say(name, held.channel)


def holding(connection: Connection, house: House, held: Held, standing: OpenIncident, now: datetime) -> tuple[str, str]:
    """Return the name and the text of the holding sentence for a further message, with the true time of the call."""
    person = house.on_duty(now)
    promised = standing.call_back_by
    if standing.untraced:
        stem = "holding_private"
    elif standing.level == "urgent":
        stem = "holding_incident"
        if promised is not None and now > promised and standing.acknowledged_at is None:
            stem = "holding_incident_late"
    else:
        stem = f"holding_{standing.level}"
    open_promise = person is not None and promised is not None and now <= promised
    name = phrase(house, stem, "", nobody=not open_promise, other=False, spanish=standing.language == "es")
    values = {}
    if open_promise and person is not None and promised is not None:
        values = {"who": person.staff.first_name, "by": _clock(house, promised, now)}
    return name, house.say(name, held.channel, **values)


def phrase(house: House, stem: str, category: str, *, nobody: bool, other: bool, spanish: bool) -> str:
    """Return the name of the most fitting sentence there is: its language before all, then the category, then the rest.

    Where nobody is on call a sentence without `nobody` is taken only if none with it exists, as for abuse, which promises nothing.
    """
    for language in ("_es", "") if spanish else ("",):
        for about in (f"_{category}", "") if category else ("",):
            for duty in ("_nobody", "") if nobody else ("",):
                for speaker in ("_other", "") if other else ("",):
                    name = f"{stem}{about}{duty}{speaker}{language}"
                    if name in house.phrases:
                        return name
    return stem


def promise(connection: Connection, house: House, noted: Noted, now: datetime) -> None:
    """Write down by when the patient is called, if somebody can promise it, and when the next page is due."""
    person = house.on_duty(now)
    values: dict[str, object] = {"acknowledged_at": None, "acknowledged_by": None}
    if person is not None:
        by = now + timedelta(minutes=person.call_back_minutes)
        standing = connection.scalar(sa.select(incident.c.call_back_by).where(incident.c.id == noted.id))
        values["call_back_by"] = min(by, standing) if standing is not None and standing > now else by
    if house.oncall_number:
        values["next_page_at"] = now + page_interval(house)
        values["pages"] = incident.c.pages + 1
    connection.execute(incident.update().where(incident.c.id == noted.id).values(**values))


def page_interval(house: House) -> timedelta:
    """Return how often an unanswered page is repeated."""
    return timedelta(minutes=house.on_call.page_every_minutes) if house.on_call else PAGE_EVERY


def page(connection: Connection, house: House, noted: Noted, line: str) -> Draft:
    """Return the page about an incident that was opened or rose; not a word about the patient."""
    number = connection.scalar(sa.select(incident.c.pages).where(incident.c.id == noted.id))
    return page_to(house, house.oncall_number, line, f"page:{noted.id}:{number}", "page")


def page_to(house: House, to: str, line: str, dedupe_key: str, name: str, **values: str) -> Draft:
    """Return a page to a number of the clinic's own."""
    return Draft(
        conversation_id=None,
        turn_id=None,
        seq=0,
        purpose="page",
        channel=Channel.SMS,
        line=house.paging_line or line,
        address=to,
        body=house.say(name, Channel.SMS, **values),
        response=name,
        dedupe_key=dedupe_key,
    )


def facts(connection: Connection, conversation_id: str) -> dict[str, object]:
    """Return what the card of the hand-off says of the incident."""
    standing = incidents.open_incident(connection, conversation_id=conversation_id)
    if standing is None:
        return {}
    told: dict[str, object] = {"incident": standing.id, "level": standing.level, "categories": list(standing.categories)}
    if standing.call_back_by is not None:
        told["call_back_by"] = standing.call_back_by.isoformat()
    if standing.private:
        told |= {"safe_to_call": "unknown", "leave_message": False, "copies_to_caregivers": False}
    return told


def _clock(house: House, instant: datetime, now: datetime) -> str:
    """Return a time of the clinic's wall clock as patients read it; with the weekday unless it is today."""
    local = instant.astimezone(house.zone)
    hour = f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"
    return hour if house.day(instant) == house.day(now) else f"{hour} {local:%a}"

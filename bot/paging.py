"""Pages the clinic's people about an incident until one of them says that they have it.

The first page is written with the turn that found the sign (`bot.turns.alarm`); this repeats it. Whoever answers the page with OK, claims
the conversation, or runs `python -m bot acknowledge` ends it. Any number of pagers share one store: a page is written by the one that
moves the incident's next page on.
"""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.clock import Clock
from bot.store import incidents
from bot.store.database import Database
from bot.store.outbox import Draft, put
from bot.store.tables import conversation, incident
from bot.turns.alarm import page_interval, page_to
from bot.turns.house import House
from bot.wake import OUTBOX, Wake

log = logging.getLogger(__name__)

SWEEP_S = 5.0
ACKNOWLEDGING = frozenset({"ok", "okay", "ack", "yes", "got it", "on it", "y", "k"})
"""What says that somebody has it."""
_NO_WORD = re.compile(r"[^\w\s]|_")


class Pager:
    """Repeats pages until told to stop. `wake` is told of each, so that it is sent at once."""

    def __init__(self, database: Database, house: House, clock: Clock, wake: Wake) -> None:
        self._database = database
        self._house = house
        self._clock = clock
        self._wake = wake

    async def run(self, stop: asyncio.Event) -> None:
        """Page whenever it is due, until `stop` is set."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                try:
                    await self.page()
                except sa.exc.SQLAlchemyError as error:
                    log.error("pages cannot be written (%s); trying again in %s s", type(error).__name__, SWEEP_S)
                pausing = asyncio.ensure_future(self._clock.sleep(SWEEP_S))
                await asyncio.wait([pausing, stopping], return_when=asyncio.FIRST_COMPLETED)
                pausing.cancel()
                await asyncio.gather(pausing, return_exceptions=True)
        finally:
            stopping.cancel()

    async def page(self) -> int:
        """Write the pages that are due now and return how many."""
        now = self._clock.now()
        if not await self._database.reading(_any_due, now):
            return 0
        written = await self._database.writing(repeat_pages, self._house, now)
        for identifier in written:
            await self._wake.notify(OUTBOX, identifier)
        return len(written)


def repeat_pages(connection: Connection, house: House, now: datetime) -> list[str]:
    """Write a page for every open incident whose next one is due; return the ids of the texts.

    After so many unanswered ones the second number is paged as well.
    """
    query = sa.select(incident, conversation.c.line).join(conversation, conversation.c.id == incident.c.conversation_id)
    drafts: list[Draft] = []
    for row in connection.execute(query.where(_due(now)).order_by(incident.c.opened_at)).mappings().all():
        number = row["pages"] + 1
        mine = incident.update().where(incident.c.id == row["id"], incident.c.next_page_at == row["next_page_at"])
        if not connection.execute(mine.values(pages=number, next_page_at=now + page_interval(house))).rowcount:
            continue
        for place, address in enumerate(_whom(house, number)):
            key = f"page:{row['id']}:{number}:{place}"
            drafts.append(page_to(house, address, row["line"], key, "page_again", number=str(number)))
        log.warning("incident %s: page %d", row["id"], number)
    return put(connection, drafts, now) if drafts else []


def is_answer(house: House, address: str, body: str) -> bool:
    """Is a text the answer to a page: does it come from a number that is paged, and say OK?"""
    return address in _numbers(house) and _says_ok(body)


def answered(connection: Connection, now: datetime) -> str:
    """Take a text as the answer to all pages: return the name of the sentence to answer it with."""
    waiting = incidents.waiting_for_somebody(connection)
    taken = [one for one in waiting if incidents.acknowledge(connection, one.id, "page", now)]
    return "page_acknowledged" if taken else "page_nothing_open"


def _says_ok(body: str) -> bool:
    return " ".join(_NO_WORD.sub(" ", body.lower()).split()) in ACKNOWLEDGING


def _numbers(house: House) -> set[str]:
    return {number for number in (house.oncall_number, house.on_call.escalation_number if house.on_call else "") if number}


def _whom(house: House, number: int) -> list[str]:
    found = [house.oncall_number] if house.oncall_number else []
    if house.on_call and house.on_call.escalation_number and number > house.on_call.escalate_after_pages:
        found.append(house.on_call.escalation_number)
    return list(dict.fromkeys(found))


def _any_due(connection: Connection, now: datetime) -> bool:
    return connection.execute(sa.select(incident.c.id).where(_due(now)).limit(1)).first() is not None


def _due(now: datetime) -> sa.sql.ClauseElement:
    return sa.and_(sa.text("incident.state = 'open'"), incident.c.next_page_at.is_not(None), incident.c.next_page_at <= now)

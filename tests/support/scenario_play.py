"""Plays a scenario on a running line: types for the patient, moves the clock, and does what others do meanwhile."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.ids import new_id
from bot.outage import set_down
from bot.store import inbox, tables, turns
from bot.turns.worker import SWEEP_S
from bot.types import Awaiting, Channel
from tests.support import scenario_schedule as schedule
from tests.support import scenario_store
from tests.support.line import ZONE, Line
from tests.support.scenario import (
    Ask,
    BirthDate,
    Burst,
    Choice,
    Clock,
    Reminder,
    RequestMode,
    Scenario,
    Scheduling,
    Taken,
    Tapback,
    Text,
    Turn,
    WaitlistOffer,
    Yes,
)  # fmt: skip
from tests.support.scenario_moments import moments
from tests.support.scenario_people import Writer, in_figures, patient, writer
from tests.support.scenario_schedule import Resource, Schedule, Standing
from tests.support.twilio_client import new_sid

REMINDER, OFFER = "EXTERNAL_ask_reminder", "EXTERNAL_offer_opening"
ASKS = {"survey": "EXTERNAL_ask_survey", "pain": "EXTERNAL_ask_pain", "exercise": "EXTERNAL_ask_exercises"}
LOOK_S = 0.5  # a turn that works is done by then, or is left alone
SECONDS = 120.0  # a conversation takes about two; a line that never answers must not hold the others up
_NUMBERED = re.compile(r"(?<!\S)(\d)[).]\s")
_FEE = re.compile(r"\bfee\b|\bcharge|\$", re.IGNORECASE)


class CannotPlay(Exception):
    """The scenario asks for something that the schedule or the line does not have. The message names it."""


@dataclass
class Played:
    """What a scenario came to. `transcript` is for people to read; `told` are the line's texts to the writer, in order.

    `fault` says why it could not be played to its end. `freed` are the slots of changed visits on which none stands now.
    `taken` are visits that somebody else booked, `dropped` those that somebody else cancelled, `taken_slots` what is gone with the former.
    """

    scenario: Scenario
    writer: Writer
    begin: Schedule
    end: Schedule
    transcript: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    burst_answers: int | None = None
    taken: set[str] = field(default_factory=set)
    taken_slots: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    freed: frozenset[str] = frozenset()
    handoffs: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    owners: set[str] = field(default_factory=set)
    opted_out: bool = False
    store: scenario_store.Store = field(default_factory=scenario_store.Store)
    visits_left: dict[str, int] = field(default_factory=dict)
    fault: str | None = None


def changes_of(scenario: Scenario) -> dict[str, Any]:
    """Return the settings that a line needs to play this scenario."""
    return {"scheduling_profile": "request"} if any(isinstance(turn, RequestMode) for turn in scenario.says) else {}


async def play(line: Line, scenario: Scenario, seconds: float = SECONDS) -> Played:
    """Play every turn, for so long at most, then read what is true."""
    begin = await schedule.read(line)
    who = writer(scenario.who, line.clock.now().astimezone(ZONE).date())
    played = Played(scenario, who, begin, begin, visits_left=await schedule.visits_left(line, who.near))
    player = _Player(line, played)
    try:
        async with asyncio.timeout(seconds):
            for turn in scenario.says:
                await player.take(turn)
    except TimeoutError:
        played.fault = "the line did not come to rest in time"
    except (CannotPlay, AssertionError) as error:
        played.fault = str(error)
    await player.read_end()
    return played


class _Player:
    def __init__(self, line: Line, played: Played) -> None:
        self.line, self.played, self.writer = line, played, played.writer
        self._explained: set[str] = set()

    async def take(self, turn: Turn) -> None:
        does: dict[type, Callable[[Any], Awaitable[None]]] = {
            Text: lambda one: self._say(one.body),
            BirthDate: self._birth_date,
            Choice: self._choice,
            Yes: self._yes,
            Burst: self._burst,
            Clock: self._clock,
            Reminder: self._reminder,
            WaitlistOffer: self._waitlist_offer,
            Ask: self._ask,
            Taken: self._taken,
            Scheduling: self._scheduling,
            RequestMode: lambda one: self._note("the scheduling system can only be read"),
            Tapback: lambda one: self._say(f"{one.kind} “{self.played.told[-1] if self.played.told else ''}”"),
        }
        await does[type(turn)](turn)

    async def _note(self, what: str) -> None:
        self.played.transcript.append(f"   ({what})")

    async def _say(self, *bodies: str) -> None:
        for body in bodies:
            self.played.transcript.append(f" > {body}")
            answer = await self.line.texter.text(self.writer.number, body, new_sid())
            if answer.status != 200:
                raise CannotPlay(f"the line refused a text with HTTP {answer.status}")
        await self._hear()

    async def _settle(self) -> None:
        """Return when the line has done all it can; what it means to try again later is not waited for: the clock moves there."""
        quiet = asyncio.ensure_future(self.line.quiet())
        try:
            while not (await asyncio.wait({quiet}, timeout=LOOK_S))[0]:
                under_way = [row for row in await self.line.rows(tables.turn) if row["state"] in ("open", "waiting")]
                later = min((row["next_try_at"] for row in under_way), default=self.line.clock.now()) - self.line.clock.now()
                self.line.clock.move(max(later, timedelta()))
            await quiet
        finally:
            quiet.cancel()

    async def _hear(self) -> list[str]:
        await self._settle()
        fresh = self.line.news(self.writer.number)
        self.played.told += fresh
        self.played.transcript += [f" < {body}" for body in fresh]
        await self._explain()
        return fresh

    async def _explain(self) -> None:
        for row in sorted(await self.line.rows(tables.turn), key=lambda row: row["created_at"]):
            if row["id"] not in self._explained and row["explanation"]:
                self._explained.add(row["id"])
                await self._note(_in_short(row["explanation"]))

    async def _conversation(self) -> dict[str, Any] | None:
        rows = await self.line.rows(tables.conversation)
        return next((row for row in rows if row["address"] == self.writer.number), None)

    async def _awaiting(self) -> str:
        row = await self._conversation()
        return str(row["awaiting"]) if row and row["owner"] == "bot" else Awaiting.NONE.value

    async def _answers(self, wanted: Awaiting, symbol: str) -> bool:
        open_question = await self._awaiting()
        if open_question != wanted.value:
            await self._note(f"{symbol} is left out: the open question is {open_question}")
        return open_question == wanted.value

    async def _birth_date(self, turn: BirthDate) -> None:
        born = patient(turn.of).born if turn.of else self.writer.born
        if born is None:
            raise CannotPlay("nobody's birth date is asked for; write it out in the scenario")
        if await self._answers(Awaiting.DATE_OF_BIRTH, "birth_date"):
            await self._say(in_figures(born))

    async def _choice(self, turn: Choice) -> None:
        if not await self._answers(Awaiting.CHOICE, "choice"):
            return
        question = self.played.told[-1]
        if await self._names_visits_only(question):
            await self._note("choice is left out: the open question is which visit is meant")
            return
        offered = [int(number) for number in _NUMBERED.findall(question)]
        await self._say(str(min(turn.number, max(offered, default=turn.number))))

    async def _names_visits_only(self, question: str) -> bool:
        """Are all the numbered times of a question visits of this family? Then it offers none."""
        own = {visit.start for visit in (await schedule.read(self.line)).of(*self.writer.near)}
        _, *parts = _NUMBERED.split(question)
        named = [one for option in parts[1::2] for one in moments(option, self.line.clock.now().astimezone(ZONE))[:1]]
        return bool(named) and all(any(one.fits(start) for start in own) for one in named)

    async def _yes(self, turn: Yes) -> None:
        if not await self._answers(Awaiting.YES_NO, "yes"):
            return
        asked_first = self.played.told[-1] if self.played.told else ""
        await self._say("yes")
        if await self._awaiting() == Awaiting.YES_NO.value and _FEE.search(asked_first + self.played.told[-1]):
            await self._say("yes")

    async def _burst(self, turn: Burst) -> None:
        before = len(self.played.told)
        await self._say(*turn.bodies)
        if self.played.burst_answers is None:
            self.played.burst_answers = len(self.played.told) - before

    async def _clock(self, turn: Clock) -> None:
        by = turn.by if turn.by is not None else turn.until - self.line.clock.now() if turn.until else timedelta()
        if by < timedelta():
            raise CannotPlay("the clock does not go back; write a later moment")
        self.line.clock.move(by)
        await self._note(f"it is {self.line.clock.now().astimezone(ZONE):%a %b %d %H:%M}")
        await asyncio.sleep(SWEEP_S + 0.2)  # the workers look for what is due that often
        await self._hear()

    async def _reminder(self, turn: Reminder) -> None:
        visit = visit_at(self.played.begin, self.writer, turn.start)
        await self._trigger(REMINDER, {"visit": visit.reference})

    async def _waitlist_offer(self, turn: WaitlistOffer) -> None:
        now = await schedule.read(self.line)
        wait = next((wait for wait in now.waits if wait.patient in self.writer.patients), None)
        held = [visit for visit in now.visits.values() if visit.start == turn.start and visit.patient not in self.writer.patients]
        if wait is None or not held:
            raise CannotPlay(f"nobody waits for the opening at {turn.start:%a %b %d %H:%M}, or nobody holds it")
        visit = min(held, key=lambda visit: visit.practitioner != wait.practitioner)
        await schedule.cancel(self.line, visit)
        self.played.dropped.add(visit.reference)
        await self._trigger(OFFER, {"slot": visit.slots[0], "waitlist": wait.reference})

    async def _ask(self, turn: Ask) -> None:
        if not self.writer.patients:
            raise CannotPlay(f"{self.writer.id} is no patient whom the line would ask")
        await self._trigger(ASKS[turn.what], {"patient": f"Patient/{self.writer.patients[0]}"}, silence=True)

    async def _trigger(self, name: str, entities: dict[str, str], *, silence: bool = False) -> None:
        """Have the line write first; `silence` is right where it may hold back, as after an opt-out."""
        await self._note(f"{name} {' '.join(entities.values())}")

        def queue(connection: Any) -> None:
            now = self.line.clock.now()
            number = self.line.settings.sms_number
            conversation = inbox.open_conversation(connection, Channel.SMS.value, number, self.writer.number, now)
            turns.add_trigger(connection, conversation, new_id("ask"), {"name": name, "entities": entities}, now)

        await self.line.database.writing(queue)
        if not await self._hear() and not silence:
            raise CannotPlay(f"{name} was answered with nothing")

    async def _taken(self, turn: Taken) -> None:
        for practitioner, slot in await (self._given_up() if turn.which == "old" else self._on_offer()):
            visit = await schedule.book(self.line, practitioner, slot)
            self.played.taken.add(visit)
            self.played.taken_slots.add(f"Slot/{slot['id']}")
            await self._note(f"somebody books {slot['start']} with {schedule.first_name(practitioner)}")

    async def _given_up(self) -> list[tuple[str, Resource]]:
        now = await schedule.read(self.line)
        standing = {(visit.patient, visit.start) for visit in now.visits.values()}
        gone = [visit for visit in self.played.begin.of(*self.writer.near) if (visit.patient, visit.start) not in standing]
        if not gone:
            raise CannotPlay("no visit was given up that somebody else could book")
        return [(gone[-1].practitioner, await self.line.get(slot)) for slot in gone[-1].slots]

    async def _on_offer(self) -> list[tuple[str, Resource]]:
        """Return the openings that the last text names: the one held, else the usual therapist's."""
        now = self.line.clock.now().astimezone(ZONE)
        text = self.played.told[-1] if self.played.told else ""
        usual = {visit.practitioner for visit in self.played.begin.of(*self.writer.near)}
        own = {visit.start for visit in (await schedule.read(self.line)).of(*self.writer.near)}
        named = {ident for ident in schedule.PRACTITIONERS if re.search(rf"\b{schedule.first_name(ident)}\b", text, re.IGNORECASE)}
        found: dict[str, tuple[str, Resource]] = {}
        for start in dict.fromkeys(one.near(now) for one in moments(text, now)):
            open_then = await schedule.openings(self.line, start) if start and start not in own else []
            if open_then:
                best = min(open_then, key=lambda one: (one[1]["status"] == "free", one[0] not in named, one[0] not in usual))
                found[best[1]["id"]] = best
        if not found:
            raise CannotPlay("the last text names no opening that somebody else could book")
        return list(found.values())

    async def _scheduling(self, turn: Scheduling) -> None:
        set_down(self.line.settings.home, down=not turn.up)
        await self._note(f"the scheduling system is {'up' if turn.up else 'down'}")

    async def read_end(self) -> None:
        """Read schedule and store, past whatever was broken."""
        set_down(self.line.settings.home, down=False)
        played = self.played
        played.end = await schedule.read(self.line)
        standing = {(visit.patient, visit.start) for visit in played.end.visits.values()}
        gone = [visit for visit in played.begin.visits.values() if (visit.patient, visit.start) not in standing]
        played.freed = frozenset(await schedule.to_be_had(self.line, [slot for visit in gone for slot in visit.slots]))
        conversation = await self._conversation()
        ident = conversation["id"] if conversation else ""
        played.owners = {str(conversation["owner"])} if conversation else set()
        played.handoffs = [row for row in await self.line.rows(tables.handoff) if row["conversation_id"] == ident]
        played.tasks = await self.line.rows(tables.staff_task)
        consents = await self.line.rows(tables.consent)
        played.store = await scenario_store.read(self.line, self.writer.number, self.writer.patients)
        played.opted_out = any(row["opted_out"] for row in consents if row["address"] == self.writer.number)


def visit_at(begin: Schedule, who: Writer, start: Any) -> Standing:
    """Return the visit at that time of the writer, of somebody they act for, or of their family. Raises CannotPlay."""
    for patients in (who.patients, who.near):
        for visit in begin.of(*patients):
            if visit.start == start:
                return visit
    raise CannotPlay(f"{who.id} has no visit at {start:%a %b %d %H:%M}")


def _in_short(explanation: dict[str, Any]) -> str:
    clauses = explanation.get("clauses") or ()
    heard = " + ".join(
        f"{one['intent']} {one['confidence']:.2f}" + "".join(f" {each['name']}={each['value']}" for each in one["entities"])
        for one in clauses
    )
    awaited = explanation.get("awaited", {})
    return (
        f"{awaited.get('before')} -> {heard or 'nothing'} -> {explanation.get('journey')}/{explanation.get('asked')} {awaited.get('after')}"
    )

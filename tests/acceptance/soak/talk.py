"""One patient's conversation with the line: reads what comes, answers what is asked, and always comes to an end."""

from __future__ import annotations

import asyncio
import random
from enum import Enum

from tests.acceptance.soak.desk import Desk
from tests.acceptance.soak.ear import Ear
from tests.acceptance.soak.inbound import Inbound
from tests.acceptance.soak.patients import Patient
from tests.acceptance.soak.phrasebook import Phrasebook
from tests.acceptance.soak.plots import Plan

# Seconds. The first answer may have to wait for a start of Rasa and for a dead worker's lease; a second text for a lost answer's look-up.
FIRST_TEXT = 150.0
NEXT_TEXT = 45.0
BURST = 1.5
BACK = 60.0
MOST_TEXTS = 14
PATIENT_ENOUGH = 10


class Ending(str, Enum):
    """How a conversation ended for the patient."""

    MOVED = "moved"
    REQUESTED = "requested"
    TOLD = "told"
    CONFIRMED = "confirmed"
    LEFT = "left"
    NO_VISIT = "no_visit"
    PERSON = "person"
    UNANSWERED = "unanswered"
    ENDLESS = "endless"


ENDS = {
    "utter_moved": Ending.MOVED,
    "utter_move_requested": Ending.REQUESTED,
    "utter_next_visit": Ending.TOLD,
    "utter_next_visit_and_then": Ending.TOLD,
    "utter_confirmed": Ending.CONFIRMED,
    "utter_left": Ending.LEFT,
    "utter_left_unchanged": Ending.LEFT,
    "utter_no_visit": Ending.NO_VISIT,
    "utter_no_visit_to_move": Ending.NO_VISIT,
}
# "How can I help?" holds no conversation open.
OPEN = ("none", "free_text")
PERSON = ("utter_hand_off", "utter_technical_problem", "utter_holding")


class Talk:
    """Plays patients over the carrier; holds no state of its own between conversations."""

    def __init__(self, inbound: Inbound, ear: Ear, phrases: Phrasebook, desk: Desk, dice: random.Random) -> None:
        self._inbound = inbound
        self._ear = ear
        self._phrases = phrases
        self._desk = desk
        self._dice = dice
        self.unread: list[str] = []
        self.transcripts: dict[str, list[str]] = {}

    async def hold(self, patient: Patient, plan: Plan) -> Ending:
        """Hold one conversation and say how it ended."""
        self._ear.forget(patient.number)
        await self._say(patient, *plan.opening)
        wavered = not plan.wavers
        for said in range(MOST_TEXTS):
            texts = await self._hear(patient, burst=said == 0 and len(plan.opening) > 1)
            names = self._phrases.names(texts)
            if any(name.startswith(PERSON) for name in names) or await self._desk.has(patient.number):
                await self._back(patient)
                return Ending.PERSON
            if not texts:
                return Ending.UNANSWERED
            asked = self._phrases.asked(texts)
            ended = next((ENDS[name] for name in ENDS if name in names), None)
            if asked in OPEN and ended is not None:
                return ended
            if said >= PATIENT_ENOUGH:
                await self._say(patient, "never mind" if said == PATIENT_ENOUGH else "i want to talk to a person")
            elif asked == "yes_no" and not wavered:
                wavered = True
                await self._say(patient, "no")
            else:
                await self._say(patient, self._reply(patient, plan, asked, names))
        return Ending.ENDLESS

    async def _say(self, patient: Patient, *bodies: str) -> None:
        self.transcripts.setdefault(patient.number, []).extend(f"P: {body}" for body in bodies)
        await asyncio.gather(*(self._inbound.text(patient.number, body) for body in bodies))

    async def _hear(self, patient: Patient, *, burst: bool) -> list[str]:
        """Return the texts of an answer: up to its question or its end, and what comes right after."""
        texts = await self._ear.wait(patient.number, FIRST_TEXT)
        while texts and self._phrases.asked(texts) == "none" and not self._closes(texts):
            more = await self._ear.wait(patient.number, NEXT_TEXT)
            if not more:
                break
            texts += more
        if texts:
            await asyncio.sleep(BURST if burst else 0.2)
            texts += self._ear.forget(patient.number)
        self.transcripts.setdefault(patient.number, []).extend(f"B: {text}" for text in texts)
        self.unread += [text for text in texts if not self._phrases.read(text)]
        return texts

    def _closes(self, texts: list[str]) -> bool:
        names = self._phrases.names(texts)
        stuck = any(name.startswith("utter_not_understood") or name == "utter_nothing_open" for name in names)
        return stuck or any(name in ENDS or name.startswith(PERSON) for name in names)

    def _reply(self, patient: Patient, plan: Plan, asked: str, names: set[str]) -> str:
        born = patient.born
        if asked == "date_of_birth":
            return self._dice.choice((f"{born.month}/{born.day}/{born.year}", f"{born:%B} {born.day}, {born.year}"))
        if asked == "name":
            return patient.given
        if asked == "yes_no":
            return self._dice.choice(("yes", "YES", "yes please"))
        if plan.kind == "leave":
            return "never mind"
        if asked == "choice":
            return str(1 if "utter_no_such_choice" in names or "utter_ask_which_visit" in names else plan.choice)
        if asked == "date_time":
            return "any day next week"
        return "when is my next appointment?" if plan.kind in ("check", "confirm") else "i need to move my next visit"

    async def _back(self, patient: Patient) -> None:
        """Let the desk give the conversation back, and wait until the bot says so."""
        if await self._desk.release(patient.number):
            texts: list[str] = []
            while not any(name.startswith("utter_back_to_bot") for name in self._phrases.names(texts)):
                texts = await self._ear.wait(patient.number, BACK)
                self.transcripts.setdefault(patient.number, []).extend(f"B: {text}" for text in texts)
                if not texts:
                    return

"""Journeys without Rasa: messages with the intents that they are understood as, slots kept between them, what is said and recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.context import Context
from actions.journey import Journey
from actions.journeys.registry import KINDS, listening
from actions.step import Step
from actions.switching import opened_by
from actions.turn import Turn
from bot.clinic import load_clinic
from bot.store.database import Database
from tests.support.scripted import HandClock

ASKED = {"id": "ask_1", "patient": "Patient/maya-torres", "given": "", "at": "2025-06-02T08:00:00-04:00"}


@dataclass
class Talk:
    """One conversation of one patient; `says` plays a message and returns the responses it was answered with."""

    database: Database
    clock: HandClock = field(default_factory=HandClock)
    slots: dict[str, Any] = field(default_factory=dict)
    awaiting: str = "none"
    records: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0
    kind: str = ""

    async def says(self, text: str, intent: str, *, message: str | None = None) -> list[str]:
        """Play a message, or with `message` a further clause of that one."""
        if message is None:
            self.number += 1
        dispatcher = CollectingDispatcher()
        event = {
            "event": "user",
            "text": text,
            "message_id": message or f"SM{self.number}",
            "parse_data": {"intent": {"name": intent, "confidence": 1.0}},
            "metadata": {"awaiting": self.awaiting},
        }
        slots = {**self.slots, "choice": None, "when": None}
        turn = Turn(dispatcher, Tracker("conversation", slots, {}, [event], False, None, {}, "action_listen"))
        clinic = load_clinic(Path("data/clinic.yml"))
        context = SimpleNamespace(
            clinic=clinic, clock=self.clock, database=self.database, now=lambda: clinic.local(self.clock.now()), address_of=_unknown
        )
        step = Step(turn, cast(Context, context), Journey("answer", turn.message_id, text))
        self.kind = listening(step) or opened_by(step)
        assert self.kind, f"nothing takes {intent}"
        step.journey = Journey(self.kind, turn.message_id, text)
        await KINDS[self.kind].advance(step)
        self.slots |= {change["name"]: change["value"] for change in turn.events()}
        said = []
        for one in dispatcher.messages:
            record = (one.get("custom") or {}).get("record")
            if record:
                self.records.append(one["custom"])
            else:
                said.append(one["response"].removeprefix("utter_"))
        return said

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Return the records of a kind."""
        return [one for one in self.records if one["record"] == kind]

    @property
    def answer(self) -> tuple[int | None, str | None]:
        """Score and comment as they were stored last."""
        last = self.told("survey")[-1]
        return last["score"], last["comment"]


async def _unknown(_conversation: str) -> None:
    """No number: as in `rasa shell`."""
    return

"""One turn: the tracker is read, the message understood, actions run, and everything saved at the end or not at all.

Drives Rasa's `MessageProcessor` step by step instead of `handle_message`, because that saves a turn whose action has failed, logs a
second message instead of answering a known one again, and understands one thing per message.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.exceptions import ActionLimitReached
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.suspended import SUSPENDED, suspended_question
from bot.types import TurnRefused, TurnRequest
from channels.rasa_turn.action_server import TurnAborted, WatchedAction
from channels.rasa_turn.explaining import explained
from channels.rasa_turn.history import AWAITING, awaiting_of, bot_messages, exchange, intents_of, shortened, turn_events
from channels.rasa_turn.output import Emit, TurnOutput
from channels.rasa_turn.patient_text import without_commands
from channels.rasa_turn.protocol import MalformedTurn, end_line

TAPBACK = "EXTERNAL_tapback"
# Staff give the conversation back: a form that a sign of danger froze is set aside first, as at any hand-off, and taken up by the action.
RELEASED = "EXTERNAL_staff_released"

# Another turn of the same conversation is rare here, since a lease in SQL keeps them apart; it is waited for in steps of this.
LOCK_STEP_SECONDS = 0.02


def set_aside(tracker: DialogueStateTracker) -> list[Event]:
    """Return the events that suspend the open form; none when no form is open."""
    question = suspended_question(tracker.active_loop_name, tracker.get_slot(REQUESTED_SLOT))
    return [] if question is None else [SlotSet(SUSPENDED, question), ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]


class Stages:
    """Milliseconds spent in each stage of a turn."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Add the time of the block to a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.spent[name] = self.spent.get(name, 0.0) + (time.perf_counter() - start) * 1000


class Turn:
    """One request being answered by an agent; `emit` takes each line as it happens."""

    def __init__(self, agent: Any, request: TurnRequest, emit: Emit) -> None:
        self._agent = agent
        self._processor = agent.processor
        self._domain = agent.processor.domain
        self._request = request
        self._emit = emit
        self._output = TurnOutput(request.channel.value, emit)
        self._stages = Stages()
        self._ranking: list[dict[str, Any]] = []

    async def run(self) -> None:
        """Answer the request; the last line emitted is `end`.

        Raises TurnAborted when an action failed, TurnRefused for a trigger into an open form, MalformedTurn for a trigger that the domain
        does not know, and whatever the tracker store or a policy raises; nothing is saved then.
        """
        with self._stages.of("total"):
            async with self._agent.lock_store.lock(self._request.conversation, wait_time_in_seconds=LOCK_STEP_SECONDS):
                with self._stages.of("load"):
                    tracker = await self._processor.fetch_tracker_and_update_session(self._request.conversation, self._output)
                known = turn_events(tracker, self._request.message_id)
                if known is None:
                    await self._answer(tracker)
                else:
                    self._repeat(known)
                events = turn_events(tracker, self._request.message_id) or []
        self._emit(
            end_line(
                awaiting_of(tracker, self._domain),
                replayed=known is not None,
                intents=intents_of(events),
                form=tracker.active_loop_name,
                stages=self._stages.spent,
                why=explained(events, tracker, awaiting_of(tracker, self._domain), self._ranking),
            )
        )

    def _repeat(self, events: list[Any]) -> None:
        clauses = bot_messages(events)
        for position, messages in enumerate(clauses, start=1):
            self._output.begin_clause(last=position == len(clauses))
            for message in messages:
                self._output.take(message)
        self._output.finish()

    async def _answer(self, tracker: DialogueStateTracker) -> None:
        request = self._request
        if request.trigger is not None:
            self._check_trigger(request.trigger["name"], tracker)
        for event in shortened(tracker, self._domain):
            tracker.update(event, self._domain)
        if request.events is not None:
            for event in exchange(tracker, self._domain, request.events, request.message_id):
                tracker.update(event, self._domain)
        elif request.trigger is not None:
            for event in set_aside(tracker) if request.trigger["name"] == RELEASED else ():
                tracker.update(event, self._domain)
            await self._act_on(self._triggered(request.trigger), tracker)
        else:
            await self._read(without_commands(request.text or ""), tracker)
        self._output.finish()
        with self._stages.of("save"):
            await self._processor.save_tracker(tracker)

    def _check_trigger(self, name: str, tracker: DialogueStateTracker) -> None:
        if name not in self._domain.intents:
            raise MalformedTurn(f"trigger {name} is no intent of the domain; add it to domain.yml and train, or correct the name")
        if tracker.active_loop_name and name != RELEASED:
            # The open form would run first and take the trigger for its answer.
            raise TurnRefused(f"{tracker.active_loop_name} is open; try again later")

    async def _read(self, text: str, tracker: DialogueStateTracker) -> None:
        """Understand a patient's text and act on each of its clauses, in the order the language understanding gives them."""
        request = self._request
        metadata = {**request.metadata, AWAITING: awaiting_of(tracker, self._domain).value}
        with self._stages.of("parse"):
            parsed = await self._processor.parse_message(
                UserMessage(
                    text,
                    self._output,
                    request.conversation,
                    input_channel=request.channel.value,
                    message_id=request.message_id,
                    metadata=metadata,
                ),
                tracker,
            )
        clauses = parsed.pop("clauses", None) or [parsed]
        if (reaction := request.metadata.get("tapback")) and TAPBACK in self._domain.intents:
            # A reaction quotes our own words: they are not the patient's.
            entity = {"entity": "reaction", "value": reaction["kind"]}
            clauses = [{"text": reaction["kind"], "intent": {"name": TAPBACK, "confidence": 1.0}, "entities": [entity]}]
        self._ranking = parsed.get("intent_ranking") or []
        for position, clause in enumerate(clauses, start=1):
            self._output.begin_clause(last=position == len(clauses))
            heard = UserUttered(
                clause.get("text") or text,
                clause["intent"],
                clause.get("entities") or [],
                clause,
                input_channel=request.channel.value,
                message_id=request.message_id,
                metadata=metadata,
            )
            await self._act_on(heard, tracker)

    def _triggered(self, trigger: Any) -> UserUttered:
        # Without a text: a slot filled from text must not take "EXTERNAL: …" for the patient's answer.
        return UserUttered(
            None,
            {"name": trigger["name"]},
            [{"entity": name, "value": value} for name, value in (trigger.get("entities") or {}).items()],
            input_channel=self._request.channel.value,
            message_id=self._request.message_id,
            metadata={**self._request.metadata, "is_external": True, "trigger": dict(trigger)},
        )

    async def _act_on(self, heard: UserUttered, tracker: DialogueStateTracker) -> None:
        tracker.update(heard, self._domain)
        with self._stages.of("extract"):
            tracker = await self._processor.run_action_extract_slots(self._output, tracker)
        again = True
        while again and not tracker.is_paused():
            with self._stages.of("predict"):
                action, prediction = self._predict(tracker)
            with self._stages.of("act"):
                again = await self._processor._run_action(WatchedAction(action), tracker, self._output, self._processor.nlg, prediction)

    def _predict(self, tracker: DialogueStateTracker) -> Any:
        try:
            return self._processor.predict_next_with_tracker_if_should(tracker)
        except ActionLimitReached:
            raise TurnAborted(f"{self._processor.max_number_of_predictions} actions in one turn: the rules go round in a circle") from None

"""What a tracker's events say. Functions on Rasa's trackers without any input or output.

Rasa keeps no record of what a question waits for, so it is read from `metadata: {awaiting: …}` of the responses in the domain, or
from events that this endpoint wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME, REQUESTED_SLOT, SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.suspended import SUSPENDED, suspended_question
from bot.types import Awaiting
from channels.rasa_turn.protocol import awaiting_named

AWAITING = "awaiting"
AUTHOR = "author"
MESSAGE_ID = "message_id"

# Measured CPU-ms a turn at 0 / 200 / 1,000 / 3,000 events: 12 / 31 / 109 / 474, because every action gets the whole tracker.
MAX_EVENTS = 150


def turn_events(tracker: DialogueStateTracker, message_id: str) -> list[Event] | None:
    """Return the events of the turn that `message_id` began, or None when the tracker does not know it.

    A turn of several clauses has several `UserUttered` of that id; it ends where another message or an appended exchange begins.
    """
    found: list[Event] | None = None
    for event in tracker.events:
        begins = _begins_turn(event)
        if begins == message_id:
            found = found or []
        elif begins is not None and found is not None:
            break
        if found is not None:
            found.append(event)
    return found


def _begins_turn(event: Event) -> str | None:
    if isinstance(event, UserUttered):
        return event.message_id or ""
    if AUTHOR in event.metadata:
        return str(event.metadata.get(MESSAGE_ID, ""))
    return None


def bot_messages(events: Iterable[Event]) -> list[list[dict[str, Any]]]:
    """Return the bot's own messages among the events, as an output channel receives them, one list for each clause."""
    clauses: list[list[dict[str, Any]]] = [[]]
    for event in events:
        if isinstance(event, UserUttered):
            clauses.append([])
        elif isinstance(event, BotUttered) and AUTHOR not in event.metadata:
            clauses[-1].append(event.message())
    return clauses[1:]


def intents_of(events: Iterable[Event]) -> list[str]:
    """Return what the turn's clauses were understood as."""
    return [event.intent_name for event in events if isinstance(event, UserUttered) and event.intent_name]


def awaiting_of(tracker: DialogueStateTracker, domain: Domain) -> Awaiting:
    """Return what the conversation waits for now.

    Inside a form it is what the question for the requested slot said last, or what the domain says of that question, or free text.
    Outside it is what the last reply said.
    """
    form, slot = tracker.active_loop_name, tracker.get_slot(REQUESTED_SLOT)
    for event in reversed(tracker.events):
        said = _awaiting_said(event)
        if said and (said != Awaiting.NONE or not form):
            return said
        if not form and _begins_turn(event) is not None:
            return Awaiting.NONE
        if form and isinstance(event, ActiveLoop):
            break
    if not form or not slot:
        return Awaiting.NONE
    return _awaiting_in_domain(domain, form, str(slot))


def _awaiting_said(event: Event) -> Awaiting | None:
    """Return what an event says is awaited; None when it says nothing about it."""
    if isinstance(event, BotUttered):
        if AUTHOR in event.metadata or not event.text:
            return None
        return awaiting_named((event.metadata.get("metadata") or {}).get(AWAITING))
    if AWAITING in event.metadata and isinstance(event, SlotSet):
        return awaiting_named(event.metadata[AWAITING])
    return None


def _awaiting_in_domain(domain: Domain, form: str, slot: str) -> Awaiting:
    for name in (f"utter_ask_{form}_{slot}", f"utter_ask_{slot}"):
        for variant in domain.responses.get(name, []):
            said = (variant.get("metadata") or {}).get(AWAITING)
            if said:
                return awaiting_named(said)
    return Awaiting.FREE_TEXT


def shortened(tracker: DialogueStateTracker, domain: Domain) -> list[Event]:
    """Return the events that begin a session holding everything the conversation still needs; none while it is short.

    Rasa's own session expiry drops the form, so it is switched off and this takes its place.
    """
    if len(tracker.events) <= MAX_EVENTS:
        return []
    initial = {slot.name: slot.initial_value for slot in domain.slots}
    kept = [
        SlotSet(name, value)
        for name, value in tracker.current_slot_values().items()
        if name not in (REQUESTED_SLOT, SESSION_START_METADATA_SLOT) and name in initial and value != initial[name]
    ]
    question: list[Event] = []
    awaiting = {AWAITING: awaiting_of(tracker, domain).value}
    if tracker.active_loop_name:
        question = [ActiveLoop(tracker.active_loop_name)]
    question.append(SlotSet(REQUESTED_SLOT, tracker.get_slot(REQUESTED_SLOT), metadata=awaiting))
    return [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted(), *kept, *question, ActionExecuted(ACTION_LISTEN_NAME)]


def exchange(tracker: DialogueStateTracker, domain: Domain, said: Sequence[Mapping[str, Any]], message_id: str) -> list[Event]:
    """Return the events that tell the dialogue what staff and patient said to each other.

    The words are `BotUttered`: a `UserUttered` would become the latest message and be acted on. An open form is set aside, so that a
    trigger can come next. The closing `action_listen` keeps a later `UserUtteranceReverted` from undoing them.
    """
    events: list[Event] = [BotUttered(each["text"], metadata={**each["metadata"], MESSAGE_ID: message_id}) for each in said]
    question = suspended_question(tracker.active_loop_name, tracker.get_slot(REQUESTED_SLOT))
    if question and any(slot.name == SUSPENDED for slot in domain.slots):
        events += [SlotSet(SUSPENDED, question), ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]
    return [*events, ActionExecuted(ACTION_LISTEN_NAME, metadata={AUTHOR: "endpoint", MESSAGE_ID: message_id})]

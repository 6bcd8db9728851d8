"""One turn as an action sees it: what the patient just said, which slots it filled, and what the slots hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

# Filled by single messages: each says something in the turn that brought it, and nothing later. The form empties them; after a message
# that another action answered they would linger.
PASSING_SLOTS = ("choice", "when", "therapist", "location")


class Turn:
    """Reads a tracker, speaks through a dispatcher and collects slot changes; `events` is what the action returns."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.dispatcher = dispatcher
        self.tracker = tracker
        self._changes: dict[str, Any] = {}
        self.user_event: Mapping[str, Any] = next((event for event in reversed(tracker.events) if event["event"] == "user"), {})

    @property
    def conversation(self) -> str:
        """The conversation's opaque id."""
        return str(self.tracker.sender_id)

    @property
    def message_id(self) -> str:
        """The MessageSid (or trigger id) of this turn: the same again when the turn is repeated."""
        return str(self.user_event.get("message_id") or "")

    @property
    def previous_message_id(self) -> str:
        """The id of the message before this one; "" when there is none."""
        ids = [str(event.get("message_id") or "") for event in self.tracker.events if event["event"] == "user"]
        return next((one for one in reversed(ids) if one != self.message_id), "")

    @property
    def text(self) -> str:
        """What the patient wrote."""
        return str(self.user_event.get("text") or "")

    @property
    def said_so_far(self) -> str:
        """The clauses of the message that were acted on up to now, this one included; the whole text where it is one thing."""
        events = (event for event in self.tracker.events if event["event"] == "user" and event.get("message_id") == self.message_id)
        return " ".join(str(event.get("text") or "") for event in events)

    @property
    def intent(self) -> str:
        """What this message, or this clause of it, was understood as."""
        return str(((self.user_event.get("parse_data") or {}).get("intent") or {}).get("name") or "")

    @property
    def confidence(self) -> float:
        """How sure the line is of the intent, 0 to 1."""
        return float(((self.user_event.get("parse_data") or {}).get("intent") or {}).get("confidence") or 0.0)

    @property
    def values(self) -> dict[str, Any]:
        """What the message, or a trigger, brought along, by the entity's name."""
        entities = (self.user_event.get("parse_data") or {}).get("entities") or ()
        return {entity["entity"]: entity["value"] for entity in entities}

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the line knows about the message itself."""
        return self.user_event.get("metadata") or {}

    @property
    def channel(self) -> str:
        """`sms`, `whatsapp` or `voice`; `rasa shell` and `rasa test` count as a text."""
        name = self.tracker.get_latest_input_channel()
        return name if name in ("sms", "whatsapp", "voice") else "sms"

    @property
    def unseen_question(self) -> bool:
        """Had the last question not reached the patient when this was written? Then it answers nothing."""
        return bool(self.metadata.get("unseen_question"))

    def asked_by_itself(self, slot: str) -> bool:
        """Was this question first put in answer to an earlier clause of the same message? Then nobody has read it yet."""
        before, earlier = True, None
        for event in self.tracker.events:
            if event["event"] == "user" and event.get("message_id") == self.message_id:
                before = False
            elif event["event"] == "slot" and event["name"] == "requested_slot":
                if before:
                    earlier = event["value"]
                elif event["value"] == slot:
                    return earlier != slot
        return False

    def answered_by(self, form: str) -> str:
        """Return the other action that already answered this message, so that the form is only being come back to; "" when none did."""
        for event in reversed(self.tracker.events):
            if event["event"] == "user":
                return ""
            if event["event"] == "action" and event["name"] not in (form, "action_extract_slots", "action_listen"):
                return str(event["name"])
        return ""

    @property
    def last_response(self) -> str:
        """The response whose question was put to the patient last before this message; "" when none was."""
        events = list(self.tracker.events)
        mine = [number for number, event in enumerate(events) if event["event"] == "user" and event.get("message_id") == self.message_id]
        place = mine[0] if mine else 0
        for event in reversed(events[:place]):
            if event["event"] != "bot":
                continue
            message = event.get("metadata") or {}
            if (message.get("metadata") or {}).get("awaiting") not in (None, "none"):
                return str(message.get("utter_action") or "")
        return ""

    @property
    def choice(self) -> int | None:
        """The number that was chosen, -1 for the last one; None when none was."""
        value = self.get("choice")
        return int(value) if value else None

    def get(self, slot: str) -> Any:
        """Return a slot as it stands after the changes of this turn."""
        if slot in self._changes:
            return self._changes[slot]
        if slot in PASSING_SLOTS and slot not in self.values:
            return None
        return self.tracker.get_slot(slot)

    def set(self, **slots: Any) -> None:
        """Change slots."""
        self._changes.update(slots)

    def clear(self, *slots: str) -> None:
        """Empty slots."""
        self._changes.update(dict.fromkeys(slots))

    def events(self) -> list[EventType]:
        """Return the slot changes as events."""
        return [SlotSet(name, value) for name, value in self._changes.items()]

    def say(self, response: str, **values: Any) -> None:
        """Say a response of the domain, filled with values."""
        self.dispatcher.utter_message(response=response, **values)

    def record(self, kind: str, /, **detail: Any) -> None:
        """Have something stored together with this turn's replies; see `bot.types.Record`."""
        self.dispatcher.utter_message(json_message={"record": kind, **detail})

    def saying(self, clinic_now: datetime) -> dict[str, str] | None:
        """Return what this message says about when, `{"text", "said_at"}`, the instant clinic-local without offset; None if nothing."""
        text = self.get("when")
        if not text:
            return None
        said = self.metadata.get("now")
        moment = datetime.fromisoformat(said).astimezone(clinic_now.tzinfo) if said else clinic_now
        return {"text": text, "said_at": moment.replace(tzinfo=None).isoformat(timespec="minutes")}

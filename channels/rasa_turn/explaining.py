"""What decided an answer, as JSON without any message text, name, number or birth date.

    {"awaited": {"before": "choice", "after": "yes_no"},
     "clauses": [{"intent", "confidence", "ranking": [{"name", "confidence"}, …5], "entities": [{"name", "value"}]}],
     "ranking": [{"name", "confidence"}, …5],          of the whole message, when it was understood just now
     "journey": "reschedule", "asked": "choice", "actions": ["action_search", …]}

An entity's value is kept where it comes from the clinic's own lists or is a number; otherwise it is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.types import Awaiting

RANKED = 5
SHOWN_ENTITIES = frozenset({"therapist", "location", "choice"})
JOURNEY_SLOTS = ("journey", "goal")


def explained(
    events: Sequence[Event], tracker: DialogueStateTracker, after: Awaiting, ranking: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the explanation of the turn that these events are."""
    heard = [event for event in events if isinstance(event, UserUttered)]
    before = heard[0].metadata.get("awaiting") if heard else None
    slots = tracker.current_slot_values()
    journey = next((slots[name] for name in JOURNEY_SLOTS if isinstance(slots.get(name), str)), None)
    return {
        "awaited": {"before": before or Awaiting.NONE.value, "after": after.value},
        "clauses": [_clause(event) for event in heard],
        "ranking": _ranked(ranking),
        "journey": journey,
        "asked": tracker.get_slot(REQUESTED_SLOT),
        "actions": [
            event.action_name
            for event in events
            if isinstance(event, ActionExecuted) and event.action_name and event.action_name != ACTION_LISTEN_NAME
        ],
    }


def _clause(event: UserUttered) -> dict[str, Any]:
    parsed = event.parse_data or {}
    return {
        "intent": event.intent_name,
        "confidence": _rounded((event.intent or {}).get("confidence")),
        "ranking": _ranked(parsed.get("intent_ranking") or ()),
        "entities": [{"name": str(entity.get("entity")), "value": _shown(entity)} for entity in event.entities or ()],
    }


def _shown(entity: Mapping[str, Any]) -> str | int | float | None:
    value = entity.get("value")
    if isinstance(value, (int, float)) or (entity.get("entity") in SHOWN_ENTITIES and isinstance(value, str)):
        return value
    return None


def _ranked(ranking: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": each.get("name"), "confidence": _rounded(each.get("confidence"))} for each in list(ranking)[:RANKED]]


def _rounded(confidence: Any) -> float:
    return round(float(confidence or 0.0), 3)

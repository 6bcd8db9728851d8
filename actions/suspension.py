"""Setting a form aside for a person, and taking it up again.

An open form puts itself back after every reply: "A person will come. Which day would suit you?" (Rasa's rule policy predicts the loop
over any rule's `action_listen`). So the hand-off action ends the loop and keeps it in the slot `suspended`.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, SlotSet

from bot.suspended import SUSPENDED, suspended_question

REQUESTED_SLOT = "requested_slot"


def suspend(tracker: Tracker) -> list[dict[str, Any]]:
    """Return the events that set the open form aside; none when no form is open, and then an earlier one stays set aside."""
    question = suspended_question(tracker.active_loop_name, tracker.get_slot(REQUESTED_SLOT))
    if question is None:
        return []
    return [SlotSet(SUSPENDED, question), ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]


def resume(tracker: Tracker) -> list[dict[str, Any]]:
    """Return the events that open the suspended form again; none when nothing was set aside.

    The form then asks by itself for the first slot that is still empty: clear what the schedule no longer offers before this.
    """
    question = tracker.get_slot(SUSPENDED)
    if not question:
        return []
    return [ActiveLoop(question["form"]), SlotSet(REQUESTED_SLOT, question["requested_slot"]), SlotSet(SUSPENDED, None)]

"""What a message is where the line asked for an opinion: anything that is no wish of its own is the answer.

After "why?" people tell of waiting rooms, bills and exercises; each of these sounds like another intent elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.types import Awaiting

ANSWER: Mapping[Awaiting, str] = {Awaiting.NPS_SCORE: "give_nps_score", Awaiting.COMMENT: "give_feedback"}

# Never a wish here.
_TOLD = frozenset(
    {"out_of_scope", "inform", "report_pain", "report_exercise_done", "report_exercise_missed", "report_exercise_difficulty", "greet"}
)
# A wish when it asks for something, else part of the opinion: "the parking is awful", "my bill was wrong twice".
_TOLD_UNLESS_ASKED = frozenset(
    {
        "ask_billing_insurance", "ask_hours", "ask_location", "ask_visits_remaining", "ask_visit_prep", "ask_exercise_howto",
        "ask_exercise_dose", "ask_exercise_program", "ask_self_care", "ask_medical_advice", "ask_capabilities", "ask_are_you_bot",
        "running_late", "check_appointment", "request_telehealth", "identify_self", "join_waitlist", "act_as_caregiver", "set_language",
    }
)  # fmt: skip
# Beside a score or in its place, praise and complaint are its comment: one answer, not two wishes.
_OPINION = frozenset({"give_feedback", "file_complaint", "consider_stopping_care"})
# After "why?" these say that there is nothing to tell.
_NOTHING = frozenset({"thank", "goodbye"})


def as_answer(intent: str, awaiting: Awaiting, *, asks: bool) -> str:
    """Return the intent that counts while `awaiting` is open; `asks` tells whether the words sound like a question or a request."""
    answer = ANSWER.get(awaiting)
    if answer is None:
        return intent
    if awaiting == Awaiting.NPS_SCORE and intent in _OPINION | {"insult", "thank"}:
        return answer
    if intent == "insult":
        return "file_complaint"
    if awaiting == Awaiting.COMMENT and intent in _NOTHING:
        return "deny"
    return answer if intent in _TOLD or (intent in _TOLD_UNLESS_ASKED and not asks) else intent

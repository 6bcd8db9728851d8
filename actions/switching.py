"""What a message does to the journey that is open: goes on with it, leaves it, or starts another one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, auto

from actions.journeys.cancel import keeps_visit
from actions.journeys.contact import tells_new_insurance
from actions.journeys.referral import skips_exercise
from actions.journeys.registry import KINDS, hears
from actions.journeys.relations import is_about_the_deceased
from actions.journeys.waitlist import says_leave
from actions.step import YES_NO_SLOTS, Step
from actions.turn import Turn

# Which journey an intent opens.
START: Mapping[str, str] = {
    "reschedule_appointment": "reschedule",
    "book_appointment": "book",
    "cancel_appointment": "cancel",
    "confirm_appointment": "confirm",
    "check_appointment": "check",
    "running_late": "late",
    "join_waitlist": "waitlist",
    "ask_visits_remaining": "visits_left",
    "identify_self": "identify",
    "ask_exercise_howto": "exercise",
    "ask_exercise_dose": "exercise",
    "ask_exercise_program": "exercise",
    "report_exercise_done": "exercise_report",
    "report_exercise_missed": "exercise_report",
    "report_exercise_difficulty": "exercise_report",
    "report_pain": "pain",
    "ask_medical_advice": "question",
    "ask_self_care": "self_care",
    "give_nps_score": "survey",
    "give_feedback": "feedback",
    "file_complaint": "complaint",
    "consider_stopping_care": "leaving",
    "act_as_caregiver": "caregiver",
    "update_contact": "contact",
    "set_channel_preference": "channel",
    "set_language": "language",
    "opt_out": "opt_out",
    "opt_in": "opt_in",
    "wrong_person": "wrong_person",
    "report_death": "death",
}
# Told where a reason is asked for or a change is to be confirmed, this is the reason and no report of its own.
_REASONS = frozenset({"report_pain", "report_exercise_difficulty", "report_exercise_missed"})
# "It's my shoulder" is the reason for a cancellation; a plain report of pain is more than that.
DOUBTED_PAIN = 0.8
# What answers a question, whichever is open.
ANSWERS = frozenset(
    {
        "affirm", "deny", "never_mind", "inform", "choose_option", "ask_more_options", "correct_value", "wait_please",
        "repeat_that", "slow_down", "EXTERNAL_tapback",
    }
)  # fmt: skip
# Journeys that a look at the schedule interrupts.
_CHANGES = frozenset({"reschedule", "book", "cancel", "waitlist"})
# "She died, cancel her visits": the news counts, not the wish.
_ENDED_BY_DEATH = frozenset(
    {
        "cancel_appointment", "reschedule_appointment", "opt_out", "wrong_person", "check_appointment", "inform", "act_as_caregiver",
        "identify_self",
    }
)  # fmt: skip
# Below this an intent is too doubtful to leave a question for it that was answered yes or no.
DOUBTFUL = 0.5
# What ends whatever is open: nobody is asked on about a visit after it.
_ENDS_ALL = frozenset({"opt_out", "wrong_person", "death"})
# What a word about an opening on offer may sound like.
_REMARKS = frozenset({"feedback", "survey", "complaint", "leaving", "pain", "exercise_report", "channel"})
# "can you also book me one": another thing, not another word for this one.
_ANOTHER = re.compile(
    r"\b(?:also|additional|extra|one more|as well|(?:another|second) (?:visit|appointment|appt|session|one))\b", re.IGNORECASE
)
PUT_BACK = re.compile(
    r"\b(?:undo|(?:put|change|switch|move) (?:it|that|this|me) back"
    r"|(?:have|get|want|need) (?:it|that|my [\w:']+(?: [\w']+)?|the (?:old|first) (?:one|time)) (?:back|again)"
    r"|(?:it|that|this) go(?:es)? back|want again"
    r"|go back to (?:the|my|how)|keep (?:the|my) old|back (?:to|on) (?:the|my) old)\b",
    re.IGNORECASE,
)
_BOOKS = re.compile(
    r"\b(?:second|2nd|extra|additional|one more|another) (?:visit|appointment|appt|session|therapy|one in\b)"
    r"|\b(?:on top of|in addition to|besides|as well as|over and above) (?:my|the|that|his|her|mine|tomorrow|today"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri)(?:day)?\b)"
    r"|\bput (?:me|us|him|her|mom|dad) (?:down|in)\b.{0,60}\b(?:too|also|as well)\b"
    r"|\b(?:two|2|three|3|four|4) times (?:a|next|this|per) week\b"
    r"|\b(?:come|be seen|go) (?:in )?(?:a second time|twice|one more time|an extra time)\b"
    r"|^\W*(?:and |also |oh |ok(?:ay)? )*(?:another|one more) (?:one )?(?:for|on|in|the)\b"
    r"|\badd (?:an? |another )?(?:visit|appt|appointment|session|(?:mon|tues|wednes|thurs|fri)day)\b",
    re.IGNORECASE,
)
_CANCELS = re.compile(
    r"\bcancel|\b(?:take|call|knock|cross|scratch|strike) (?:it|that|me|this) off\b|\btake (?:it|me|that) out\b"
    r"|\b(?:drop|scratch|scrap|skip|delete|remove|axe) (?:it|that|the|my|this|\w+day)\b"
    r"|\b(?:it|that|this|that one|this one|the one|\w+day) (?:has to|must|needs to|will have to|'?ll have to|has got to|gotta|can) go\b",
    re.IGNORECASE,
)
_ELSEWHEN = re.compile(
    r"\b(?:later|earlier|sooner|instead|different|another|something else|smth else|sth else|other (?:time|day))\b", re.IGNORECASE
)
_WAITLIST = re.compile(r"\b(?:wait(?:ing)?[- ]?list|stand[- ]?by|cancel+ation list|list for)\b", re.IGNORECASE)
_FORGET = re.compile(r"\b(?:forget (?:it|about it|that)|never ?mind|nvm|leave (?:it|things) (?:be|as|alone))\b", re.IGNORECASE)


class Switch(Enum):
    """What to do with the open journey."""

    GO_ON = auto()
    LEAVE = auto()
    WAIT = auto()
    REPEAT = auto()
    QUEUE = auto()
    ASIDE = auto()
    LATE = auto()
    REPLACE = auto()


def opens_a_journey(intent: str, text: str) -> bool:
    """Is a question about insurance really the news of another one, to be noted in the file?"""
    return intent == "ask_billing_insurance" and tells_new_insurance(text)


def opened_by(step: Step) -> str:
    """Return the kind of journey that a message opens, "" when it is an answer."""
    intent, turn = step.intent, step.turn
    if turn.get("last_change") and PUT_BACK.search(turn.text):
        return "undo"
    if intent == "cancel_appointment" and skips_exercise(turn.text):
        return "question"
    if intent in ("join_waitlist", "cancel_appointment", "never_mind") and says_leave(turn.text):
        return "leave_waitlist"
    if intent == "opt_out" and says_leave(turn.text) and _WAITLIST.search(turn.text):
        return "leave_waitlist"
    if opens_a_journey(intent, turn.text):
        return "contact"
    if intent in _ENDED_BY_DEATH and is_about_the_deceased(turn.text):
        return "death"
    if intent in ("confirm_appointment", "affirm") and (turn.get("reminders") or turn.get("waitlist_offer")):
        return ""
    if turn.get("waitlist_offer") and intent in ("join_waitlist", "book_appointment"):
        return ""
    if intent == "reschedule_appointment" and turn.get("last_change") and turn.get("when") and not _ANOTHER.search(turn.text):
        return ""
    if intent in ("reschedule_appointment", "book_appointment", "inform", "ask_more_options") and _WAITLIST.search(turn.text):
        return "leave_waitlist" if says_leave(turn.text) else "waitlist"
    if intent in ("reschedule_appointment", "inform", "ask_more_options", "ask_visits_remaining") and _BOOKS.search(turn.text):
        return "book"
    return START.get(intent, "")


def wants_another(text: str) -> bool:
    """Do the words wish for a visit besides those that stand?"""
    return _ANOTHER.search(text) is not None or _BOOKS.search(text) is not None


def likelier(turn: Turn) -> str:
    """Return the journey that a doubtful confirmation more likely means, by its words: giving the visit up, another time, or a look."""
    if _CANCELS.search(turn.text):
        return "cancel"
    return "reschedule" if turn.get("when") and _ELSEWHEN.search(turn.text) else "check"


def decide(step: Step) -> Switch:
    """Return what the message does to the journey that is open."""
    intent, kind = step.intent, step.journey.kind
    if intent == "never_mind":
        still = step.asked == "another_day" or (kind == "cancel" and step.asked == "confirmed")
        return Switch.GO_ON if still and _cancels(step) else Switch.LEAVE  # "never mind moving it, cancel the two of them"
    if intent in ("deny", "correct_value", "out_of_scope") and _FORGET.search(step.turn.text) and not step.turn.get("when"):
        return Switch.LEAVE
    if intent == "wait_please":
        return Switch.WAIT
    if intent in ("repeat_that", "slow_down"):
        return Switch.REPEAT
    wanted = START.get(intent)
    if wanted in _ENDS_ALL:
        return Switch.GO_ON if wanted == kind else Switch.REPLACE
    if step.assent is not None and step.asked in YES_NO_SLOTS and step.turn.confidence < DOUBTFUL:
        return Switch.GO_ON  # "no, I have guests": the yes or no is sure, whatever the rest sounds like
    if wanted is None or wanted in ("identify", "caregiver") or hears(step) or _is_reason(step):
        return Switch.GO_ON
    if _says_score(step):
        step.journey.words = step.turn.said_so_far
        return Switch.GO_ON
    if wanted == kind:
        return Switch.QUEUE if _asks_twice(step) else Switch.GO_ON
    if wanted in _CHANGES and _told_as_reason(step):
        return Switch.REPLACE
    if wanted == "late":
        return Switch.LATE
    if step.asked == "reason" and wanted in ("feedback", "survey"):
        return Switch.GO_ON
    if kind == "exercise_check_in" and step.turn.message_id == step.journey.began and KINDS[wanted].beside:
        return Switch.ASIDE  # "did them. btw what time tomorrow": what was asked is answered before the line asks on
    if step.turn.message_id == step.journey.began or (_ANOTHER.search(step.turn.text) and wanted in ("book", "cancel", "reschedule")):
        return Switch.QUEUE
    if step.asked in ("opening", "confirmed") and step.turn.confidence < DOUBTED_PAIN and _says_when(step) and wanted in _REMARKS:
        return Switch.GO_ON  # "the 1 pm is cool as long as it's still priya": praise of an opening takes it
    if KINDS[wanted].beside:
        visits = wanted in ("check", "visits_left")
        return Switch.GO_ON if visits and (_names_a_time(step) or kind not in _CHANGES) else Switch.ASIDE
    if step.asked in ("date_of_birth", "first_name"):
        return Switch.REPLACE if wanted != "confirm" else Switch.GO_ON
    if wanted == "confirm":
        return Switch.GO_ON if step.asked == "confirmed" else Switch.REPLACE
    if {wanted, kind} == {"book", "reschedule"} or (wanted == "book" and kind in ("cancel", "waitlist")):
        return Switch.GO_ON
    if wanted == "reschedule" and kind in ("waitlist", "cancel") and step.asked in ("when", "another_day"):
        return Switch.GO_ON
    if wanted == "cancel" and step.asked == "confirmed" and kind == "reschedule" and not _cancels(step):
        return Switch.LEAVE
    return Switch.REPLACE


def _is_reason(step: Step) -> bool:
    if step.intent not in _REASONS:
        return False
    doubted = step.journey.kind in ("cancel", "reschedule") and step.turn.confidence < DOUBTED_PAIN
    return doubted or step.asked in ("another_day", "reason", "minutes", "reminded")


def _told_as_reason(step: Step) -> bool:
    """Was the pain that was asked about told in the same message as a change ("cancel wednesday, my back hurts")? Then it is its reason."""
    journey = step.journey
    return journey.kind == "pain" and step.turn.message_id == journey.began and not journey.details.get("told")


def _says_score(step: Step) -> bool:
    """Is the number of a message that tells of pain said in a clause of its own ("knee hurts less today, i say a 4")?"""
    same = step.journey.kind in ("pain", "pain_check_in") and step.turn.message_id == step.journey.began
    return same and step.intent == "give_nps_score"


def _asks_twice(step: Step) -> bool:
    """Does one message ask two quick things of a kind, such as how an exercise goes and how many of another?"""
    return KINDS[step.journey.kind].beside and step.turn.message_id == step.journey.began and step.intent != step.journey.intent


def _cancels(step: Step) -> bool:
    return _CANCELS.search(step.turn.text) is not None and not keeps_visit(step.turn.text)


def _says_when(step: Step) -> bool:
    return bool(step.turn.get("when") or step.turn.choice)


def _names_a_time(step: Step) -> bool:
    return step.asked == "opening" and bool(step.turn.get("when"))

"""A change of the patient's file (number, address, insurance, name): read back, then the desk's to enter. The old stands until then."""

from __future__ import annotations

import re

import phonenumbers

from actions import wording
from actions.promises import call_back
from actions.step import Step

# What has changed, the likeliest first. A value of one kind may stand beside words of another: "my daughter's number as emergency contact".
_FIELDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for name, words in (
        ("emergency_contact", r"emergency|contact person|next of kin"),
        ("insurance", (r"insur\w+|medicare|medicaid|blue ?cross|bcbs|aetna|cigna|humana|united ?health\w*|anthem|member (?:id"
        r"|number)|policy|coverage|card")),
        ("email", r"e-?mails?|gmail|yahoo|hotmail|outlook|icloud"),
        ("phone", r"phone|(?:phone )?number|cell|mobile|landline|telephone|celular|telefono"),
        ("address", r"address|moved|moving|street|apartment|apt|zip|live at|living at|relocat\w+|direcci[oó]n|new place"),
        ("name", r"name|married|divorced|maiden|surname"),
    )
)  # fmt: skip
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_SPOKEN_EMAIL = re.compile(r"([\w.+-]+) at ([\w-]+) dot (\w+)", re.IGNORECASE)
_THIS_NUMBER = re.compile(
    r"\bthis (?:is my|one is my|number|is the)\b|\b(?:number|one|phone) i'?m (?:texting|writing|using)\b|\bthis new number\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?P<value>(?:\d+[\w/-]* [^\W\d_][^.!?;]{2,80}|p\.?o\.? box \d+[^.!?;]{0,60}))", re.IGNORECASE)
_NAME = re.compile(
    r"\b(?:name(?:'s)? (?:is|to|now|is now|changed to|should be|has changed to)|now|it'?s|to|spelled)(?: (?:now"
    r"|spelled))? (?P<value>[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,3})"
)
_MEMBER = re.compile(r"\b(?=[\w-]*\d)[\w-]{5,}\b")
_HAS_NONE = re.compile(
    r"\b(?:don'?t (?:have|know)|not (?:with|on) me|no idea|later|can'?t find|haven'?t got|bring (?:it|the card)|will bring)\b",
    re.IGNORECASE,
)
# Read as told when asked for; a number and an e-mail address must be one.
_READ_AS_TOLD = frozenset({"address", "name", "insurance", "emergency_contact", "other"})
LONGEST = 120
# A question in place of the value that was asked for.
_ASKS = re.compile(r"^\W*(?:where|when|what|who|why|how|are you|do you|is there)\b|\?\s*$", re.IGNORECASE)
_LEAVES = frozenset({"talk_to_human", "never_mind", "insult", "repeat_that", "slow_down", "wait_please"})


_NEW_INSURANCE = re.compile(
    r"\b(?:new|changed|switched|different|updated?)\b[^.?!]{0,30}\b(?:insurance|insurer|card|medicare|medicaid|plan|coverage)\b"
    r"|\b(?:insurance|insurer|card|medicare|medicaid|coverage)\b[^.?!]{0,20}\b(?:has |is |was )?(?:new|changed|switched|updated?)\b",
    re.IGNORECASE,
)


def tells_new_insurance(text: str) -> bool:
    """Do the words bring a change of insurance, rather than a question about it?"""
    return bool(_NEW_INSURANCE.search(text))


def hears(step: Step) -> bool:
    """Is the message the value that was asked for? Names and addresses are understood as anything."""
    return step.asked in ("contact_value", "contact_field") and step.intent not in _LEAVES and not _ASKS.search(step.turn.text)


async def advance(step: Step) -> str | None:
    """Find out what changed and to what, read it back, and hand it to the desk after a yes."""
    details = step.journey.details
    if step.asked == "contact_field" and not step.quiet:
        step.journey.words = f"{step.journey.words} {step.turn.text}"
        details["field"] = _field(step.turn.text) or "other"
    details.setdefault("field", _field(step.journey.words))
    name = details["field"]
    if not name:
        return step.ask("contact_field", "utter_what_has_changed", whose=step.whose)
    if step.asked == "confirmed" and not step.quiet and details.get("value"):
        if step.assent:
            return _to_desk(step)
        corrected = await _value(step, name, step.turn.text)
        details["value"] = corrected
        if corrected is None:
            return step.ask("contact_value", f"utter_new_{name}", whose=step.whose)
    elif step.asked == "contact_value" and not step.quiet:
        if _HAS_NONE.search(step.turn.text):
            return _to_desk(step)
        details["value"] = await _value(step, name, step.turn.text, asked=True)
        if details["value"] is None:
            details["tries"] = int(details.get("tries", 0)) + 1
            if details["tries"] > 1:
                return _to_desk(step)
    elif not details.get("value"):
        details["value"] = await _value(step, name, step.journey.words)
    if details["value"] is None:
        return step.ask("contact_value", f"utter_new_{name}", whose=step.whose)
    return step.ask("confirmed", "utter_confirm_contact", value=details["value"], whose=step.whose)


def _to_desk(step: Step) -> str | None:
    due = call_back(step.context)
    details = step.journey.details
    step.task(
        "update_contact",
        {
            "patient": step.patient,
            "field": details["field"],
            "value": details.get("value"),
            "messages": sorted({step.journey.began, step.turn.message_id}),
        },
        due=due,
        owner="desk",
    )
    step.audit("contact_change_asked", field=details["field"])
    response = "utter_contact_to_desk" if details.get("value") else "utter_contact_to_desk_unread"
    step.turn.say(response, by=wording.when(due, step.turn.channel))
    return None


def _field(text: str) -> str:
    return next((name for name, pattern in _FIELDS if pattern.search(text)), "email" if _EMAIL.search(text) else "")


async def _value(step: Step, name: str, text: str, *, asked: bool = False) -> str | None:
    """Return the new value that the words tell, None when they tell none."""
    if name == "phone":
        return await _phone(step, text)
    if name == "email":
        found = _EMAIL.search(text)
        spoken = None if found else _SPOKEN_EMAIL.search(text)
        return found.group() if found else f"{spoken[1]}@{spoken[2]}.{spoken[3]}" if spoken else None
    found = {"address": _ADDRESS, "name": _NAME}.get(name, re.compile("(?!)")).search(text)
    if found:
        return " ".join(found["value"].split())
    if name == "insurance" and not asked and not _MEMBER.search(text):
        return None
    if (asked or name == "insurance") and name in _READ_AS_TOLD:
        return " ".join(text.split())[:LONGEST].strip(" .!") or None
    return None


async def _phone(step: Step, text: str) -> str | None:
    for match in phonenumbers.PhoneNumberMatcher(text, "US", leniency=phonenumbers.Leniency.POSSIBLE):
        if len(str(match.number.national_number)) == 10:
            return str(phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.NATIONAL))
    if _THIS_NUMBER.search(text):
        address = await step.context.address_of(step.turn.conversation)
        if address and address.startswith("+"):
            return str(phonenumbers.format_number(phonenumbers.parse(address), phonenumbers.PhoneNumberFormat.NATIONAL))
    return None

"""How the line is to reach a patient: channel, hours, topics and language. Kept at once and read back; another word changes it again."""

from __future__ import annotations

import re

from actions import outreach, preference_words, wording
from actions.preference_words import Wish
from actions.promises import call_back
from actions.step import Step
from bot.store.preferences import TOPICS

_BY_NUMBER = {1: "sms", 2: "call", 3: "whatsapp"}
# As languages are called in English and by those who speak them, and their ISO 639 code.
LANGUAGES: tuple[tuple[str, str, str], ...] = (
    ("es", "Spanish", r"spanish|espa[nñ]ol|castellano|mexican"),
    ("pt", "Portuguese", r"portuguese|portugu[eê]s|brazilian"),
    ("fr", "French", r"french|fran[cç]ais"),
    ("so", "Somali", r"somali|soomaali"),
    ("ar", "Arabic", r"arabic|arab"),
    ("zh", "Chinese", r"chinese|mandarin|cantonese"),
    ("vi", "Vietnamese", r"vietnamese|tieng viet"),
    ("ru", "Russian", r"russian"),
    ("ht", "Haitian Creole", r"haitian|creole|kreyol"),
    ("ko", "Korean", r"korean"),
    ("tl", "Tagalog", r"tagalog|filipino"),
    ("de", "German", r"german|deutsch"),
    ("it", "Italian", r"italian|italiano"),
    ("pl", "Polish", r"polish|polski"),
    ("uk", "Ukrainian", r"ukrainian"),
    ("hi", "Hindi", r"hindi"),
    ("ja", "Japanese", r"japanese"),
    ("ase", "sign language", r"sign language|\basl\b"),
    ("en", "English", r"english|ingl[eé]s"),
)
_NOT_ENGLISH = re.compile(
    r"\b(?:no|not|don'?t|doesn'?t|isn'?t|bad|little|poor|poquito|without|understand|hard)\b[^.]{0,30}\b(?:english|ingl[eé]s)\b"
    r"|\b(?:english|ingl[eé]s)\b[^.]{0,20}\b(?:is|isn'?t|not)\b[^.]{0,10}\b(?:bad|poor|good|great|well|limited)\b",
    re.IGNORECASE,
)
_SPANISH_WORDS = re.compile(
    r"\b(?:hablo|habla|hablas|ingles|inglés|por favor|quiero|puede|pueden|mi|soy|gracias|necesito|escriba|prefiero|no entiendo)\b",
    re.IGNORECASE,
)


def hears(step: Step) -> bool:
    """Does the message answer which way or which language?"""
    asked = step.asked in ("channel", "language")
    return asked and step.intent not in ("talk_to_human", "ask_location", "ask_hours", "ask_are_you_bot", "never_mind", "repeat_that")


async def channel(step: Step) -> str | None:
    """Keep by which way, when and of what the patient wants to hear; ask when the words do not tell."""
    answering = step.asked == "channel" and not step.quiet
    wish = preference_words.read(step.turn.text if answering else step.journey.words)
    if answering and step.choice in _BY_NUMBER:
        wish = Wish(channel=_BY_NUMBER[step.choice])
    if await keep(step, wish):
        return None
    if answering:
        step.turn.say("utter_preference_unclear")
        step.task("preference", {"message": step.turn.message_id, "patient": step.proof.patient if step.proof else None})
        return None
    return step.ask("channel", "utter_which_channel")


async def keep(step: Step, wish: Wish) -> bool:
    """Keep and read back everything that was found; False when nothing was."""
    kept = False
    if wish.channel:
        outreach.keep(step, "channel", wish.channel)
        step.turn.say(f"utter_channel_{wish.channel}")
        kept = True
    if wish.has_hours:
        hours = {"earliest": wish.earliest, "latest": wish.latest}
        outreach.keep(step, "hours", {name: at.isoformat("minutes") for name, at in hours.items() if at})
        said = {
            name: wording.clock(step.now.replace(hour=at.hour, minute=at.minute), step.turn.channel) for name, at in hours.items() if at
        }
        step.turn.say("utter_hours_kept" if len(said) > 1 else f"utter_hours_kept_{next(iter(said))}", **said)
        kept = True
    if wish.off:
        await outreach.keep_topics(step, off=wish.off, on=wish.on)
        only = bool(wish.on) and wish.on | wish.off == frozenset(TOPICS)
        step.turn.say("utter_topics_only" if only else "utter_topics_off", topics=wording.topics(sorted(wish.on if only else wish.off)))
        kept = True
    elif wish.on and not kept:
        await outreach.keep_topics(step, on=wish.on)
        step.turn.say("utter_topics_on", topics=wording.topics(sorted(wish.on)))
        kept = True
    if kept:
        step.audit("preference_changed")
    return kept


async def language(step: Step) -> str | None:
    """Keep the language, say honestly in it that the texts are English, and have the desk call with somebody who speaks it."""
    answering = step.asked == "language" and not step.quiet
    found = named_language(step.turn.text if answering else step.journey.words)
    if found is None and not answering:
        return step.ask("language", "utter_which_language")
    if found is not None and found[0] == "en":
        outreach.keep(step, "language", "en")
        step.turn.say("utter_language_en")
        return None
    due = call_back(step.context)
    code, name = found or ("", "")
    if code:
        outreach.keep(step, "language", code)
        step.audit("preference_changed")
    detail = {"language": name or None, "message": step.turn.message_id, "patient": step.proof.patient if step.proof else None}
    step.task("interpreter", detail, due=due, owner="desk")
    by = wording.when(due, step.turn.channel)
    step.turn.say(
        "utter_language_es" if code == "es" else "utter_language_other" if code else "utter_language_unknown", language=name, by=by
    )
    return None


def named_language(text: str) -> tuple[str, str] | None:
    """Return code and English name of the language asked for; Spanish for words that are Spanish; None when none is named."""
    named = [(code, name) for code, name, words in LANGUAGES if re.search(rf"\b(?:{words})\b", text, re.IGNORECASE)]
    if _NOT_ENGLISH.search(text):
        named = [each for each in named if each[0] != "en"]
    if not named and _SPANISH_WORDS.search(text):
        return "es", "Spanish"
    return named[0] if named else None

"""Ending the line's texts and beginning them again, in the patient's own words.

A wish for no more texts is honoured at once, without argument and with one confirming text; the carrier's single words (STOP, START) are
taken before any dialogue. A wish against some texts only, or some hours, is a preference.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from actions import outreach, preference_words
from actions.context import Context
from actions.journeys import preferences
from actions.preference_words import Wish
from actions.step import Step
from bot.store import tables
from bot.store.inbox import is_opted_out

# Below this, words that do not speak of texts are asked about before anything is stopped.
DOUBTFUL = 0.5
_OF_A_TOPIC = re.compile(
    r"\b(?:text(?:ing|s)?|messag(?:es?|ing)|send(?:ing)?)(?: me)?(?: with| about)?(?: the| these| those| your| any| more)* "
    r"(?:reminders?|surveys?|offers?|check-?ins?)"
    r"|\b(?:reminders?|surveys?|offers?|check-?ins?) (?:texts?|messages?)",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"\b(?:no|not|don'?t|dont|do not|stop|quit|end|never|cease|enough|cancel|turn off|get rid of|tired of)\b[^.!?]{0,30}"
    r"\b(?:texts?|texting|txts?|messag\w+|contact\w*|spam\w*|stuff|these|notifications?|bother\w*|write|buzzing)\b"
    r"|\bunsub\w*|\bopt(?:ing)?[ -]?(?:me )?out\b|\b(?:take|remove|delete|get) (?:me|my (?:number|name|phone))(?: (?:off|from|out))?"
    r"|\boff (?:your|the|this|that) (?:text(?:ing)? )?list\b|\bleave me alone\b|\blose my number\b|\brevoke\b|\bspam\b|^\W*stop\W*$",
    re.IGNORECASE,
)


async def stop(step: Step) -> str | None:
    """Take a wish for fewer texts or none."""
    if step.asked == "confirmed" and not step.quiet:
        if step.assent:
            return _stop_all(step)
        step.turn.say("utter_texts_go_on")
        return None
    words = step.journey.words
    wish = preference_words.read(words)
    if _means_some(words, wish):
        unwanted = Wish("sms") if wish.not_channels == {"call"} and not wish.channel else wish
        if await preferences.keep(step, unwanted):
            return None
    if not _STOP.search(words) and step.turn.confidence < DOUBTFUL:
        return step.ask("confirmed", "utter_stop_all_texts")
    return _stop_all(step)


async def start(step: Step) -> str | None:
    """Take a wish to get texts again, all of them or those of some topic."""
    wish = preference_words.read(step.journey.words)
    if wish.on:
        await outreach.keep_topics(step, on=wish.on)
    if await _is_out(step.context, step.turn.conversation):
        step.turn.record("consent", opted_out=False)
        step.audit("opted_in")
        step.turn.say("utter_opted_in")
    else:
        step.turn.say("utter_opted_in_already")
    return None


def _means_some(words: str, wish: Wish) -> bool:
    """Do the words spare some texts: is only a topic, an hour or another channel spoken of?"""
    if wish.has_hours or wish.not_channels == {"call"} or wish.channel in ("call", "whatsapp", "email"):
        return True
    return bool(wish.off) and not _STOP.search(_OF_A_TOPIC.sub(" ", words))


def _stop_all(step: Step) -> str | None:
    step.turn.record("consent", opted_out=True)
    step.audit("opted_out")
    # What else was open would be a second text.
    step.turn.clear("pending", "reminders", "waitlist_offer", "last_change")
    # Whether there are visits is told only to whoever has proven to be the patient.
    step.turn.say("utter_opted_out_visits_stay" if step.proof else "utter_opted_out")
    return None


async def _is_out(context: Context, conversation: str) -> bool:
    def look(connection: Any) -> bool:
        query = sa.select(tables.conversation).where(tables.conversation.c.id == conversation)
        row = connection.execute(query).mappings().first()
        return row is not None and is_opted_out(connection, row["channel"], row["line"], row["address"])

    return await context.database.reading(look)

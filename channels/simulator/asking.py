"""Letting the line write first: the triggers that the simulator can send, to the conversation of one of the cast."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import yaml
from sqlalchemy.engine import Connection

from bot.ids import new_id
from bot.store import inbox, turns
from bot.types import Channel

log = logging.getLogger(__name__)
DOMAIN = Path("domain.yml")
REMINDER = "reminder"
TRIGGERS: Mapping[str, str] = {
    REMINDER: "EXTERNAL_ask_reminder",
    "survey": "EXTERNAL_ask_survey",
    "pain": "EXTERNAL_ask_pain",
    "exercises": "EXTERNAL_ask_exercises",
}


def is_known(trigger: str, domain: Path = DOMAIN) -> bool:
    """Whether the dialogue has an answer to this trigger: its name stands among the domain's intents."""
    try:
        intents = yaml.safe_load(domain.read_text(encoding="utf-8")).get("intents", ())
    except (OSError, yaml.YAMLError, AttributeError) as error:
        log.warning("%s cannot be read (%s)", domain, type(error).__name__)
        return False
    return any(trigger == (next(iter(intent)) if isinstance(intent, dict) else intent) for intent in intents)


def ask(connection: Connection, channel: Channel, line: str, address: str, trigger: str, entities: Mapping[str, str], now: datetime) -> str:
    """Queue a trigger for a conversation, which is opened if need be; return the conversation's id.

    `entities` say whom and what it is about: `patient` ("Patient/…"), and for a reminder `visit` ("Appointment/…").
    """
    conversation_id = inbox.open_conversation(connection, channel.value, line, address, now)
    turns.add_trigger(connection, conversation_id, new_id("ask"), {"name": trigger, "entities": dict(entities)}, now)
    return conversation_id

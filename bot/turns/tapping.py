"""What may be tapped under a WhatsApp message, and which template says the same later."""

from __future__ import annotations

import logging
from typing import Any

from bot.ids import new_id
from bot.turns.house import House
from bot.types import Awaiting, Channel, Say
from bot.whatsapp_templates import TemplateError

log = logging.getLogger(__name__)
YES, NO = "yes", "no"


def options(house: House, say: Say, channel: Channel) -> list[dict[str, str]] | None:
    """Return the options of a question on WhatsApp, with fresh opaque ids; None where there is nothing to tap.

    A question for yes or no has the clinic's two words for them unless it brings buttons of its own.
    """
    if channel is not Channel.WHATSAPP or say.awaiting is Awaiting.NONE:
        return None
    if say.buttons:
        return [_option(one["title"], one["payload"], one.get("description", "")) for one in say.buttons if one.get("payload")]
    if say.awaiting is Awaiting.YES_NO:
        return [_option(house.say("button_yes", channel), YES), _option(house.say("button_no", channel), NO)]
    return None


def template(house: House, say: Say, channel: Channel, taps: list[dict[str, str]] | None) -> dict[str, Any] | None:
    """Return the template of a say, filled: `{name, variables, text}`; None where it has none or its values do not fit."""
    if channel is not Channel.WHATSAPP or say.template is None:
        return None
    name = str(say.template.get("name", ""))
    values = {"clinic": house.clinic, **dict(say.template.get("variables") or {})}
    try:
        variables, text = house.templates.filled(name, values, [one["id"] for one in taps or ()])
    except TemplateError as error:
        log.error("template %s cannot be used: %s", name, error)
        return None
    return {"name": name, "variables": variables, "text": text}


def _option(title: str, value: str, description: str = "") -> dict[str, str]:
    return {"id": new_id("tap"), "title": title, "value": value, "description": description}

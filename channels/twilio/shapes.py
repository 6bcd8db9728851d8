"""Questions with something to tap, as content of Twilio's Content API. Pure: dicts and texts, no sockets.

All words travel as variables of a few empty shapes, so that Twilio keeps no patient's question among its templates, and a shape is made
once. Within WhatsApp's 24 hours no approval is needed. Limits: Twilio's pages on `twilio/quick-reply`, `twilio/list-picker` and variables.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.types import Option

MOST_BUTTONS = 3
LONGEST_BUTTON = 20
MOST_ITEMS = 10
LONGEST_ITEM = 24
LONGEST_DESCRIPTION = 72
LONGEST_BODY = 1024
LONGEST_VALUE = 255
LANGUAGE = "en"
VERSION = 1
"""Grows with every change of a shape, because the shapes at Twilio are found by name."""


@dataclass(frozen=True)
class Shape:
    """A content with places for all its words. `name` is its friendly name at Twilio."""

    name: str
    types: Mapping[str, Any]
    samples: Mapping[str, str]

    @property
    def body(self) -> dict[str, Any]:
        """What the Content API is posted."""
        return {"friendly_name": self.name, "language": LANGUAGE, "variables": dict(self.samples), "types": dict(self.types)}


@dataclass(frozen=True)
class Filled:
    """A shape and the words for its places, by number."""

    shape: Shape
    variables: Mapping[str, str]


def filled(body: str, options: Sequence[Option], button: str) -> Filled | None:
    """Return a question as content, or None where it does not fit and goes as plain text. `button` opens a list of options.

    Up to three short options are buttons; up to ten are a list.
    """
    titles = [option.title for option in options]
    fits = bool(options) and "\n" not in body and len(body) <= LONGEST_BODY and all(title.strip() for title in titles)
    if not fits or len(set(titles)) != len(titles):
        return None
    parts = textwrap.wrap(body, LONGEST_VALUE, break_on_hyphens=False)
    if len(options) <= MOST_BUTTONS and all(len(title) <= LONGEST_BUTTON for title in titles):
        shape = _buttons(len(parts), len(options))
        words = [*parts, *(word for option in options for word in (option.title, option.id))]
    elif len(options) <= MOST_ITEMS and all(len(title) <= LONGEST_ITEM for title in titles):
        shape = _list(len(parts), len(options), button)
        words = [*parts, *(word for option in options for word in (option.title, option.id, _description(option)))]
    else:
        return None
    return Filled(shape, {str(number): word for number, word in enumerate(words, start=1)})


def _description(option: Option) -> str:
    # WhatsApp takes no empty one.
    return option.description[:LONGEST_DESCRIPTION].strip() or option.title


def _places(first: int, count: int) -> list[str]:
    return [f"{{{{{number}}}}}" for number in range(first, first + count)]


def _buttons(parts: int, count: int) -> Shape:
    places = _places(parts + 1, 2 * count)
    actions = [
        {"type": "QUICK_REPLY", "title": title, "id": identifier} for title, identifier in zip(places[::2], places[1::2], strict=True)
    ]
    types = {"twilio/quick-reply": {"body": " ".join(_places(1, parts)), "actions": actions}}
    return Shape(f"mendline_buttons_{count}_{parts}_v{VERSION}", types, _samples(parts + 2 * count))


def _list(parts: int, count: int, button: str) -> Shape:
    places = _places(parts + 1, 3 * count)
    threes = zip(places[::3], places[1::3], places[2::3], strict=True)
    items = [{"item": title, "id": identifier, "description": description} for title, identifier, description in threes]
    types = {"twilio/list-picker": {"body": " ".join(_places(1, parts)), "button": button, "items": items}}
    return Shape(f"mendline_list_{count}_{parts}_v{VERSION}", types, _samples(parts + 3 * count))


def _samples(count: int) -> dict[str, str]:
    return {str(number): f"text {number}" for number in range(1, count + 1)}

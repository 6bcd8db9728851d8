"""Rasa's replies as lines of the stream, each when its action has ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.types import Awaiting
from channels.rasa_turn.protocol import Line, awaiting_named, record_line, say_line

logger = logging.getLogger(__name__)

Emit = Callable[[Line], None]


class TurnOutput(OutputChannel):
    """Takes what one turn says and records. Its name is the conversation's channel, so that responses vary by channel.

    When a message has several clauses, the form asks again after each of them; a question is held back until it is clear that no later
    clause asks one, so that the patient reads one question, at the end.
    """

    def __init__(self, channel: str, emit: Emit) -> None:
        self._channel = channel
        self._emit = emit
        self._holding = False
        self._held: list[Line] = []

    def name(self) -> str:
        """Return the channel; Rasa asks the instance, though its base class answers for the class."""
        return self._channel

    def begin_clause(self, *, last: bool) -> None:
        """What follows belongs to the next clause of the message."""
        self._holding = not last

    def finish(self) -> None:
        """Say what is still held back: the turn is complete."""
        for line in self._held:
            self._emit(line)
        self._held = []

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Turn one of Rasa's messages into lines."""
        self.take(message)

    def take(self, message: dict[str, Any]) -> None:
        """Turn one of Rasa's messages into lines: a record for `custom` with a `record`, a say for a text.

        `metadata: {clinical: true}` marks a text that holds health details; `custom: {template, variables}` beside a text names the
        WhatsApp template that says the same.
        """
        custom = message.get("custom")
        template = None
        if isinstance(custom, dict) and message.get("text") and "template" in custom:
            template, custom = {"name": custom["template"], "variables": custom.get("variables") or {}}, None
        if isinstance(custom, dict) and "record" in custom:
            self._emit(record_line(custom))
        elif custom:
            logger.warning("an action sent a json_message without `record`; nothing receives it. Add record: its kind")
        if message.get("text"):
            metadata = message.get("metadata") or {}
            awaiting = awaiting_named(metadata.get("awaiting"))
            line = say_line(
                message["text"],
                message.get("utter_action"),
                awaiting,
                message.get("buttons") or [],
                clinical=bool(metadata.get("clinical")),
                template=template,
            )
            self._say(line, awaiting)

    def _say(self, line: Line, awaiting: Awaiting) -> None:
        if awaiting == Awaiting.NONE:
            self._emit(line)
            return
        self._held = []
        if self._holding:
            self._held = [line]
        else:
            self._emit(line)

"""Rasa components of the small bot: one repeats what metadata reached it, one splits clauses at `;` as the line's own component does."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from tests.contract.rasa_turn.small_bot import KEYWORDS

QUICK = ("ask_parking", "greet")


class _Plain(GraphComponent):
    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> GraphComponent:
        return cls()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Listening(_Plain):
    """Adds `heard_metadata` to the output."""

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set("heard_metadata", message.get("metadata"), add_to_output=True)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Clauses(_Plain):
    """Adds `clauses`, quick answers first, when the text holds several."""

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            parts = [part.strip() for part in (message.get(TEXT) or "").split(";")]
            if len(parts) > 1:
                read = [{"text": part, "intent": {"name": _intent(part), "confidence": 1.0}, "entities": []} for part in parts]
                message.set("clauses", sorted(read, key=lambda clause: clause["intent"]["name"] not in QUICK), add_to_output=True)
        return messages


def _intent(text: str) -> str | None:
    return next((intent for intent, keyword in KEYWORDS.items() if keyword in text), None)

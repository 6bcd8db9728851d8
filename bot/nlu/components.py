"""The Rasa components of `config.yml`, in the order of its pipeline.

Each one is a shell: what it computes stands in the neighbouring modules. What is awaited and what time it is reach them in the message's
metadata, which the turn endpoint fills.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.clinic import load_clinic
from bot.nlu import answers, clauses, details, entities, reading
from bot.nlu.classifier import Classifier
from bot.nlu.encoder import shared_encoder
from bot.nlu.hearing import Hearing, names_of, pieces
from bot.nlu.spelling import Speller
from bot.types import Awaiting

# What `SentenceVectors` leaves for `Understanding`: the pieces of a message, or the plain text of a training example.
PIECES = "pieces"
PLAIN = "plain_text"


def awaiting_of(message: Message) -> Awaiting:
    """Return what the message's metadata says was asked; nothing when it says nothing."""
    return Awaiting((message.get("metadata") or {}).get("awaiting") or "none")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceVectors(GraphComponent):
    """Mends the spelling of the message, splits it into clauses and encodes it and them in one batch."""

    def __init__(self, name: str, model_storage: ModelStorage, resource: Resource, speller: Speller | None = None) -> None:
        self._name = name
        self._storage = model_storage
        self._resource = resource
        self._speller = speller
        self._encoder = shared_encoder()

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SentenceVectors:
        return cls(execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> SentenceVectors:
        with model_storage.read_from(resource) as folder:
            return cls(execution_context.node_name, model_storage, resource, Speller.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the vocabulary that typing errors are mended to, and store it."""
        self._speller = Speller.fit([example.get(TEXT) for example in _examples(training_data)], self._encoder.words())
        with self._storage.write_to(self._resource) as folder:
            self._speller.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode every training example; returns the same data."""
        examples = _examples(training_data)
        plain = [self._trained.plain(example.get(TEXT)) for example in examples]
        for example, text, vector in zip(examples, plain, self._encoder.encode(plain), strict=True):
            example.set(PLAIN, text)
            self._attach(example, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Encode each message and its clauses; returns the same messages."""
        groups = pieces([message.get(TEXT) or "" for message in messages], self._trained, self._encoder)
        for message, group in zip(messages, groups, strict=True):
            self._attach(message, group[0].vector)
            message.set(PIECES, group)
        return messages

    @property
    def _trained(self) -> Speller:
        assert self._speller is not None, "the model was not trained"  # noqa: S101 - Rasa loads only trained components
        return self._speller

    def _attach(self, message: Message, vector: np.ndarray) -> None:
        message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._name))


def _examples(training_data: TrainingData) -> list[Message]:
    return [example for example in training_data.training_examples if example.get(TEXT)]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Understanding(GraphComponent, IntentClassifier):
    """Gives the message its intent, its ranking and, when it is about several things, one reading for each.

    `clauses` in the output is a list of `{text, intent, entities}` in the order to act on, present only when there are several.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the options: confidences below which a message, or a clause of several, is out of scope; regularisation; ranking."""
        return {"threshold": 0.3, "clause_threshold": 0.3, "inverse_regularisation": 1.0, "ranking_length": 10}

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, classifier: Classifier | None = None
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        clinic = load_clinic(Path(os.environ.get("MENDLINE_CLINIC") or "data/clinic.yml"))
        self._zone = clinic.zone
        self._names = names_of(clinic)
        self._hearing = (
            Hearing(classifier, self._names, threshold=config["threshold"], clause_threshold=config["clause_threshold"])
            if classifier
            else None
        )

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> Understanding:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> Understanding:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Classifier.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the classifier on the encoded examples and store it."""
        examples = [example for example in training_data.intent_examples if example.get(INTENT) and example.get(TEXT)]
        vectors = np.vstack([example.get_dense_features(TEXT)[1].features[0] for example in examples])
        texts = [example.get(PLAIN) for example in examples]
        classifier = Classifier.fit(texts, vectors, [example.get(INTENT) for example in examples], self._config["inverse_regularisation"])
        with self._storage.write_to(self._resource) as folder:
            classifier.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the training data as it is: nothing after this component learns from intents."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking, entities and clauses of each message; returns the same messages."""
        for message in messages:
            self._process_one(message)
        return messages

    def _process_one(self, message: Message) -> None:
        group = message.get(PIECES)
        if group is None:  # a command such as "/greet" in `rasa shell` was read before
            return
        assert self._hearing is not None, "the model was not trained"  # noqa: S101 - Rasa loads only trained components
        awaiting = awaiting_of(message)
        now = self._now(message.get("metadata") or {})
        found, ranking = self._hearing.read(group, awaiting, now)
        results = [self._result(each, awaiting, now) for each in found]
        main = results[-1]
        ranking = ranking[: self._config["ranking_length"]]
        message.set("intent", main["intent"], add_to_output=True)
        message.set("entities", main["entities"], add_to_output=True)
        message.set("intent_ranking", [{"name": name, "confidence": value} for name, value in ranking], add_to_output=True)
        if len(results) > 1:
            message.set("clauses", results, add_to_output=True)

    def _result(self, each: reading.Reading, awaiting: Awaiting, now: datetime) -> dict[str, Any]:
        told = entities.find(each.text, now, awaiting, self._names)
        # Who somebody is, the dialogue asks for; a name said by the way fills no slot.
        told += [entity for entity in details.find(each.text, (each.intent,), awaiting) if entity.name != "patient_name"]
        found = [entity.as_json() for entity in told]
        for clause in clauses.split(each.text):
            answer = answers.read(clause.text, awaiting)
            for name, value in answer.entities if answer else ():
                found.append(entities.Entity(name, str(value), clause.start, clause.end).as_json())
        return {
            "text": each.text,
            "intent": {"name": each.intent, "confidence": each.confidence},
            "entities": found,
            "intent_ranking": [{"name": each.intent, "confidence": each.confidence}],
        }

    def _now(self, metadata: Mapping[str, Any]) -> datetime:
        """Return the clinic-local time of the message; `rasa shell` sends none and gets the machine's."""
        said = metadata.get("now")
        instant = datetime.fromisoformat(said) if said else datetime.now(self._zone)
        return instant.astimezone(self._zone).replace(tzinfo=None)

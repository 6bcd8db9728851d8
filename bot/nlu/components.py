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
from bot.nlu import answers, clauses, entities, reading
from bot.nlu.classifier import Classifier
from bot.nlu.encoder import shared_encoder
from bot.types import Awaiting

CLAUSES = "clause_texts"
VECTORS = "clause_vectors"


def awaiting_of(message: Message) -> Awaiting:
    """Return what the message's metadata says was asked; nothing when it says nothing."""
    return Awaiting((message.get("metadata") or {}).get("awaiting") or "none")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceVectors(GraphComponent):
    """Splits the message into clauses and encodes it and them in one batch."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._encoder = shared_encoder()

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SentenceVectors:
        return cls(execution_context.node_name)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode every training example; returns the same data."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        for example, vector in zip(examples, self._encoder.encode([example.get(TEXT) for example in examples]), strict=True):
            self._attach(example, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Encode each message and its clauses; returns the same messages."""
        for message in messages:
            text = message.get(TEXT) or ""
            parts = [clause.text for clause in clauses.split(text)]
            sentences = [text, *parts] if len(parts) > 1 else [text]
            vectors = self._encoder.encode(sentences)
            self._attach(message, vectors[0])
            message.set(CLAUSES, parts if len(parts) > 1 else [text])
            message.set(VECTORS, vectors[1:] if len(parts) > 1 else vectors)
        return messages

    def _attach(self, message: Message, vector: np.ndarray) -> None:
        message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._name))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Understanding(GraphComponent, IntentClassifier):
    """Gives the message its intent, its ranking and, when it is about several things, one reading for each.

    `clauses` in the output is a list of `{text, intent, entities}` in the order to act on, present only when there are several.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the options: `threshold` below which a message is out of scope, `inverse_regularisation`, length of the ranking."""
        return {"threshold": 0.3, "inverse_regularisation": 1.0, "ranking_length": 10}

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, classifier: Classifier | None = None
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._classifier = classifier
        clinic = load_clinic(Path(os.environ.get("MENDLINE_CLINIC") or "data/clinic.yml"))
        self._zone = clinic.zone
        self._names = names_of(clinic)

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
        classifier = Classifier.fit(vectors, [example.get(INTENT) for example in examples], self._config["inverse_regularisation"])
        with self._storage.write_to(self._resource) as folder:
            classifier.save(folder)
        self._classifier = classifier
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
        if message.get(CLAUSES) is None:  # a command such as "/greet" in `rasa shell` was read before
            return
        awaiting = awaiting_of(message)
        now = self._now(message.get("metadata") or {})
        text = message.get(TEXT) or ""
        whole_vector = message.get_dense_features(TEXT)[1].features[0]
        whole, ranking = self._hear(text, whole_vector, awaiting, now)
        heard = [
            self._hear(part, vector, awaiting, now)[0] for part, vector in zip(message.get(CLAUSES), message.get(VECTORS), strict=True)
        ]
        found = reading.readings(whole, heard)
        results = [self._result(each, awaiting, now) for each in found]
        main = results[-1]
        message.set("intent", main["intent"], add_to_output=True)
        message.set("entities", main["entities"], add_to_output=True)
        message.set("intent_ranking", [{"name": name, "confidence": value} for name, value in ranking], add_to_output=True)
        if len(results) > 1:
            message.set("clauses", results, add_to_output=True)

    def _hear(self, text: str, vector: np.ndarray, awaiting: Awaiting, now: datetime) -> tuple[reading.Heard, list[tuple[str, float]]]:
        assert self._classifier is not None, "the model was not trained"  # noqa: S101 - Rasa loads only trained components
        ranking = self._classifier.ranking(vector)[: self._config["ranking_length"]]
        answer = answers.read(text, awaiting)
        if answer:
            return reading.Heard(text, answer.intent, 1.0), ranking
        if awaiting == Awaiting.DATE_OF_BIRTH and any(
            entity.name == "date_of_birth" for entity in entities.find(text, now, awaiting, self._names)
        ):
            return reading.Heard(text, "identify_self", 1.0), ranking
        name, confidence = ranking[0]
        if confidence < self._config["threshold"]:
            name = reading.OUT_OF_SCOPE
        return reading.Heard(text, name, confidence), ranking

    def _result(self, each: reading.Reading, awaiting: Awaiting, now: datetime) -> dict[str, Any]:
        found = [entity.as_json() for entity in entities.find(each.text, now, awaiting, self._names)]
        for clause in clauses.split(each.text):
            answer = answers.read(clause.text, awaiting)
            for name, value in answer.entities if answer else ():
                found.append(entities.Entity(name, value, clause.start, clause.end).as_json())
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


def names_of(clinic: Any) -> entities.Names:
    """Return the clinic's names as people may write them."""
    therapists: dict[str, str] = {}
    for person in (member for member in clinic.staff if member.reference):
        for spelling in (person.name, *person.name.split(), *person.spoken):
            therapists.setdefault(spelling.lower(), person.name)
    locations = {spelling.lower(): place.name for place in clinic.locations for spelling in (place.name, *place.spoken)}
    return entities.Names(therapists, locations)

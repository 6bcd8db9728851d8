"""Everything the line understands of a message, as one record: what `python -m bot understand` prints.

The same hearing as in Rasa, the same grammar of dates and the same safety screen, in one place and without Rasa.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.nlu import answers, clauses, details, entities
from bot.nlu.hearing import Encodes, Hearing, Ranking, pieces
from bot.nlu.reading import OUT_OF_SCOPE, SUB_INTENTS, intents_of
from bot.nlu.route import Route, route_of
from bot.nlu.trained import Trained
from bot.nlu.when import When
from bot.nlu.when import parse as parse_when
from bot.safety.screen import Finding, Screen
from bot.types import Awaiting

RANKING_LENGTH = 10


@dataclass(frozen=True)
class Message:
    """A message and what is known beside it. `now` and `visit` (the start of the visit spoken of) are clinic-local, without offset."""

    text: str
    now: datetime
    visit: datetime | None = None
    awaiting: Awaiting = Awaiting.NONE


@dataclass(frozen=True)
class Understood:
    """What the line makes of a message.

    `intents` are those it would act on, in order, under their fixed names; `when` is the wish about time, if there is one.
    """

    text: str
    intents: tuple[str, ...]
    ranking: Ranking
    entities: tuple[entities.Entity, ...]
    when: When | None
    safety: Finding
    route: Route

    def as_json(self) -> dict[str, Any]:
        """Return the record as plain data; offsets count characters of `text`."""
        wish = self.when.constraint if self.when else None
        return {
            "text": self.text,
            "intents": list(self.intents),
            "ranking": [{"name": name, "confidence": round(confidence, 4)} for name, confidence in self.ranking],
            "entities": [{"name": each.name, "value": each.value, "start": each.start, "end": each.end} for each in self.entities],
            "when": wish.as_json() if wish else None,
            "safety": {"level": self.safety.level, "category": self.safety.category or None},
            "route": self.route,
        }


class Understander:
    """Understands messages; computes only, and loads nothing after it is made."""

    def __init__(self, trained: Trained, encoder: Encodes, hearing: Hearing, screen: Screen) -> None:
        self._trained = trained
        self._encoder = encoder
        self._hearing = hearing
        self._screen = screen

    def understand(self, messages: Sequence[Message]) -> list[Understood]:
        """Return what each message means, in order. Many at once are much quicker than one by one."""
        groups = pieces([message.text for message in messages], self._trained.speller, self._encoder)
        found = []
        signs = self._screen.check_all([message.text for message in messages])
        for message, group, rows, safety in zip(messages, groups, self._hearing.probabilities(groups), signs, strict=True):
            readings, ranking = self._hearing.read(group, message.awaiting, message.now, rows)
            intents = tuple(dict.fromkeys(SUB_INTENTS.get(name, name) for name in intents_of(readings)))
            if not message.text.strip():
                intents = (OUT_OF_SCOPE,)
            wish, named = find(message, self._hearing.names, intents_of(readings))
            route = route_of(intents, safety.level, message.awaiting, message.text)
            found.append(Understood(message.text, intents, _fixed(ranking), named, wish, safety, route))
        return found


def find(message: Message, names: entities.Names, intents: Collection[str] = ()) -> tuple[When | None, tuple[entities.Entity, ...]]:
    """Return the wish about time and the entities of a message, in the order they stand.

    Digits of a birth date, a telephone number or a score are no wish about time.
    """
    found = entities.find(message.text, message.now, message.awaiting, names, with_when=False)
    told = [each.name for each in found]
    found += [
        each for each in details.find(message.text, intents, message.awaiting) if each.name != "patient_name" or each.name not in told
    ]
    chosen = _choices(message)
    wish = None if message.awaiting == Awaiting.DATE_OF_BIRTH else _wish(message, [*found, *chosen])
    for span in wish.spans if wish else ():
        found.append(entities.Entity(span.kind, message.text[span.start : span.end], span.start, span.end))
    return wish, tuple(sorted([*found, *chosen], key=lambda each: (each.start, each.end)))


def _choices(message: Message) -> list[entities.Entity]:
    found = []
    for clause in clauses.split(message.text):
        answer = answers.read(clause.text, message.awaiting)
        for name, value in answer.entities if answer else ():
            found.append(entities.Entity(name, value, clause.start, clause.end))
    return [] if message.awaiting == Awaiting.DATE_TIME else found


def _wish(message: Message, taken: Sequence[entities.Entity]) -> When | None:
    """Read the wish from what is left of the text when digits that mean something else are blanked."""
    text = message.text
    for each in taken:
        if each.name in ("date_of_birth", "phone", "nps_score", "pain_score", "choice"):
            text = text[: each.start] + " " * (each.end - each.start) + text[each.end :]
    return parse_when(text, message.now, message.visit)


def _fixed(ranking: Ranking) -> Ranking:
    """Return the likeliest of a ranking under the fixed names, the confidences of refinements added to theirs."""
    sums: dict[str, float] = {}
    for name, confidence in ranking:
        fixed = SUB_INTENTS.get(name, name)
        sums[fixed] = sums.get(fixed, 0.0) + confidence
    return sorted(sums.items(), key=lambda pair: -pair[1])[:RANKING_LENGTH]

"""What the line remembers of the change that a patient is arranging, from the first wish to the outcome.

One journey is open at a time, in the slot `journey`; what was asked for beside it waits in the slot `pending`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from actions.scheduling.types import Opening, Visit, opening_from_json, to_json, visit_from_json


@dataclass
class Journey:
    """The state of one journey; everything in it is JSON in the tracker.

    `said` are the sayings about when (see `actions.wishes`), `wanted` the practitioner and location that were asked for by reference
    ("any" for anybody), `people` the patients whom the words may mean, `choices` the visits or readings that a question offered,
    `details` what only one kind of journey needs. `began` is the message that opened it, `words` what that said and `intent` what it was
    understood as.
    """

    kind: str
    began: str = ""
    words: str = ""
    intent: str = ""
    visit: Visit | None = None
    choices: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    wanted: dict[str, str] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)
    offers: list[Opening] = field(default_factory=list)
    offered_at: str = ""
    page: int = 0
    opening: Opening | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def forget_offers(self) -> None:
        """Drop what was offered and chosen: the schedule is read again."""
        self.offers, self.offered_at, self.opening, self.page = [], "", None, 0

    def as_json(self) -> dict[str, Any]:
        """Return the form kept in the slot; empty parts are left out."""
        form = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        form["visit"], form["opening"] = to_json(self.visit), to_json(self.opening)
        form["offers"] = [to_json(each) for each in self.offers]
        return {name: value for name, value in form.items() if value not in (None, "", 0, [], {})}

    @classmethod
    def from_json(cls, form: Mapping[str, Any] | None) -> Journey | None:
        """Read what `as_json` wrote; None for None."""
        if not form:
            return None
        values = dict(form)
        values["visit"] = visit_from_json(values.get("visit"))
        values["opening"] = opening_from_json(values.get("opening"))
        values["offers"] = [each for each in map(opening_from_json, values.get("offers", ())) if each]
        return cls(**values)


def visits_of(choices: Sequence[Mapping[str, Any]]) -> list[Visit]:
    """Return the visits among the choices of "which visit?"."""
    return [visit for visit in (visit_from_json(each) for each in choices) if visit is not None]

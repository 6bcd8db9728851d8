"""Which visit type of `clinic.yml` a visit, an opening or a patient's words mean."""

from __future__ import annotations

import re

from actions.scheduling.types import Opening, Visit
from bot.clinic import Clinic, VisitType


def kind_of(clinic: Clinic, part: Visit | Opening) -> VisitType | None:
    """Return the visit type of a visit or an opening, or None when the scheduling system's word for it is in no visit type.

    The system's code decides; where it gives only words, they may be a code, the name of a visit type or a word that patients use.
    """
    for word in (part.service_code, part.service_type):
        kind = clinic.visit_type_of(word, part.minutes) if word else None
        if kind is not None:
            return kind
    said = part.service_type.lower()
    return next((kind for kind in clinic.visit_types if said and said in (kind.name.lower(), *kind.spoken)), None)


def named_kind(clinic: Clinic, said: str) -> VisitType | None:
    """Return the visit type that the words name; of several the one with the longest name, "re-evaluation" before "evaluation"."""
    words = f" {_plain(said)} "
    named = [(len(name), kind) for kind in clinic.visit_types for name in map(_plain, (kind.name, *kind.spoken)) if f" {name} " in words]
    return max(named, key=lambda found: found[0])[1] if named else None


def _plain(text: str) -> str:
    """Return the text as words in lower case with single blanks between them."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))

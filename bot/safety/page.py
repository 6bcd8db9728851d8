"""The page on which a clinician reads the safety screen and signs it: signs, patterns, examples, wording and figures, one HTML file.

It holds everything in itself (no script, no address elsewhere), so that it can be printed and filed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, select_autoescape

from bot.phrases import Phrases
from bot.safety.evaluation import Scores
from bot.safety.signs import Signs
from bot.safety.training import Example
from bot.types import Channel

TEMPLATE = Path(__file__).with_name("page.html")
SPOKEN = ("safety_", "holding_incident", "holding_emergency", "holding_crisis", "holding_private", "page")


@dataclass(frozen=True)
class Sentence:
    """One of the fixed sentences, as a text and as spoken."""

    name: str
    text: str
    spoken: str


def page(
    signs: Signs, examples: Sequence[Example], phrases: Phrases, scores: Mapping[str, Scores], fingerprint: str, clinic: str, day: str
) -> str:
    """Return the page. `scores` are figures by the name of what was measured; `fingerprint` names the trained classifier."""
    by_category: dict[str, list[Example]] = {}
    for example in examples:
        by_category.setdefault(example.label.partition("/")[0], []).append(example)
    harmless: dict[str, list[Example]] = {}
    for example in by_category.pop("none", []):
        harmless.setdefault(example.group, []).append(example)
    environment = Environment(autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        signs=signs,
        examples=by_category,
        harmless=harmless,
        sentences=_sentences(phrases, clinic),
        scores=scores,
        fingerprint=fingerprint,
        clinic=clinic,
        day=day,
    )


def _sentences(phrases: Phrases, clinic: str) -> list[Sentence]:
    values = {"clinic": clinic, "who": "Priya", "by": "2:45 PM", "console": "the staff console", "number": "2", "telephone": "the desk"}
    names = [name for name in phrases.names() if name.startswith(SPOKEN)]
    return [Sentence(name, phrases.text(name, Channel.SMS, **values), phrases.text(name, Channel.VOICE, **values)) for name in names]

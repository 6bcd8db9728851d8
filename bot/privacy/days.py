"""How long each kind is kept, as `retention` of `clinic.yml` says."""

from __future__ import annotations

from dataclasses import dataclass, fields

from bot.yamlfile import Node


@dataclass(frozen=True)
class Retention:
    """For how many days each kind is kept once nobody waits for it; meanings and sources beside the keys of `data/clinic.yml`."""

    messages: int
    trackers: int
    explanations: int
    closed_tasks: int
    incidents: int
    bookings: int
    survey_comments: int
    pain_and_exercises: int
    audit: int


def read(node: Node) -> Retention:
    """Read `retention`. Raises FileError."""
    days = Retention(**{spec.name: node.at(spec.name).number(least=1) for spec in fields(Retention)})
    if days.trackers > days.messages:
        raise node.at("trackers").error(f"write at most what messages are kept ({days.messages}): trackers hold the same words")
    node.finish()
    return days

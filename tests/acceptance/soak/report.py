"""The figures of a soak: for people on the terminal, as JSON under results/."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from statistics import quantiles
from typing import Any

from tests.acceptance.soak.evidence import Evidence
from tests.acceptance.soak.judge import faults, repeated_sentences, untold
from tests.acceptance.soak.run import Course
from tests.acceptance.soak.talk import Ending

SHOWN = 12


def figures(course: Course, evidence: Evidence) -> dict[str, Any]:
    """Return everything worth telling; `zeros` must all be 0 and `unanswered` and `left undone` too."""
    found = faults(evidence)
    endings = Counter(ending.value for _, ending in course.endings)
    answered = seconds_to_answer(evidence)
    cuts = quantiles(answered, n=20) if len(answered) > 1 else [0.0] * 19
    told = sum("Done:" in heard.body for heard in evidence.heard)
    return {
        "engine": course.order.engine,
        "seed": course.order.seed,
        "conversations": len(course.endings),
        "endings": dict(sorted(endings.items())),
        "texts in": len(evidence.sent),
        "posts": sum(sent.posts for sent in evidence.sent),
        "posts that failed": sum(sent.failures for sent in evidence.sent),
        "deliberate duplicates": sum(sent.duplicates for sent in evidence.sent),
        "texts out": len(evidence.heard),
        "tries to send": sum(row["attempts"] for row in evidence.rows["outbox"]),
        "kills": dict(sorted(course.kills.items())),
        "deaths seen by the supervisor": dict(sorted(course.deaths.items())),
        "schedule requests": course.proxy,
        'told "done"': told,
        "changes": dict(Counter(str(row["outcome"]) for row in evidence.rows["booking_request"])),
        'changed and not told "done"': len(untold(evidence)),
        "hand-offs": dict(Counter(row["reason"] for row in evidence.rows["handoff"])),
        "moves in the schedule": sum(len(versions) - 1 for versions in evidence.versions.values()),
        "turns given up": sum(row["state"] == "given_up" for row in evidence.rows["turn"]),
        "staff tasks": dict(Counter(row["kind"] for row in evidence.rows["staff_task"])),
        "given back by the desk": course.released,
        "seconds to answer p50": round(cuts[9], 2),
        "seconds to answer p95": round(cuts[18], 2),
        "seconds": round(course.seconds),
        "seconds to rest": round(course.rest_seconds),
        "zeros": {name: len(each) for name, each in found.items()},
        "unanswered": endings[Ending.UNANSWERED.value] + endings[Ending.ENDLESS.value],
        "left undone": sum(course.left_undone.values()),
        "texts nobody could read": len(course.unread),
        "turns that repeat a sentence": len(repeated_sentences(evidence)),
        "faults": found,
    }


def seconds_to_answer(evidence: Evidence) -> list[float]:
    """Return, for each text of a patient that was answered, how long the first text of its answer took to reach the carrier."""
    turn_of = {row["sid"]: row["turn_id"] for row in evidence.rows["message"]}
    answer_of = {row["id"]: row["turn_id"] for row in evidence.rows["outbox"]}
    first: dict[str, float] = {}
    for heard in evidence.heard:
        turn = answer_of.get(heard.outbox or "")
        if turn:
            first[turn] = min(heard.at, first.get(turn, heard.at))
    return [first[turn] - sent.at for sent in evidence.sent if (turn := turn_of.get(sent.sid)) in first]


def failed(told: dict[str, Any]) -> bool:
    """Did anything happen that must not?"""
    return any(told["zeros"].values()) or bool(told["unanswered"] or told["left undone"])


def show(told: dict[str, Any]) -> str:
    """Return the figures as lines."""
    lines = [f"soak on {told['engine']}"]
    for name, value in told.items():
        if name in ("engine", "zeros", "faults"):
            continue
        shown = ", ".join(f"{key} {count}" for key, count in value.items()) if isinstance(value, dict) else str(value)
        lines.append(f"  {name}: {shown}")
    lines += [f"  {count} {name}" for name, count in told["zeros"].items()]
    for name, found in told["faults"].items():
        lines += [f"    {name}: {fault}" for fault in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(f"    … and {len(found) - SHOWN} more")
    return "\n".join(lines)


def write(told: list[dict[str, Any]], path: Path) -> None:
    """Write the figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")

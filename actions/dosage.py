"""How much of an exercise: "2 sets of 12, hold 3 seconds, once a day, right side". The sentences around it stand in the responses."""

from __future__ import annotations

from actions.programs import Exercise

_TIMES = {1: "once", 2: "twice"}


def dose(exercise: Exercise) -> str:
    """Return sets, repetitions, hold and how often; empty when the plan says nothing of it."""
    parts = [amount(exercise)]
    if exercise.hold:
        parts.append(f"hold {_hold(exercise.hold)}")
    if exercise.times:
        parts.append(f"{_TIMES.get(exercise.times, f'{exercise.times} times')} a {exercise.period}")
    if exercise.sided and any(parts):
        parts.append(side(exercise))
    return ", ".join(part for part in parts if part)


def amount(exercise: Exercise) -> str:
    """Return sets and repetitions: `2 sets of 12`, `20 times` for a single set; empty when unknown."""
    if not exercise.repetitions:
        return f"{exercise.sets} sets" if exercise.sets and exercise.sets > 1 else ""
    if exercise.sets and exercise.sets > 1:
        return f"{exercise.sets} sets of {exercise.repetitions}"
    return "1 time" if exercise.repetitions == 1 else f"{exercise.repetitions} times"


def side(exercise: Exercise) -> str:
    """Return the side: `right side`, `both sides`; empty when unknown."""
    return {"right": "right side", "left": "left side", "both": "both sides"}.get(exercise.side, "")


def _hold(seconds: int) -> str:
    if seconds >= 60 and seconds % 60 == 0:
        return "1 minute" if seconds == 60 else f"{seconds // 60} minutes"
    return "1 second" if seconds == 1 else f"{seconds} seconds"

"""Figures with what was aimed at and what came of it, as a Markdown table and as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One figure of both sides. `met` is None where there is no target or the run was too short to judge."""

    figure: str
    ours: str
    stock: str = "–"
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """Return what came of it in a word."""
        return {True: "met", False: "MISSED", None: "" if not self.target else "not measured"}[self.met]


def table(rows: Sequence[Row]) -> str:
    """Return the rows in Markdown."""
    lines = ["| figure | ours | stock Rasa | target | verdict |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {row.figure} | {row.ours} | {row.stock} | {row.target} | {row.verdict} |" for row in rows]
    return "\n".join(lines)


def as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows for a file."""
    return [asdict(row) for row in rows]


def ms(seconds: float) -> str:
    """Return seconds as milliseconds."""
    return "none" if math.isnan(seconds) else f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"


def at_most(value: float, limit: float) -> bool | None:
    """Whether a value is within its limit; None when it was not measured."""
    return None if math.isnan(value) else value <= limit


def at_least(value: float, limit: float) -> bool | None:
    """Whether a value reaches its limit; None when it was not measured."""
    return None if math.isnan(value) else value >= limit

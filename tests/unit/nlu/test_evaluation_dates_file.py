"""The held-out wishes for days and hours keep their form: columns, constraints that can be read, nothing in the past, no line twice."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parents[2] / "evaluation" / "dates.tsv"
SHAPES = ({"start", "end"}, {"start", "end", "exclude"}, {"any_of"}, {"ambiguous"}, {"time_start", "time_end"})


def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_there_are_160_lines_of_four_columns_and_none_twice() -> None:
    found = rows()
    assert len(found) >= 160
    assert all(list(row) == ["text", "now", "visit", "expected"] for row in found)
    seen = Counter(row["text"].lower() for row in found)
    assert [text for text, times in seen.items() if times > 1] == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["text"])
def test_a_constraint_is_one_of_the_known_shapes_and_lies_ahead(row: dict[str, str]) -> None:
    now = datetime.fromisoformat(row["now"])
    assert row["visit"] == "-" or datetime.fromisoformat(row["visit"]) > now
    for node in _nodes(json.loads(row["expected"])):
        assert set(node) in SHAPES
        if "start" in node:
            assert now <= datetime.fromisoformat(node["start"]) < datetime.fromisoformat(node["end"])
            for hole in node.get("exclude", ()):
                assert node["start"] <= hole["start"] < hole["end"] <= node["end"]
        elif "time_start" in node:
            assert "00:00" <= node["time_start"] < node["time_end"] <= "24:00"
        else:
            (readings,) = node.values()
            assert len(readings) >= 2


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in (*node.get("any_of", ()), *node.get("ambiguous", ())):
        yield from _nodes(inner)

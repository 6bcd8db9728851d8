"""The held-out safety messages keep their form: columns, known values, a category where there is a level, no line twice."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

FILE = Path(__file__).parents[2] / "evaluation" / "safety.tsv"
LEVELS = {
    "cauda_equina": {"emergency"},
    "chest_or_breath": {"emergency"},
    "stroke": {"emergency"},
    "head_strike_fall": {"emergency"},
    "leg_clot": {"urgent", "emergency"},
    "septic_joint": {"emergency"},
    "wound": {"urgent", "emergency"},
    "fracture": {"urgent", "emergency"},
    "allergy_faint_sugar": {"emergency"},
    "self_harm": {"crisis"},
    "abuse": {"urgent"},
}
POSITIVE = {"clear", "adversarial"}


def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_every_line_has_the_four_columns_and_a_text() -> None:
    for row in rows():
        assert list(row) == ["text", "level", "category", "kind"]
        assert row["text"].strip() == row["text"] != "", row


def test_a_sign_has_a_category_and_a_level_of_the_table_and_other_messages_have_neither() -> None:
    for row in rows():
        if row["kind"] in POSITIVE:
            assert row["level"] in LEVELS[row["category"]], row
        else:
            assert row["kind"] in {"ordinary", "lookalike"}, row
            assert (row["level"], row["category"]) == ("none", ""), row


def test_there_are_enough_lines_of_every_kind_and_category() -> None:
    found = rows()
    assert Counter(row["kind"] for row in found) >= Counter(clear=110, adversarial=150, ordinary=450, lookalike=125)
    for kind in POSITIVE:
        categories = Counter(row["category"] for row in found if row["kind"] == kind)
        assert {category for category in LEVELS if categories[category] >= 9} == set(LEVELS)


def test_no_line_stands_twice() -> None:
    seen = Counter(re.sub(r"\W+", " ", row["text"].lower()).strip() or row["text"] for row in rows())
    assert [text for text, times in seen.items() if times > 1] == []

"""Spanish words keep their place in the text, and English ones are left alone."""

# ruff: noqa: DTZ001
# Everything here is clinic-local wall-clock time, which has no offset.

from datetime import datetime

import pytest

from bot.nlu.when import parse

NOW = datetime(2025, 6, 2, 9, 0)


def test_spans_point_at_the_spanish_words() -> None:
    text = "¿Puede ser el miércoles por la tarde, después de las 3?"
    when = parse(text, NOW)
    assert when is not None
    assert [text[span.start : span.end] for span in when.spans] == ["el miércoles", "por la tarde", "después de las 3"]


@pytest.mark.parametrize("text", ["I once fell on my knee", "las vegas was fun", "sin city", "the once over", "a la carte"])
def test_words_that_are_english_too_are_no_wish(text: str) -> None:
    when = parse(text, NOW)
    assert when is None or when.constraint is None

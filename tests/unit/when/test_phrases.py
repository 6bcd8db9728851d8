"""Whole files of phrases, each with what it means: how many are read right."""

from pathlib import Path

import pytest

from bot.nlu.when.score import judge, read_phrases

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("phrases.tsv", 0.99),
        ("phrases_more.tsv", 0.98),
        ("heldout.tsv", 0.95),
        ("voices_teen.tsv", 0.97),
        ("voices_elder.tsv", 0.93),
        ("voices_spanish.tsv", 0.97),
        ("voices_mixed.tsv", 0.95),
        ("voices_shifts.tsv", 0.95),
        ("fresh_1.tsv", 0.95),
        ("fresh_2.tsv", 0.97),
        ("fresh_3.tsv", 0.97),
        ("fresh_4.tsv", 0.97),
        ("fresh_5.tsv", 0.97),
        ("fresh_6.tsv", 0.95),
        ("fresh_7.tsv", 0.96),
        ("fresh_8.tsv", 0.95),
        ("fresh_9.tsv", 0.96),
    ],
)
def test_phrases_are_read_right(name: str, share: float) -> None:
    verdicts = [judge(phrase) for phrase in read_phrases(HERE / name)]
    wrong = [verdict.phrase.text for verdict in verdicts if not verdict.is_right]
    assert 1 - len(wrong) / len(verdicts) >= share, wrong

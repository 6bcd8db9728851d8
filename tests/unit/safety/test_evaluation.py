"""The figures of `make evaluate DATA=…`, and the development lines by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.main import main
from bot.phrases import RESPONSES, Phrases
from bot.safety.evaluation import Line, SafetyFileError, Share, evaluate, is_safety_file, read_lines, table
from bot.safety.page import page
from bot.safety.screen import Screen
from bot.safety.signs import Signs
from bot.safety.training import ROOT, Example

DEVELOPMENT = Path(__file__).parent / "dev_safety.tsv"
# Written before the patterns and examples were read. Every other line was looked at while they were mended, the rest only counted.
SECOND = Path(__file__).parent / "dev_second.tsv"

LINES = [
    Line("my chest hurts so bad", "emergency", "chest_or_breath", "clear"),
    Line("can i park there", "none", "", "ordinary"),
    Line("the weather is lovely", "urgent", "wound", "adversarial"),
    Line("stitches opened, pus everywhere", "emergency", "wound", "adversarial"),
    Line("i cant breathe", "none", "", "lookalike"),
]


def test_misses_under_triage_and_false_alarms_are_counted_apart(screen: Screen) -> None:
    scores = evaluate(LINES, screen)
    assert scores.clear_missed == Share(0, 1)
    assert scores.found == Share(2, 3)
    assert scores.under_triaged == Share(1, 3)
    assert scores.alarms == {"ordinary": Share(0, 1), "lookalike": Share(1, 1)}
    assert {(each.how, each.line.text) for each in scores.wrong} == {
        ("miss", "the weather is lovely"),
        ("under", "stitches opened, pus everywhere"),
        ("alarm", "i cant breathe"),
    }
    text = table(scores, misses=True)
    assert "the weather is lovely" in text
    assert "the weather is lovely" not in table(scores)


def test_the_development_lines(screen: Screen) -> None:
    scores = evaluate(read_lines(DEVELOPMENT), screen)
    assert scores.clear_missed.hits == 0
    assert (scores.found.share or 0) >= 0.96
    assert (scores.alarms["ordinary"].share or 0) <= 0.015
    assert (scores.alarms["lookalike"].share or 0) <= 0.1


@pytest.mark.parametrize(("half", "found", "ordinary", "alike"), [(0, 0.98, 0.005, 0.05), (1, 0.98, 0.03, 0.1)])
def test_the_second_development_lines(screen: Screen, half: int, found: float, ordinary: float, alike: float) -> None:
    scores = evaluate(read_lines(SECOND)[half::2], screen)
    assert scores.clear_missed.hits == 0
    assert (scores.found.share or 0) >= found
    assert (scores.alarms["ordinary"].share or 0) <= ordinary
    assert (scores.alarms["lookalike"].share or 0) <= alike


def test_a_file_is_known_by_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "lines.tsv"
    path.write_text("text\tlevel\tcategory\tkind\nhello\tnone\tnone\tordinary\n", encoding="utf-8")
    assert is_safety_file(path)
    assert read_lines(path) == [Line("hello", "none", "", "ordinary")]
    path.write_text("text\tintent\nhello\tgreet\n", encoding="utf-8")
    assert not is_safety_file(path)


@pytest.mark.parametrize("content", ["text\tlevel\tcategory\tkind\nhello\tloud\t\t\n", "text\tlevel\tcategory\tkind\n\tnone\t\t\n"])
def test_a_wrong_line_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "lines.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SafetyFileError, match="line 2"):
        read_lines(path)


def test_the_command_prints_the_figures(screen: Screen, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lines.tsv"
    path.write_text("text\tlevel\tcategory\tkind\nmy chest hurts\temergency\tchest_or_breath\tclear\n", encoding="utf-8")
    assert main(["evaluate", "--data", str(path)]) == 0
    assert "clear emergencies and crises missed    0.0%    0 of 1" in capsys.readouterr().out


def test_the_page_holds_everything_a_clinician_signs_and_calls_nobody(screen: Screen) -> None:
    signs = Signs.load()
    examples = [Example("it <bleeds>", "wound/urgent", "urgent"), Example("dead bug", "none", "idiom")]
    phrases = Phrases.load(*(ROOT / path for path in RESPONSES))
    text = page(signs, examples, phrases, {"A few lines": evaluate(LINES, screen)}, "0123", "Harbor PT", "2025-06-02")
    assert all(sign.title in text for sign in signs.signs)
    assert "it &lt;bleeds&gt;" in text
    assert "safety_emergency" in text
    assert "Signature" in text
    assert not any(outside in text for outside in ("http://", "https://", "<script", "@import"))

"""Files are scored by what they hold, and the page shows it without help from elsewhere."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.nlu import file_scores, report
from bot.nlu.evaluation import Scores


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "file.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("text\tnow\tvisit\texpected", "dates"),
        ("text\tlevel\tcategory\tkind", "safety"),
        ("text\troute", "routes"),
        ("text\tintent\tstyle", "intents"),
    ],
)
def test_the_heading_tells_what_a_file_holds(tmp_path: Path, heading: str, kind: str) -> None:
    assert file_scores.kind_of(written(tmp_path, "# a remark", heading)) == kind


def test_routes_of_refer_and_staff_stand_for_each_other(tmp_path: Path) -> None:
    path = written(tmp_path, "text\troute", "a\tanswer", "b\trefer", "c\tstaff", "d\trefer")
    scores = file_scores.of_routes(path, lambda texts: ["answer", "staff", "refer", "answer"])
    assert [(share.hits, share.of, share.is_met) for share in scores.shares] == [(1, 1, True), (2, 3, False)]


def test_safety_counts_misses_lightness_and_false_alarms(tmp_path: Path) -> None:
    path = written(
        tmp_path, "text\tlevel\tcategory\tkind", "a\temergency\tstroke\tclear", "b\turgent\twound\tclear", "c\tcrisis\tself_harm\tclear",
        "d\tnone\t\tordinary", "e\tnone\t\tlookalike",
    )  # fmt: skip
    scores = file_scores.of_safety(path, lambda texts: ["urgent", "urgent", "none", "none", "urgent"])
    assert {share.name: (share.hits, share.of) for share in scores.shares} == {
        "found": (2, 3),
        "emergencies and crises missed": (1, 3),
        "taken too lightly": (1, 3),
        "false alarms, ordinary": (0, 1),
        "false alarms, look-alikes": (1, 1),
    }


def test_dates_are_read_as_the_line_reads_them(tmp_path: Path) -> None:
    wanted = '{"start": "2025-06-03T00:00", "end": "2025-06-04T00:00"}'
    path = written(tmp_path, "text\tnow\tvisit\texpected", f"tomorrow\t2025-06-02T09:00\t-\t{wanted}")
    assert [(share.hits, share.of) for share in file_scores.of_dates(path).shares] == [(1, 1)]


class _Sources(HTMLParser):
    """Collects what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("src", "href") and value]


def test_the_page_stands_alone_and_shows_every_figure() -> None:
    scores = Scores(
        10, 0.91, 0.905, 0.9, 0.03, None, {"teen": (4, 0.75), "<b>": (6, 1.0)}, {"greet": (10, 0.91)}, [("greet", "affirm", 1)], ()
    )
    text = report.page([("some.tsv", scores)], "Trained on 3 examples.")
    sources = _Sources()
    sources.feed(text)
    assert sources.found == []
    assert all(shown in text for shown in ("91.0%", "0.905", "75% of 4", "&lt;b&gt;", "affirm"))
    assert 'class="figure unmet"><b>91.0%' in text
    assert 'class="figure met"><b>0.905' in text

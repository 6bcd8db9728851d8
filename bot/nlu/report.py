"""The evaluation as one HTML page that needs nothing beside it: figures, bars and a map of confusions, readable on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from bot.nlu.evaluation import Scores
from bot.nlu.file_scores import FileScores, Share

CONFUSIONS_SHOWN = 20
_STYLE = """
:root{color-scheme:light dark;--ink:#16202b;--soft:#5c6b7a;--page:#f6f4ef;--card:#fff;--line:#e2ddd2;
--good:#1d7a5f;--bad:#b4472e;--bar:#2f6f9f}
@media(prefers-color-scheme:dark){:root{--ink:#e9edf1;--soft:#9fb0c0;--page:#12181f;--card:#1b232c;--line:#2d3843;--good:#58c79f;--bad:#f08a6c;--bar:#6fb1e0}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}
h3{font-size:.95rem;margin:1.25rem 0 .4rem;color:var(--soft);font-weight:600}p{margin:.25rem 0;color:var(--soft)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:.75rem 0}
.figure{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.75rem .9rem}
.figure b{display:block;font-size:1.55rem;line-height:1.2;font-variant-numeric:tabular-nums}.figure span{font-size:.85rem;color:var(--soft)}
.met b{color:var(--good)}.unmet b{color:var(--bad)}.card{
background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.5rem .9rem;overflow-x:auto}
svg{display:block;width:100%;height:auto}svg text{font:13px system-ui,sans-serif;fill:var(--ink)}svg .soft{fill:var(--soft)}
.track{fill:var(--line)}.bar{fill:var(--bar)}.low{fill:var(--bad)}.mark{stroke:var(--ink);stroke-dasharray:3 3}
table{border-collapse:collapse;width:100%;font-size:.9rem}td,th{
padding:.25rem .6rem .25rem 0;text-align:left;border-bottom:1px solid var(--line)}
td:first-child{text-align:right;font-variant-numeric:tabular-nums;width:3rem}
"""
_WIDTH, _ROW, _LABEL = 640, 24, 210


def page(sections: Sequence[tuple[str, Scores | FileScores]], note: str) -> str:
    """Return the page for files, each with its name; `note` says on what was trained."""
    body = "".join(f"<section><h2>{escape(name)}</h2>{_section(scores)}</section>" for name, scores in sections)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>How well the line understands</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>How well the line understands</h1><p>{escape(note)}</p>{body}</main></body></html>\n"
    )


def _section(scores: Scores | FileScores) -> str:
    if isinstance(scores, FileScores):
        figures = "".join(_figure(share.name, _percent(share.value), _aim(share), share.is_met) for share in scores.shares)
        groups = "".join(f"<h3>{escape(name)}</h3>{_of_shares(shares)}" for name, shares in scores.groups.items())
        return f'<p>{scores.messages} messages, {escape(scores.title)}</p><div class="figures">{figures}</div>{groups}'
    parts = [f'<p>{scores.messages} messages</p><div class="figures">{_intent_figures(scores)}</div>']
    if scores.by_style:
        parts.append(f"<h3>accuracy by style</h3>{bars(scores.by_style, 0.92)}")
        parts.append(f"<h3>accuracy by intent, the weakest first</h3>{bars(_weakest_first(scores.by_intent), 0.9)}")
    if scores.confusions:
        rows = "".join(
            f"<tr><td>{number}</td><td>{escape(right)}</td><td>{escape(wrong)}</td></tr>"
            for right, wrong, number in scores.confusions[:CONFUSIONS_SHOWN]
        )
        parts.append(f'<h3>confusions</h3><div class="card"><table><tr><th></th><th>meant</th><th>understood</th></tr>{rows}</table></div>')
    return "".join(parts)


def _intent_figures(scores: Scores) -> str:
    f1 = scores.macro_f1
    found = (
        ("accuracy", _percent(scores.accuracy), "at least 92 %", _least(scores.accuracy, 0.92), scores.accuracy),
        ("macro F1", "" if f1 is None else f"{f1:.3f}", "at least 0.90", _least(f1, 0.9), f1),
        (
            "out-of-scope recall",
            _percent(scores.out_of_scope_recall),
            "at least 90 %",
            _least(scores.out_of_scope_recall, 0.9),
            scores.out_of_scope_recall,
        ),
        (
            "good messages rejected",
            _percent(scores.false_rejections),
            "at most 4 %",
            None if scores.false_rejections is None else scores.false_rejections <= 0.04,
            scores.false_rejections,
        ),
        ("both intents found", _percent(scores.both_found), "at least 80 %", _least(scores.both_found, 0.8), scores.both_found),
    )
    return "".join(_figure(name, value, aim, met) for name, value, aim, met, known in found if known is not None)


def bars(shares: Mapping[str, tuple[int, float]], target: float) -> str:
    """Return horizontal bars as SVG: for each name how many there were and the share that was right; a line marks the target."""
    height = _ROW * len(shares) + 6
    span = _WIDTH - _LABEL - 95
    rows = []
    for index, (name, (number, share)) in enumerate(shares.items()):
        top = index * _ROW + 4
        tone = "bar" if share >= target else "low"
        rows.append(
            f'<text x="{_LABEL - 8}" y="{top + 13}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="track" x="{_LABEL}" y="{top + 2}" width="{span}" height="14" rx="3"/>'
            f'<rect class="{tone}" x="{_LABEL}" y="{top + 2}" width="{span * share:.1f}" height="14" rx="3"/>'
            f'<text class="soft" x="{_LABEL + span + 8}" y="{top + 13}">{share:.0%} of {number}</text>'
        )
    mark = _LABEL + span * target
    line = f'<line class="mark" x1="{mark:.1f}" x2="{mark:.1f}" y1="0" y2="{height}"/>'
    return (
        f'<div class="card"><svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="shares by name">{"".join(rows)}{line}</svg></div>'
    )


def _of_shares(shares: Sequence[Share]) -> str:
    known = {share.name: (share.of, share.value) for share in shares}
    return bars({name: (of, value) for name, (of, value) in known.items() if value is not None}, 0.98)


def _figure(name: str, value: str, aim: str, met: bool | None) -> str:
    tone = "" if met is None else " met" if met else " unmet"
    return f'<div class="figure{tone}"><b>{value}</b>{escape(name)}<br><span>{escape(aim)}</span></div>'


def _aim(share: Share) -> str:
    if share.target is None:
        return f"{share.hits} of {share.of}"
    return f"{share.hits} of {share.of}; {'at most' if share.most else 'at least'} {share.target:.1%}"


def _weakest_first(shares: Mapping[str, tuple[int, float]]) -> dict[str, tuple[int, float]]:
    return dict(sorted(shares.items(), key=lambda item: (item[1][1], item[0])))


def _least(value: float | None, target: float) -> bool | None:
    return None if value is None else value >= target


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"

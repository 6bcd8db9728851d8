"""The table of settings in `docs/operations.md`, made from `bot.settings`: `python -m bot.cli.settings_table` writes it there."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from bot.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
BEGIN = "<!-- settings: made by python -m bot.cli.settings_table -->\n"
END = "<!-- settings end -->"


def table() -> str:
    """Return the table in Markdown, a row for each setting in the order of their declaration."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for spec in fields(Settings):
        default = "" if spec.default in ("", None) else f"`{spec.default}`"
        meaning = spec.metadata["meaning"].replace("|", "\\|")
        name = f"`{spec.metadata['env']}`" + (" (secret)" if spec.metadata["secret"] else "")
        rows.append(f"| {name} | {default} | {meaning} |")
    return "\n".join(rows) + "\n"


def written_into(page: str) -> str:
    """Return the page with the present table between its marks. Raises ValueError when a mark is missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page lacks a mark; it needs the lines {BEGIN.strip()!r} and {END!r}")
    return before + begin + table() + end + after


if __name__ == "__main__":
    PAGE.write_text(written_into(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

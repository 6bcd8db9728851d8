"""The handbook points at what exists: links, headings, paths, modules, verbs, commands and the names of invariants."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.cli.main import parser
from bot.store.tables import metadata

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ROOMS = ("actions", "bot", "channels", "data", "deploy", "docs", "scheduling", "tests", "voice", ".ci")
# Words that stand for something else, and names of files that only a running line has.
PLACEHOLDER = re.compile(r"[<>…*{}]|\s")
SOURCE_NAME = re.compile(r"[\w-]+\.(?:py|yml|toml|md|lock)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)

page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)


def prose(text: str) -> str:
    """Return a page without its fenced blocks."""
    return FENCE.sub("", text)


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(path: Path, text: str) -> list[str]:
    """Return the relative links of a page that lead nowhere."""
    found = []
    for link in LINK.findall(prose(text)):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        known = target.exists() and (not anchor or anchor in anchors(text if target == path else target.read_text(encoding="utf-8")))
        if not known:
            found.append(link)
    return found


def missing_paths(text: str) -> list[str]:
    """Return the paths, files and modules in backticks that this repository does not have."""
    return [said for said in CODE.findall(prose(text)) if not PLACEHOLDER.search(said) and not _is_there(said)]


def _is_there(said: str) -> bool:
    room, slash, _ = said.partition("/")
    if slash and room in ROOMS:
        return (ROOT / said).exists()
    if SOURCE_NAME.fullmatch(said):
        return (ROOT / said).exists() or any(any((ROOT / room).rglob(said)) for room in ROOMS)
    dotted = said.split(".")
    if dotted[0] in ROOMS and len(dotted) > 1 and dotted[-1] not in ("db", "down") and all(part.isidentifier() for part in dotted):
        module = ROOT.joinpath(*dotted)
        return module.is_dir() or module.with_suffix(".py").exists()
    return True


@page
def test_every_link_leads_somewhere(path: Path) -> None:
    assert broken_links(path, path.read_text(encoding="utf-8")) == []


@page
def test_every_path_exists(path: Path) -> None:
    assert missing_paths(path.read_text(encoding="utf-8")) == []


@page
def test_every_verb_is_in_the_makefile(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = path.read_text(encoding="utf-8")
    verbs = re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)
    assert set(verbs) <= targets


@page
def test_every_command_is_one(path: Path) -> None:
    shown = re.findall(r"python -m bot ((?!run)[a-z][a-z-]*|run [a-z]+)", path.read_text(encoding="utf-8"))
    further = {"text": ["maya", "hello"], "understand": ["hello"], "release": ["cv_1"], "settle-task": ["task_1", "--outcome", "called"]}
    further |= {"erase": ["--patient", "Patient/1"], "export": ["--patient", "Patient/1", "--to", "file.json"]}
    for command in shown:
        parser().parse_args([*command.split(), *further.get(command, [])])


@page
def test_every_module_that_is_run_exists(path: Path) -> None:
    for module in re.findall(r"python -m ((?:tests|bot)\.[\w.]+)", path.read_text(encoding="utf-8")):
        target = ROOT.joinpath(*module.split("."))
        assert target.with_suffix(".py").exists() or (target / "__main__.py").exists(), module


def test_every_unique_index_is_in_the_table_of_invariants_and_no_other() -> None:
    named = set(re.findall(r"`(uq_\w+)`", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")))
    tables = metadata.tables.values()
    there = {str(rule.name) for table in tables for rule in (*table.constraints, *table.indexes) if str(rule.name).startswith("uq_")}
    assert named == there


def test_the_guards_bite() -> None:
    text = "# One\n[a](nowhere.md) [b](#two) [c](#one)\n`bot/none.py` `bot.none` `none.yml` `bot/ids.py` `bot.ids` `models/x` `bot.db`\n"
    assert broken_links(ROOT / "README.md", text) == ["nowhere.md", "#two"]
    assert missing_paths(text) == ["bot/none.py", "bot.none", "none.yml"]

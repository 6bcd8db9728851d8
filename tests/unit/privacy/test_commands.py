"""`python -m bot export`, `erase` and `retention`, as an operator calls them. They print counts and ids, never what is held."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.cli.main import main
from bot.store import tables
from bot.store.database import Database
from tests.unit.privacy.filling import Marked, Store, opened

ANA = Marked("anaquetz", "+12075550171")
BEN = Marked("benquetz", "+12075550172")


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path) -> Iterator[Path]:
    """A HOME with a filled store, named by the environment as for the command line."""
    (tmp_path / "mendline.db").write_bytes(sqlite_template.read_bytes())
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("MENDLINE_")}
    os.environ["MENDLINE_HOME"] = str(tmp_path)
    yield tmp_path
    del os.environ["MENDLINE_HOME"]
    os.environ.update(before)


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    database = Database(f"sqlite:///{home / 'mendline.db'}")
    with opened(database, f"sqlite:///{home / 'trackers.db'}") as made:
        made.everything(ANA)
        made.everything(BEN)
        yield made
    database.close()


def told(capsys: pytest.CaptureFixture[str]) -> str:
    out = capsys.readouterr()
    text = out.out + out.err
    assert not re.search("|".join(re.escape(one) for one in (ANA.number, BEN.number, f"hello {ANA.mark}")), text), text
    return text


def test_an_export_is_written_once_and_for_its_owner_alone(store: Store, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = home / "ana.json"
    assert main(["export", "--patient", ANA.patient, "--to", str(path)]) == 0
    assert f"Written to {path}" in told(capsys)
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text(encoding="utf-8"))["records"]["message"][0]["body"] == f"hello {ANA.mark}"
    assert main(["export", "--patient", ANA.patient, "--to", str(path)]) == 2
    assert "is there already and is not overwritten; name another file" in told(capsys)


def test_an_erasure_without_a_yes_only_counts(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    before = store.rows()
    assert main(["erase", "--patient", ANA.patient]) == 0
    said = told(capsys)
    assert re.search(r"^ +1 message$", said, re.MULTILINE)
    assert "Nothing was changed. Say --yes" in said
    assert store.rows() == before


def test_an_erasure_with_a_yes_leaves_nothing(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    of_ben = store.of(BEN)
    assert main(["erase", "--patient", ANA.patient, "--yes"]) == 0
    assert "Opt-outs kept under a digest: 1." in told(capsys)
    assert {name: rows for name, rows in store.of(ANA).items() if rows} == {}
    assert store.of(BEN) == of_ben
    assert main(["erase", "--patient", ANA.patient, "--yes"]) == 2
    assert "the line holds nothing of Patient/anaquetz" in told(capsys)


def test_an_open_incident_is_refused_with_the_remedy(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with store.database.write() as connection:
        connection.execute(tables.incident.update().values(state="open"))
        connection.execute(tables.handoff.update().values(state="waiting"))
        connection.execute(tables.conversation.update().values(owner="queue"))
        thread = connection.scalar(sa.select(tables.conversation.c.id).where(tables.conversation.c.patient == ANA.patient))
    before = store.rows()
    assert main(["erase", "--patient", ANA.patient, "--yes"]) == 1
    assert f"`python -m bot release {thread}` closes it" in told(capsys)
    assert store.rows() == before
    assert main(["release", str(thread)]) == 0
    # The bot resumes first, which is a turn that no worker runs here.
    with store.database.write() as connection:
        connection.execute(tables.turn.update().values(state="done"))
    assert main(["erase", "--patient", ANA.patient, "--yes"]) == 0


def test_a_reference_that_is_none_is_refused(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["erase", "--patient", "Ana", "--yes"]) == 2
    assert "write it as Patient/" in told(capsys)


def test_a_home_without_a_store_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "mendline.db").unlink()
    assert main(["erase", "--patient", ANA.patient]) == 2
    assert "has the line run on it?" in told(capsys)


def test_retention_tells_counts(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with store.database.write() as connection:
        for table in (tables.conversation, tables.message, tables.turn, tables.outbox):
            for column in table.columns:
                if str(column.type) == "DATETIME":
                    connection.execute(sa.text(f"UPDATE {table.name} SET {column.name} = '2001-01-01 00:00:00.000000'"))  # noqa: S608
    before = store.rows()
    assert main(["retention", "--check"]) == 0
    assert "       2 messages" in told(capsys)
    assert store.rows() == before
    assert main(["retention"]) == 0
    assert "       2 messages" in told(capsys)
    assert store.rows()["message"] == []

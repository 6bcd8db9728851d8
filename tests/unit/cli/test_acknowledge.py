"""`python -m bot acknowledge`: lists the incidents that wait for somebody, and ends their pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.main import main
from bot.store import inbox, incidents
from bot.store.database import Database
from bot.store.incidents import Sign
from bot.store.migrate import upgrade
from bot.types import Channel, InboundMessage
from tests.support.scripted import LINE, MAYA, NOON


@pytest.fixture
def incident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'mendline.db'}"
    monkeypatch.setenv("MENDLINE_HOME", str(tmp_path))
    monkeypatch.setenv("MENDLINE_DATABASE_URL", url)
    upgrade(url)
    database = Database(url)
    with database.write() as connection:
        accepted = inbox.accept(connection, InboundMessage("SM1", Channel.SMS, LINE, MAYA, "a message"), NOON)
        noted = incidents.note(connection, accepted.conversation_id, [Sign("SM1", "urgent", "abuse", ("a pattern",))], NOON)
    database.close()
    return noted.id


def test_it_lists_acknowledges_and_names_what_is_not_there(incident: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["acknowledge"]) == 0
    listed = capsys.readouterr().out
    assert incident in listed
    assert "safe to call? unknown, leave no message" in listed
    assert MAYA not in listed
    assert main(["acknowledge", incident, "--by", "priya"]) == 0
    assert "with priya" in capsys.readouterr().out
    assert main(["acknowledge", incident]) == 2
    assert "waits for nobody" in capsys.readouterr().err
    assert main(["acknowledge"]) == 0
    assert "no incident waits" in capsys.readouterr().out

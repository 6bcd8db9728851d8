"""`line`: a line of the test's own on Monday 2 June 2025, 8:02 in the morning, with the demo clinic as of that day."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.line import MONDAY, Line, Templates, running_line
from tests.support.scenario_stage import furnished, rasa_serving
from tests.support.services import RedisServer, running


@pytest.fixture(scope="session")
def schedule_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo clinic as of Monday, in a file that nobody has open."""
    path = tmp_path_factory.mktemp("clinic") / "scheduling.db"
    furnished(path, MONDAY.date())
    return path


@pytest.fixture(scope="session")
def rasa_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The HOME of the session's Rasa: its trackers, and `rasa.log` at debug level."""
    return tmp_path_factory.mktemp("rasa")


@pytest.fixture(scope="session")
def rasa_server(model: Path, rasa_home: Path) -> Iterator[tuple[str, int]]:
    """Rasa with the trained model, and the port on which it expects the actions."""
    with rasa_serving(rasa_home) as served:
        yield served


@pytest.fixture(scope="session")
def templates(sqlite_template: Path, schedule_template: Path, rasa_server: tuple[str, int]) -> Iterator[Templates]:
    """What every conversation starts from."""
    server = RedisServer()
    with running(server):
        yield Templates(sqlite_template, schedule_template, MONDAY.date(), rasa_server[0], rasa_server[1], server.url)


@pytest.fixture
async def line(templates: Templates, tmp_path: Path) -> AsyncIterator[Line]:
    """A line of the test's own."""
    async with running_line(tmp_path, templates) as opened:
        yield opened

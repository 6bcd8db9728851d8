"""`store`: an empty store with trackers beside it, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.database import Database
from tests.unit.privacy.filling import Store, opened


@pytest.fixture
def store(database: Database, tmp_path: Path) -> Iterator[Store]:
    with opened(database, f"sqlite:///{tmp_path / 'trackers.db'}" if database.is_sqlite else database.url) as made:
        yield made

"""A line for the store's contract tests, on both engines."""

from __future__ import annotations

import pytest

from bot.store.database import Database
from tests.support.scripted import Line


@pytest.fixture
def line(database: Database) -> Line:
    return Line(database)

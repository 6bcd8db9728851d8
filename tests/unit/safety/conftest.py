"""The screen with its trained classifier, loaded once."""

from __future__ import annotations

import pytest

from bot.safety.screen import Screen
from bot.safety.training import trained_safety


@pytest.fixture(scope="session")
def screen() -> Screen:
    """The screen of the present sources; training its classifier takes half a minute when it is missing."""
    trained_safety(print)
    return Screen.load()

"""`clinic`: a line of the browser's own on Monday 2 June 2025, with WhatsApp not yet accepted; `phone`: the simulator at desk width."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.playing import WIDE, Shown
from tests.conftest import MONDAY
from tests.support.stack import Stack


@pytest.fixture(scope="module")
def clinic(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole line, shared by a module: each test plays patients of its own, and one that moves the clock comes last."""
    line = Stack(tmp_path_factory.mktemp("clinic"), {"MENDLINE_NOW": MONDAY})
    try:
        line.start()
        yield line
    finally:
        line.stop()


@pytest.fixture
async def phone(clinic: Stack, browser: Browser) -> AsyncIterator[Shown]:
    """The simulator, open."""
    page = await browser.new_page(reduced_motion="reduce", viewport={"width": WIDE[0], "height": WIDE[1]})
    opened = Shown(page)
    await opened.open(clinic.address("edge"))
    yield opened
    await page.close()

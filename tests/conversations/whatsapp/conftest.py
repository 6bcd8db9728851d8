"""`line`: a line whose clinic has accepted WhatsApp; `maya`: Maya, writing to it there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.line import Line, Templates, running_line
from tests.support.whatsapp import OnWhatsApp


@pytest.fixture
async def line(templates: Templates, tmp_path: Path) -> AsyncIterator[Line]:
    """A line of the test's own, with WhatsApp."""
    async with running_line(tmp_path, templates, whatsapp_accepted=True) as opened:
        yield opened


@pytest.fixture
def maya(line: Line) -> OnWhatsApp:
    """Maya on WhatsApp."""
    return OnWhatsApp(line, "maya")

"""The scripted Twilio behind prism, as two processes for the session."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.prism import ROOT, Prism, content_description, prism


@pytest.fixture(scope="session")
def twilio_url() -> Iterator[str]:
    """A scripted Twilio that accepts everything, without prism."""
    command = [sys.executable, "-m", "tests.support.fake_twilio", "--no-reports"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def checked_contents(twilio_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prism]:
    """Its Content API behind Twilio's own description."""
    with prism(twilio_url, tmp_path_factory.mktemp("prism-content"), content_description) as running:
        yield running


@pytest.fixture(scope="session")
def checked(twilio_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prism]:
    """The same behind Twilio's own description."""
    with prism(twilio_url, tmp_path_factory.mktemp("prism")) as running:
        yield running

"""Runs the embedded server as a process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from aiohttp import web

from scheduling.app import make_app
from scheduling.features import ALL, Features
from scheduling.outage import Down, never


def serve(host: str, port: int, path: Path, now: Callable[[], datetime], *, features: Features = ALL, down: Down = never) -> None:
    """Serve the store at `path` on host and port until SIGINT or SIGTERM; a reply under way is finished first.

    While `down()` is true it answers 503, for demonstrations.

    Raises OSError when the port is taken, RuntimeError when the store belongs to another schema version.
    """
    app = make_app(path, now, features=features, down=down)
    web.run_app(app, host=host, port=port, print=None, access_log=None, shutdown_timeout=5.0)

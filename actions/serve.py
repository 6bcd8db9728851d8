"""The action server: Rasa's protocol for custom actions on a private port, with one context for all actions.

Rasa's own server answers a failed action with the whole request, patients' words included, which Rasa then logs; this one names the kind
of the failure and the lines of code it came from. Threat model: the port answers only who shows the token of our own processes.
"""

from __future__ import annotations

import hmac
import json
import logging
import traceback

from aiohttp import web
from aiohttp.typedefs import Handler
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions.context import close
from actions.sweep import sweeping

logger = logging.getLogger(__name__)

FINISH_SECONDS = 5.0
# A tracker of 150 events with its domain is about 400 KB.
LARGEST = 16 * 2**20


def make_app(token: str) -> web.Application:
    """Return the server of every action of `actions.registry`. The context is provided by the caller."""
    executor = ActionExecutor()
    executor.register_package("actions.registry")
    expected = f"Bearer {token}".encode()

    @web.middleware
    async def refuse_strangers(request: web.Request, handler: Handler) -> web.StreamResponse:
        shown = request.headers.get("Authorization", "").encode()
        if request.path == "/health" or hmac.compare_digest(shown, expected):
            return await handler(request)
        return web.json_response({"error": "this port is private; show MENDLINE_INTERNAL_TOKEN"}, status=401)

    async def webhook(request: web.Request) -> web.Response:
        try:
            call = json.loads(await request.read())
            name = str(call["next_action"])
        except (ValueError, KeyError, TypeError):
            return web.json_response({"error": "the body is no action call"}, status=400)
        try:
            return web.json_response(await executor.run(call))
        except ActionExecutionRejection:
            return web.json_response({"error": "rejected", "action_name": name}, status=400)
        except ActionNotFoundException:
            return web.json_response({"error": "no such action", "action_name": name}, status=404)
        except Exception as error:  # noqa: BLE001 - whatever an action raises, Rasa must hear that it failed
            logger.error("action %s failed with %s at %s", name, type(error).__name__, _where(error))
            return web.json_response({"error": type(error).__name__, "action_name": name}, status=500)

    async def names(request: web.Request) -> web.Response:
        return web.json_response([{"name": name} for name in executor.actions])

    async def health(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def finish(_app: web.Application) -> None:
        await close()

    app = web.Application(client_max_size=LARGEST, middlewares=[refuse_strangers])
    app.add_routes([web.post("/webhook", webhook), web.get("/actions", names), web.get("/health", health)])
    app.cleanup_ctx.append(sweeping)
    app.on_cleanup.append(finish)
    return app


def serve(app: web.Application, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; an action under way is finished first, for up to FINISH_SECONDS."""
    web.run_app(app, host=host, port=port, access_log=None, print=None, shutdown_timeout=FINISH_SECONDS, keepalive_timeout=30)


def _where(error: BaseException) -> str:
    frames = reversed(traceback.extract_tb(error.__traceback__)[-4:])
    return " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}/{frame.name}:{frame.lineno}" for frame in frames)

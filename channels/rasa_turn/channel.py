"""The HTTP endpoint inside Rasa's server. Named in credentials.yml; see `protocol` for what travels.

Threat model: the port is private and everything that reaches it may speak for any patient, so the bearer token is compared in constant
time and nothing is read before it. A turn, once begun, runs to its end even if the caller hangs up: a voice caller who interrupts must
not cut a booking in two, and a caller who asks again gets the finished turn from the tracker.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request

from bot.settings import Settings
from bot.types import Awaiting, TurnRefused, TurnRequest
from channels.rasa_turn.action_server import LIMIT_SECONDS, ActionServer, TurnAborted
from channels.rasa_turn.preparation import prepare
from channels.rasa_turn.protocol import Line, MalformedTurn, end_line, request_of
from channels.rasa_turn.turns import Turn

logger = logging.getLogger(__name__)

STOP_SECONDS = 10.0

# Raised before anything of the turn has happened.
Refusal = TurnRefused | MalformedTurn


class MendlineInput(InputChannel):
    """Rasa's input channel for turns: `POST /webhooks/mendline/turn` and `GET /webhooks/mendline/health`."""

    def __init__(self, settings: Settings, action_limit_seconds: float = LIMIT_SECONDS) -> None:
        self._token = settings.internal_token
        self._action_server = ActionServer(f"{settings.actions_url.rstrip('/')}/webhook", settings.internal_token, action_limit_seconds)
        self._prepared: Any = None
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = False

    @classmethod
    def name(cls) -> str:
        """Return the part of the path between /webhooks/ and /turn."""
        return "mendline"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> MendlineInput:
        """Read everything from the settings: credentials.yml holds no secret."""
        return cls(Settings.from_env(os.environ))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes and what happens at start and stop."""
        blueprint = Blueprint("mendline_turns")

        # Sanic marks its handlers with attributes, which bound methods refuse.
        @blueprint.post("/turn")
        async def turn(request: Request) -> Any:
            return await self._turn(request)

        @blueprint.get("/health")
        async def health(request: Request) -> Any:
            return await self._health(request)

        @blueprint.after_server_start
        async def start(app: Any, _loop: Any) -> None:
            self._prepare(app.ctx.agent)

        @blueprint.before_server_stop
        async def stop(_app: Any, _loop: Any) -> None:
            await self._stop()

        return blueprint

    async def _stop(self) -> None:
        self._stopping = True
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_SECONDS)
        await self._action_server.close()

    def _prepare(self, agent: Any) -> None:
        # Rasa replaces the processor when it loads another model.
        if agent.processor is None or agent.processor is not self._prepared:
            prepare(agent, self._action_server)
            self._prepared = agent.processor

    async def _health(self, request: Request) -> Any:
        agent: Any = getattr(request.app.ctx, "agent", None)
        ready = agent is not None and agent.processor is not None
        return response.json({"ready": ready, "model": agent.model_id if ready else None}, status=200 if ready else 503)

    async def _turn(self, request: Request) -> Any:
        if not hmac.compare_digest((request.token or "").encode(), self._token.encode()):
            return response.json({"error": "the bearer token is not MENDLINE_INTERNAL_TOKEN"}, status=401)
        agent = getattr(request.app.ctx, "agent", None)
        if agent is None or agent.processor is None or self._stopping:
            return response.json({"error": "no model is loaded, or the server is stopping"}, status=503)
        try:
            turn = request_of(json.loads(request.body))
        except json.JSONDecodeError:
            return response.json({"error": "the body is not JSON"}, status=400)
        except MalformedTurn as error:
            return response.json({"error": str(error)}, status=400)
        self._prepare(agent)
        return await self._stream(request, self._begin(agent, turn))

    def _begin(self, agent: Any, turn: TurnRequest) -> asyncio.Queue[Line | Refusal | None]:
        """Start the turn; its lines arrive in the queue, then None. A turn that may not begin leaves its refusal there instead."""
        lines: asyncio.Queue[Line | Refusal | None] = asyncio.Queue()
        task = asyncio.create_task(Turn(agent, turn, lines.put_nowait).run())
        self._running.add(task)

        def ended(finished: asyncio.Task[None]) -> None:
            self._running.discard(finished)
            error = asyncio.CancelledError() if finished.cancelled() else finished.exception()
            if isinstance(error, TurnRefused | MalformedTurn):
                lines.put_nowait(error)
            elif error is not None:
                lines.put_nowait(end_line(Awaiting.NONE, reason=reason_of(error)))
            lines.put_nowait(None)

        task.add_done_callback(ended)
        return lines

    async def _stream(self, request: Request, lines: asyncio.Queue[Line | Refusal | None]) -> Any:
        line = await lines.get()
        if isinstance(line, Exception):
            return response.json({"error": str(line)}, status=409 if isinstance(line, TurnRefused) else 400)
        stream = await request.respond(content_type="application/x-ndjson")
        while line is not None:
            await stream.send(json.dumps(line) + "\n")
            line = await lines.get()
        await stream.eof()
        return None


def reason_of(error: BaseException) -> str:
    """Return why a turn failed, without anything a patient said, and log where."""
    if isinstance(error, TurnAborted):
        reason = error.reason
    else:
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        # The message is left out: database and validation errors quote what they were given.
        reason = f"{type(error).__name__} at {' < '.join(f'{frame.name}:{frame.lineno}' for frame in reversed(frames))}"
    logger.error("turn failed: %s", reason)
    return reason

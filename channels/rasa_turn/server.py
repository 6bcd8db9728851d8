"""The Rasa process: our model behind the turn endpoint and nothing else, on a private address.

`rasa run --credentials credentials.yml --endpoints endpoints.yml --interface 127.0.0.1` serves the same endpoint with Rasa's own command;
this process starts faster, opens no other route and stops gracefully.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from bot.settings import Settings
from channels.rasa_turn.light_start import start_light

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORT = 5005


class ModelMissing(Exception):
    """There is no model to serve. The message names the path and the remedy."""


def newest_model(path: Path) -> Path:
    """Return `path`, or the newest model in it when it is a folder. Raises ModelMissing."""
    if path.is_file():
        return path
    models = sorted(path.glob("*.tar.gz"), key=lambda model: model.stat().st_mtime)
    if not models:
        raise ModelMissing(f"no model at {path}; run `make train`, or name the model's file")
    return models[-1]


def serve(settings: Settings, model: Path, host: str = HOST, port: int = PORT) -> None:
    """Load the model and serve turns until SIGTERM or SIGINT; running turns are finished first. Raises ModelMissing or ServerUnfit.

    The port is bound when the model is loaded, so a connection means that turns are answered.
    """
    found = newest_model(model)
    start_light()
    application(settings, found).run(host=host, port=port, workers=1, access_log=False, debug=False, motd=False)


def application(settings: Settings, model: Path) -> Any:
    """Return the Sanic application that serves `model`. Rasa is imported here, after the environment is set."""
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import register
    from sanic import Sanic

    from bot.store.trackers import tracker_url
    from channels.rasa_turn.channel import MendlineInput
    from channels.rasa_turn.tracker_store import MendlineTrackerStore

    app = Sanic("mendline_rasa", configure_logging=False)

    @app.before_server_start
    async def load(app: Any, _loop: Any) -> None:
        agent = Agent(tracker_store=MendlineTrackerStore(host=tracker_url(settings)))
        agent.load_model(str(model))
        app.ctx.agent = agent
        logger.info("Rasa serves model %s", agent.model_id)

    @app.after_server_stop
    async def close(app: Any, _loop: Any) -> None:
        app.ctx.agent.tracker_store.close()

    register([MendlineInput(settings)], app, route="/webhooks/")
    return app

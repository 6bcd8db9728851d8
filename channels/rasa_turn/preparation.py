"""Puts our parts in place of Rasa's own once its server has loaded the model. What cannot be used stops the start."""

from __future__ import annotations

import logging
from typing import Any

import structlog
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import SessionConfig

from channels.rasa_turn.action_server import ActionServer, compile_result_check

logger = logging.getLogger(__name__)


class ServerUnfit(Exception):
    """Rasa's server cannot be used for turns as it was started. The message says what to change."""


def prepare(agent: Any, action_server: ActionServer) -> None:
    """Make `agent` fit for turns; harmless when done again. Raises ServerUnfit."""
    if agent.processor is None:
        raise ServerUnfit("no model is loaded; run `make train`, or give the right path with --model")
    store = bare(agent.tracker_store)
    if isinstance(store, InMemoryTrackerStore):
        raise ServerUnfit("conversations would be kept in memory only; start with --endpoints endpoints.yml, from the project's folder")
    agent.tracker_store = agent.processor.tracker_store = store
    store.domain = agent.processor.domain
    # RedisLockStore gets and then sets: two replicas draw the same ticket. Our lease in SQL is the lock between processes.
    agent.lock_store = agent.processor.lock_store = InMemoryLockStore()
    agent.action_endpoint = agent.processor.action_endpoint = action_server
    if agent.processor.domain.session_config.are_sessions_enabled():
        logger.warning("the model ends sessions, which would drop an open form: switched off; set session_expiration_time: 0 in domain.yml")
        agent.processor.domain.session_config = SessionConfig(0, True)
    compile_result_check()
    forbid_message_text_in_logs()


def bare(store: TrackerStore) -> TrackerStore:
    """Return the store inside Rasa's wrappers: `FailSafeTrackerStore` turns a database error into a new conversation."""
    while hasattr(store, "_tracker_store"):
        store = store._tracker_store
    return store


def forbid_message_text_in_logs() -> None:
    """Rasa's debug logs hold what patients write, and structlog prints them all unless told otherwise: off, whatever the log level.

    What is left goes to `logging` under the name of Rasa's module, its values apart, so that our log's rules hold for it, too.
    """
    rasa_logger = logging.getLogger("rasa")
    if rasa_logger.getEffectiveLevel() < logging.INFO:
        logger.warning("Rasa's debug log holds message texts: it is switched off")
        rasa_logger.setLevel(logging.INFO)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        processors=[structlog.stdlib.render_to_log_kwargs],
    )

"""Calls to the action server that cannot fail quietly.

Rasa swallows an action's error and goes on with the rule, so the patient is told "done" by a rule whose action never ran
(`MessageProcessor._run_action`). Here a failure is a `TurnAborted`. It derives from BaseException on purpose: every layer of Rasa
between an action and the turn has an `except Exception` or `except RasaException` that would hide anything else.

    BaseException
     └ TurnAborted        the turn must not be saved or sent; `reason` names the cause without health data
"""

from __future__ import annotations

from typing import Any

import aiohttp
from jsonschema.validators import validator_for
from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

# Rasa waits 300 s; the client of a turn waits 15 s.
LIMIT_SECONDS = 10.0
# Below the 5 s after which rasa_sdk's server closes an idle connection.
KEEP_ALIVE_SECONDS = 2.0
REJECTED = 400


class TurnAborted(BaseException):
    """An action or a prediction failed, so the turn did not happen."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ActionServer(EndpointConfig):
    """Rasa's action endpoint with a time limit, one session for all calls, and TurnAborted for every failure.

    HTTP 400 is an action's own rejection, which Rasa handles; it stays what it is.
    """

    def __init__(self, url: str, token: str, limit_seconds: float = LIMIT_SECONDS) -> None:
        super().__init__(url=url, headers={"Authorization": f"Bearer {token}"}, enable_selective_domain=True)
        self._limit_seconds = limit_seconds
        self._shared: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Send one call and return its JSON answer. Raises TurnAborted, or ClientResponseError for a rejection."""
        body = kwargs.get("json") or {}
        action = body.get("next_action", "unnamed")
        try:
            async with self._session().request(method, self.url, json=body, compress=compress or None) as response:
                if response.status == REJECTED:
                    raise ClientResponseError(response.status, response.reason or "", await response.text())
                if response.status != 200:
                    raise TurnAborted(f"{action}: the action server answered HTTP {response.status}")
                return await response.json()
        except TimeoutError:
            raise TurnAborted(f"{action}: the action server did not answer in {self._limit_seconds:g} s") from None
        except ClientResponseError:
            raise
        except (aiohttp.ClientError, ValueError) as error:
            raise TurnAborted(f"{action}: the action server could not be used ({type(error).__name__})") from None

    def _session(self) -> aiohttp.ClientSession:
        if self._shared is None or self._shared.closed:
            self._shared = aiohttp.ClientSession(
                headers=self.headers,
                timeout=aiohttp.ClientTimeout(total=self._limit_seconds),
                connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_SECONDS),
            )
        return self._shared

    async def close(self) -> None:
        """Close the shared session."""
        if self._shared is not None:
            await self._shared.close()


class WatchedAction(Action):
    """Another action, whose every error aborts the turn, be it raised by the call, its answer's check or a response's text."""

    def __init__(self, action: Action) -> None:
        self._action = action

    def name(self) -> str:
        return str(self._action.name())

    def event_for_successful_execution(self, prediction: Any) -> Any:
        return self._action.event_for_successful_execution(prediction)

    async def run(self, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> Any:
        """Run the action. Raises TurnAborted, or the action's own rejection, which Rasa handles."""
        with _AbortingOnError(self.name()):
            return await self._action.run(output_channel, nlg, tracker, domain)


class _AbortingOnError:
    """Turns every error of its block, save a rejection, into TurnAborted."""

    def __init__(self, action: str) -> None:
        self._action = action

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, where: Any) -> None:
        if isinstance(error, Exception) and not isinstance(error, ActionExecutionRejection):
            # `from None`: a failed check of an answer carries the whole answer, with the patient's words, in its message.
            raise TurnAborted(f"{self._action}: {type(error).__name__}") from None


def compile_result_check() -> None:
    """Make Rasa check action results with one compiled validator.

    `RemoteAction._validate_action_result` validates the schema itself at each call: 69 % of the CPU of a turn with an action (sampled).
    """
    schema = RemoteAction.action_response_format_spec()
    compiled = validator_for(schema)(schema)

    def check(_action: RemoteAction, result: Any) -> bool:
        compiled.validate(result)
        return True

    RemoteAction._validate_action_result = check

"""What travels between the worker and Rasa's turn endpoint. Pure: dicts in, plain types out; no sockets.

`POST /webhooks/mendline/turn` with `Authorization: Bearer …` takes

    {"conversation", "message_id", "channel", "metadata": {…}, and exactly one of
     "text":    "can't make tuesday"
     "trigger": {"name": "EXTERNAL_ask_nps", "entities": {"appointment": "Appointment/7"}}; the whole of it stands in the event's
                metadata as `trigger`
     "events":  [{"event": "bot", "text": "I've taken the $80 off.", "metadata": {"author": "staff" | "patient"}}]; timestamps are ignored}

and answers with one JSON object a line, each as it happens, the last one always `end`:

    {"say": {"text", "response", "awaiting", "buttons", "clinical"?, "template"?}}
    {"record": {"record": "handoff", …}}
    {"end": {"awaiting", "failed", "reason", "replayed", "intents", "form", "ms", "why"}}; `why` is described in explaining.py

Other answers: 400 the request is malformed, 401 wrong token, 409 a trigger came while a form is active, 503 not ready.
A stream without `end` is a turn of unknown outcome: ask again with the same message_id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.types import Awaiting, Channel, Record, Say, TurnRequest, TurnResult

PATH = "/webhooks/mendline/turn"
HEALTH_PATH = "/webhooks/mendline/health"
TRIGGER_PREFIX = "EXTERNAL_"
AUTHORS = ("staff", "patient")

Line = dict[str, Any]


class MalformedTurn(ValueError):
    """The request is not a turn. The message names the field and what belongs there, never its content."""


def body_of(request: TurnRequest) -> dict[str, Any]:
    """Return the request's JSON body."""
    body: dict[str, Any] = {
        "conversation": request.conversation,
        "message_id": request.message_id,
        "channel": request.channel.value,
        "metadata": dict(request.metadata),
    }
    if request.text is not None:
        body["text"] = request.text
    if request.trigger is not None:
        body["trigger"] = dict(request.trigger)
    if request.events is not None:
        body["events"] = [dict(event) for event in request.events]
    return body


def request_of(body: Any) -> TurnRequest:
    """Return the turn that a JSON body asks for. Raises MalformedTurn."""
    if not isinstance(body, Mapping):
        raise MalformedTurn("the body is not a JSON object; see channels/rasa_turn/protocol.py")
    for name in ("conversation", "message_id"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise MalformedTurn(f"{name} is missing; send a non-empty string")
    channels = [channel.value for channel in Channel]
    if body.get("channel") not in channels:
        raise MalformedTurn(f"channel is none of {', '.join(channels)}")
    given = [name for name in ("text", "trigger", "events") if body.get(name) is not None]
    if len(given) != 1:
        raise MalformedTurn(f"exactly one of text, trigger and events belongs in a turn; this one has {' and '.join(given) or 'none'}")
    if not isinstance(body.get("metadata") or {}, Mapping):
        raise MalformedTurn("metadata is not a JSON object")
    return TurnRequest(
        conversation=body["conversation"],
        message_id=body["message_id"],
        channel=Channel(body["channel"]),
        text=_text(body.get("text")),
        trigger=_trigger(body.get("trigger")),
        events=_events(body.get("events")),
        metadata=dict(body.get("metadata") or {}),
    )


def _text(text: Any) -> str | None:
    if text is not None and not isinstance(text, str):
        raise MalformedTurn("text is not a string")
    return text


def _trigger(trigger: Any) -> Mapping[str, Any] | None:
    if trigger is None:
        return None
    if not isinstance(trigger, Mapping) or not str(trigger.get("name", "")).startswith(TRIGGER_PREFIX):
        raise MalformedTurn(f"trigger has no name that begins with {TRIGGER_PREFIX}")
    if not isinstance(trigger.get("entities") or {}, Mapping):
        raise MalformedTurn("trigger.entities is not a JSON object of names and values")
    return dict(trigger)


def _events(events: Any) -> list[Mapping[str, Any]] | None:
    if events is None:
        return None
    if not isinstance(events, list) or not all(_is_said(event) for event in events):
        raise MalformedTurn("events is not a list of {event: bot, text, metadata: {author: staff or patient}}")
    return [dict(event) for event in events]


def _is_said(event: Any) -> bool:
    return (
        isinstance(event, Mapping)
        and event.get("event") == "bot"
        and isinstance(event.get("text"), str)
        and isinstance(event.get("metadata"), Mapping)
        and event["metadata"].get("author") in AUTHORS
    )


def awaiting_named(name: Any) -> Awaiting:
    """Return the Awaiting of that name; nothing is awaited when the name is none of ours."""
    return Awaiting(name) if name in {each.value for each in Awaiting} else Awaiting.NONE


def say_line(
    text: str,
    response: str | None,
    awaiting: Awaiting,
    buttons: list[Mapping[str, Any]],
    *,
    clinical: bool = False,
    template: Mapping[str, Any] | None = None,
) -> Line:
    """Return the line of one reply."""
    said: dict[str, Any] = {"text": text, "response": response, "awaiting": awaiting.value, "buttons": buttons}
    if clinical:
        said["clinical"] = True
    if template is not None:
        said["template"] = dict(template)
    return {"say": said}


def record_line(payload: Mapping[str, Any]) -> Line:
    """Return the line of one record: an action's `json_message` `{"record": kind, …detail}`."""
    return {"record": dict(payload)}


def end_line(
    awaiting: Awaiting,
    *,
    reason: str | None = None,
    replayed: bool = False,
    intents: list[str] | None = None,
    form: str | None = None,
    stages: Mapping[str, float] | None = None,
    why: Mapping[str, Any] | None = None,
) -> Line:
    """Return the last line; with a `reason` the turn has failed. `stages` are milliseconds by name, `why` what decided the answer."""
    return {
        "end": {
            "awaiting": awaiting.value,
            "failed": reason is not None,
            "reason": reason,
            "replayed": replayed,
            "intents": intents or [],
            "form": form,
            "ms": {name: round(value, 1) for name, value in (stages or {}).items()},
            "why": dict(why or {}),
        }
    }


def say_of(line: Mapping[str, Any]) -> Say:
    """Return the reply that a `say` line holds."""
    said = line["say"]
    return Say(
        str(said["text"]),
        said.get("response"),
        awaiting_named(said.get("awaiting")),
        tuple(said.get("buttons") or ()),
        bool(said.get("clinical")),
        said.get("template"),
    )


def record_of(line: Mapping[str, Any]) -> Record:
    """Return the record that a `record` line holds."""
    detail = dict(line["record"])
    return Record(str(detail.pop("record")), detail)


def result_of(says: list[Say], records: list[Record], end: Mapping[str, Any]) -> TurnResult:
    """Return the whole turn from its lines."""
    explanation = {"form": end.get("form"), **(end.get("why") or {}), "ms": end.get("ms") or {}}
    return TurnResult(tuple(says), tuple(records), awaiting_named(end.get("awaiting")), bool(end.get("replayed")), explanation)

"""Twilio's media-stream protocol as a pure codec: one text frame in, one event out; bytes in, one text frame out.

No socket, no REST and no policy. `read` never raises: a frame that cannot be used becomes `Malformed` with its fault, and the session
goes on. Nothing that a caller said, keyed or sent stands in an event's `repr` or in a fault's `detail`, so both may be logged.

Source of the shapes: Twilio's page "Media Streams: WebSocket Messages". Numbers come as strings; a frame of sound is about 160 bytes each
20 ms, but nothing promises that.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

# Ours, not Twilio's: 80 times the usual frame of about 300 characters, so that a large one passes and a flood does not.
MOST_FRAME_CHARACTERS = 24_000
# Two seconds of sound in one frame, a hundred times the usual.
MOST_SOUND_BYTES = 16_000
# Ours: the stream is given one token and one call id; names and values longer than this are nobody's.
MOST_PARAMETERS = 20
MOST_TEXT = 500
_MOST_DIGITS = 15
KEYS = frozenset("0123456789*#")
FORMAT = ("audio/x-mulaw", 8000, 1)


class Fault(str, Enum):
    """Why a frame cannot be used."""

    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    NOT_JSON = "not_json"
    UNKNOWN_EVENT = "unknown_event"
    BAD_FIELD = "bad_field"
    BAD_SOUND = "bad_sound"
    OTHER_FORMAT = "other_format"


@dataclass(frozen=True)
class Connected:
    """The socket speaks this protocol. It comes before everything else."""

    protocol: str
    version: str


@dataclass(frozen=True)
class Started:
    """The stream begins. `parameters` are those of our own TwiML, the one-time token among them."""

    sequence: int
    stream: str
    call: str
    account: str
    tracks: tuple[str, ...]
    parameters: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Media:
    """Some sound. `chunk` counts from 1 on each track; `at_ms` is when it began, from the start of the stream; `sound` is mu-law."""

    sequence: int
    stream: str
    track: str
    chunk: int
    at_ms: int
    sound: bytes = field(repr=False)


@dataclass(frozen=True)
class KeyPressed:
    """The caller pressed a key: a digit, `*` or `#`."""

    sequence: int
    stream: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class Marked:
    """Everything before our mark was played, or was thrown away by `clear`."""

    sequence: int
    stream: str
    name: str


@dataclass(frozen=True)
class Stopped:
    """The stream ended: the caller hung up, or the call was led elsewhere."""

    sequence: int
    stream: str
    call: str


@dataclass(frozen=True)
class Malformed:
    """A frame that cannot be used. `detail` names the field or the size, never the value."""

    fault: Fault
    detail: str


Event = Connected | Started | Media | KeyPressed | Marked | Stopped | Malformed


class _Unusable(Exception):
    """Carries the fault of a frame up to `read`."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.malformed = Malformed(fault, detail)


def read(frame: str | bytes) -> Event:
    """Return what one frame says. Never raises; what cannot be used is `Malformed`."""
    try:
        return _event(_parsed(frame))
    except _Unusable as unusable:
        return unusable.malformed


def media(stream: str, sound: bytes) -> str:
    """Return the frame that plays mu-law sound; Twilio plays frames in order. Raises ValueError for no sound."""
    if not sound:
        raise ValueError("no sound to play: give at least one byte of mu-law")
    payload = base64.b64encode(sound).decode("ascii")
    return _frame("media", stream, media={"payload": payload})


def mark(stream: str, name: str) -> str:
    """Return the frame that asks to be told when everything before it was played. Raises ValueError for an empty name."""
    if not name:
        raise ValueError("a mark without a name cannot be told from others; name it")
    return _frame("mark", stream, mark={"name": name})


def clear(stream: str) -> str:
    """Return the frame that throws away what is not played yet. The marks of it come back as if it had been."""
    return _frame("clear", stream)


def _frame(event: str, stream: str, **body: Mapping[str, str]) -> str:
    if not stream:
        raise ValueError(f"{event} without a stream goes nowhere; wait for the stream to start")
    return json.dumps({"event": event, "streamSid": stream, **body}, separators=(",", ":"))


def _parsed(frame: str | bytes) -> Mapping[str, Any]:
    if len(frame) > MOST_FRAME_CHARACTERS:
        raise _Unusable(Fault.TOO_LONG, f"{len(frame)} characters, at most {MOST_FRAME_CHARACTERS}")
    try:
        text = frame.decode("utf-8") if isinstance(frame, bytes) else frame
    except UnicodeDecodeError as error:
        raise _Unusable(Fault.NOT_TEXT, "the frame is not UTF-8") from error
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _Unusable(Fault.NOT_JSON, "the frame is not JSON") from error
    if not isinstance(value, dict):
        raise _Unusable(Fault.NOT_JSON, "the frame is no JSON object")
    return value


def _event(frame: Mapping[str, Any]) -> Event:
    name = frame.get("event")
    reader = _READERS.get(name) if isinstance(name, str) else None
    if reader is None:
        raise _Unusable(Fault.UNKNOWN_EVENT, "the event is none of " + ", ".join(_READERS))
    return reader(frame)


def _connected(frame: Mapping[str, Any]) -> Connected:
    return Connected(_text(frame, "protocol"), _text(frame, "version"))


def _started(frame: Mapping[str, Any]) -> Started:
    start = _object(frame, "start")
    shape = _object(start, "mediaFormat")
    found = (_text(shape, "encoding"), _count(shape, "sampleRate"), _count(shape, "channels"))
    if found != FORMAT:
        raise _Unusable(Fault.OTHER_FORMAT, "the sound is not mu-law at 8000 samples a second on one channel")
    return Started(
        _count(frame, "sequenceNumber"),
        _text(frame, "streamSid"),
        _text(start, "callSid"),
        _text(start, "accountSid"),
        _tracks(start),
        _parameters(start),
    )


def _media(frame: Mapping[str, Any]) -> Media:
    body = _object(frame, "media")
    return Media(
        _count(frame, "sequenceNumber"),
        _text(frame, "streamSid"),
        _text(body, "track"),
        _count(body, "chunk"),
        _count(body, "timestamp"),
        _sound(body),
    )


def _key_pressed(frame: Mapping[str, Any]) -> KeyPressed:
    key = _text(_object(frame, "dtmf"), "digit")
    if key not in KEYS:
        raise _Unusable(Fault.BAD_FIELD, "digit is no key of a telephone")
    return KeyPressed(_count(frame, "sequenceNumber"), _text(frame, "streamSid"), key)


def _marked(frame: Mapping[str, Any]) -> Marked:
    return Marked(_count(frame, "sequenceNumber"), _text(frame, "streamSid"), _text(_object(frame, "mark"), "name"))


def _stopped(frame: Mapping[str, Any]) -> Stopped:
    return Stopped(_count(frame, "sequenceNumber"), _text(frame, "streamSid"), _text(_object(frame, "stop"), "callSid"))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Event]] = {
    "connected": _connected,
    "start": _started,
    "media": _media,
    "dtmf": _key_pressed,
    "mark": _marked,
    "stop": _stopped,
}


def _object(frame: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = frame.get(name)
    if not isinstance(value, dict):
        raise _Unusable(Fault.BAD_FIELD, f"{name} is no object")
    return value


def _text(frame: Mapping[str, Any], name: str) -> str:
    value = frame.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MOST_TEXT:
        raise _Unusable(Fault.BAD_FIELD, f"{name} is no text of 1 to {MOST_TEXT} characters")
    return value


def _count(frame: Mapping[str, Any], name: str) -> int:
    value = frame.get(name)
    said = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(said, str) or not (said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS):
        raise _Unusable(Fault.BAD_FIELD, f"{name} is no count of at most {_MOST_DIGITS} digits")
    return int(said)


def _tracks(start: Mapping[str, Any]) -> tuple[str, ...]:
    tracks = start.get("tracks")
    if not isinstance(tracks, list) or not all(track in ("inbound", "outbound") for track in tracks):
        raise _Unusable(Fault.BAD_FIELD, "tracks is no list of inbound and outbound")
    return tuple(tracks)


def _parameters(start: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the custom parameters; none were given when the key is absent."""
    found = _object(start, "customParameters") if "customParameters" in start else {}
    if len(found) > MOST_PARAMETERS or not all(
        isinstance(value, str) and len(name) <= MOST_TEXT and len(value) <= MOST_TEXT for name, value in found.items()
    ):
        raise _Unusable(Fault.BAD_FIELD, f"customParameters are more than {MOST_PARAMETERS} texts of {MOST_TEXT} characters")
    return dict(found)


def _sound(body: Mapping[str, Any]) -> bytes:
    payload = body.get("payload")
    if not isinstance(payload, str):
        raise _Unusable(Fault.BAD_SOUND, "payload is no text")
    try:
        sound = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _Unusable(Fault.BAD_SOUND, "payload is not base64") from error
    if not 0 < len(sound) <= MOST_SOUND_BYTES:
        raise _Unusable(Fault.BAD_SOUND, f"payload holds {len(sound)} bytes, of 1 to {MOST_SOUND_BYTES}")
    return sound

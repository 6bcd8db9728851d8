"""What the codec makes of Twilio's frames, good and bad, and the frames it sends."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice import media_stream
from voice.media_stream import Connected, Fault, KeyPressed, Malformed, Marked, Media, Started, Stopped, read

STREAM = "MZ00000000000000000000000000000001"
CALL = "CA00000000000000000000000000000001"
ACCOUNT = "AC00000000000000000000000000000001"
EVENTS = (Connected, Started, Media, KeyPressed, Marked, Stopped, Malformed)


def start(**changes: Any) -> dict[str, Any]:
    body = {
        "accountSid": ACCOUNT,
        "streamSid": STREAM,
        "callSid": CALL,
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": "tk_secret", "conversation": "cv_1"},
        **changes,
    }
    return {"event": "start", "sequenceNumber": "1", "start": body, "streamSid": STREAM}


def sound(payload: str, **changes: Any) -> dict[str, Any]:
    body = {"track": "inbound", "chunk": "2", "timestamp": "20", "payload": payload, **changes}
    return {"event": "media", "sequenceNumber": "3", "media": body, "streamSid": STREAM}


def fault(frame: str | bytes | dict[str, Any]) -> Fault:
    event = read(json.dumps(frame) if isinstance(frame, dict) else frame)
    assert isinstance(event, Malformed)
    return event.fault


def test_connected_says_the_protocol() -> None:
    assert read('{"event":"connected","protocol":"Call","version":"1.0.0"}') == Connected("Call", "1.0.0")


def test_start_gives_call_and_token() -> None:
    event = read(json.dumps(start()))
    assert event == Started(1, STREAM, CALL, ACCOUNT, ("inbound",), {"token": "tk_secret", "conversation": "cv_1"})


def test_start_without_parameters_has_none() -> None:
    frame = start()
    del frame["start"]["customParameters"]
    event = read(json.dumps(frame))
    assert isinstance(event, Started)
    assert event.parameters == {}


def test_numbers_may_be_texts_or_numbers() -> None:
    as_text = start(mediaFormat={"encoding": "audio/x-mulaw", "sampleRate": "8000", "channels": "1"})
    assert read(json.dumps(as_text)) == read(json.dumps(start()))


def test_media_gives_mulaw_with_its_place_and_time() -> None:
    event = read(json.dumps(sound(base64.b64encode(b"\xff\x7f").decode())))
    assert event == Media(3, STREAM, "inbound", 2, 20, b"\xff\x7f")


@pytest.mark.parametrize("key", list("0123456789*#"))
def test_every_key_of_a_telephone_is_read(key: str) -> None:
    frame = {"event": "dtmf", "streamSid": STREAM, "sequenceNumber": "5", "dtmf": {"track": "inbound_track", "digit": key}}
    assert read(json.dumps(frame)) == KeyPressed(5, STREAM, key)


def test_mark_and_stop_are_read() -> None:
    mark = {"event": "mark", "sequenceNumber": "4", "streamSid": STREAM, "mark": {"name": "p3.2"}}
    stop = {"event": "stop", "sequenceNumber": "9", "streamSid": STREAM, "stop": {"accountSid": ACCOUNT, "callSid": CALL}}
    assert read(json.dumps(mark)) == Marked(4, STREAM, "p3.2")
    assert read(json.dumps(stop)) == Stopped(9, STREAM, CALL)


def test_bytes_are_read_like_text() -> None:
    assert read(json.dumps(start()).encode()) == read(json.dumps(start()))


@pytest.mark.parametrize("frame", ["", "nonsense", "[]", "3", "null", '{"event":', "[" * 20_000, '{"n":' + "9" * 5000 + "}"])
def test_what_is_no_json_object_is_named(frame: str) -> None:
    assert fault(frame) is Fault.NOT_JSON


@pytest.mark.parametrize("event", ["hold", "", None, 3, ["media"], {"event": "media"}])
def test_an_event_we_do_not_know_is_named_and_survived(event: Any) -> None:
    assert fault({"event": event}) is Fault.UNKNOWN_EVENT


def test_bytes_that_are_no_text_are_named() -> None:
    assert fault(b"\xff\xfe{}") is Fault.NOT_TEXT


def test_a_frame_that_is_too_long_is_not_even_parsed() -> None:
    assert fault("[" * (media_stream.MOST_FRAME_CHARACTERS + 1)) is Fault.TOO_LONG


def test_the_largest_sound_fits_into_the_longest_frame() -> None:
    event = read(json.dumps(sound(base64.b64encode(bytes(media_stream.MOST_SOUND_BYTES)).decode())))
    assert isinstance(event, Media)
    assert fault(sound(base64.b64encode(bytes(media_stream.MOST_SOUND_BYTES + 1)).decode())) is Fault.BAD_SOUND


@pytest.mark.parametrize("payload", ["", "a", "a===", "not base64!", "é", "AA AA"])
def test_sound_that_is_none_is_named(payload: str) -> None:
    assert fault(sound(payload)) is Fault.BAD_SOUND


@pytest.mark.parametrize(
    "frame",
    [
        {"event": "media", "sequenceNumber": "1", "streamSid": STREAM},
        sound("AAAA", chunk="-1"),
        sound("AAAA", chunk="1.5"),
        sound("AAAA", chunk="²"),
        sound("AAAA", chunk=True),
        sound("AAAA", timestamp="9" * 16),
        sound("AAAA", track=7),
        start(callSid=""),
        start(callSid="C" * 501),
        start(tracks="inbound"),
        start(tracks=["sideways"]),
        start(customParameters={"token": 5}),
        start(customParameters={"token": "t" * 501}),
        start(customParameters={str(number): "x" for number in range(21)}),
        start(mediaFormat=None),
        {"event": "dtmf", "sequenceNumber": "1", "streamSid": STREAM, "dtmf": {"digit": "A"}},
        {"event": "dtmf", "sequenceNumber": "1", "streamSid": STREAM, "dtmf": {"digit": "12"}},
        {"event": "mark", "sequenceNumber": "1", "streamSid": STREAM, "mark": {}},
        {"event": "stop", "sequenceNumber": "1", "streamSid": STREAM, "stop": []},
    ],
)
def test_a_field_that_is_wrong_is_named(frame: dict[str, Any]) -> None:
    assert fault(frame) is Fault.BAD_FIELD


@pytest.mark.parametrize("shape", [("audio/l16", 8000, 1), ("audio/x-mulaw", 16000, 1), ("audio/x-mulaw", 8000, 2)])
def test_sound_in_another_format_is_refused_at_the_start(shape: tuple[str, int, int]) -> None:
    encoding, rate, channels = shape
    assert fault(start(mediaFormat={"encoding": encoding, "sampleRate": rate, "channels": channels})) is Fault.OTHER_FORMAT


def test_nothing_private_stands_in_what_may_be_logged() -> None:
    keyed = read('{"event":"dtmf","sequenceNumber":"1","streamSid":"MZ1","dtmf":{"digit":"7"}}')
    wrong = read(json.dumps(start(customParameters={"token": "tk_secret" * 100})))
    shown = repr(read(json.dumps(start()))) + repr(read(json.dumps(sound("c2VjcmV0")))) + repr(keyed) + repr(wrong)
    assert "tk_secret" not in shown
    assert "secret" not in shown
    assert "7" not in repr(keyed)


@given(st.text() | st.binary())
def test_whatever_comes_nothing_is_raised(frame: str | bytes) -> None:
    assert isinstance(read(frame), EVENTS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["inbound", "5", STREAM, "AAAA"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["media", "start", "payload", "chunk", "x"]), inner),
    max_leaves=8,
)
NAMES = ["event", "sequenceNumber", "streamSid", "start", "media", "dtmf", "mark", "stop", "protocol", "version"]


@given(st.sampled_from(["connected", "start", "media", "dtmf", "mark", "stop"]), st.dictionaries(st.sampled_from(NAMES[1:]), JSON))
def test_whatever_stands_in_the_fields_nothing_is_raised(event: str, fields: dict[str, Any]) -> None:
    assert isinstance(read(json.dumps({"event": event, **fields})), EVENTS)


@given(st.sampled_from(["track", "chunk", "timestamp", "payload"]), JSON)
def test_a_media_frame_is_sound_or_a_fault_whatever_its_fields(name: str, value: Any) -> None:
    frame = sound("AAAA")
    frame["media"][name] = value
    assert isinstance(read(json.dumps(frame)), Media | Malformed)


@given(st.binary(min_size=1, max_size=400))
def test_what_is_sent_is_what_would_be_heard(played: bytes) -> None:
    frame = json.loads(media_stream.media(STREAM, played))
    assert frame["event"] == "media"
    assert frame["streamSid"] == STREAM
    heard = read(json.dumps(sound(frame["media"]["payload"])))
    assert isinstance(heard, Media)
    assert heard.sound == played


def test_mark_and_clear_have_twilios_shape() -> None:
    assert json.loads(media_stream.mark(STREAM, "p1.1")) == {"event": "mark", "streamSid": STREAM, "mark": {"name": "p1.1"}}
    assert json.loads(media_stream.clear(STREAM)) == {"event": "clear", "streamSid": STREAM}


def test_a_frame_that_could_not_work_is_never_built() -> None:
    with pytest.raises(ValueError, match="no sound"):
        media_stream.media(STREAM, b"")
    with pytest.raises(ValueError, match="name it"):
        media_stream.mark(STREAM, "")
    with pytest.raises(ValueError, match="wait for the stream"):
        media_stream.clear("")

"""WhatsApp's webhook: off until accepted; then every kind of message is stored as what it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.settings import DEMO_WHATSAPP_NUMBER
from bot.store import inbox
from bot.store.tables import conversation, message, staff_task
from bot.whatsapp import accept_in_demo
from tests.unit.edge.conftest import Edge

MAYA = "+12075550120"
USERNAME = "US.13491208655302741918"


@pytest.fixture
def settings(settings: Any) -> Any:
    return replace(settings, whatsapp_accepted=True)


def taken(edge: Edge) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one message and its conversation."""
    (stored,) = edge.rows(message)
    (thread,) = edge.rows(conversation)
    return stored, thread


async def test_a_message_is_stored_under_its_number(edge: Edge) -> None:
    assert (await edge.texter.whatsapp(MAYA, "can't make tuesday")).status == 200
    stored, thread = taken(edge)
    assert (thread["channel"], thread["line"], thread["address"]) == ("whatsapp", DEMO_WHATSAPP_NUMBER, MAYA)
    assert stored["body"] == "can't make tuesday"
    assert edge.wake.told == [("inbox", thread["id"])]


async def test_somebody_without_a_number_is_known_by_whatsapps_id_alone(edge: Edge) -> None:
    await edge.texter.whatsapp(USERNAME, "hola", ProfileName="Maya Torres")
    _, thread = taken(edge)
    assert thread["address"] == USERNAME
    assert thread["patient"] is None


@pytest.mark.parametrize(
    ("fields", "body", "tapped"),
    [
        ({"ButtonText": "Yes", "ButtonPayload": "tap_1", "MessageType": "button"}, "Yes", "tap_1"),
        ({"ListId": "tap_2", "ListTitle": "Thu Jun 5, 12:30 PM", "MessageType": "interactive"}, "Thu Jun 5, 12:30 PM", "tap_2"),
    ],
)
async def test_a_tap_keeps_its_words_and_its_id(edge: Edge, fields: dict[str, str], body: str, tapped: str) -> None:
    await edge.texter.whatsapp(MAYA, "", **fields)
    stored, _ = taken(edge)
    assert (stored["body"], stored["tapped"]) == (body, tapped)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/m", "MediaContentType0": "audio/ogg"}, "voice_note"),
        ({"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/m", "MediaContentType0": "image/jpeg"}, "media"),
        ({"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/m", "MediaContentType0": "image/webp", "MessageType": "sticker"}, "media"),
        ({"Latitude": "43.6591", "Longitude": "-70.2568", "MessageType": "location"}, "location"),
    ],
    ids=["voice note", "photo", "sticker", "location"],
)
async def test_what_is_no_text_is_staffs_to_see(edge: Edge, fields: dict[str, str], kind: str) -> None:
    await edge.texter.whatsapp(MAYA, "", **fields)
    stored, thread = taken(edge)
    (task,) = edge.rows(staff_task)
    assert task["kind"] == kind
    assert stored["media"]
    assert edge.wake.told == [("inbox", thread["id"])]


async def test_a_place_is_kept_as_a_geo_address(edge: Edge) -> None:
    await edge.texter.whatsapp(MAYA, "", Latitude="43.6591", Longitude="-70.2568", Label="Home")
    stored, _ = taken(edge)
    assert stored["media"] == [{"url": "geo:43.659100,-70.256800", "type": inbox.LOCATION}]


@pytest.mark.parametrize(("latitude", "longitude"), [("north", "west"), ("91", "0"), ("nan", "0"), ("1", "")])
async def test_a_place_that_is_none_says_nothing(edge: Edge, latitude: str, longitude: str) -> None:
    await edge.texter.whatsapp(MAYA, "here", Latitude=latitude, Longitude=longitude)
    stored, _ = taken(edge)
    assert not stored["media"]


async def test_a_reaction_is_no_answer_of_its_own(edge: Edge) -> None:
    await edge.texter.whatsapp(MAYA, "👍", MessageType="reaction", OriginalRepliedMessageSid="SM" + "f" * 32)
    stored, _ = taken(edge)
    assert stored["body"] == '👍 to ""'


async def test_a_reaction_taken_back_says_nothing(edge: Edge) -> None:
    await edge.texter.whatsapp(MAYA, "", MessageType="reaction", OriginalRepliedMessageSid="SM" + "f" * 32)
    stored, _ = taken(edge)
    assert stored["consumed"]
    assert edge.wake.told == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"From": MAYA}, 400),
        ({"From": "whatsapp:"}, 400),
        ({"To": "whatsapp:somebody"}, 400),
        ({"To": "whatsapp:+12075559999"}, 404),
        ({"MessageSid": ""}, 400),
    ],
)
async def test_what_is_no_message_to_this_line_is_refused(edge: Edge, fields: dict[str, str], status: int) -> None:
    assert (await edge.texter.whatsapp(MAYA, "hello", **fields)).status == status
    assert edge.rows(message) == []


async def test_who_cannot_sign_learns_nothing(edge: Edge) -> None:
    fields = edge.texter.fields(f"whatsapp:{MAYA}", "hello", To=f"whatsapp:{DEMO_WHATSAPP_NUMBER}")
    assert (await edge.texter.post("/twilio/whatsapp", fields, signature="wrong")).status == 403
    assert edge.rows(message) == []


class TestOff:
    @pytest.fixture
    def settings(self, settings: Any) -> Any:
        return replace(settings, whatsapp_accepted=False)

    async def test_nothing_is_taken_until_the_clinic_accepts(self, edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
        answer = await edge.texter.whatsapp(MAYA, "hello")
        assert answer.status == 404
        assert "MENDLINE_WHATSAPP_ACCEPTED" in answer.text
        assert "MENDLINE_WHATSAPP_ACCEPTED" in caplog.text
        assert edge.rows(message) == []
        accept_in_demo(edge.settings.home, accepted=True)
        assert (await edge.texter.whatsapp(MAYA, "hello")).status == 200
        accept_in_demo(edge.settings.home, accepted=False)
        assert (await edge.texter.whatsapp(MAYA, "hello")).status == 404

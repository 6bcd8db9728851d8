"""Several messages as one text; what telephones add by themselves; media; the longest text."""

from __future__ import annotations

import pytest

from bot.store.tables import message, outbox
from bot.turns.composing import LONGEST, AutoReplies, Tapback, tapback
from tests.support.scripted import ROOT, Line, ScriptedDialogue, says

JPEG = {"url": "https://api.example/1", "type": "image/jpeg"}
VOICE = {"url": "https://api.example/2", "type": "audio/ogg"}


@pytest.mark.parametrize(
    ("text", "kind", "quoted"),
    [
        ("Liked “Move to Thu?”", "liked", "Move to Thu?"),
        ('Loved "Done: Fri"', "loved", "Done: Fri"),
        ("Laughed at “a”", "laughed at", "a"),
        ("Emphasized “a”", "emphasized", "a"),
        ("Disliked “a”", "disliked", "a"),
        ("Questioned “a\nb”", "questioned", "a\nb"),
        ("👍 to “See you Tue”", "👍", "See you Tue"),
        ("❤️ to “a ” ", "❤️", "a "),
        ("Reacted 👍🏽 to “a”", "👍🏽", "a"),
        ("Removed a like from “a”", "removed", "a"),
        ("Removed an exclamation from “a”", "removed", "a"),
    ],
)
def test_a_tapback_is_recognised(text: str, kind: str, quoted: str) -> None:
    assert tapback(text) == Tapback(kind, quoted)


@pytest.mark.parametrize("text", ["👍", "👍👍", "Liked it", "I loved “the” visit", "ok to “go”", 'she said "yes"', "Liked", ""])
def test_what_a_patient_types_is_no_tapback(text: str) -> None:
    assert tapback(text) is None


AUTO = AutoReplies.load(ROOT / "data/auto_replies.yml")


@pytest.mark.parametrize(
    "text",
    [
        "I'm driving",
        "I'm driving right now - Sent from My Car",
        "I’m driving with Do Not Disturb While Driving turned on. I’ll see your message when I get where I’m going.",
        "I'm driving with Driving Focus turned on. I'll see your message when I get where I'm going.",
        "(I’m not receiving notifications. If this is urgent, reply “urgent” to send a notification through with your original message.)",
        "Auto-reply: I'm away until Monday.",
        "Sorry, I'm driving. I'll call you back later.",
        "I'm driving and can't text right now.",
    ],
)
def test_an_automatic_answer_is_recognised(text: str) -> None:
    assert AUTO.matches(text)


@pytest.mark.parametrize(
    "text",
    [
        "I'm driving to the clinic now",
        "I'm driving, can we move it to 5?",
        "I'm driving my son, running late",
        "are auto replies on?",
        "sorry I'm late",
        "I was driving when my arm went numb",
    ],
)
def test_a_message_about_driving_is_a_message(text: str) -> None:
    assert not AUTO.matches(text)


async def test_an_automatic_answer_is_ignored_but_screened(line: Line) -> None:
    await line.answer(line.text("I'm driving"))
    assert line.sent() == []
    assert line.dialogue.requests == []
    assert line.screen.checked == ["I'm driving"]


async def test_a_tapback_is_told_to_the_dialogue_as_such(line: Line) -> None:
    await line.answer(line.text("Liked “See you Tue”"))
    assert line.dialogue.requests[0].metadata["tapback"] == {"kind": "liked", "quoted": "See you Tue"}


async def test_a_typed_thumb_is_a_plain_message(line: Line) -> None:
    await line.answer(line.text("👍"))
    request = line.dialogue.requests[0]
    assert request.text == "👍"
    assert "tapback" not in request.metadata


async def test_a_tapback_beside_words_stays_out_of_the_text(line: Line) -> None:
    line.text("Loved “Done: Fri”")
    await line.answer(line.text("is there parking?"))
    request = line.dialogue.requests[0]
    assert request.text == "is there parking?"
    assert request.metadata["also_tapback"]["kind"] == "loved"
    assert "tapback" not in request.metadata


async def test_a_picture_alone_gets_an_honest_answer(line: Line) -> None:
    await line.answer(line.text("", media=[JPEG]))
    assert line.sent() == [line.house.say("media_received")]
    assert line.dialogue.requests == []


async def test_a_voice_note_alone_gets_an_honest_answer(line: Line) -> None:
    await line.answer(line.text("", media=[VOICE]))
    assert line.sent() == [line.house.say("voice_note_received")]


async def test_a_picture_with_words_is_answered_together(line: Line) -> None:
    line.dialogue = ScriptedDialogue(says(ask="Which day?"))
    await line.answer(line.text("can we move it? see my cast", media=[JPEG]))
    assert line.sent() == [f"{line.house.say('media_received')} Which day?"]
    assert line.dialogue.requests[0].metadata["media"] == ["image/jpeg"]


async def test_a_caption_is_screened(line: Line) -> None:
    await line.answer(line.text("my calf", media=[JPEG]))
    assert line.sent() == [line.house.say("safety_urgent")]


async def test_a_huge_text_is_cut_for_the_dialogue_and_kept_whole(line: Line) -> None:
    body = "move it " + "x" * 9_990 + " short of breath"
    line.dialogue = ScriptedDialogue(says("ok"))
    await line.answer(line.text(body))
    assert line.one(message).body == body
    # The end of it is screened all the same.
    assert line.sent() == [line.house.say("safety_emergency")]


async def test_the_dialogue_gets_the_beginning_of_a_long_text(line: Line) -> None:
    await line.answer(line.text("move it " + "x" * 9_990))
    text = line.dialogue.requests[0].text or ""
    assert len(text) == LONGEST
    assert text.startswith("move it x")


async def test_strange_texts_are_answered(line: Line) -> None:
    strange = ["👍🏽 ok 🧑‍🤝‍🧑", "a\x00b", "\x07\x1b[31m", " /restart", "{name} %s"]
    for number, body in enumerate(strange):
        await line.answer(line.text(body, address=f"+1207555{number:04d}"))
    assert len(line.rows(outbox, outbox.c.state == "queued")) == len(strange)

"""Health never crosses WhatsApp: it is texted to the same number, and answered there."""

from __future__ import annotations

from typing import Any

import pytest

from bot.store import inbox, tables
from bot.store.patient_tables import pain_score
from tests.support.line import Line
from tests.support.whatsapp import OnWhatsApp

pytestmark = pytest.mark.model

PRIVATE = "keep your health private"


def told(patient: OnWhatsApp) -> str:
    """Everything that crossed WhatsApp to this patient, in small letters."""
    return " ".join(text.body for text in patient.received).lower()


async def asked_about_pain(line: Line, who: str) -> OnWhatsApp:
    """Ask one of the cast on WhatsApp, who has just written there, about pain."""
    patient = OnWhatsApp(line, who)
    await patient.write("thanks")
    await patient.asked("EXTERNAL_ask_pain", patient=f"Patient/{line.people[who]['fhir_id']}")
    return patient


async def test_a_question_about_exercises_is_answered_by_text(line: Line) -> None:
    tom = OnWhatsApp(line, "tom")
    await tom.write("which exercises do i have to do?")
    await tom.write("10/5/1979")
    texts = " ".join(line.news("tom"))
    assert PRIVATE in told(tom)
    assert "bridge" in texts.lower()
    assert "bridge" not in told(tom)
    assert texts.startswith("Harbor PT here")


async def test_the_next_thing_about_visits_stays_on_whatsapp(line: Line) -> None:
    tom = OnWhatsApp(line, "tom")
    for words in ("which exercises do i have to do?", "10/5/1979"):
        await tom.write(words)
    line.news("tom")
    assert "Wed Jun 4" in await tom.write("and when am i in next?")
    assert line.news("tom") == []


async def test_pain_is_asked_and_answered_by_text_and_kept(line: Line) -> None:
    luis = await asked_about_pain(line, "luis")
    assert "0 (none) to 10" in " ".join(line.news("luis"))
    assert "pain" not in told(luis)
    assert "noted" in " ".join(await line.text("luis", "5"))
    (score,) = await line.rows(pain_score)
    assert (score["patient"], score["score"]) == (f"Patient/{line.people['luis']['fhir_id']}", 5)
    assert "pain" not in told(luis)


async def test_pain_answered_on_whatsapp_is_kept_and_not_repeated_there(line: Line) -> None:
    luis = await asked_about_pain(line, "luis")
    await luis.write("5")
    (score,) = await line.rows(pain_score)
    assert score["score"] == 5
    assert "pain" not in told(luis)


async def test_after_the_answer_texts_are_texts_again(line: Line) -> None:
    luis = await asked_about_pain(line, "luis")
    await line.text("luis", "5")
    await line.text("luis", "is there parking at riverside?")
    by_channel = {row["id"]: row["channel"] for row in await line.rows(tables.conversation)}
    assert by_channel[(await line.rows(tables.message))[-1]["conversation_id"]] == "sms"
    assert "parking" not in told(luis)


async def test_who_takes_no_texts_is_asked_to_call(line: Line) -> None:
    def stop(connection: Any) -> None:
        inbox.set_consent(
            connection, "sms", line.settings.sms_number, line.number("luis"), opted_out=True, source="test", now=line.clock.now()
        )

    await line.database.writing(stop)
    luis = await asked_about_pain(line, "luis")
    assert line.news("luis") == []
    assert "call us at" in told(luis)
    assert "pain" not in told(luis)

"""Looking a visit up, and saying that one will come."""

from typing import Any

from tests.support.line import Line, said


async def _confirmations(line: Line) -> list[dict[str, Any]]:
    """Return what the line wrote; the demo clinic holds other patients' answers."""
    bundle = await line.get("AppointmentResponse", actor="Patient/maya-torres", _count="50")
    resources = [entry["resource"] for entry in bundle.get("entry", ())]
    return [one for one in resources if any(name["value"].startswith("confirm-") for name in one.get("identifier", ()))]


async def test_the_next_visit_is_told_with_weekday_therapist_and_place(line: Line) -> None:
    replies = await line.converse("maya", "when is my next appointment?", "april 9 1991")
    assert "Tue Jun 3, 10:00 AM with Dana at Riverside" in said(replies[1])
    assert "Thu Jun 12, 2:00 PM" in said(replies[1])


async def test_who_is_known_is_told_at_once(line: Line) -> None:
    await line.converse("maya", "when is my next appointment?", "4/9/91")
    (reply,) = await line.text("maya", "what time is my appointment again")
    assert "Tue Jun 3, 10:00 AM" in reply
    assert "date of birth" not in reply


async def test_a_confirmation_stands_in_the_schedule(line: Line) -> None:
    before = await line.visits("maya")
    replies = await line.converse("maya", "confirming my appointment for tomorrow", "4/9/91")
    assert "confirmed: Tue Jun 3, 10:00 AM" in said(replies[1])
    (response,) = await _confirmations(line)
    assert response["participantStatus"] == "accepted"
    assert response["actor"]["reference"] == "Patient/maya-torres"
    assert await line.visits("maya") == before


async def test_a_text_delivered_twice_confirms_once(line: Line) -> None:
    number = line.number("maya")
    await line.converse("maya", "confirming my appointment for tomorrow", "4/9/91")
    sid = "SM" + "7" * 32
    for _ in range(2):  # the same text, delivered twice
        await line.texter.text(number, "i'll be there tomorrow", sid)
        await line.quiet()
    assert len(await _confirmations(line)) == 2
    assert len([body for body in line.news("maya") if "confirmed" in body]) == 1

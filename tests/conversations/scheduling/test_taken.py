"""An opening that somebody else takes between the offer and the yes, and a visit that changes under the conversation."""

from datetime import datetime

from tests.support.line import ZONE, Line, said

MOVE = "can't make tuesday, got something later that week?"
DANA = "Practitioner/dana-whitfield"


async def _take(line: Line, start: str) -> None:
    """Let the desk block an opening, as any other client of the scheduling system could."""
    instant = datetime.fromisoformat(start).replace(tzinfo=ZONE).isoformat()
    found = await line.get("Slot", **{"schedule.actor": DANA, "start": instant, "status": "free"})
    slot = found["entry"][0]["resource"]
    headers = {"If-Match": f'W/"{slot["meta"]["versionId"]}"', "Content-Type": "application/fhir+json"}
    async with line.session.put(f"{line.fhir}/Slot/{slot['id']}", json={**slot, "status": "busy-unavailable"}, headers=headers) as answer:
        assert answer.status == 200, await answer.text()


async def test_an_opening_taken_before_the_yes_is_told_and_others_are_offered(line: Line) -> None:
    before = await line.visits("maya")
    await line.converse("maya", MOVE, "4/9/91", "2")
    await _take(line, "2025-06-05T12:30")
    (reply,) = await line.text("maya", "yes")
    assert "taken" in reply
    assert "Done" not in reply
    assert "12:30" not in reply
    assert await line.visits("maya") == before
    await line.converse("maya", "1", "yes")
    after = await line.visits("maya")
    assert after[0] != before[0]
    assert len(after) == len(before)


async def test_an_offer_that_is_gone_when_chosen_hours_later(line: Line) -> None:
    from datetime import timedelta

    await line.converse("maya", MOVE, "4/9/91")
    await _take(line, "2025-06-05T12:30")
    line.clock.move(timedelta(hours=3))
    replies = [*await line.text("maya", "2"), *await line.text("maya", "yes")]
    assert "Done" not in said(replies)
    assert (await line.visits("maya"))[0] == ("Tue Jun 3 10:00", "Dana")

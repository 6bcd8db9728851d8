"""Who is texting: number and birth date, the same words for strangers, twins by first name, caregivers for their own."""

from bot.store import tables
from tests.support.line import Line, said

STRANGER = "+12075550198"


async def test_three_wrong_birth_dates_bring_a_person(line: Line) -> None:
    replies = await line.converse("maya", "when is my next appointment", "4/8/91", "april 8 1991", "4/7/91")
    assert "can't match" in said(replies[1])
    handoffs = await line.rows(tables.handoff)
    assert [row["reason"] for row in handoffs] == ["identity"]
    assert "Jun" not in said([text for reply in replies for text in reply]).replace("June", "")


async def test_a_stranger_hears_the_same_words_as_a_patient_who_errs(line: Line) -> None:
    known = await line.converse("maya", "when is my next appointment", "4/8/91")
    unknown = await line.converse(STRANGER, "when is my next appointment", "4/8/91")
    assert known == unknown


async def test_twins_on_their_mothers_phone_are_told_apart_by_first_name(line: Line) -> None:
    born = line.people["mei"]["birth_date"]
    replies = await line.converse("mei", "when is my next appointment", born, "lily")
    assert "first name" in said(replies[1])
    assert said(replies[2]).startswith("Thanks")
    identities = [row for row in await line.rows(tables.audit) if row["what"] == "identity_proven"]
    assert [row["patient"] for row in identities] == [f"Patient/{line.people['lily']['fhir_id']}"]


async def test_a_caregiver_acts_for_her_mother_and_not_for_her_father(line: Line) -> None:
    replies = await line.converse(
        "anna", "when is mom's next visit", line.people["walter"]["birth_date"], line.people["ruth"]["birth_date"]
    )
    assert "can't match" in said(replies[1])
    assert "Tue Jun 3, 10:00 AM with Sam" in said(replies[2])
    proven = [row for row in await line.rows(tables.audit) if row["what"] == "identity_proven"]
    assert [row["patient"] for row in proven] == ["Patient/ruth-keller"]
    assert proven[0]["actor"].startswith("RelatedPerson/")


async def test_a_proof_holds_for_a_day(line: Line) -> None:
    from datetime import timedelta

    await line.converse("maya", "when is my next appointment", "4/9/91")
    again = await line.text("maya", "when do i come in")
    assert "Tue Jun 3, 10:00 AM" in said(again)
    line.clock.move(timedelta(hours=25))
    later = await line.text("maya", "when is my next appointment")
    assert "date of birth" in said(later)

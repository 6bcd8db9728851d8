"""What reaches the therapist: her own patient's words, on her own list, and nothing else of the conversation."""

from bot.store import tables
from tests.support.line import Line, said


async def test_a_question_of_judgement_lies_with_the_patients_own_therapist(line: Line) -> None:
    replies = await line.text("tom", "is clicking normal?")
    assert "Priya" in said(replies)
    (task,) = await line.rows(tables.staff_task)
    assert (task["kind"], task["owner"]) == ("question", "priya")
    assert task["detail"]["words"] == "is clicking normal?"
    assert task["detail"]["patient"] == "Patient/tom-becker"
    assert task["detail"]["proven"] is False
    (conversation,) = await line.rows(tables.conversation)
    assert conversation["owner"] == "bot"


async def test_what_is_not_in_the_program_goes_to_the_therapist_with_the_first_words(line: Line) -> None:
    await line.converse("tom", "how do i do the wall slides", "10/5/79")
    (task,) = await line.rows(tables.staff_task)
    assert (task["kind"], task["owner"], task["detail"]["words"]) == ("question", "priya", "how do i do the wall slides")
    assert task["detail"]["proven"] is True


async def test_on_a_shared_phone_nobody_is_guessed(line: Line) -> None:
    await line.text("mei", "is it normal that my knee clicks")
    (task,) = await line.rows(tables.staff_task)
    assert (task["owner"], task["detail"]["patient"]) == ("desk", None)


async def test_asking_twice_makes_two_tasks_and_one_message_one(line: Line) -> None:
    await line.converse("tom", "is clicking normal?", "can i skip the bridges tonight")
    tasks = await line.rows(tables.staff_task)
    assert [task["detail"]["words"] for task in tasks] == ["is clicking normal?", "can i skip the bridges tonight"]

"""What the words of exercises and pain mean: what is asked, what is judged, what was done, and when to stop."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from actions.education import Education, load_education
from actions.journeys import exercise, exercise_log, pain, referral
from actions.journeys.exercise_log import Progress, progress

TODAY = date(2025, 6, 2)
HOWTO, AMOUNT = "ask_exercise_howto", "ask_exercise_dose"


@pytest.mark.parametrize(
    ("text", "intent", "wish"),
    [
        ("how does the bridge go", HOWTO, exercise.HOW),
        ("how many bridges", AMOUNT, exercise.DOSE),
        ("how long do i hold the stretch", HOWTO, exercise.DOSE),
        ("got a video of the clams?", HOWTO, exercise.VIDEO),
        ("what color band for the row", HOWTO, exercise.EQUIPMENT),
        ("do i need a mat for it", HOWTO, exercise.EQUIPMENT),
        ("which leg is it, left or right", HOWTO, exercise.SIDE),
        ("how many on each side", AMOUNT, exercise.DOSE),
    ],
)
def test_what_is_asked_about_an_exercise(text: str, intent: str, wish: str) -> None:
    assert exercise.asks(text, intent) == wish


@pytest.mark.parametrize(
    "text",
    [
        "is clicking normal?",
        "can I skip the bridges tonight",
        "should she skip the bridges, they hurt her knees",
        "could i do squats instead of these",
        "is it ok to do them twice",
        "can i use a heavier band now",
        "should i take advil first",
        "is it bad that my hip pops",
        "can he stop doing the marches",
        "is my knee supposed to click",
    ],
)
def test_what_the_therapist_decides_is_told_apart(text: str) -> None:
    assert referral.judges(text)


@pytest.mark.parametrize(
    "text",
    [
        "how many bridges do i do",
        "which band do i use",
        "how do i do the dead bug",
        "do my feet stay on the floor",
        "how often should i do them",
    ],
)
def test_what_the_program_says_is_no_judgement(text: str) -> None:
    assert not referral.judges(text)


@pytest.mark.parametrize(
    ("text", "of_exercise"),
    [("can i skip the rows this week", True), ("can i skip thursday", False), ("can i skip my visit and do the rows at home", False)],
)
def test_an_exercise_left_out_is_no_visit_cancelled(text: str, *, of_exercise: bool) -> None:
    assert referral.skips_exercise(text) is of_exercise


@pytest.mark.parametrize(
    "text",
    [
        "sharp pain in my hip when i do the bridges",
        "the wall slides hurt more and more every time",
        "my back is worse this morning after the exercises",
        "it pinches when i do the clamshells",
        "shooting pain down my leg during the exercises",
    ],
)
def test_pain_that_stops_an_exercise(text: str) -> None:
    assert pain.must_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "my shoulder hurts today",
        "sharp pain when i climb the stairs",
        "the bridges are fine, no pain",
        "did my exercises without any pain",
        "my back hurts in bed",
    ],
)
def test_pain_that_is_not_of_an_exercise_stops_none(text: str) -> None:
    assert not pain.must_stop(text)
    assert not pain.during_exercise(text)


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("no my shoulder hurts too much", True),
        ("no, the knee is sore", True),
        ("no pain today", False),
        ("did them without any pain", False),
        ("it doesn't hurt any more", False),
    ],
)
def test_pain_that_is_denied_is_not_there(text: str, *, is_there: bool) -> None:
    assert pain.mentions(text) is is_there


@pytest.mark.parametrize(
    ("score", "last", "limit", "why"),
    [
        (3, 5, 5, ""),
        (5, 4, 5, ""),
        (6, 5, 5, "above_limit"),
        (7, 7, 7, ""),
        (8, 7, 7, "above_limit"),
        (4, 2, 5, "jump"),
        (3, 2, 5, ""),
        (5, None, 5, ""),
        (6, None, 5, "above_limit"),
        (0, 0, 0, ""),
    ],
)
def test_a_score_is_weighed_by_the_own_limit_and_the_last_one(score: int, last: int | None, limit: int, why: str) -> None:
    assert pain.weigh(score, last, limit=limit, jump=2).why == why


def test_an_observation_carries_the_messages_id() -> None:
    from datetime import UTC, datetime

    made = pain.observation("Patient/tom", 4, datetime(2025, 6, 2, 12, tzinfo=UTC), "SM1")
    assert made["identifier"] == [{"system": "urn:clinic:message", "value": "SM1"}]
    assert made["valueQuantity"]["value"] == 4
    assert made["effectiveDateTime"] == "2025-06-02T12:00:00Z"


def days(*outcomes: str) -> list[tuple[date, str]]:
    """Outcomes of the days up to today, oldest first; "" for none."""
    return [(TODAY - timedelta(days=ago), outcome) for ago, outcome in enumerate(reversed(outcomes)) if outcome]


@pytest.mark.parametrize(
    ("entries", "own"),
    [
        (days("done"), Progress(1, 1, 0)),
        (days("done", "partly", "too_hard"), Progress(3, 3, 0)),
        (days("done", "", "done"), Progress(1, 2, 0)),
        (days("missed", "missed", "missed"), Progress(0, 0, 3)),
        (days("missed", "done", "missed"), Progress(0, 1, 1)),
        (days("missed", "missed", "", "missed"), Progress(0, 0, 3)),
        (days("done", *[""] * 7, "done"), Progress(1, 1, 0)),
        ([(TODAY, "missed"), (TODAY, "done")], Progress(1, 1, 0)),
    ],
)
def test_progress_counts_days(entries: list[tuple[date, str]], own: Progress) -> None:
    assert progress(entries, TODAY) == own


@pytest.mark.parametrize(
    ("text", "intent", "outcome"),
    [
        ("yes", "affirm", "done"),
        ("all done!", "report_exercise_done", "done"),
        ("about half", "out_of_scope", "partly"),
        ("yes but only the first two", "affirm", "partly"),
        ("no", "deny", "missed"),
        ("nope, forgot", "report_exercise_missed", "missed"),
        ("none of them", "out_of_scope", ""),
        ("what?", "out_of_scope", ""),
    ],
)
def test_what_was_done(text: str, intent: str, outcome: str) -> None:
    assert exercise_log.outcome_of(text, intent) == outcome


@pytest.mark.parametrize(
    ("text", "choice", "hardness"),
    [
        ("1", 1, "easy"),
        ("2", 2, "right"),
        ("3", 3, "hard"),
        ("way too hard", None, "hard"),
        ("not too hard", None, "right"),
        ("easy peasy", None, "easy"),
        ("i couldn't finish", None, "hard"),
        ("hm", None, ""),
    ],
)
def test_how_hard_it_was(text: str, choice: int | None, hardness: str) -> None:
    assert exercise_log.hardness_of(text, choice) == hardness


@pytest.fixture(scope="module")
def education() -> Education:
    return load_education()


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("do i put ice on it", ["ice"]),
        ("hot pack or cold pack", ["ice", "heat"]),
        ("how do i sleep with this", []),
        ("can i use heat, i have neuropathy", []),
    ],
)
def test_only_approved_text_answers(education: Education, text: str, topics: list[str]) -> None:
    assert [topic.name for topic in education.about(text)] == topics


def test_every_approved_text_is_signed_and_short(education: Education) -> None:
    assert education.topics
    for topic in education.topics:
        assert topic.approved_by
        assert topic.on
        assert len(topic.text) <= 200
        assert topic.text.isascii()

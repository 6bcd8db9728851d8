"""One answer is one text; a withdrawn question takes nothing with it that still holds."""

from dataclasses import replace

from bot.store.outbox import Draft
from bot.turns.joining import LONGEST, joined
from bot.types import Awaiting, Channel


def draft(seq: int, body: str, awaiting: Awaiting = Awaiting.NONE, **more: object) -> Draft:
    base = Draft("cv_1", "SM1", seq, "answer", Channel.SMS, "+12075550100", "+12075550120", body, awaiting=awaiting)
    return replace(base, **more)  # type: ignore[arg-type]


def test_a_statement_and_a_question_become_one_text() -> None:
    (text,) = joined([draft(0, "Thanks, Maya."), draft(1, "Which one?", Awaiting.CHOICE, response="utter_offer")])
    assert (text.body, text.statement, text.awaiting, text.response) == (
        "Thanks, Maya. Which one?",
        "Thanks, Maya.",
        Awaiting.CHOICE,
        "utter_offer",
    )


def test_a_question_alone_states_nothing() -> None:
    (text,) = joined([draft(0, "Which one?", Awaiting.CHOICE)])
    assert text.statement is None


def test_what_is_not_sent_stays_apart() -> None:
    texts = joined([draft(0, "Thanks."), draft(1, "Which one?", Awaiting.CHOICE, state="superseded")])
    assert [(text.body, text.state) for text in texts] == [("Thanks.", "queued"), ("Which one?", "superseded")]


def test_speech_stays_in_pieces() -> None:
    assert len(joined([draft(0, "One.", channel=Channel.VOICE), draft(1, "Two.", channel=Channel.VOICE)])) == 2


def test_no_text_grows_longer_than_a_carrier_takes() -> None:
    texts = joined([draft(0, "a" * 1000), draft(1, "b" * 1000)])
    assert all(len(text.body) < LONGEST for text in texts)
    assert len(texts) == 2

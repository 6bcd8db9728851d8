"""Where an opinion was asked for, what is no wish of its own is the opinion; elsewhere nothing changes."""

import pytest

from bot.nlu.comments import as_answer
from bot.types import Awaiting


@pytest.mark.parametrize(
    ("intent", "awaiting", "asks", "counts"),
    [
        ("out_of_scope", Awaiting.NPS_SCORE, False, "give_nps_score"),
        ("out_of_scope", Awaiting.COMMENT, False, "give_feedback"),
        ("report_exercise_difficulty", Awaiting.COMMENT, False, "give_feedback"),
        ("ask_billing_insurance", Awaiting.COMMENT, False, "give_feedback"),
        ("ask_billing_insurance", Awaiting.COMMENT, True, "ask_billing_insurance"),
        ("reschedule_appointment", Awaiting.COMMENT, False, "reschedule_appointment"),
        ("talk_to_human", Awaiting.NPS_SCORE, False, "talk_to_human"),
        ("opt_out", Awaiting.NPS_SCORE, False, "opt_out"),
        ("report_red_flag", Awaiting.COMMENT, False, "report_red_flag"),
        ("insult", Awaiting.COMMENT, False, "file_complaint"),
        ("file_complaint", Awaiting.COMMENT, False, "file_complaint"),
        ("file_complaint", Awaiting.NPS_SCORE, False, "give_nps_score"),
        ("insult", Awaiting.NPS_SCORE, False, "give_nps_score"),
        ("thank", Awaiting.COMMENT, False, "deny"),
        ("thank", Awaiting.NPS_SCORE, False, "give_nps_score"),
        ("out_of_scope", Awaiting.NONE, False, "out_of_scope"),
        ("insult", Awaiting.CHOICE, False, "insult"),
    ],
)
def test_what_an_answer_is(intent: str, awaiting: Awaiting, asks: bool, counts: str) -> None:
    assert as_answer(intent, awaiting, asks=asks) == counts

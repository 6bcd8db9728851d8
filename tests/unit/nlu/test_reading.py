"""What a message with several clauses is acted on as, and in which order."""

from bot.nlu.clauses import split
from bot.nlu.reading import Heard, readings


def heard(*clauses: tuple[str, str]) -> list[tuple[str, str]]:
    whole = Heard(". ".join(text for text, _ in clauses), "whole_intent", 0.9)
    return [(each.intent, each.text) for each in readings(whole, [Heard(text, intent, 0.9) for text, intent in clauses])]


def test_clauses_are_cut_where_a_second_wish_begins() -> None:
    def pieces(text: str) -> list[str]:
        return [clause.text for clause in split(text)]

    assert pieces("2. is there parking at riverside?") == ["2", "is there parking at riverside"]
    assert pieces("cancel tomorrow and what was the ice thing again") == ["cancel tomorrow", "what was the ice thing again"]
    assert pieces("can't make tuesday, got something later that week?") == ["can't make tuesday, got something later that week"]
    assert pieces("dr. lindquist at 10 a.m. on fri please") == ["dr. lindquist at 10 a.m. on fri please"]
    assert pieces("hi\nits maya\n\ncant make tues") == ["hi", "its maya", "cant make tues"]


def test_the_point_of_a_story_is_a_clause_of_its_own() -> None:
    clauses = split("my boss laughed at me, so no, that one won't do. Can you move me?")
    assert [(clause.text, clause.asks) for clause in clauses] == [
        ("my boss laughed at me", False),
        ("no, that one won't do", False),
        ("Can you move me", True),
    ]


def test_of_a_long_story_the_beginning_stays_together() -> None:
    clauses = split("One. Two. Three. Four. Five. Six. Seven. Where do I park?")
    assert [clause.text for clause in clauses] == ["One. Two. Three", "Four", "Five", "Six", "Seven", "Where do I park"]


def test_clauses_keep_their_place_in_the_text() -> None:
    text = "  2.  is there parking, btw?"
    assert all(text[clause.start : clause.end] == clause.text for clause in split(text))


def test_the_quick_answer_comes_before_the_change() -> None:
    assert heard(("2", "choose_option"), ("is there parking", "ask_location")) == [
        ("ask_location", "is there parking"),
        ("choose_option", "2"),
    ]


def test_clauses_about_one_change_stay_together() -> None:
    assert heard(("no", "deny"), ("friday", "inform")) == [("deny", "no. friday")]
    assert heard(("i cant come tuesday", "reschedule_appointment"), ("later that week", "out_of_scope")) == [
        ("reschedule_appointment", "i cant come tuesday. later that week")
    ]


def test_small_talk_beside_a_wish_is_dropped() -> None:
    assert heard(("thank you", "thank"), ("thurs 430 works", "inform")) == [("inform", "thank you. thurs 430 works")]
    assert heard(("hi", "greet"), ("how are you", "greet")) == [("whole_intent", "hi. how are you")]


def test_a_person_outranks_everything() -> None:
    assert heard(("why was i billed", "ask_billing_insurance"), ("get me a person", "talk_to_human")) == [
        ("talk_to_human", "why was i billed. get me a person")
    ]


def test_what_belongs_to_a_death_is_not_asked_about() -> None:
    assert heard(("mom passed on sunday", "report_death"), ("cancel her visits", "cancel_appointment")) == [
        ("report_death", "mom passed on sunday. cancel her visits")
    ]
    assert heard(("i'm her son", "act_as_caregiver"), ("cancel her visits", "cancel_appointment")) == [
        ("act_as_caregiver", "i'm her son"),
        ("cancel_appointment", "cancel her visits"),
    ]


def test_two_visits_that_change_each_in_its_own_way_are_two_changes() -> None:
    assert [clause.text for clause in split("cancel wed, and put the 12th a day later")] == ["cancel wed", "put the 12th a day later"]
    assert heard(("cancel wed", "cancel_appointment"), ("put the 12th a day later", "reschedule_appointment")) == [
        ("cancel_appointment", "cancel wed"),
        ("reschedule_appointment", "put the 12th a day later"),
    ]
    assert heard(("move my friday to monday", "reschedule_appointment"), ("cancel the 12th", "cancel_appointment")) == [
        ("reschedule_appointment", "move my friday to monday"),
        ("cancel_appointment", "cancel the 12th"),
    ]


def test_a_visit_cancelled_for_another_day_is_one_change() -> None:
    for second in ("move it to friday", "put me in on the 12th", "move my visit to the 12th"):
        assert heard(("cancel wed", "cancel_appointment"), (second, "reschedule_appointment")) == [
            ("reschedule_appointment", f"cancel wed. {second}")
        ]


def test_a_person_is_brought_whatever_else_is_asked_for() -> None:
    assert (
        heard(("need to cancel a few things", "cancel_appointment"), ("it's a mess, have a human call me", "out_of_scope"))[0][0]
        == "talk_to_human"
    )

"""Which test proves which of the sixteen points where Rasa fails quietly. A point without a test, or a test that is gone, fails here.

 1 a failed action is a failed turn          2 a database error is an error              3 a message that comes twice
 4 a form outlives the session               5 a person inside a form                    6 what staff said
 7 a leading slash is no command             8 the lock is not Redis                     9 a question from outside
10 what is awaited                          11 two wishes in one message                12 replies as they happen
13 one variant per channel                  14 no telemetry, no texts in logs, no API   15 the price of an action
16 start and memory
"""

from __future__ import annotations

from tests.contract.rasa_turn import test_failures, test_handover, test_memory, test_messages, test_server, test_tracker_store

POINTS = {
    1: [
        test_failures.test_a_dead_action_server_is_no_done,
        test_failures.test_a_broken_answer_of_an_action_fails_the_turn,
        test_failures.test_a_slow_action_fails_the_turn_at_the_limit,
        test_failures.test_a_failed_slot_action_fails_the_turn,
        test_failures.test_rules_going_in_a_circle_fail_the_turn,
    ],
    2: [test_failures.test_a_database_error_is_no_new_conversation, test_tracker_store.test_trackers_stand_apart_from_the_lines_tables],
    3: [
        test_memory.test_a_known_message_is_answered_from_the_tracker,
        test_memory.test_a_known_trigger_is_repeated_though_its_form_is_open,
    ],
    4: [test_memory.test_a_form_outlives_the_session, test_memory.test_a_long_history_is_shortened_and_nothing_needed_is_lost],
    5: [test_handover.test_a_person_is_promised_without_the_form_asking_on, test_handover.test_the_form_comes_back_when_staff_are_done],
    6: [
        test_handover.test_the_exchange_reaches_the_releasing_action_and_nobody_acts_on_it,
        test_handover.test_a_fallback_does_not_undo_what_staff_said,
        test_tracker_store.test_no_event_is_lost_when_the_clock_goes_back,
    ],
    7: [test_messages.test_no_text_of_a_patient_is_a_command, test_messages.test_a_command_that_cannot_be_read_is_not_logged],
    8: [test_server.test_redis_is_not_the_lock, test_tracker_store.test_the_slower_of_two_turns_is_void],
    9: [test_handover.test_a_trigger_never_enters_an_open_form, test_handover.test_a_question_from_outside_is_a_form_of_its_own],
    10: [test_messages.test_what_is_awaited_is_said_and_reaches_the_understanding],
    11: [test_messages.test_a_message_with_two_wishes_gets_both_and_one_question],
    12: [test_messages.test_a_reply_is_heard_before_the_next_action_has_run, test_messages.test_hanging_up_does_not_stop_the_turn],
    13: [test_messages.test_a_response_follows_the_channel],
    14: [
        test_server.test_nothing_is_sent_to_rasas_makers,
        test_server.test_no_message_text_is_logged,
        test_server.test_health_tells_whether_turns_are_answered,
    ],
    15: [test_server.test_an_action_costs_less_than_in_stock_rasa, test_server.test_an_action_gets_no_domain],
    16: [test_server.test_the_process_starts_without_tensorflow_and_finishes_its_turns],
}


def test_every_point_has_its_test() -> None:
    assert list(POINTS) == list(range(1, 17))
    assert all(POINTS.values())

"""A bot of a few rules, trained once for these tests: a visit form, questions on the side, a hand-off, a survey and unreliable actions."""

from __future__ import annotations

import asyncio
from pathlib import Path

CONFIG = """
recipe: default.v1
assistant_id: small_bot
language: en
pipeline:
  - name: tests.contract.rasa_turn.listening.Listening
  - name: KeywordIntentClassifier
  - name: tests.contract.rasa_turn.listening.Clauses
policies:
  - name: RulePolicy
    core_fallback_threshold: 0.3
    core_fallback_action_name: action_default_fallback
    enable_fallback_prediction: true
"""

# intent: keyword examples
KEYWORDS = {
    "greet": "hello",
    "book": "book a visit",
    "ask_parking": "parking",
    "human": "a person please",
    "human_stock": "operator",
    "move_it": "move it now",
    "say_twice": "tell me twice",
    "circle": "round and round",
    "day": "on friday",
    "affirm": "yes",
    "bill": "my bill",
}

DOMAIN = """
version: "3.1"
intents: [greet, book, ask_parking, human, human_stock, move_it, say_twice, circle, day, affirm, bill,
  EXTERNAL_ask_nps, EXTERNAL_staff_released]
entities: [appointment]
slots:
  day:
    type: text
    influence_conversation: false
    mappings:
      - type: from_text
        not_intent: [book, greet, ask_parking, human, human_stock]
        conditions: [{active_loop: journey_form, requested_slot: day}]
  confirmed:
    type: any
    mappings:
      - type: from_text
        not_intent: [greet, ask_parking, human, human_stock]
        conditions: [{active_loop: journey_form, requested_slot: confirmed}]
  nps_score:
    type: text
    influence_conversation: false
    mappings:
      - type: from_text
        conditions: [{active_loop: nps_form}]
  nickname:
    type: text
    influence_conversation: false
    mappings: [{type: custom, action: action_nickname, conditions: [{active_loop: journey_form}]}]
  suspended:
    type: any
    mappings: [{type: custom}]
forms:
  journey_form: {required_slots: [day, confirmed]}
  nps_form: {required_slots: [nps_score]}
responses:
  utter_greet:
    - {text: "hello by text", channel: sms}
    - {text: "hello by voice", channel: voice}
    - {text: "hello by anything"}
  utter_parking: [{text: "Parking is free."}]
  utter_ask_day: [{text: "Which day?", metadata: {awaiting: date_time}}]
  utter_ask_confirmed: [{text: "Is that right?", metadata: {awaiting: yes_no}, buttons: [{title: "Yes", payload: "yes"}]}]
  utter_ask_nps_score: [{text: "How likely, 0 to 10?", metadata: {awaiting: nps_score}}]
  utter_person: [{text: "A person will come."}]
  utter_moved: [{text: "Done: it is moved."}]
  utter_thanks: [{text: "Thank you."}]
  utter_first: [{text: "First."}]
  utter_bill: [{text: "Shall a person explain the bill?", metadata: {awaiting: yes_no}}]
  utter_default: [{text: "Sorry?"}]
actions: [action_move, action_handoff, action_resume, action_second, action_circle, action_nickname, validate_nps_form]
session_config: {session_expiration_time: 0, carry_over_slots_to_new_session: true}
"""

RULES = """
version: "3.1"
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: parking, steps: [{intent: ask_parking}, {action: utter_parking}]}
- {rule: bill, steps: [{intent: bill}, {action: utter_bill}]}
- {rule: a person, steps: [{intent: human}, {action: action_handoff}]}
- {rule: a person the stock way, steps: [{intent: human_stock}, {action: utter_person}]}
- {rule: move, steps: [{intent: move_it}, {action: action_move}, {action: utter_moved}]}
- {rule: two actions, steps: [{intent: say_twice}, {action: utter_first}, {action: action_second}]}
- {rule: open the form, steps: [{intent: book}, {action: journey_form}, {active_loop: journey_form}]}
- rule: the form ends
  condition: [{active_loop: journey_form}]
  steps: [{action: journey_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_thanks}]
- {rule: survey, steps: [{intent: EXTERNAL_ask_nps}, {action: nps_form}, {active_loop: nps_form}]}
- rule: the survey ends
  condition: [{active_loop: nps_form}]
  steps: [{action: nps_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_thanks}]
- {rule: released, steps: [{intent: EXTERNAL_staff_released}, {action: action_resume}]}
- {rule: circle, steps: [{intent: circle}, {action: action_circle}]}
"""


def train(folder: Path) -> Path:
    """Train the bot into `folder` and return the path of its model."""
    from rasa.model_training import train as rasa_train

    examples = "\n".join(f"- intent: {intent}\n  examples: |\n    - {text}" for intent, text in KEYWORDS.items())
    for name, text in {
        "config.yml": CONFIG,
        "domain.yml": DOMAIN,
        "rules.yml": RULES,
        "nlu.yml": f'version: "3.1"\nnlu:\n{examples}\n',
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    asyncio.set_event_loop(asyncio.new_event_loop())
    result = rasa_train(
        domain=str(folder / "domain.yml"),
        config=str(folder / "config.yml"),
        training_files=[str(folder / "rules.yml"), str(folder / "nlu.yml")],
        output=str(folder / "models"),
        fixed_model_name="small_bot",
    )
    return Path(result.model)

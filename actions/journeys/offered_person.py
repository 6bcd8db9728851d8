"""The answer to the offer of a person that follows repeated rudeness."""

from __future__ import annotations

from actions.step import Step


def answered(step: Step) -> str:
    """Does the message answer the offer that was made just before it?"""
    offered = step.turn.get("person_offered")
    just_now = bool(offered) and offered == step.turn.previous_message_id
    return "offered_person" if just_now and step.intent in ("affirm", "deny", "choose_option", "talk_to_human") else ""


async def advance(step: Step) -> str | None:
    """Bring the person who was wanted, or go on without."""
    step.turn.clear("person_offered")
    if step.assent is False or step.turn.choice not in (None, 1):
        step.turn.say("utter_here_when_needed")
    else:
        step.to_person("upset")
    return None

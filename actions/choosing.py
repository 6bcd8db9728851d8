"""From a wish to one opening: which reading is meant, what is on offer, and what the patient takes of it.

Shared by moving and booking. A wish is narrowed message by message; nothing is asked that was said already.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from actions import openings, wishes, wording
from actions.openings import Need, Offer
from actions.scheduling.types import Opening
from actions.step import Step, first_name
from bot.nlu.when import Constraint, TimeRange

# An offer older than this is read again before it is put to the patient as free.
FRESH = timedelta(minutes=2)
READINGS_ASKED = 3


def keep_saying(step: Step) -> bool:
    """Add what the message says about when to the journey; return whether it says anything."""
    fresh = step.saying
    if fresh:
        starts = [step.context.clinic.local(each.start).replace(tzinfo=None).isoformat() for each in step.journey.offers]
        step.journey.said.append({**fresh, "offered": starts} if starts else fresh)
    keep_names(step)
    return bool(fresh)


def keep_names(step: Step) -> bool:
    """Keep a therapist or location that the message names; return whether it names one."""
    if step.quiet:
        return False
    named = False
    clinic = step.context.clinic
    references = {
        "therapist": {one.name: one.reference for one in clinic.staff if one.reference},
        "location": {one.name: one.reference for one in clinic.locations},
    }
    for slot, known in references.items():
        value = str(step.turn.get(slot) or "")
        reference = value if value in ("any", "own") else known.get(value)
        if reference and step.journey.wanted.get(slot) != reference:
            step.journey.wanted[slot] = reference
            named = True
    return named


async def choose(step: Step, need: Need, before: datetime | None, *, told: bool) -> Opening | str | None:
    """Return the opening that was taken, or the slot that was asked for; None when nothing at all can be offered.

    `before` is the start of the visit being moved, which wishes such as "later that week" hang on. `told` says that this message
    said something about when, where or with whom, so that a choice made before no longer stands.
    """
    journey = step.journey
    if step.asked == "reading":
        _read(step)
    wish = wishes.constraint(journey.said, before)
    if wish is not None and before is not None and wish.is_time_only and journey.details.get("same_day"):
        wish = Constraint.of(*(option.on(before.date()) for option in wish.options if isinstance(option, TimeRange)))
    if wish is not None and wish.is_ambiguous and (asked := _ask_reading(step, wish)):
        return asked
    opening = await _taken(step, wish if told and journey.offers else None, told=told)
    if opening is not None:
        return opening
    return await _offer(step, need, wish)


def _read(step: Step) -> None:
    """Take the answer to "do you mean this or that?": a number, or words that fit one of the readings only."""
    journey = step.journey
    readings = [Constraint.from_json(form) for form in journey.choices if "reference" not in form]
    index = step.choice
    if index is not None and readings:
        position = len(readings) - 1 if index == -1 else index - 1
        if 0 <= position < len(readings):
            journey.said.append({"constraint": journey.choices[position]})
            journey.choices = []
            return
    answer = wishes.read(journey.said[-1]) if journey.said and step.saying else None
    if answer is not None and answer.constraint is not None:
        now = step.now.replace(tzinfo=None)
        spans = answer.constraint.ranges(now)
        fits = [
            position
            for position, reading in enumerate(readings)
            if any(span.meet(other) for span in spans for other in reading.ranges(now))
        ]
        if len(fits) == 1 and not answer.constraint.is_time_only:
            journey.said[-1] = {"constraint": journey.choices[fits[0]]}
    journey.choices = []


def _ask_reading(step: Step, wish: Constraint) -> str | None:
    now = step.now.replace(tzinfo=None)
    shown = []
    for index in range(min(len(wish.readings), READINGS_ASKED)):
        reading = wish.reading(index)
        spans = reading.ranges(now)
        if spans:
            shown.append((reading, wording.span(spans[0].start, spans[-1].end, step.turn.channel).removeprefix("on ").removeprefix("at ")))
    if len({text for _, text in shown}) < 2:
        return None
    step.journey.choices = [reading.as_json() for reading, _ in shown]
    if step.turn.channel == "voice":
        options = ", or ".join(text for _, text in shown)
    else:
        options = " ".join(f"{number}) {text}" for number, (_, text) in enumerate(shown, start=1))
    return step.ask("reading", "utter_which_reading", options=options, buttons=wording.taps([text for _, text in shown]))


async def _taken(step: Step, refined: Constraint | None, *, told: bool) -> Opening | None:
    """Return the opening that the message took by number, by its day or time, or by assent; or the one taken before."""
    journey = step.journey
    found: Opening | None = None
    choice = step.choice
    if choice is not None and journey.offers and step.asked in ("opening", "confirmed"):
        index = len(journey.offers) - 1 if choice == -1 else choice - 1
        if 0 <= index < len(journey.offers):
            found = journey.offers[index]
        else:
            step.turn.say("utter_no_such_choice", count=len(journey.offers))
    elif refined is not None:
        matching = openings.fitting(journey.offers, refined, step.context)
        found = matching[0] if len(matching) == 1 else None
        journey.opening, journey.page = None, 0
    elif told or step.assent is False or step.intent in ("ask_more_options", "correct_value"):
        journey.opening = None
        return None
    elif step.assent and len(journey.offers) == 1 and journey.opening is None:
        found = journey.offers[0]
    else:
        found = journey.opening
    if found is None:
        return None
    if not await _still_free(step, found):
        step.turn.say("utter_opening_taken")
        journey.forget_offers()
        return None
    journey.opening = found
    return found


async def _still_free(step: Step, opening: Opening) -> bool:
    """Is the opening still there? What was offered a moment ago is not read again: the booking itself finds out."""
    offered_at = step.journey.offered_at
    if not opening.slot or (offered_at and step.now - datetime.fromisoformat(offered_at) < FRESH):
        return True
    found = await step.context.directory.openings(
        [(opening.start, opening.start + timedelta(minutes=1))],
        minutes=opening.minutes,
        practitioner=opening.practitioner.reference if opening.practitioner else None,
        limit=openings.LOOKED_AT,
        service_type=opening.service_type,
    )
    step.journey.offered_at = step.now.isoformat()
    return not found.given_up and any(each.slot == opening.slot for each in found.openings)


async def _offer(step: Step, need: Need, wish: Constraint | None) -> Opening | str | None:
    journey = step.journey
    if step.intent == "ask_more_options":
        journey.page += 1
    elif step.assent is False and journey.offers and not step.turn.get("when"):
        return step.ask("opening", "utter_ask_what_suits", **step.names(journey.visit))
    offer = await openings.find(step.context, need, wish, journey.page)
    if not offer.openings and journey.page:
        journey.page, offer = 0, await openings.find(step.context, need, wish, 0)
        step.turn.say("utter_those_are_all")
    if not offer.openings:
        return None
    journey.offers, journey.offered_at = list(offer.openings), step.now.isoformat()
    alone = len(offer.openings) == 1 or (need.soonest and step.saying is not None)
    if offer.fits and wish is not None and alone and journey.page == 0 and not _turned_down(step, offer.openings[0]):
        journey.opening = offer.openings[0]
        return offer.openings[0]
    return _say_offer(step, need, offer, wish)


def _turned_down(step: Step, opening: Opening) -> bool:
    """Was this very opening just declined?"""
    return step.assent is False or step.intent == "ask_more_options" or opening.slot in step.journey.details.get("declined", ())


def _say_offer(step: Step, need: Need, offer: Offer, wish: Constraint | None) -> str:
    count = len(offer.openings)
    values = {
        **step.names(step.journey.visit),
        "options": _options(step, need, offer.openings),
        "numbers": "1" if count == 1 else "1 or 2" if count == 2 else f"1-{count}",
        "wish": _in_words(step, wish),
        "wanted": first_name(step.context, need.first),
        "buttons": _buttons(step, offer.openings),
    }
    if offer.fits:
        return step.ask("opening", "utter_offer" if step.journey.visit else "utter_offer_booking", **values)
    step.journey.details["nothing_fits"] = True
    name = f"utter_why_{offer.rule}" if offer.rule else f"utter_why_{offer.why}"
    step.turn.say(name, **{**values, "buttons": None})
    return step.ask("opening", "utter_offer_nearest", **values)


def _buttons(step: Step, offered: Sequence[Opening]) -> list[dict[str, str]]:
    """Return what may be tapped: each opening's day and time, and with whom it is."""
    buttons = wording.taps([wording.when(step.context.clinic.local(opening.start)) for opening in offered])
    for button, opening in zip(buttons, offered, strict=True):
        names = step.names(None, opening)
        button["description"] = f"{names['practitioner']}, {names['location']}"
    return buttons


def _in_words(step: Step, wish: Constraint | None) -> str:
    """Return the wish as the line understood it, or "then" when it is too many-sided for a few words."""
    windows = openings.wished(step.context, wish) if wish else []
    if not windows or len(windows) > 2:
        return "then"
    return " or ".join(wording.span(start, end, step.turn.channel) for start, end in windows)


def _options(step: Step, need: Need, offered: Sequence[Opening]) -> str:
    """Return the offers in words; whoever is not the expected therapist is named."""
    expected = need.first.reference if need.first else None
    texts = []
    for number, opening in enumerate(offered, start=1):
        text = wording.option(number, step.context.clinic.local(opening.start), step.turn.channel)
        if opening.practitioner is not None and opening.practitioner.reference != expected:
            name = first_name(step.context, opening.practitioner)
            text += f", {name}" if step.turn.channel == "voice" else f" ({name})"
        texts.append(text + ("." if step.turn.channel == "voice" else ""))
    return " ".join(texts)

"""What was written is said as people say it, and nothing is left that only an eye can read."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from actions import wording
from bot.yamlfile import FileError
from tests.unit.test_replies import REPLIES, VALUES, Reply
from voice.speaking import FILE, load
from voice.spoken import say

ROOT = Path(__file__).resolve().parents[3]
LINK = "https://example.org/harbor-pt/riverside/map?a=1"

SAID = [
    # Dates.
    ("See you Tue Jun 3.", "See you Tuesday, June third."),
    ("See you Tue, Jun 3rd, 2025!", "See you Tuesday, June third, twenty twenty-five!"),
    ("Mon Jun 9-Fri Jun 13", "Monday, June ninth to Friday, June thirteenth"),
    ("Jun 3-5", "June third to fifth"),
    ("Jun 21: closed", "June twenty-first: closed"),
    ("Born 4/9/1991 or 03/14/46", "Born April ninth, nineteen ninety-one or March fourteenth, nineteen forty-six"),
    ("06/03 10:00 AM", "June third, at ten in the morning"),
    ("2025-06-03", "June third, twenty twenty-five"),
    ("2025-06-03T14:00", "June third, twenty twenty-five, at two in the afternoon"),
    ("Sept 22 and December 31", "September twenty-second and December thirty-first"),
    ("May 5, and she may 5 times", "May fifth, and she may five times"),
    ("Mon-Fri, closed Sat", "Monday to Friday, closed Saturday"),
    ("Wed. at ten", "Wednesday at ten"),
    ("The 3rd or the 21st", "The third or the twenty-first"),
    # Times of the clock.
    ("Come at 10:00 AM.", "Come at ten in the morning."),
    ("12:30 PM", "Half past twelve in the afternoon"),
    ("12:00 PM or 12:00 AM", "Noon or midnight"),
    ("12:15 AM", "Twelve fifteen at night"),
    ("Wed 5:15 PM", "Wednesday, at five fifteen in the evening"),
    ("Wed Jun 4, 5:05 pm", "Wednesday, June fourth, at five oh five in the evening"),
    ("Wed Jun 4 at 8 a.m. Bring shoes.", "Wednesday, June fourth, at eight in the morning. Bring shoes."),
    ("at 8 a.m. or 9 A.M.", "At eight in the morning or nine in the morning."),
    ("7:00 AM-7:00 PM", "Seven in the morning to seven in the evening"),
    ("10:00-10:45 AM", "Ten to ten forty-five in the morning"),
    ("11-1 PM", "Eleven in the morning to one in the afternoon"),
    ("Wed Jun 11, 10:00 AM-12:00 PM", "Wednesday, June eleventh, ten in the morning to noon"),
    ("Mon-Fri 7 AM-6 PM", "Monday to Friday, seven in the morning to six in the evening"),
    ("14:30 and 10:30", "Half past two in the afternoon and half past ten"),
    ("half past 2", "Half past two"),
    ("8:00 AM–12:00 PM", "Eight in the morning to noon"),
    ("noon-1 PM", "Noon to one in the afternoon"),
    ("9am-5pm", "Nine in the morning to five in the evening"),
    ("5-6 p.m. Thanks", "Five to six in the evening. Thanks"),
    ("May 1st-3rd", "May first to third"),
    ("Mon–Fri", "Monday to Friday"),
    ("Sit in the Sun on Sun.", "Sit in the Sun on Sunday."),
    # Telephone numbers and other digits.
    ("Call (207) 555-0111.", "Call two zero seven, five five five, zero one one one."),
    ("+12075550110", "Two zero seven, five five five, zero one one zero"),
    ("207.555.0110 or 555-0110", "Two zero seven, five five five, zero one one zero or five five five, zero one one zero"),
    ("+442071234567", "Plus four four two, zero seven one, two three four, five six seven"),
    ("Call 911 now, or 988; 9-1-1", "Call nine one one now, or nine eight eight; nine one one"),
    ("9 8 8 is there any time", "Nine eight eight is there any time"),
    ("Member 482913", "Member four eight two nine one three"),
    ("007", "Zero zero seven"),
    # Money, parts, amounts.
    ("A $40 fee may apply.", "A forty dollar fee may apply."),
    ("It costs $40.", "It costs forty dollars."),
    (
        "$1, $12.50, $1,200 and $0.05",
        "One dollar, twelve dollars and fifty cents, one thousand two hundred dollars and zero dollars and five cents",
    ),
    ("$80-$100 or 80%-90%", "Eighty dollars to one hundred dollars or eighty percent to ninety percent"),
    ("5'4\"", "Five feet four"),
    ("Hold 5 s, ext. 12", "Hold five seconds, extension twelve"),
    ("10% off", "Ten percent off"),
    ("1/2 inch, 2 1/2 cups and 1½ hours", "Half an inch, two and a half cups and one and a half hours"),
    ("Hold 30 sec. Rest 1 min.", "Hold thirty seconds. Rest one minute."),
    ("3x10, 3x a week, 10-12 reps", "Three times ten, three times a week, ten to twelve reps"),
    ("3.5 lbs", "Three point five pounds"),
    ("120/80", "One hundred twenty over eighty"),
    ("1,234,567 steps in 1999", "One million two hundred thirty-four thousand five hundred sixty-seven steps in nineteen ninety-nine"),
    ("L4-L5 and room 12B", "L four-L five and room twelve B"),
    ("#3", "Number three"),
    ("Open 24/7", "Open around the clock"),
    ("press 1️⃣", "Press one"),
    # Names and addresses.
    ("Dr. Okafor and Mrs. Keller", "Doctor Okafor and Missus Keller"),
    ("12 Mill St, Portland, ME 04101", "Twelve Mill Street, Portland, Maine, zero four one zero one"),
    ("480 Congress St, Suite 3", "Four eighty Congress Street, Suite three"),
    ("25 Oak Dr. Ask Dr. Bell.", "Twenty-five Oak Drive. Ask Doctor Bell."),
    ("1405 5th Ave", "Fourteen oh five fifth Avenue"),
    ("entrance on Mill St", "Entrance on Mill Street"),
    ("At St. Mary's.", "At Saint Mary's."),
    ("Harbor PT here.", "Harbor Physical Therapy here."),
    ("Bring a photo ID.", "Bring a photo I D."),
    # Choices and commands.
    ("How hard was it? 1) Easy 2) Too hard", "How hard was it? For Easy, press or say one. For Too hard, press or say two."),
    (
        "Which one: 1) Wed 5:15 PM 2) Thu 12:30 PM? Reply 1-2.",
        (
            "Which one? For Wednesday, at five fifteen in the evening, press or say one. For Thursday, at half past twelve in the"
            " afternoon, press or say two. Press or say a number from one to two."
        ),
    ),
    ("The nearest: 1) noon, 2) one (Sam)", "The nearest. For noon, press or say one. For one, Sam, press or say two."),
    ("One (see 1) only.", "One, see one, only."),
    ("Reply YES.", "Please say yes."),
    ("Reply YES, NO or SOME.", "Please say yes, no or some."),
    ("Reply YES within 15 minutes to take it.", "Please say yes within fifteen minutes to take it."),
    ("Reply 1-3 or say what suits.", "Press or say a number from one to three, or say what suits."),
    ("Reply 1 to move a visit, 2 for a person.", "Press or say one to move a visit, two for a person."),
    ("Say yes, or press 1.", "Say yes, or press one."),
    ("Text PERSON any time for our front desk.", "For our front desk, press zero any time."),
    ("Changed your mind? Just text me.", "Changed your mind? Just call us."),
    ("How likely, from 0 (not at all) to 10 (very)? STOP ends texts.", "How likely, from zero, not at all, to ten, very?"),
    # Links, letters, signs.
    (f"Map: {LINK}", "Map: I'll text you the link."),
    (f"Map: {LINK}. Parking is free.", "Map: I'll text you the link. Parking is free."),
    (f"See {LINK} or www.example.org.", "See the link or the link. I'll text you the link."),
    ("Write to front.desk@example.org.", "Write to front dot desk at example dot org."),
    ("👍 Done 🎉 — see you!", "Done, see you!"),
    ("Ruth & Walter, and/or Anna", "Ruth and Walter, or Anna"),
    ("yes/no", "Yes or no"),
    (
        "Your program: 1) Bridge: 3x10\n2) Plank: hold 30 sec.\nSay a number.",
        "Your program. For Bridge: three times ten, press or say one. For Plank: hold thirty seconds, press or say two. Say a number.",
    ),
    ("Your program:\n1. Bridge\n2. Plank", "Your program: one: Bridge. Two: Plank"),
    ("1/2 an hour, 1/4 cup", "Half an hour, quarter cup"),
    ("These: 1) noon 2) one Which one?", "These. For noon, press or say one. For one, press or say two. Which one?"),
    ("It’s “fine” (really).", 'It\'s "fine", really.'),
    ("", ""),
    ("🎉", ""),
]


@pytest.mark.parametrize(("written", "said"), SAID)
def test_it_is_said_as_people_say_it(written: str, said: str) -> None:
    assert say(written).text == said


# Without the hour after midnight, which no clinic words.
MOMENTS = st.datetimes(datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2026-12-31")).filter(lambda moment: moment.hour >= 1)


@given(MOMENTS)
def test_a_text_sounds_like_what_the_dialogue_words_for_voice(moment: datetime) -> None:
    """The dialogue words days and times for the telephone by itself; what it words for texts is said the same."""
    worded = wording.when(moment, "voice")
    assert plain(say(worded).text) == plain(worded)
    assert plain(say(wording.when(moment)).text) == plain(worded)


@given(st.lists(MOMENTS, min_size=1, max_size=3))
def test_what_the_dialogue_words_for_voice_stays(moments: list[datetime]) -> None:
    worded = wording.options(moments, "voice")
    assert plain(say(worded).text) == plain(worded)
    span = wording.span(moments[0], moments[0] + timedelta(hours=2), "voice")
    assert plain(say(span).text) == plain(span)


def plain(text: str) -> str:
    return text.replace("-", " ").lower()


def test_a_link_is_left_for_a_text() -> None:
    assert say(f"Map: {LINK}, video: {LINK}").links == (LINK,)
    assert say("No link.").links == ()


def test_a_link_is_not_promised_to_a_landline() -> None:
    assert say(f"Map: {LINK}", can_text=False).text == "Map: Our front desk can give you the link."


def test_numbers_of_a_spanish_text_are_spanish() -> None:
    assert say("Llame al 911 (oprima 2).", spanish=True).text == "Llame al nueve uno uno, oprima dos."
    assert say("antes de las 2:45 PM", spanish=True).text == "Antes de las dos y cuarenta y cinco de la tarde"
    assert say("a la 1:00 PM, no a las 8:21 AM", spanish=True).text == "A la una de la tarde, no a las ocho y veintiuno de la mañana"


# What only an eye can read. "Am" at the head of a question is a word.
UNSAID = re.compile(
    r"\d|https?:|www\.|[/$%#@()\[\]{}<>_*&+=~]|\b(?:AM|PM|[ap]\.m\.|YES|NO|SOME|STOP|START|Mon|Tue|Wed|Thu|Fri|Sat|Jun|Reply)\b|[^\x00-\u024f]"
)
EXTRA = {"days": "4", "score": "7", "last": "3", "low": "6", "high": "7", "telephone": "(207) 555-0110", "video": LINK, "link": LINK,
         "exercises": "1. Bridge: 3x10\n2. Heel slides: hold 30 sec", "dose": "3 sets of 10-12 reps, 2x a day", "name": "Heel slides",
         "therapist": "Dr. Okafor", "how": "Lie on your back. Lift 1/2 inch.", "owner": "Marisol", "by": "2:45 PM", "number": "2",
         "who": "Priya", "text": "Ice: 10 to 15 minutes. Wait 2 hours."}  # fmt: skip


def filled(text: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: EXTRA.get(match[1], VALUES.get(match[1], "Tue Jun 3, 10:00 AM")), text)


def safety() -> list[tuple[str, str]]:
    found = []
    for name, variants in yaml.safe_load((ROOT / "data" / "safety" / "wording.yml").read_text(encoding="utf-8"))["responses"].items():
        found += [(name, variant["text"]) for variant in variants]
    return found


@pytest.mark.parametrize("reply", REPLIES)
def test_every_reply_can_be_heard(reply: Reply) -> None:
    said = say(filled(reply.text)).text
    assert UNSAID.search(said) is None, f"{reply}: {said}"


@pytest.mark.parametrize(("name", "text"), [pytest.param(name, text, id=f"{name}-{text[:20]}") for name, text in safety()])
def test_every_word_of_safety_can_be_heard(name: str, text: str) -> None:
    said = say(filled(text), spanish=name.endswith("_es"))
    assert UNSAID.search(said.text) is None, said.text
    if "911" in text:
        assert ("nueve uno uno" if name.endswith("_es") else "nine one one") in said.text


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60) | st.text(alphabet="0123456789 .,:/-()$%#xAPMJunTue+", max_size=40))
def test_whatever_is_written_no_digit_is_left(text: str) -> None:
    assert not any(letter.isdecimal() for letter in say(text).text)


@given(st.sampled_from([said for _, said in SAID]))
def test_what_is_said_stays_as_it_is(said: str) -> None:
    assert say(said).text == said


@pytest.mark.parametrize(
    ("line", "broken", "key"),
    [
        ("fractions:", "parts:", "fractions"),
        ("  min: [minute, minutes]", "  min: [minute]", "units.min"),
        ("commands: [\"YES\",", "commands: [YES,", "commands[1]"),
        ("  - {from: '\\b24/7\\b',", "  - {from: '(24/7',", "from"),
        ("  Dr: Doctor", "  2: Doctor", "abbreviations"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_by_name(tmp_path: Path, line: str, broken: str, key: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert line in text
    copy = tmp_path / "speaking.yml"
    copy.write_text(text.replace(line, broken), encoding="utf-8")
    with pytest.raises(FileError, match=re.escape(key)):
        load(copy)

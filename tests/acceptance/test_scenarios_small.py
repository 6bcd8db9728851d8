"""The scenario runner can fail: what is right passes, and every expectation that is wrong is named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.yamlfile import FileError
from scheduling.demo.cast import STRANGER
from tests.acceptance.scenarios import Graded, grade_all, table
from tests.support import scenario_schedule as schedule
from tests.support.line import MONDAY, ZONE, Line, Templates, running_line
from tests.support.scenario import CARDS, Fact, Scenario
from tests.support.scenario_facts import About, is_told
from tests.support.scenario_file import load
from tests.support.scenario_grade import faults
from tests.support.scenario_people import writer
from tests.support.scenario_play import Played, play
from tests.support.scenario_stage import furnished, migrated
from tests.support.scenario_store import Store, is_card
from tests.support.services import RedisServer, free_port, running

SMALL = Path(__file__).parent / "data/scenarios_small.yml"
ABOUT = About(MONDAY, (datetime(2025, 6, 3, 10, tzinfo=ZONE),), frozenset({"Maya", "Torres"}), frozenset({6, 4}))


@pytest.mark.model
def test_what_is_right_passes_and_what_is_wrong_is_named(model: Path) -> None:
    graded = {one.scenario.name: one for one in grade_all(load(SMALL), lambda one: None)}
    shown = "\n".join("\n".join([str(one), *one.transcript]) for one in graded.values())
    assert [name for name, one in graded.items() if one.scenario.folder == "right" and one.faults] == [], shown
    assert keys(graded["no_visit_at_that_time_was_told"]) == ["moved", "moved", "told", "not_told", "person"], shown
    assert keys(graded["moved_but_expected_elsewhere"]) == ["cancelled", "cancelled", "cancelled", "confirmed", "late"], shown
    assert keys(graded["nobody_waits_for_that"]) == ["could not be played"], shown
    told = table(list(graded.values()))
    assert "containment: 2 of 4" in told, told


def keys(graded: Graded) -> list[str]:
    return [fault.partition(":")[0] for fault in graded.faults]


@pytest.fixture(scope="module")
def mute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """Templates of lines that cannot answer: no dialogue runs."""
    folder = tmp_path_factory.mktemp("mute")
    migrated(folder / "store.db")
    furnished(folder / "schedule.db", MONDAY.date())
    server = RedisServer()
    with running(server):
        dead = f"http://127.0.0.1:{free_port()}"
        yield Templates(folder / "store.db", folder / "schedule.db", MONDAY.date(), dead, free_port(), server.url)


@pytest.fixture
async def line(mute: Templates, tmp_path: Path) -> AsyncIterator[Line]:
    async with running_line(tmp_path, mute) as opened:
        yield opened


def scenario(tmp_path: Path, expect: str, who: str = "maya-torres", says: str = '["hello"]') -> Scenario:
    path = tmp_path / "one.yml"
    path.write_text(f"- {{name: one, who: {who}, folder: here, says: {says}, expect: {expect}}}\n")
    return load(path)[0]


async def ended(line: Line, wanted: Scenario, begin: schedule.Schedule, **more: Any) -> list[str]:
    """Grade as if the conversation had brought the schedule from `begin` to where it stands."""
    end = await schedule.read(line)
    gone = [visit for ref, visit in begin.visits.items() if ref not in end.visits]
    freed = frozenset(await schedule.to_be_had(line, [slot for visit in gone for slot in visit.slots]))
    return faults(Played(wanted, writer(wanted.who, MONDAY.date()), begin, end, freed=freed, **more))


async def friday_with_dana(line: Line) -> Any:
    found = await schedule.openings(line, datetime(2025, 6, 6, 8, 0, tzinfo=ZONE))
    return next(slot for practitioner, slot in found if practitioner == "dana-whitfield")


MOVED = "{moved: {from: 2025-06-03T10:00, to: [2025-06-06T08:00, 2025-06-06T08:01], with: dana}, person: never}"


async def test_a_moved_visit_is_seen_whole(line: Line, tmp_path: Path) -> None:
    begin = await schedule.read(line)
    old = begin.of("maya-torres")[0]
    assert await ended(line, scenario(tmp_path, MOVED), begin) == [
        "moved: maya-torres Tue Jun 03 10:00 still stands",
        "moved: 0 new visits within Fri Jun 06 08:00 to Fri Jun 06 08:01",
    ]
    slot = await friday_with_dana(line)
    await schedule.book(line, "dana-whitfield", slot, "maya-torres")
    assert await ended(line, scenario(tmp_path, MOVED), begin) == ["moved: maya-torres Tue Jun 03 10:00 still stands"]
    await schedule.cancel(line, old)
    assert await ended(line, scenario(tmp_path, MOVED), begin) == []
    assert await ended(line, scenario(tmp_path, MOVED.replace("dana", "priya")), begin) == ["moved: with dana instead of priya"]
    assert await ended(line, scenario(tmp_path, "{unchanged: true, person: never}"), begin) == [
        "unchanged: gone besides maya-torres Tue Jun 03 10:00",
        "unchanged: new besides maya-torres Fri Jun 06 08:00",
    ]
    again = (await schedule.openings(line, old.start))[0]
    await schedule.book(line, "dana-whitfield", await line.get(old.slots[0]) if again else slot)
    assert "moved: the opening of maya-torres Tue Jun 03 10:00 is not free" in await ended(line, scenario(tmp_path, MOVED), begin)


async def test_a_booked_visit_must_be_one_and_right(line: Line, tmp_path: Path) -> None:
    begin = await schedule.read(line)
    booked = "{booked: {between: [2025-06-06T00:00, 2025-06-07T00:00], kind: KIND}, person: never}"
    await schedule.book(line, "dana-whitfield", await friday_with_dana(line), "maya-torres")
    assert await ended(line, scenario(tmp_path, booked.replace("KIND", "treatment")), begin) == []
    assert await ended(line, scenario(tmp_path, booked.replace("KIND", "evaluation")), begin) == [
        "booked: a treatment instead of evaluation"
    ]
    assert await ended(line, scenario(tmp_path, booked.replace("KIND", "treatment"), who="tom-becker"), begin) == [
        "booked: 0 new visits within Fri Jun 06 00:00 to Sat Jun 07 00:00",
        "booked: new besides maya-torres Fri Jun 06 08:00",
    ]


async def test_cards_and_waits_are_read(line: Line, tmp_path: Path) -> None:
    begin = await schedule.read(line)
    visit = begin.of("maya-torres")[0].reference
    late = scenario(tmp_path, "{unchanged: true, late: {visit: 2025-06-03T10:00, minutes: 10}, person: never}")
    card = {"kind": "running_late", "detail": {"visit": visit, "minutes": 10}}
    assert await ended(line, late, begin, tasks=[card]) == []
    assert await ended(line, late, begin, tasks=[{**card, "detail": {"visit": visit, "minutes": 15}}]) == [
        "late: staff know of maya-torres Tue Jun 03 10:00 by 15"
    ]
    assert await ended(line, late, begin, tasks=[card], handoffs=[{"reason": "identity"}]) == [
        "person: never, but one was asked in (identity)"
    ]
    asked = scenario(tmp_path, "{requested: {cancel: 2025-06-03T10:00}, person: must}")
    request = {"kind": "booking", "detail": {"kind": "cancel", "visit": {"reference": visit}, "wanted": None}}
    assert await ended(line, asked, begin, tasks=[request]) == []
    assert await ended(line, asked, begin) == ["requested: the desk's cards are none", "person: must, but none was asked in"]
    waits = "{waitlisted: {patient: PATIENT, between: [2025-06-05T12:00, 2025-06-05T13:00]}, person: never}"
    window = ["2025-06-05T16:30:00+00:00", "2025-06-05T17:30:00+00:00"]
    wait = {"kind": "waitlist", "detail": {"patient": "Patient/maya-torres", "windows": [window]}}
    assert await ended(line, scenario(tmp_path, waits.replace("PATIENT", "maya-torres")), begin, tasks=[wait]) == []
    assert len(await ended(line, scenario(tmp_path, waits.replace("PATIENT", "tom-becker")), begin, tasks=[wait])) == 1
    confirmed = scenario(tmp_path, "{confirmed: [2025-06-03T10:00], still_subscribed: true, answers_to_last_burst: 1, person: may}")
    note = {"kind": "visit_confirmed", "detail": {"visit": visit}}
    assert await ended(line, confirmed, begin, tasks=[note], burst_answers=1) == []
    assert [fault.partition(":")[0] for fault in await ended(line, confirmed, begin, opted_out=True, burst_answers=2)] == [
        "confirmed",
        "still_subscribed",
        "answers_to_last_burst",
    ]


TOLD = """{says: [thanks|thank you, "https://"], never: [sorry], task: service_recovery, stored: {nps: 7, comment: kind|nice, pain: 4,
  exercise: too_hard, opted_out: false, preference: voice}, incident: urgent, contained: true}"""
NOT_TOLD = """{says: [sorry], never: [thank], task: null, stored: {nps: 9, comment: null, pain: null, exercise: done, opted_out: true,
  preference: {language: es}}, incident: none, contained: false}"""


async def test_what_was_told_is_read_from_the_store(line: Line, tmp_path: Path) -> None:
    begin = await schedule.read(line)
    ticket = {"kind": "service_recovery", "detail": {}, "owner": "marisol", "due_at": MONDAY}
    rows = {
        "survey": [{"score": 7, "comment": "Nice people"}],
        "pain": [{"score": 4}],
        "exercise": [{"outcome": "too_hard"}],
    }
    store = Store(rows, [{"name": "channel", "value": "voice"}], [{"level": "urgent", "state": "open"}])
    ended_with = {"store": store, "told": ["Thank you. https://example.org"], "tasks": [ticket]}
    assert await ended(line, scenario(tmp_path, TOLD), begin, **ended_with) == []
    wrong = await ended(line, scenario(tmp_path, NOT_TOLD), begin, **ended_with)
    keys_of = [fault.partition(":")[0] for fault in wrong]
    assert keys_of == ["says", "never", "task", *["stored"] * 6, "incident", "contained"], wrong
    assert await ended(line, scenario(tmp_path, "{contained: true}"), begin, handoffs=[{"reason": "upset"}]) == [
        "contained: handed over (upset)"
    ]


@pytest.mark.parametrize(
    ("kind", "owner", "cards"),
    [
        ("service_recovery", "marisol", {"ticket", "service_recovery"}),
        ("service_recovery", None, {"service_recovery"}),
        ("question", "dana", {"therapist", "question"}),
        ("question", "desk", {"desk", "question"}),
        ("death_reported", None, {"deceased", "death_reported"}),
        ("running_late", None, {"running_late"}),
    ],
)
def test_cards_are_told_apart_by_kind_and_owner(kind: str, owner: str | None, cards: set[str]) -> None:
    card = {"kind": kind, "detail": {}, "owner": owner, "due_at": MONDAY}
    assert {name for name in (*CARDS, kind) if is_card(card, name)} == cards


async def test_a_visit_confirmed_before_counts_as_confirmed(line: Line, tmp_path: Path) -> None:
    begin = await schedule.read(line)
    visit = begin.of("maya-torres")[0].reference
    before = replace(begin, confirmed=frozenset({visit}))
    wanted = scenario(tmp_path, "{confirmed: [2025-06-03T10:00], person: never}")
    assert faults(Played(wanted, writer(wanted.who, MONDAY.date()), before, before)) == []
    assert faults(Played(wanted, writer(wanted.who, MONDAY.date()), begin, begin)) == ["confirmed: not maya-torres Tue Jun 03 10:00"]


async def test_a_line_that_never_answers_fails_in_time(line: Line, tmp_path: Path) -> None:
    wanted = scenario(tmp_path, "{unchanged: true, person: never}")
    played = await asyncio.wait_for(play(line, wanted, seconds=0.5), 20)
    assert faults(played) == ["could not be played: the line did not come to rest in time"]


async def test_what_others_do_is_not_laid_to_the_patient(line: Line, tmp_path: Path) -> None:
    offered = scenario(tmp_path, "{unchanged: true, person: may}", who="grace-lindqvist", says="[{waitlist_offer: 2025-06-03T10:00}]")
    played = await play(line, offered)
    assert played.fault == "EXTERNAL_offer_opening was answered with nothing", "no dialogue runs here"
    [dropped] = played.dropped
    assert played.begin.visits[dropped].practitioner == "dana-whitfield", "of two visits at that time the one that Grace waits for"
    assert dropped not in played.end.visits
    slot = await line.get(played.begin.visits[dropped].slots[0])
    assert slot["status"] == "free"
    played.taken = {await schedule.book(line, "dana-whitfield", slot)}
    played.end, played.fault = await schedule.read(line), None
    assert faults(played) == []
    played.taken = set()
    assert faults(played) == ["unchanged: new besides teresa-quigley Tue Jun 03 10:00"]
    given_up = await play(line, scenario(tmp_path, "{person: may}", says="[{taken: old}]"))
    assert given_up.fault == "no visit was given up that somebody else could book"


def test_a_scenario_with_a_slip_of_the_pen_is_refused(tmp_path: Path) -> None:
    assert writer("stranger", MONDAY.date()).number == STRANGER
    for wrong in ('["{birthdate}"]', "[{burst: [one]}]", "[{clock: soon}]", "[{wait: +3h}]", "[{ask: weather}]"):
        with pytest.raises(FileError):
            scenario(tmp_path, "{person: never}", says=wrong)
    for wrong in ("{person: may, stored: {mood: 3}}", "{person: may, incident: mild}"):
        with pytest.raises(FileError):
            scenario(tmp_path, wrong)
    for wrong in ("{unchanged: true}", "{person: perhaps}", "{told: [the_truth], person: may}", "{moved: {from: 2025-06-03}, person: may}"):
        with pytest.raises(FileError):
            scenario(tmp_path, wrong)


@pytest.mark.parametrize(
    ("fact", "text", "told"),
    [
        (Fact("late_fee"), "An $80 fee may apply.", True),
        (Fact("late_fee"), "There is no charge for that.", False),
        (Fact("no_visit"), "I don't see any visits coming up.", True),
        (Fact("no_visit"), "Your next visit is Tue Jun 3.", False),
        (Fact("no_visit"), "I see no coming visit. To book one, just say when.", True),
        (Fact("no_visit"), "You have nothing on the schedule right now.", True),
        (Fact("no_visit"), "No, your visit is on Tuesday.", False),
        (Fact("no_visit"), "That time is no longer open, your visit stands.", False),
        (Fact("no_visit"), "No problem, which visit is it?", False),
        (Fact("visits_left"), "You have 6 authorized visits left.", True),
        (Fact("visits_left"), "You have 5 visits left.", False),
        (Fact("visits_used_up"), "All your authorized visits are used.", True),
        (Fact("visits_used_up"), "Your next visit is Tuesday.", False),
        (Fact("weekly_limit"), "Your plan allows two visits a week.", True),
        (Fact("weekly_limit"), "Next week works.", False),
        (Fact("taken_meanwhile"), "Sorry, that one was just taken.", True),
        (Fact("taken_meanwhile"), "That is open.", False),
        (Fact("unchanged"), "All right, your visit stands.", True),
        (Fact("unchanged"), "Done, it's moved.", False),
        (Fact("unchanged"), "You're still booked for Tuesday.", True),
        (Fact("unchanged"), "Tue Jun 3, 10:00 AM stays as it is.", True),
        (Fact("unchanged"), "You stay on the waitlist.", False),
        (Fact("cannot_change_now"), "I can’t reach the schedule.", True),
        (Fact("cannot_change_now"), "Done.", False),
        (Fact("call_back_time"), "Someone will call you by 9:30 AM.", True),
        (Fact("call_back_time"), "Someone will call you.", False),
        (Fact("stands_until_confirmed"), "Your visit stands until they confirm.", True),
        (Fact("stands_until_confirmed"), "You're confirmed.", False),
        (Fact("hours", "eastgate"), "Eastgate is open until 6:00 PM.", True),
        (Fact("hours", "riverside"), "Eastgate is open until 6:00 PM.", False),
        (Fact("hours", "riverside"), "Riverside: Mon-Fri 7:00 AM-7:00 PM.", True),
        (Fact("hours", "riverside"), "On Saturday Riverside is open until 12:00 PM.", True),
        (Fact("hours", "riverside"), "Riverside is closed now and opens Mon Jun 2, 7:00 AM.", True),
        (Fact("hours", "riverside"), "Nothing is open at 7:00 PM.", False),
        (Fact("parking", "riverside"), "Parking: free, entrance on Mill St.", True),
        (Fact("parking", "eastgate"), "Eastgate: 480 Congress St.", False),
        (Fact("address", "eastgate"), "It's at 480 Congress St.", True),
        (Fact("practitioner", "dana"), "You're with Dana.", True),
        (Fact("practitioner", "dana"), "You're with Danakil.", False),
        (Fact("visit", datetime(2025, 6, 3, 13, tzinfo=ZONE)), "Tomorrow at 1 PM.", True),
        (Fact("visit", datetime(2025, 6, 3, 13, tzinfo=ZONE)), "Tue Jun 3, 1:00 PM with Sam.", True),
        (Fact("visit", datetime(2025, 6, 3, 13, tzinfo=ZONE)), "Tue Jun 10, 1:00 PM, and Tue Jun 3, 10:00 AM.", False),
        (Fact("any_visit"), "It is Tuesday at 10 AM.", True),
        (Fact("any_visit"), "The desk opens Tuesday at 7 AM.", False),
        (Fact("any_name"), "Thanks, Maya.", True),
        (Fact("any_name"), "Thanks.", False),
        (Fact("prep"), "Wear loose clothes.", True),
        (Fact("is_a_bot"), "I'm an automated assistant.", True),
        (Fact("is_a_bot"), "I'm Marisol.", False),
    ],
)
def test_facts_are_found_in_other_words(fact: Fact, text: str, told: bool) -> None:
    assert is_told(fact, [text], ABOUT) is told
    assert is_told(fact, ["Hello.", text], ABOUT) is told

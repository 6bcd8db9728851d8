"""The clinic as `clinic.yml` describes it: who, where, when, and the rules of its desk.

Wall-clock times are the clinic's own. A reference (`Practitioner/…`, `Location/…`) is where the scheduling system keeps the same thing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot import recovery
from bot.closures import FORMS, WEEKDAYS, Closure, parse_closure
from bot.privacy import days
from bot.yamlfile import FileError, Node, open_yaml

ROLES = ("therapist", "assistant", "desk")
STANDINGS = ("new", "active", "returning")
_SEARCHED_DAYS = 370


class ClinicError(FileError):
    """`clinic.yml` cannot be used. The message names file, key, value and remedy."""


@dataclass(frozen=True)
class Location:
    """A place. `hours` holds seven tuples of spans, Monday first; `parking`, `map` and `address` may be said to anyone."""

    code: str
    reference: str
    name: str
    spoken: tuple[str, ...]
    address: str
    parking: str
    map: str
    hours: tuple[tuple[tuple[time, time], ...], ...]


@dataclass(frozen=True)
class Staff:
    """A person who works here. `reference` is None for people without a calendar; `spoken` is what patients call them, in lower case."""

    code: str
    reference: str | None
    name: str
    role: str
    locations: tuple[str, ...]
    spoken: tuple[str, ...]

    @property
    def first_name(self) -> str:
        """The name by which the line speaks of a colleague."""
        return self.name.split()[0]


@dataclass(frozen=True)
class OnCall:
    """Who is paged on a red flag, and how the page is repeated until somebody says that they have it.

    `hours` holds seven tuples of spans, Monday first, or is None for somebody who is on call all the time. After `escalate_after_pages`
    unanswered pages `escalation_number`, where there is one, is paged as well. Numbers are E.164.
    """

    staff: Staff
    number: str
    call_back_minutes: int = 30
    page_every_minutes: int = 5
    escalate_after_pages: int = 3
    escalation_number: str = ""
    hours: tuple[tuple[tuple[time, time], ...], ...] | None = None

    def on_duty(self, local: datetime) -> bool:
        """Is the person on call at that moment of the clinic's wall clock?"""
        return self.hours is None or any(start <= local.time() < end for start, end in self.hours[local.weekday()])


@dataclass(frozen=True)
class VisitType:
    """A kind of visit and who may give, book and move it. `self_book` holds standings of patients (see STANDINGS)."""

    code: str
    name: str
    spoken: tuple[str, ...]
    service_types: tuple[str, ...]
    minutes: int
    given_by: frozenset[str]
    self_book: frozenset[str]
    self_move: bool
    uses_authorised_visit: bool
    blocked_by_reevaluation: bool
    prep: str


@dataclass(frozen=True)
class QuietHours:
    """A span of the clock, usually over midnight, in which nothing is sent of the line's own accord."""

    start: time
    end: time

    def holds(self, at: time) -> bool:
        """Is it quiet at that time of day?"""
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True)
class Policies:
    """The numbers of the desk's rules; units are in the names, meanings beside the keys of `data/clinic.yml`."""

    notice_hours: int
    late_fee_dollars: int
    offers: int
    hold_minutes: int
    lead_minutes: int
    horizon_days: int
    undo_minutes: int
    visits_per_day: int
    visits_per_week: int
    reevaluation_every_visits: int
    reevaluation_every_days: int
    warn_visits_left: int
    identity_tries: int
    proof_hours: int
    misunderstandings: int
    desk_answer_minutes: int
    call_back_minutes: int
    waitlist_hold_minutes: int
    waitlist_offers_per_day: int
    waitlist_not_within_hours: int
    recall_days: int
    pain_limit: int
    pain_jump: int
    quiet_hours: QuietHours


Coded = TypeVar("Coded", Location, Staff, VisitType)

_MAY_BE_ZERO = {
    "notice_hours",
    "late_fee_dollars",
    "lead_minutes",
    "undo_minutes",
    "warn_visits_left",
    "waitlist_not_within_hours",
    "pain_limit",
}


@dataclass(frozen=True)
class Clinic:
    """Everything `clinic.yml` says. `front_desk` is an E.164 number."""

    name: str
    short_name: str
    zone: ZoneInfo
    front_desk: str
    review_link: str
    on_call: OnCall | None
    locations: tuple[Location, ...]
    closures: tuple[Closure, ...]
    staff: tuple[Staff, ...]
    visit_types: tuple[VisitType, ...]
    policies: Policies
    service_recovery: recovery.Recovery
    retention: days.Retention

    def local(self, instant: datetime) -> datetime:
        """Return the same instant on the clinic's wall clock. Raises ValueError for one without an offset."""
        if instant.tzinfo is None:
            raise ValueError(f"{instant.isoformat()} has no UTC offset; instants are aware")
        return instant.astimezone(self.zone)

    def location(self, code: str) -> Location:
        """Return the location of that code. Raises KeyError."""
        return _by_code(self.locations, code)

    def member(self, code: str) -> Staff:
        """Return the staff member of that code. Raises KeyError."""
        return _by_code(self.staff, code)

    def visit_type(self, code: str) -> VisitType:
        """Return the visit type of that code. Raises KeyError."""
        return _by_code(self.visit_types, code)

    def located(self, reference: str) -> Location | None:
        """Return the location that the scheduling system keeps under `reference`."""
        return next((place for place in self.locations if place.reference == reference), None)

    def practitioner(self, reference: str) -> Staff | None:
        """Return the staff member whom the scheduling system keeps under `reference`."""
        return next((person for person in self.staff if person.reference == reference), None)

    def visit_type_of(self, service_type: str, minutes: int) -> VisitType | None:
        """Return the visit type for an opening's service type; among several the one of that length, else the first."""
        kinds = [kind for kind in self.visit_types if service_type in kind.service_types]
        return next((kind for kind in kinds if kind.minutes == minutes), kinds[0] if kinds else None)

    def closure(self, day: date, location: str | None = None) -> Closure | None:
        """Return why the location (or, without one, the whole clinic) is closed on that day, or None."""
        return next((closure for closure in self.closures if closure.covers(day, location)), None)

    def openings(self, day: date, location: str | None = None) -> list[tuple[datetime, datetime]]:
        """Return the spans in which the location (or any of them) is open that day, in order, on the wall clock, aware."""
        places = self.locations if location is None else (self.location(location),)
        spans = {
            (datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone))
            for place in places
            if self.closure(day, place.code) is None
            for start, end in place.hours[day.weekday()]
        }
        return sorted(spans)

    def is_open(self, instant: datetime, location: str | None = None) -> bool:
        """Is the location (or any of them) open at that instant?"""
        local = self.local(instant)
        return any(start <= local < end for start, end in self.openings(local.date(), location))

    def next_opening(self, instant: datetime, location: str | None = None) -> datetime:
        """Return the first instant at or after `instant`, on the wall clock, at which the location (or any of them) is open.

        Raises ClinicError when there is none within a year.
        """
        local = self.local(instant)
        for ahead in range(_SEARCHED_DAYS):
            for start, end in self.openings(local.date() + timedelta(days=ahead), location):
                if local < end:
                    return max(local, start)
        raise ClinicError(f"{self.name} has no opening within a year of {local.date()}; correct hours and closures in clinic.yml")


def load_clinic(path: Path) -> Clinic:
    """Read `clinic.yml`. Raises ClinicError naming file, key, value and remedy."""
    try:
        return _clinic(open_yaml(path))
    except FileError as error:
        raise ClinicError(str(error)) from error


def _clinic(top: Node) -> Clinic:
    locations = tuple(_location(node) for node in top.at("locations").items())
    if not any(any(place.hours) for place in locations):
        raise top.at("locations").error("give at least one location with hours")
    places = _codes(top.at("locations"), locations)
    staff = tuple(_staff(node, places) for node in top.at("staff").items())
    _codes(top.at("staff"), staff)
    visit_types = tuple(_visit_type(node) for node in top.at("visit_types").items())
    _codes(top.at("visit_types"), visit_types)
    closures = top.maybe("closures")
    on_call = top.maybe("on_call")
    clinic = Clinic(
        name=top.at("name").text(),
        short_name=top.at("short_name").text(),
        zone=_zone(top.at("time_zone")),
        front_desk=top.at("front_desk").phone(),
        review_link=top.at("review_link").web_address(),
        on_call=None if on_call is None else _on_call(on_call, staff),
        locations=locations,
        closures=() if closures is None else tuple(_closure(node, places) for node in closures.items()),
        staff=staff,
        visit_types=visit_types,
        policies=_policies(top.at("policies")),
        service_recovery=recovery.read(top.at("service_recovery"), [person.code for person in staff]),
        retention=days.read(top.at("retention")),
    )
    top.finish()
    return clinic


def _zone(node: Node) -> ZoneInfo:
    try:
        return ZoneInfo(node.text())
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise node.error("write an IANA zone such as America/New_York") from error


def _location(node: Node) -> Location:
    hours = node.at("hours")
    place = Location(
        code=node.at("code").text(),
        reference=_reference(node.at("reference"), "Location"),
        name=node.at("name").text(),
        spoken=_spoken(node),
        address=node.at("address").text(),
        parking=node.at("parking").text(),
        map=node.at("map").web_address(),
        hours=tuple(_spans(hours.maybe(day)) for day in WEEKDAYS),
    )
    hours.finish()
    node.finish()
    return place


def _spans(node: Node | None) -> tuple[tuple[time, time], ...]:
    """Read `07:00-12:00, 13:00-18:00`; an absent day is closed."""
    if node is None:
        return ()
    spans = tuple(Node(node.file, node.key, part).span() for part in str(node.value).split(","))
    edges = [edge for span in spans for edge in span]
    if edges != sorted(edges):
        raise node.error("write the spans of a day in order and none over midnight, such as 07:00-12:00, 13:00-18:00")
    return spans


def _closure(node: Node, places: frozenset[str]) -> Closure:
    where = node.maybe("locations")
    codes = frozenset() if where is None else frozenset(entry.choice(tuple(sorted(places))) for entry in where.items())
    day = node.at("day")
    try:
        closure = parse_closure(node.at("name").text(), str(day.value), codes)
    except ValueError as error:
        raise day.error(f"write it as {FORMS}") from error
    node.finish()
    return closure


def _staff(node: Node, places: frozenset[str]) -> Staff:
    reference = node.maybe("reference")
    role = node.at("role").choice(ROLES)
    if reference is None and role != "desk":
        raise node.error(f"a {role} has a calendar: add reference: Practitioner/…")
    person = Staff(
        code=node.at("code").text(),
        reference=None if reference is None else _reference(reference, "Practitioner"),
        name=node.at("name").text(),
        role=role,
        locations=tuple(entry.choice(tuple(sorted(places))) for entry in node.at("locations").items()),
        spoken=_spoken(node),
    )
    node.finish()
    return person


def _on_call(node: Node, staff: tuple[Staff, ...]) -> OnCall:
    code = node.at("staff").choice(tuple(person.code for person in staff))
    escalation, hours = node.maybe("escalation_number"), node.maybe("hours")
    on_call = OnCall(
        staff=_by_code(staff, code),
        number=node.at("number").phone(),
        call_back_minutes=node.at("call_back_minutes").number(least=5),
        page_every_minutes=node.at("page_every_minutes").number(least=1),
        escalate_after_pages=node.at("escalate_after_pages").number(least=1),
        escalation_number="" if escalation is None else escalation.phone(),
        hours=None if hours is None else tuple(_spans(hours.maybe(day)) for day in WEEKDAYS),
    )
    if hours is not None:
        hours.finish()
    node.finish()
    return on_call


def _visit_type(node: Node) -> VisitType:
    kind = VisitType(
        code=node.at("code").text(),
        name=node.at("name").text(),
        spoken=_spoken(node),
        service_types=node.at("service_types").texts(),
        minutes=node.at("minutes").number(least=5),
        given_by=frozenset(entry.choice(("therapist", "assistant")) for entry in node.at("given_by").items()),
        self_book=frozenset(entry.choice(STANDINGS) for entry in node.at("self_book").items()),
        self_move=node.at("self_move").flag(),
        uses_authorised_visit=node.at("uses_authorised_visit").flag(),
        blocked_by_reevaluation=node.at("blocked_by_reevaluation").flag(),
        prep=node.at("prep").text(),
    )
    if not kind.given_by:
        raise node.at("given_by").error("name who may give it: therapist, assistant or both")
    node.finish()
    return kind


def _policies(node: Node) -> Policies:
    numbers = {
        spec.name: node.at(spec.name).number(least=0 if spec.name in _MAY_BE_ZERO else 1)
        for spec in fields(Policies)
        if spec.name != "quiet_hours"
    }
    if numbers["pain_limit"] > 10:
        raise node.at("pain_limit").error("write a score from 0 to 10")
    policies = Policies(quiet_hours=QuietHours(*node.at("quiet_hours").span()), **numbers)
    node.finish()
    return policies


def _reference(node: Node, kind: str) -> str:
    text = node.text()
    if not text.startswith(f"{kind}/") or text == f"{kind}/":
        raise node.error(f"write it as {kind}/ and the scheduling system's id")
    return text


def _spoken(node: Node) -> tuple[str, ...]:
    return tuple(text.lower() for text in node.at("spoken").texts())


def _codes(node: Node, things: tuple[Location, ...] | tuple[Staff, ...] | tuple[VisitType, ...]) -> frozenset[str]:
    codes = [thing.code for thing in things]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise FileError(f"{node.file}: {node.key} holds the code {twice!r} twice; give each its own")
    return frozenset(codes)


def _by_code(things: tuple[Coded, ...], code: str) -> Coded:
    found = next((thing for thing in things if thing.code == code), None)
    if found is None:
        raise KeyError(code)
    return found

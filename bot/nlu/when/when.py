"""Reading a message: the wish about time as a constraint, and the visit it speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.nlu.when.adopt import adopt
from bot.nlu.when.compose import Clause, RuledOut, clauses, readings
from bot.nlu.when.constraint import DAY, Constraint, Range, TimeRange
from bot.nlu.when.cues import Cue
from bot.nlu.when.days import AnyDay, Context, Day, Every, In, NeedsVisitError, NotAWishError, Soonest, Weekday, whole
from bot.nlu.when.reasons import give_up, refuse, set_aside
from bot.nlu.when.roles import Group, Role, bounds_day, group, rules_out
from bot.nlu.when.scan import Item, scan
from bot.nlu.when.stretches import Open, Week
from bot.nlu.when.times import Any as AnyTime
from bot.nlu.when.times import Besides, Both, Part, Times
from bot.nlu.when.tokens import Token
from bot.nlu.when.transfers import named_by_other, share_today, take_bare_move
from bot.nlu.when.visits import AfterThat, AfterVisit, SameTime, Sooner, ThatDay


@dataclass(frozen=True)
class Span:
    """Half-open character offsets of words that were read as `date`, `time` or `day_part` (`kind`), and what they were for (`role`)."""

    start: int
    end: int
    role: str
    kind: str = "date"


@dataclass(frozen=True)
class When:
    """What a message says about time.

    `constraint` is the wish alone (None when there is none, or when it counts from a visit not yet known: `needs_visit`).
    `visit_reference` names the visit that is being moved. `ruled_out` says that the wish only rules things out, `bare_weekdays`
    that it names weekdays without a week, `relative` ("earlier" or "later") that it asks for such a thing without saying how
    much, and `is_correction` that the patient takes something back ("no, I meant Friday"): what `narrow` needs. `soonest` says that
    the first opening is wanted ("asap"); with no day beside it the constraint is any day from now.
    """

    constraint: Constraint | None
    spans: tuple[Span, ...] = ()
    visit_reference: Constraint | None = None
    needs_visit: bool = False
    is_correction: bool = False
    ruled_out: bool = False
    bare_weekdays: frozenset[int] = frozenset()
    relative: str | None = None
    soonest: bool = False


def parse(text: str, now: datetime, visit: datetime | None = None) -> When | None:
    """Read a message said at `now`; `visit` is the start of the visit being spoken of, when known. Both naive clinic-local.

    Returns None when the message says nothing about when. Never raises on any text; raises ValueError on aware datetimes.
    """
    if now.tzinfo is not None or (visit is not None and visit.tzinfo is not None):
        raise ValueError("now and visit must be naive clinic-local times; convert them to the clinic's zone and drop the offset")
    try:
        return _parse(text, now, visit)
    except OverflowError:
        return None


def find_visit_reference(text: str, now: datetime, visit: datetime | None = None) -> Constraint | None:
    """Return the constraint that names the visit a message speaks of ("can't make *tuesday*"), or None."""
    found = parse(text, now, visit)
    return found.visit_reference if found else None


def _parse(text: str, now: datetime, visit: datetime | None) -> When | None:
    tokens, scanned = scan(text, now.date())
    relative = _relative(scanned, tokens)
    items = adopt(tokens, scanned, visit is not None)
    base = Context(now, visit)
    groups = take_bare_move(tokens, items, group(tokens, items), base)
    groups = give_up(items, set_aside(tokens, items, refuse(tokens, items, groups)), base)
    keeps_time = _take_same_time(groups)
    wishes = [each for each in groups if each.role is Role.WISH]
    refs: list[Group] = []
    out: list[RuledOut] = []
    for at, each in enumerate(groups):
        if each.role is Role.RULED_OUT or (each.role is Role.REJECTED and rules_out(each)):
            out.append(_ruled_out(each))
        elif each.role is Role.REJECTED and not each.told and bounds_day(each):
            wishes.append(each)
        elif each.role is Role.REJECTED and _is_wider(groups[:at], each, base):
            out.append(_ruled_out(each))
        elif each.role in (Role.REJECTED, Role.REFERENCE):
            refs.append(each)
    refs = refs or named_by_other(groups)
    share_today(refs, wishes)
    reference, context = _reference(refs, base)
    for each in refs:
        if each.role is Role.REJECTED and each.dates:
            each.told = each.told or not _wants_other(scanned)  # "tuesday is out, any other day next week" may name next week's Tuesday
            out += [_ruled_out(each)] if _is_wider(wishes, each, context) else []
    spans = tuple(
        Span(tokens[item.start].start, tokens[item.end - 1].end, each.role.value, _kind(item))
        for each in groups
        for item in each.items
        if item.value is not None
    )
    corrects = any(each.corrects for each in groups) or any(item.value is Cue.CORRECT for item in items[:1])
    found, needs_visit = None, False
    wish_items = _wish_items(wishes)
    soonest = any(isinstance(item.value, Soonest) for item in wish_items)
    any_base = any(each.any_base for each in groups)
    parts = clauses(wish_items)
    if keeps_time:
        for clause in parts:
            clause.dates = [SameTime(node) for node in clause.dates] if clause.times is None else clause.dates
    only_out = bool(out) and not parts
    named = [item.value for each in refs if each.times for item in each.dates]
    if named and parts and not any(clause.dates for clause in parts) and not context.visit:
        parts = [Clause(list(named), clause.times) for clause in parts]
    if any_base and out and not parts and not any(each.dates for each in out):
        parts = [Clause()]
    elif any_base and not any(clause.dates for clause in parts):
        parts = [Clause([_stretch_of(out)], clause.times) for clause in parts] or [Clause(_day_of(out) or [_stretch_of(out)])]
    elif only_out:
        parts = [Clause([_stretch_of(out)])] if any(each.dates for each in out) else [Clause()]
    if (
        context.has_anchor
        and parts
        and not any(clause.dates for clause in parts)
        and (relative or (wishes and all(each.is_target for each in wishes)) or _same_day_meant(reference, parts, items, tokens))
    ):
        parts = [Clause([ThatDay()], clause.times) for clause in parts]
    if not parts and relative and context.has_anchor:
        parts = [Clause([Sooner() if relative == "earlier" else AfterVisit()])]
    if parts:
        _exclude_reference(parts, out, context, scanned)
        try:
            found = Constraint(tuple(tuple(options) for options in readings(parts, out, context)))
            found = _less_given_up(found, reference)
            found = _beside_visit(found, relative, context) if relative and visit else found
        except NeedsVisitError:
            needs_visit = True
        except NotAWishError:
            found = None
    elif relative:
        needs_visit = True
    if found is None and reference is None and not needs_visit:
        return None
    return When(found, spans, reference, needs_visit, corrects, only_out or _only_besides(parts), _bare_weekdays(parts), relative, soonest)


def _kind(item: Item) -> str:
    return "day_part" if isinstance(item.value, Part) else item.kind


def _take_same_time(groups: list[Group]) -> bool:
    """Take "same time" off the visit it was said behind ("wednesday instead of tuesday same time"); tell whether it was there."""
    found = False
    for each in groups:
        if each.role not in (Role.REFERENCE, Role.REJECTED):
            continue
        for at, item in enumerate(each.items):
            if isinstance(item.value, SameTime) and item.value.base is not None:
                each.items[at] = Item(item.kind, item.value.base, item.start, item.end)
                found = True
    return found


def _wish_items(wishes: list[Group]) -> list[Item]:
    """Return the items of all wishes in order, with what was taken back removed and rejected windows turned around."""
    kept: list[Item] = []
    for each in wishes:
        if each.corrects and kept and each.items:
            kinds = {item.kind for item in each.items}
            kept = [item for item in kept if item.kind not in kinds and (item.kind in ("date", "time"))]
        counts_on = all(isinstance(item.value, AfterThat) for item in each.dates)
        if each.concludes and not counts_on and any(isinstance(item.value, Every) for item in kept):
            kept = []
        for item in each.items:
            value = Besides(item.value) if each.role is Role.REJECTED and item.kind == "time" else item.value
            kept.append(Item(item.kind, value, item.start, item.end))
        kept.append(Item("gap", None, 0, 0))
    return kept


def _same_day_meant(reference: Constraint | None, parts: list[Clause], items: list[Item], tokens: list[Token]) -> bool:
    """Whether a clock time stands against the visit's own: "late for my 3, can we do 4 instead"."""
    exact = all(clause.times is not None and clause.times.is_exact for clause in parts)
    swaps = ((Cue.ACCEPT_POST, "instead"), (Cue.TARGET, "back"))
    if exact and any((item.value, tokens[item.start].norm) in swaps for item in items if item.kind == "cue"):
        return True
    return exact and reference is not None and all(option.is_exact or isinstance(option, TimeRange) for option in reference.options)


def _day_of(out: list[RuledOut]) -> list[Day]:
    """Return the day of "any time but 9 to 11 on Friday": the one day that only a time of is ruled out."""
    days = [node for each in out for node in each.dates]
    return days if len(days) == 1 and out[0].times is not None and not isinstance(days[0], Every) else []


def _stretch_of(out: list[RuledOut]) -> Day:
    """Return the stretch that what is ruled out was said with ("any day but Wednesday next week"), else any day."""
    stretches = {node.stretch for each in out for node in each.dates if isinstance(node, In) and node.nth is None}
    return stretches.pop() if len(stretches) == 1 else AnyDay()


def _ruled_out(each: Group) -> RuledOut:
    times: list[Times] = [item.value for item in each.times]
    if each.role is Role.REJECTED and each.dates and all(time.is_exact for time in times):
        times = []
    joined: Times | None = times[0] if times else None
    for more in times[1:]:
        linked = any(item.kind in ("or", "and") for item in each.items)
        joined = AnyTime((joined, more)) if linked and joined else Both(joined, more) if joined else more
    return RuledOut(tuple(item.value for item in each.dates), joined)


def _is_wider(beside: list[Group], rejected: Group, context: Context) -> bool:
    """Whether a wish beside it is a stretch that holds the rejected day: then the day is ruled out of it."""
    nodes = [item.value for each in beside if each.role is Role.WISH for item in each.dates]
    narrow = [node for node in nodes if not isinstance(node, AnyDay)]
    if nodes and not narrow:
        return True
    return any(_holds(node, item.value, context, rejected.told) for node in narrow for item in rejected.dates)


def _holds(stretch: Day, day: Day, context: Context, told: bool) -> bool:
    try:
        spans = [span for span in stretch.resolve(context)[0] if (span.end - span.start).days > 1]
        if told or isinstance(stretch, Open) or (isinstance(stretch, Week) and stretch.of != "now"):
            return any(part.meet(span) for span in spans for part in day.resolve(context)[0])
        return any(day.within(span, context) for span in spans)
    except (NeedsVisitError, NotAWishError):
        return False


def _reference(refs: list[Group], context: Context) -> tuple[Constraint | None, Context]:
    """Return the constraint naming the visit, and the context as seen from it."""
    items = [item for each in refs for item in [*each.items, Item("gap", None, 0, 0)]]
    parts = clauses(items)
    if not parts:
        return None, context
    visit = context.visit
    for clause in parts:
        clause.dates = [_as_visit(node, context) for node in clause.dates]
    try:
        found = Constraint(tuple(tuple(options) for options in readings(parts, [], context)))
    except (NeedsVisitError, NotAWishError):
        return None, context
    options = [option for option in found.readings[0] if isinstance(option, Range)]
    if not options or (
        visit is not None
        and any(option.start.date() <= visit.date() < option.end.date() or option.start.date() == visit.date() for option in options)
    ):
        return found, context
    first = options[0]
    if first.is_exact:
        return found, Context(context.now, first.start, spoken_of=first)
    return found, Context(context.now, None, first.start.date(), options[-1])


@dataclass(frozen=True)
class _VisitDay(Day):
    """A weekday that names the known visit, or may name today."""

    base: Weekday

    def resolve(self, context: Context) -> tuple[tuple[Range, ...], ...]:
        if context.visit is not None and context.visit.weekday() == self.base.weekday and context.visit >= context.now:
            return ((whole(context.visit.date()),),)
        coming = self.base.resolve(context)[0]
        if context.today.weekday() == self.base.weekday:
            return ((whole(context.today), *coming),)
        return (coming,)


def _as_visit(node: Day, context: Context) -> Day:
    return _VisitDay(node) if isinstance(node, Weekday) and node.how in ("bare", "next", "this") else node


def _exclude_reference(parts: list[Clause], out: list[RuledOut], context: Context, scanned: list[Item]) -> None:
    """Rule the visit's day out of a stretch when the patient cannot come then, or asks for another day."""
    if not context.has_anchor or not (_wants_other(scanned) or context.visit_day is not None):
        return
    day = _Anchor()
    wide = [clause for clause in parts if clause.dates and clause.times is None]
    if wide:
        out.append(RuledOut((day,)))


def _wants_other(scanned: list[Item]) -> bool:
    """Whether the patient asks for another day than the one spoken of."""
    return any(item.value is Cue.OTHER or (isinstance(item.value, AnyDay) and item.value.other) for item in scanned)


@dataclass(frozen=True)
class _Anchor(Day):
    """The visit's day, as something to rule out of a stretch of several days."""

    def resolve(self, context: Context) -> tuple[tuple[Range, ...], ...]:
        return ((whole(context.anchor),),)

    def within(self, span: Range, context: Context) -> tuple[Range, ...]:
        return super().within(span, context) if (span.end - span.start).days > 1 else ()


def _relative(items: list[Item], tokens: list[Token]) -> str | None:
    """Return "earlier" or "later" when that is asked for: "anything sooner?", "later please", "earlier than that"."""
    for index, item in enumerate(items):
        if item.kind != "visit_loose":
            continue
        before = tokens[item.start - 1].norm if item.start else ""
        word = "earlier" if isinstance(item.value, Sooner) else "later"
        asked = index > 0 and items[index - 1].value in (Cue.ASK, Cue.OTHER, Cue.CORRECT, Cue.MOVE)
        if (
            asked
            or item.end - item.start > 2
            or (index + 1 < len(items) and items[index + 1].kind == "date" and not items[index + 1].value.is_container)
            or tokens[item.start].norm in ("move", "bump", "bring", "push")
            or before
            in (
                "something",
                "anything",
                "bit",
                "little",
                "tad",
                "smidge",
                "touch",
                "no",
                "any",
                "even",
                "much",
                "slightly",
                "it",
                "than",
                "come",
                "time",
                "one",
                "them",
            )
        ):
            return word
        if all(
            each.kind in ("filler", "stop", "comma") or each.value in (Cue.ACCEPT_POST, Cue.MINE, Cue.VISIT, Cue.ASK)
            for each in items
            if each is not item
        ):
            return word
    return None


def _beside_visit(found: Constraint, relative: str, context: Context) -> Constraint:
    """Return the part of the visit's own day that lies earlier or later than it: "can I come later on Tuesday?"."""
    option = found.options[0]
    if len(found.options) > 1 or not isinstance(option, Range) or context.visit is None:
        return found
    if not option.start.date() <= context.visit.date() < option.end.date() or (option.end - option.start).days > 1:
        return found
    if option.end.date() != (context.visit + DAY).date():
        return found
    side = Range(context.visit, option.end) if relative == "later" else Range(option.start, context.visit)
    return Constraint.of(option.meet(side) or option) if side.start < side.end else found


def _less_given_up(found: Constraint, reference: Constraint | None) -> Constraint:
    """Return an ambiguous wish without the readings on the day given up: "cancel my Wednesday, next Wednesday instead"."""
    days = {option.start.date() for option in reference.options if isinstance(option, Range)} if reference else set()
    kept = tuple(
        reading for reading in found.readings if not any(isinstance(option, Range) and option.start.date() in days for option in reading)
    )
    return Constraint(kept) if found.is_ambiguous and kept else found


def _only_besides(parts: list[Clause]) -> bool:
    return bool(parts) and all(not clause.dates and isinstance(clause.times, Besides) for clause in parts)


def _bare_weekdays(parts: list[Clause]) -> frozenset[int]:
    nodes = [node for clause in parts for node in clause.dates]
    if nodes and all(isinstance(node, Weekday) and node.how == "bare" for node in nodes):
        return frozenset(node.weekday for node in nodes if isinstance(node, Weekday))
    return frozenset()

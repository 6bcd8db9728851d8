"""How times of day are said: the grammar's rules for clock times, windows and parts of the day."""

from __future__ import annotations

from bot.nlu.when.grammar import Grammar
from bot.nlu.when.lexicon import WEEKDAYS
from bot.nlu.when.numbers import COUNTED, hour, is_address, packed_clock
from bot.nlu.when.times import Around, At, Besides, Between, Clock, From, Part, Soon, Times, Until
from bot.nlu.when.tokens import Token

H = 60
# Parts of the day that are a matter of taste; the first column is what is said, the others minutes after midnight.
PARTS: tuple[tuple[str, float, float], ...] = (
    ("(in the | of a | of the | in)? morning|mornings", 7, 12),
    ("(in the | on the) am", 7, 12),
    ("(in the | on the) pm", 12, 17),
    ("first thing (in the morning | in morning | morning)?", 7, 9),
    ("(very | real | really | bright and)? early (in the | in)? morning|mornings", 7, 9),
    ("early in the day", 7, 9),
    ("bright and early", 7, 9),
    ("(start | beginning) of the? day", 7, 9),
    ("(when | as soon as) you open", 7, 9),
    ("(before | on the way to) work|school", 7, 9),
    ("breakfast time?", 7, 9),
    ("(as early as (possible | you can | you have | you got) | earliest (slot | appointment | time | opening)? (of the day)?)", 7, 9),
    ("first (slot | appointment | opening | one) of the day", 7, 9),
    ("(mid | middle of the) morning|mornings", 9, 11),
    ("midmorning", 9, 11),
    ("late|later (in the | in)? morning|mornings", 10, 12),
    ("(in the | of an | of the | in)? afternoon|afternoons", 12, 17),
    ("(in the | this) after noon", 12, 17),
    ("early (in the | in)? afternoon|afternoons", 12, 14),
    ("(mid | middle of the) afternoon", 14, 16),
    ("midafternoon", 14, 16),
    ("(towards | toward)? (the)? end of the morning", 10, 12),
    ("(towards | toward)? (the)? end of the afternoon", 15, 17),
    ("(the)? (start | beginning) of the afternoon", 12, 14),
    ("tea time?", 15, 17),
    ("late|later (in the | in)? afternoon|afternoons", 15, 17),
    ("late after noon", 15, 17),
    ("(in the | of an | in)? evening|evenings", 17, 19),
    ("(early | late | later) (in the | in)? evening|evenings", 17, 19),
    ("(at | in the)? night|nights", 17, 19),
    ("supper|suppertime time?", 17, 19),
    ("closing time", 17, 19),
    ("(right before | before) you close", 17, 19),
    ("(at | around | over | during | on)? (my | the | her | his)? lunch (hour | break | time)?", 11.5, 13.5),
    ("(around | about | towards)? (the)? (midday | middle of the day | noon time)", 11.5, 13.5),
    ("after lunch", 13, 19),
    ("(shortly | right | just | soon | straight) after (my)? lunch", 13, 16),
    ("after the? (work | i get off work | i get off | my shift)", 17, 21),
    ("after (school | the kids get home)", 15, 19),
    ("after (dinner | supper)", 17, 21),
    ("after breakfast", 8, 12),
    ("after (church | mass | services | the service)", 12, 18),
    ("(at the | by the)? end of (the | my)? (day | business day)", 15, 19),
    ("late in the day", 15, 19),
    ("(last | latest) (slot | appointment | opening | one | thing) (of | in) the day", 15, 19),
    ("(the)? latest (slot | appointment | opening | time | one)? (you | u) (guys)? (have | got | can)", 15, 19),
    ("the last (appointment | time | one) <day_ahead>", 15, 19),
    ("(the)? last thing (in the day | of the day | in the afternoon)?", 15, 19),
    ("the last (slot | opening)", 15, 19),
    ("as? late as (possible | you can | you have | you got)", 15, 19),
    ("(first | early) half of the day", 7, 12),
    ("(second | latter | later) half of the day", 12, 19),
    ("(not | nothing | nothin | dont want) (too | to | super | so | real) early", 10, 24),
    ("(not | nothing | nothin | dont want) (too | to | super | so | real) late", 0, 16),
    ("a (little | bit | little bit) later in the (morning)", 10, 12),
)


def loose_hour(tokens: list[Token], at: int) -> tuple[int, Clock] | None:
    """Read a bare hour, which needs a word beside it to be a time at all."""
    packed = packed_clock(tokens, at)
    if packed:
        return packed
    found = hour(tokens, at)
    if (
        found is None
        or is_address(tokens, at)
        or tokens[found[0]].norm in COUNTED
        or (tokens[at].kind == "num" and len(tokens[at].norm) > 2)
    ):
        return None
    return found[0], Clock(found[1], 0)


def clock_token(tokens: list[Token], at: int) -> tuple[int, Clock] | None:
    """Read a token that is a clock time by its look: 2:30, 2pm, 14:00."""
    hour, minute, half = tokens[at].value
    return at + 1, Clock(hour, minute, half)


def half_token(tokens: list[Token], at: int) -> tuple[int, str] | None:
    """Read am or pm."""
    return at + 1, tokens[at].norm


def add_times(grammar: Grammar) -> None:
    """Add every rule for times of day."""
    grammar.terminal("clock_token", {"#clock"}, clock_token)
    grammar.terminal("half", {"am", "pm"}, half_token)
    grammar.terminal(
        "loose_hour",
        {"#num", *["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]},
        loose_hour,
    )
    _add_clocks(grammar)
    grammar.terminal("day_ahead", {"on", "for", "that", "tomorrow", "today", *WEEKDAYS}, lambda tokens, at: (at, True))
    for pattern, start, end in PARTS:
        part = Part(int(start * H), int(end * H))
        grammar.rule("part", pattern, lambda *_, part=part: part)
    grammar.rule("time", "(sometime | some time | anytime)? <part>", lambda part: part)
    grammar.rule("time", "around|about|near (the)? <part>", lambda part: part)
    _add_windows(grammar)
    grammar.rule("loose_time", "<loose_hour>", At)
    grammar.rule("loose_time", "after the <hour>", lambda hour: From(Clock(hour, 0)))
    grammar.rule("loose_time", "before the <hour>", lambda hour: Until(Clock(hour, 0)))
    grammar.rule("loose_time", "early", lambda: Part(7 * H, 9 * H, loose=True))
    grammar.rule("loose_time", "am", lambda: Part(7 * H, 12 * H, loose=True))
    grammar.rule("loose_time", "pm", lambda: Part(12 * H, 17 * H, loose=True))
    grammar.rule("loose_time", "late", lambda: Part(15 * H, 17 * H, loose=True))


def _add_clocks(grammar: Grammar) -> None:
    clock, any_clock = "clock", "any_clock"
    grammar.rule(clock, "<clock_token> oclock?", lambda said: said)
    grammar.rule(clock, "<clock_token> <half>", lambda said, half: said.with_half(half))
    grammar.rule(clock, "<hour> <half>", lambda hour, half: Clock(hour, 0, half))
    grammar.rule(clock, "<packed_clock> <half>", lambda said, half: said.with_half(half))
    grammar.rule(clock, "<hour> oclock <half>?", lambda hour, half: Clock(hour, 0, half))
    grammar.rule(clock, "<hour> <minute> <half>?", Clock)
    grammar.rule(clock, "<heard_clock>", lambda said: said)
    grammar.rule(clock, "<military>", lambda said: said)
    grammar.rule(clock, "half (past | after)? (<hour> | <heard_hour>) <half>?", lambda hour, half: Clock(hour, 30, half))
    grammar.rule(clock, "a? quarter (past | after) (<hour> | <heard_hour>) <half>?", lambda hour, half: Clock(hour, 15, half))
    grammar.rule(
        clock, "a? quarter (of | to | til | before) (<hour> | <heard_hour>) <half>?", lambda hour, half: Clock(hour, 0, half).sooner(15)
    )
    grammar.rule(clock, "<small_minutes> minutes? (past | after) <hour> <half>?", lambda said, hour, half: Clock(hour, said, half))
    grammar.rule(clock, "<small_minutes> minutes? (of | before) <hour> <half>?", lambda said, hour, half: Clock(hour, 0, half).sooner(said))
    grammar.rule(clock, "<small_minutes> minutes (to | til) <hour> <half>?", lambda said, hour, half: Clock(hour, 0, half).sooner(said))
    grammar.rule(clock, "<odd_minutes> (to | til) <hour> <half>?", lambda said, hour, half: Clock(hour, 0, half).sooner(said))
    grammar.rule(clock, "noon", lambda: Clock(12, 0, "pm"))
    grammar.rule(clock, "<hour> noon", lambda hour: Clock(12, 0, "pm") if hour == 12 else None)
    grammar.rule(clock, "midnight", lambda: Clock(0, 0))
    for pattern, half in (("morning", "am"), ("afternoon", "pm"), ("evening", "pm")):
        grammar.rule(clock, f"<said_clock> (in the | of the | of an | of a | in) {pattern}", lambda said, half=half: said.with_half(half))
        grammar.rule(clock, f"<hour> of the {pattern}", lambda hour, half=half: Clock(hour, 0, half))
    grammar.rule(clock, "<said_clock> at night", lambda said: said.with_half("pm"))
    grammar.rule(clock, "<said_clock> in the <half>", lambda said, half: said.with_half(half))
    grammar.rule("said_clock", "<clock_token> oclock?", lambda said: said)
    grammar.rule("said_clock", "<loose_hour> oclock?", lambda said: said)
    grammar.rule("said_clock", "<hour> <minute>", Clock)
    grammar.rule("said_clock", "half (past | after) <hour>", lambda hour: Clock(hour, 30))
    grammar.rule("said_clock", "a? quarter (past | after) <hour>", lambda hour: Clock(hour, 15))
    grammar.rule("said_clock", "a? quarter (of | to | til | before) <hour>", lambda hour: Clock(hour, 0).sooner(15))
    grammar.rule(any_clock, "<clock>", lambda said: said)
    grammar.rule(any_clock, "<loose_hour>", lambda said: said)


def _add_windows(grammar: Grammar) -> None:
    time = "time"
    grammar.rule(time, "(at | say | for)? exactly? <clock> (sharp | on the dot | exactly)?", At)
    grammar.rule(time, "(at | say) exactly? <loose_hour> (sharp | on the dot | exactly)?", At)
    grammar.rule(time, "at the <any_clock>", At)
    grammar.rule(time, "(at | like)? the? <hour> and a? half", lambda hour: At(Clock(hour, 30)))
    grammar.rule(time, "at <heard_hour>", lambda hour: At(Clock(hour, 0)) if hour != 2 else None)
    grammar.rule(time, "at <small_minutes> (to | til) <hour> <half>?", lambda said, hour, half: At(Clock(hour, 0, half).sooner(said)))
    grammar.rule(time, "at (midday | middle of the day)", lambda: At(Clock(12, 0, "pm")))
    near = "(at | say)? (around | about | abouts | roughly | approximately | near | close to | closer to | nearer to | towards | toward)"
    grammar.rule(time, f"{near} <any_clock> ish? (or so)?", Around)
    grammar.rule(
        time, f"{near} <small_minutes> (to | til) <hour> <half>?", lambda said, hour, half: Around(Clock(hour, 0, half).sooner(said))
    )
    for tail in ("ish", "or so", "or thereabouts", "or around there", "give or take", "more or less"):
        grammar.rule(time, f"(at | say | around | about)? <any_clock> {tail}", Around)
    after = (
        "(after | past | later than | from | starting at | starting from | starting around | starting | beginning at | since "
        "| any time after | not before | no earlier than | no earlier then "
        "| not earlier than | nothing before | nothin before | none before | never before | no sooner than | not until "
        "| not til | at or after | as of | anytime past)"
    )
    before = (
        "(before | by | until | til | no later than | no later then | not later than | not after | not past | nothing after "
        "| nothin after | nothing past | nothing later than | none after "
        "| earlier than | up to | up until | up til | at or before | sooner than | prior to | ending by)"
    )
    soon = "(a little | a bit | just | shortly | soon | right | a little bit | not long | a few minutes)"
    grammar.rule(time, f"{soon} (after | past) <any_clock>", Soon)
    grammar.rule(time, f"{soon} before <any_clock>", lambda clock: Soon(clock, before=True))
    grammar.rule(time, f"{after} (about | around)? <any_clock> ish? (on | onward | onwards | forward)?", From)
    grammar.rule(
        time,
        "<any_clock> (or later | or after | onward | onwards | or past | and later | and after | and on | and up | or beyond | plus | +)",
        From,
    )
    grammar.rule(time, "from <any_clock> (on | onward | onwards | forward)", From)
    grammar.rule(time, f"{before} (about | around)? <any_clock> ish?", Until)
    grammar.rule(time, "<any_clock> (or earlier | or before | or sooner | and earlier | and before | at the latest | latest)", Until)
    grammar.rule(time, "(by | at)? <any_clock> at the (very)? earliest", From)
    grammar.rule(time, "between <part> and <any_clock>", lambda part, last: Between(Clock(part.end // H, part.end % H), last))
    grammar.rule(time, "between the <hour> and the <hour>", lambda first, last: Between(Clock(first, 0), Clock(last, 0)))
    grammar.rule(time, "(between | b/w) <any_clock> (and | to | - | & | til | or) <any_clock> ish?", Between)
    grammar.rule(
        time, "from <any_clock> (to | til | until | through | -) <any_clock> ish?", lambda first, last: Between(first, last, splits=True)
    )
    grammar.rule(time, "<clock> (to | til | until | through | -) <any_clock>", lambda first, last: Between(first, last, splits=True))
    grammar.rule(time, "<loose_hour> (to | til | until | through | -) <clock>", lambda first, last: Between(first, last, splits=True))
    grammar.rule(
        "loose_time", "<loose_hour> (to | til | until | through | -) <loose_hour>", lambda first, last: Between(first, last, splits=True)
    )
    early = "(as long as | so long as | provided | if) (its | it is | thats)"
    grammar.rule(time, f"{early} early", lambda: Part(7 * H, 9 * H))
    grammar.rule(time, f"{early} late", lambda: Part(15 * H, 17 * H))
    grammar.rule(time, "after (the)? <part>", _after_part)
    grammar.rule(time, "(before | by) (the)? <part>", lambda part: Part(0, part.start) if part.start else None)
    grammar.rule(
        time, "(not | no | nothing | nothin | except | except for | but not | besides | never) (in the | at | during)? <part>", Besides
    )
    grammar.rule(
        time,
        "(not | except | besides | but not | excluding) (from | between)? <any_clock> (to | til | until | through | - | and) <any_clock>",
        lambda first, last: Besides(Between(first, last)),
    )
    grammar.rule(time, "<part> (to | through | til | until | -) <part>", lambda first, last: Part(first.start, max(last.end, first.end)))
    late = "but? (not until | not til | not before | no earlier than | nothing before | not till | starting)"
    grammar.rule(time, f"{late} (the)? <part>", lambda part: Part(part.start, 24 * H))
    grammar.rule(time, "from <part> (on | onward | onwards)", lambda part: Part(part.start, 24 * H))


def _after_part(part: Part) -> Times:
    return Part(part.end, 24 * H) if part.end < 24 * H else part

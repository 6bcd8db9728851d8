"""Times told by something else that happens then: "after my kid's pickup at 3", "my shift ends at 4:15"."""

from __future__ import annotations

from bot.nlu.when.grammar import ANY, Grammar
from bot.nlu.when.lexicon import MONTHS, ORDINALS, UNITS, WEEKDAYS, words
from bot.nlu.when.times import From, Told, ToldBefore, Until
from bot.nlu.when.tokens import Token

LONGEST_EVENT = 7
_MILESTONES = words(
    """
    trip surgery wedding vacation procedure mri xray scan cruise flight birthday exam exams finals test graduation funeral injection
    biopsy operation move holiday holidays visit appointment checkup doctor surgeon anniversary court deadline
    """
)
_ENDS = words("at around about by on")
_CLOSERS = words(
    """
    or but so and because then that this it noon midnight if except besides not unless thanksgiving christmas easter halloween
    """
)
_NEAR = {*WEEKDAYS, *MONTHS, "tomorrow", "today"}


def event(tokens: list[Token], at: int) -> tuple[int, bool] | None:
    """Read what happens ("my kid's pickup", "i drop the kids off") up to the word that says when."""
    for step in range(at, min(at + LONGEST_EVENT, len(tokens))):
        token = tokens[step]
        if token.norm in _ENDS or token.kind in ("num", "clock", "ord", "slash") or token.norm in _NEAR:
            said = tokens[at:step]
            if said and said[-1].norm == "the":
                step, said = step - 1, said[:-1]
            return (step, True) if any(each.norm not in ("the", "a", "an", "my") for each in said) else None
        if token.kind != "word" or token.norm in _CLOSERS or token.norm in ORDINALS or token.norm in UNITS:
            return None
    return None


def milestone(tokens: list[Token], at: int) -> tuple[int, bool] | None:
    """Read an event that takes days or comes once ("my daughter's wedding"), after which another day is meant."""
    found = event(tokens, at)
    return found if found and any(token.norm in _MILESTONES for token in tokens[at : found[0]]) else None


def add_events(grammar: Grammar) -> None:
    """Add the symbol `event` and the times that hang on one."""
    grammar.terminal("event", {ANY}, event)
    grammar.terminal("milestone", {ANY}, milestone)
    after, near = "(after | once | when | as soon as | from when | following)", "(at | around | about | by)?"
    anytime = "(anytime | any time | sometime)?"
    grammar.rule("time", f"{anytime} {after} <event> {near} <any_clock>", lambda _, clock: From(clock))
    grammar.rule("time", f"{anytime} before <event> {near} <any_clock>", lambda _, clock: Until(clock))
    grammar.rule(
        "ending",
        "(ends | end | is over | is done | be done | lets out | let out | gets out | get out | got out | get off | gets off | getting off "
        "| gets home | get home | is out | get done | gets done | finish | finishes | finishing | done | off | clock out "
        "| wrap up | wraps up | off work | get back | gets back | opens up | free up | frees up | gets in | get in) "
        "(of | from | with | for)? (my | the | his | her)? "
        "(work | school | class | shift | practice | church | dialysis | bed | there | job | rehab | therapy)?",
        lambda: True,
    )
    grammar.rule(
        "time", "<ending> (not until | until | not til | til)? (at | around | about | by) <any_clock>", lambda _, clock: Told(clock)
    )
    grammar.rule(
        "beginning",
        "(i | we | he | she)? (starts | start | begins | leaves | leave | heads out | (have | has | need | needs | got | gotta | must) to? "
        "(go | leave | head out | be out | be gone | be at | be back at | be home | pick up | get)) "
        "(of | from | for | to)? (my | the | his | her | a)? "
        "(work | school | class | shift | practice | church | dialysis | job | rehab | kids | kid | bus | ride | train | there | it)?",
        lambda: True,
    )
    grammar.rule("time", "<beginning> (at | around | about | by) <any_clock>", lambda _, clock: ToldBefore(clock))
    who = "(i | we | he | she | ill | they)?"
    grammar.rule("time", f"{who} (pick | picks | picking) up <event> (at | around | by) <any_clock>", lambda _, clock: ToldBefore(clock))
    grammar.rule("time", f"{who} (drop | drops | dropping) off? <event> (at | around | by) <any_clock>", lambda _, clock: Told(clock))
    thing = "(meeting | class | call | shift | practice | lecture | session | appointment | game | thing | lesson | mass | service)"
    grammar.rule("time", f"after (my | the | our | his | her) (<clock> | <loose_hour>) {thing}", From)
    grammar.rule("time", f"before (my | the | our | his | her) (<clock> | <loose_hour>) {thing}", Until)

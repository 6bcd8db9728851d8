"""Dates and times as patients say them, read as constraints on when a visit may start.

`parse` reads one message and returns the wish, the visit it speaks of and the words that said so; `narrow` joins it to what was
wanted before; `Constraint.ranges` gives the concrete ranges to search for openings. Everything is naive clinic-local time; the
words are split by `tokens`, matched by the rules of `*_rules` on the engine of `grammar`, given their purpose by `roles`, and put
together by `compose`.
"""

from bot.nlu.when.constraint import Constraint, Range, TimeRange
from bot.nlu.when.narrow import narrow
from bot.nlu.when.when import Span, When, find_visit_reference, parse

__all__ = ["Constraint", "Range", "Span", "TimeRange", "When", "find_visit_reference", "narrow", "parse"]

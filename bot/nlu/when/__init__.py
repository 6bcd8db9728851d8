"""Dates and times as patients say them, read as constraints on a visit's start.

>>> from datetime import datetime
>>> found = parse("can't make tuesday, got something later that week?", datetime(2025, 6, 2, 9, 0))  # doctest: +SKIP
"""

from bot.nlu.when.constraint import Constraint, Range, TimeRange
from bot.nlu.when.when import Span, When, find_visit_reference, parse

__all__ = ["Constraint", "Range", "Span", "TimeRange", "When", "find_visit_reference", "parse"]

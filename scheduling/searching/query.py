"""Reads a search's query string into filters, sort keys, includes and paging. Whatever is not understood is refused with 400."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scheduling.outcome import bad_request
from scheduling.searching.parameters import PARAMETERS, Parameter
from scheduling.structure import TYPES

DEFAULT_COUNT = 50
MOST_COUNT = 500
CURSOR = "_cursor"
IGNORED = ("_format", "_pretty")
MODIFIERS = {"token": ("not",), "string": ("exact", "contains"), "date": (), "reference": TYPES, "uri": ()}
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Filter:
    """One condition: any of `values` on `name`, or, when `chain` is set, on the resources of `into` that `name` refers to."""

    name: str
    parameter: Parameter
    modifier: str
    values: tuple[str, ...]
    into: tuple[str, ...] = ()
    chain: tuple[tuple[str, Filter], ...] = ()


@dataclass(frozen=True)
class Include:
    """`_include` (forward) or `_revinclude` of reference parameter `name` of `source`; `target` limits the type; `iterate` repeats."""

    source: str
    name: str
    target: str | None
    forward: bool
    iterate: bool


@dataclass(frozen=True)
class Query:
    """One search, understood. `sort` holds (parameter name, descending); `after` the sort values of the last resource seen."""

    type: str
    filters: tuple[Filter, ...]
    ids: tuple[tuple[str, ...], ...] = ()
    updated: tuple[str, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    includes: tuple[Include, ...] = ()
    count: int = DEFAULT_COUNT
    total: bool = False
    count_only: bool = False
    after: tuple[Any, ...] | None = None


def parse(kind: str, pairs: Pairs, lenient: bool = False) -> Query:
    """Return the query that `pairs` asks of resource type `kind`. Raises 400; `lenient` skips unknown parameters instead."""
    filters: list[Filter] = []
    ids: list[tuple[str, ...]] = []
    updated: list[str] = []
    found: dict[str, Any] = {"includes": []}
    for name, value in pairs:
        if name in IGNORED:
            continue
        if not value:
            raise bad_request(f"search parameter {name} has no value; leave it out or give one")
        stem = name.partition(":")[0]
        if name == "_id":
            ids.append(tuple(split(value)))
        elif name == "_lastUpdated":
            updated.append(value)
        elif stem in ("_include", "_revinclude"):
            found["includes"].append(_include(name, value))
        elif name in _CONTROLS:
            found |= _CONTROLS[name](kind, value)
        else:
            try:
                filters.append(_filter(kind, name, tuple(split(value))))
            except _Unknown as unknown:
                if not lenient:
                    raise bad_request(str(unknown), code="not-supported") from unknown
    after = found.get("after")
    if after is not None and len(after) != len(found.get("sort", ())) + 1:
        raise bad_request("the cursor does not belong to this search; start from its first page")
    found["includes"] = tuple(found["includes"])
    return Query(kind, tuple(filters), tuple(ids), tuple(updated), **found)


class _Unknown(Exception):
    """The parameter or modifier is not known."""


def split(value: str) -> list[str]:
    """Split a parameter value at its commas; `\\,` stays part of a value."""
    return [re.sub(r"\\([,\\$])", r"\1", part) for part in re.split(r"(?<!\\),", value)]


def cursor(values: Sequence[Any]) -> str:
    """Return sort values as the opaque text that a `next` link carries."""
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def _filter(kind: str, name: str, values: tuple[str, ...]) -> Filter:
    head, dot, rest = name.partition(".")
    stem, _, modifier = head.partition(":")
    parameter = PARAMETERS[kind].get(stem)
    if parameter is None:
        known = ", ".join(sorted(PARAMETERS[kind]))
        raise _Unknown(f"search parameter {stem} is not known on {kind}; known are _id, _lastUpdated, {known}")
    if modifier and modifier != "missing" and modifier not in MODIFIERS[parameter.kind]:
        raise _Unknown(f"modifier :{modifier} is not known on {kind}.{stem} ({parameter.kind})")
    if modifier == "missing" and values not in (("true",), ("false",)):
        raise bad_request(f"{name} is {values[0]!r}; write true or false")
    if not dot:
        return Filter(stem, parameter, modifier, values)
    if parameter.kind != "reference":
        raise _Unknown(f"{kind}.{stem} is no reference and cannot be chained")
    into = (modifier,) if modifier else parameter.targets
    chain = []
    for target in into:
        try:
            chain.append((target, _filter(target, rest, values)))
        except _Unknown as unknown:
            problem = unknown
    if not chain:
        raise problem
    return Filter(stem, parameter, "", values, into, tuple(chain))


def _include(name: str, value: str) -> Include:
    stem, _, modifier = name.partition(":")
    parts = value.split(":")
    known = len(parts) in (2, 3) and parts[0] in TYPES and modifier in ("", "iterate")
    parameter = PARAMETERS[parts[0]].get(parts[1]) if known else None
    if parameter is None or parameter.kind != "reference" or (len(parts) == 3 and parts[2] not in TYPES):
        raise bad_request(f"{name}={value} is not understood; write for example _include=Appointment:slot", code="not-supported")
    return Include(parts[0], parts[1], parts[2] if len(parts) == 3 else None, stem == "_include", modifier == "iterate")


def _sort(kind: str, value: str) -> dict[str, Any]:
    keys = []
    for part in value.split(","):
        name = part.removeprefix("-")
        if name not in ("_id", "_lastUpdated") and name not in PARAMETERS[kind]:
            raise bad_request(f"_sort={value}: {name} is no search parameter of {kind}", code="not-supported")
        keys.append((name, part.startswith("-")))
    return {"sort": tuple(keys)}


def _count(kind: str, value: str) -> dict[str, Any]:
    if not value.isdecimal():
        raise bad_request(f"_count is {value!r}; write a number from 0 to {MOST_COUNT}")
    return {"count": min(int(value), MOST_COUNT)} if int(value) else {"count_only": True}


def _total(kind: str, value: str) -> dict[str, Any]:
    if value not in ("none", "estimate", "accurate"):
        raise bad_request(f"_total is {value!r}; write none, estimate or accurate")
    return {"total": value != "none"}


def _summary(kind: str, value: str) -> dict[str, Any]:
    if value not in ("count", "false"):
        raise bad_request(f"_summary={value} is not offered; only count and false are", code="not-supported")
    return {"count_only": value == "count"}


def _after(kind: str, value: str) -> dict[str, Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    except ValueError as error:
        raise bad_request("the cursor cannot be read; follow the next link as it was given") from error
    if (
        not isinstance(values, list)
        or not values
        or not all(isinstance(item, str) or (isinstance(item, int) and abs(item) < 2**63) for item in values)
    ):
        raise bad_request("the cursor cannot be read; follow the next link as it was given")
    return {"after": tuple(values)}


_CONTROLS = {"_sort": _sort, "_count": _count, "_total": _total, "_summary": _summary, CURSOR: _after}

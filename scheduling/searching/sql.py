"""Compiles a query into SQL over the index tables. Only names fixed here enter the text; every value is a bound parameter."""

from __future__ import annotations

from typing import Any

from scheduling.instants import END, span
from scheduling.outcome import bad_request
from scheduling.references import relative
from scheduling.searching.index import folded
from scheduling.searching.parameters import PARAMETERS
from scheduling.searching.query import Filter, Query

Compiled = tuple[str, list[Any]]
COLUMNS = "r.key, r.type, r.id, r.version, r.updated, r.body"
LAST = "\U0010ffff"
BROAD = 9
PREFIXES = {
    "eq": ("{low} >= ? AND {high} <= ?", ("low", "high")),
    "ne": ("({low} < ? OR {high} > ?)", ("low", "high")),
    "gt": ("{high} > ?", ("high",)),
    "lt": ("{low} < ?", ("low",)),
    "ge": ("({low} >= ? OR {high} > ?)", ("low", "high")),
    "le": ("({low} < ? OR {high} <= ?)", ("low", "high")),
    "sa": ("{low} >= ?", ("high",)),
    "eb": ("{high} <= ?", ("low",)),
}


def where(query: Query, base: str) -> Compiled:
    """Return the condition on `resource r` that the query's filters make."""
    # Resources are looked up by the keys of the first filter; the plus keeps SQLite from walking all of the type instead.
    filters = sorted(query.filters, key=_breadth)
    narrowed = bool(filters) and _breadth(filters[0]) < BROAD
    parts: list[str] = ["+r.type = ?" if narrowed else "r.type = ?", "r.body IS NOT NULL"]
    args: list[Any] = [query.type]
    for ids in query.ids:
        parts.append(f"r.id IN ({', '.join('?' * len(ids))})")
        args += [relative(key, base).removeprefix(f"{query.type}/") for key in ids]
    for value in query.updated:
        text, bound = _date(value, "r.updated", "r.updated + 1000", "_lastUpdated")
        parts.append(text)
        args += bound
    for item in filters:
        text, bound = _filter(query.type, item, base)
        parts.append(f"r.key {text}")
        args += bound
    return " AND ".join(parts), args


def _breadth(item: Filter) -> int:
    """Guess how many resources a filter lets through, as a rank."""
    if item.modifier in ("not", "missing"):
        return BROAD
    if item.name == "identifier":
        return 0
    return {"reference": 1, "string": 2, "uri": 2, "token": 3}.get(item.parameter.kind, 4)


def page(query: Query, base: str) -> Compiled:
    """Return the statement for one page, one row longer than asked so that a next page shows; sort values follow the columns."""
    condition, args = where(query, base)
    sorts = [_sort_key(query.type, name) for name, _ in query.sort]
    fields = "".join(f", {text} AS s{index}" for index, (text, _) in enumerate(sorts))
    sort_args = [item for _, bound in sorts for item in bound]
    keys = [(f"s{index}", descending) for index, (_, descending) in enumerate(query.sort)] + [("key", False)]
    inner = f"SELECT {COLUMNS}{fields} FROM resource r WHERE {condition}"  # noqa: S608 - see the module's docstring
    after, after_args = _after(keys, query.after)
    order = ", ".join(f"{name} DESC" if descending else name for name, descending in keys)
    return f"SELECT * FROM ({inner}) WHERE {after} ORDER BY {order} LIMIT ?", [*sort_args, *args, *after_args, query.count + 1]  # noqa: S608


def _after(keys: list[tuple[str, bool]], values: tuple[Any, ...] | None) -> Compiled:
    if values is None:
        return "1", []
    parts, args = [], []
    for index, (name, descending) in enumerate(keys):
        same = "".join(f"{earlier} = ? AND " for earlier, _ in keys[:index])
        parts.append(f"({same}{name} {'<' if descending else '>'} ?)")
        args += [*values[:index], values[index]]
    return f"({' OR '.join(parts)})", args


def _sort_key(kind: str, name: str) -> Compiled:
    if name == "_id":
        return "r.id", []
    if name == "_lastUpdated":
        return "r.updated", []
    column, table, missing = {
        "date": ("low", "index_date", END),
        "string": ("folded", "index_string", LAST),
        "reference": ("target", "index_reference", LAST),
    }.get(PARAMETERS[kind][name].kind, ("value", "index_token", LAST))
    return f"coalesce((SELECT min({column}) FROM {table} WHERE resource = r.key AND name = ?), ?)", [f"{kind}.{name}", missing]  # noqa: S608


def _filter(kind: str, item: Filter, base: str) -> Compiled:
    name = f"{kind}.{item.name}"
    table = {"date": "index_date", "string": "index_string", "reference": "index_reference"}.get(item.parameter.kind, "index_token")
    select = f"(SELECT resource FROM {table} WHERE name = ?"  # noqa: S608 - fixed names
    if item.modifier == "missing":
        return f"{'NOT IN' if item.values == ('true',) else 'IN'} {select})", [name]
    if item.chain:
        parts, args = [], []
        for target, nested in item.chain:
            text, bound = _filter(target, nested, base)
            parts.append(f"SELECT r.type || '/' || r.id FROM resource r WHERE +r.type = ? AND r.body IS NOT NULL AND r.key {text}")  # noqa: S608
            args += [target, *bound]
        return f"IN {select} AND target IN ({' UNION ALL '.join(parts)}))", [name, *args]
    parts, args = [], []
    for value in item.values:
        text, bound = _value(kind, item, value, base)
        parts.append(f"({text})")
        args += bound
    return f"{'NOT IN' if item.modifier == 'not' else 'IN'} {select} AND ({' OR '.join(parts)}))", [name, *args]


def _value(kind: str, item: Filter, value: str, base: str) -> Compiled:
    match item.parameter.kind:
        case "date":
            return _date(value, "low", "high", f"{kind}.{item.name}")
        case "uri":
            return "value = ?", [value]
        case "token":
            return _token(value)
        case "reference":
            return _reference(item, value, base)
    if item.modifier == "exact":
        return "exact = ?", [value]
    if item.modifier == "contains":
        return "instr(folded, ?) > 0", [folded(value)]
    return "folded >= ? AND folded < ?", [folded(value), folded(value) + LAST]


def _date(value: str, low: str, high: str, name: str) -> Compiled:
    prefix = value[:2] if value[:2] in PREFIXES else "eq"
    try:
        bounds = dict(zip(("low", "high"), span(value.removeprefix(prefix)), strict=True))
    except (ValueError, OverflowError) as error:
        raise bad_request(f"{name} is {value!r}: {error}") from error
    text, wanted = PREFIXES[prefix]
    return text.format(low=low, high=high), [bounds[key] for key in wanted]


def _token(value: str) -> Compiled:
    system, bar, code = value.partition("|")
    if not bar:
        return "value = ?", [value]
    if not code:
        return "system = ?", [system]
    return "value = ? AND (system = ? OR system IS NULL)", [code, system]


def _reference(item: Filter, value: str, base: str) -> Compiled:
    text = relative(value, base)
    if "/" in text:
        return "target = ?", [text]
    targets = (item.modifier,) if item.modifier else item.parameter.targets
    return f"target IN ({', '.join('?' * len(targets))})", [f"{target}/{text}" for target in targets]

"""Runs a search and makes its Bundle: matches, included resources, self and next links."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from urllib.parse import urlencode

from scheduling.outcome import Resource, bad_request
from scheduling.searching import sql
from scheduling.searching.query import CURSOR, Include, Pairs, Query, cursor, parse

MOST_INCLUDED = 2000
Row = tuple[int, str, str, str]  # key, type, id, body


def search(connection: sqlite3.Connection, base: str, kind: str, pairs: Pairs, lenient: bool = False) -> Resource:
    """Return the searchset Bundle for `pairs` on `kind`. Raises 400 for anything not understood."""
    query = parse(kind, pairs, lenient)
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "link": [_link("self", base, kind, pairs)]}
    if query.count_only:
        return bundle | {"total": _total(connection, query, base)}
    text, args = sql.page(query, base)
    rows = connection.execute(text, args).fetchall()
    matches = rows[: query.count]
    if len(rows) > query.count:
        last = matches[-1]
        after = [*last[6:], last[0]]
        others = [(name, value) for name, value in pairs if name != CURSOR]
        bundle["link"].append(_link("next", base, kind, [*others, (CURSOR, cursor(after))]))
    if query.total:
        bundle["total"] = _total(connection, query, base)
    elif len(rows) <= query.count and query.after is None:
        bundle["total"] = len(rows)
    found: list[Row] = [(row[0], row[1], row[2], row[5]) for row in matches]
    entries = [_entry(base, row, "match") for row in found]
    entries += [_entry(base, row, "include") for row in _included(connection, query.includes, found)]
    if entries:
        bundle["entry"] = entries
    return bundle


def matching_ids(connection: sqlite3.Connection, base: str, kind: str, pairs: Pairs) -> list[str]:
    """Return the ids of every resource of `kind` that the filters match, for conditional creates."""
    query = parse(kind, pairs)
    if not (query.filters or query.ids):
        raise bad_request("If-None-Exist needs at least one search parameter")
    condition, args = sql.where(query, base)
    return [row[0] for row in connection.execute(f"SELECT r.id FROM resource r WHERE {condition}", args)]  # noqa: S608 - from sql.where


def _total(connection: sqlite3.Connection, query: Query, base: str) -> int:
    condition, args = sql.where(query, base)
    total: int = connection.execute(f"SELECT count(*) FROM resource r WHERE {condition}", args).fetchone()[0]  # noqa: S608 - from sql.where
    return total


def _included(connection: sqlite3.Connection, includes: Sequence[Include], matches: list[Row]) -> list[Row]:
    seen = {row[0] for row in matches}
    result: list[Row] = []
    fresh = matches
    first = True
    while fresh:
        wave: dict[int, Row] = {}
        for include in includes:
            if first or include.iterate:
                wave |= {row[0]: row for row in _follow(connection, include, fresh) if row[0] not in seen}
        seen |= set(wave)
        fresh = list(wave.values())
        result += fresh
        if len(result) > MOST_INCLUDED:
            raise bad_request(f"the includes bring more than {MOST_INCLUDED} resources; ask for fewer with _count", code="too-costly")
        first = False
    return result


def _follow(connection: sqlite3.Connection, include: Include, rows: list[Row]) -> list[Row]:
    """Return what one include brings for `rows`; the lists travel as JSON because SQLite bounds the number of parameters."""
    name = f"{include.source}.{include.name}"
    if include.forward:
        keys = json.dumps([key for key, kind, _, _ in rows if kind == include.source])
        return connection.execute(
            "SELECT DISTINCT t.key, t.type, t.id, t.body FROM index_reference i JOIN resource t "
            "ON t.type = substr(i.target, 1, instr(i.target, '/') - 1) AND t.id = substr(i.target, instr(i.target, '/') + 1) "
            "WHERE i.name = ? AND i.resource IN (SELECT value FROM json_each(?)) AND t.body IS NOT NULL AND t.type = coalesce(?, t.type)",
            (name, keys, include.target),
        ).fetchall()
    targets = json.dumps([f"{kind}/{key}" for _, kind, key, _ in rows if include.target in (None, kind)])
    return connection.execute(
        "SELECT DISTINCT t.key, t.type, t.id, t.body FROM index_reference i JOIN resource t ON t.key = i.resource "
        "WHERE i.name = ? AND i.target IN (SELECT value FROM json_each(?)) AND t.body IS NOT NULL",
        (name, targets),
    ).fetchall()


def _entry(base: str, row: Row, mode: str) -> Resource:
    return {"fullUrl": f"{base}/{row[1]}/{row[2]}", "resource": json.loads(row[3]), "search": {"mode": mode}}


def _link(relation: str, base: str, kind: str, pairs: Pairs) -> Resource:
    return {"relation": relation, "url": f"{base}/{kind}" + (f"?{urlencode(pairs)}" if pairs else "")}

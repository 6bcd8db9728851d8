"""The reading interactions: read, vread, history, search."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import parse_qsl

from scheduling.instants import EPOCH, text_of
from scheduling.outcome import Resource, bad_request, gone, not_found
from scheduling.searching.page import search
from scheduling.searching.query import Pairs
from scheduling.structure import TYPES
from scheduling.unit import load


@dataclass(frozen=True)
class Reply:
    """What an interaction answers. `version` and `updated` (microseconds since 1970) are those of the one resource it is about."""

    status: int
    body: Resource | None
    version: int | None = None
    updated: int | None = None
    location: str | None = None

    @property
    def line(self) -> str:
        """The status as Bundles write it."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"


def known_type(kind: str) -> str:
    """Return `kind` when this server holds it. Raises 404."""
    if kind not in TYPES:
        raise not_found(f"this server has no {kind}; it has {', '.join(TYPES)}")
    return kind


def read(connection: sqlite3.Connection, kind: str, key: str) -> Reply:
    """Return the current version. Raises 404, or 410 once it is deleted."""
    stored = load(connection, (known_type(kind), key))
    if stored is None:
        raise not_found(f"there is no {kind}/{key}")
    if stored.body is None:
        raise gone(f"{kind}/{key} was deleted")
    return Reply(200, stored.body, stored.version, stored.updated)


def read_version(connection: sqlite3.Connection, kind: str, key: str, version: str) -> Reply:
    """Return one version. Raises 404, or 410 when that version is the deletion."""
    row = connection.execute(
        "SELECT v.version, v.updated, v.body FROM version v JOIN resource r ON r.key = v.resource "
        "WHERE r.type = ? AND r.id = ? AND v.version = ?",
        (known_type(kind), key, int(version) if version.isdecimal() and len(version) < 10 else -1),
    ).fetchone()
    if row is None:
        raise not_found(f"there is no version {version} of {kind}/{key}")
    if row[2] is None:
        raise gone(f"version {version} of {kind}/{key} is its deletion")
    return Reply(200, json.loads(row[2]), row[0], row[1])


def history(connection: sqlite3.Connection, base: str, kind: str, key: str, pairs: Pairs) -> Reply:
    """Return every version of one resource, the last first; `_count` limits. Raises 404 and 400."""
    limit = -1
    for name, value in pairs:
        if name == "_count" and value.isdecimal():
            limit = int(value)
        elif name not in ("_format", "_pretty"):
            raise bad_request(f"history parameter {name}={value} is not offered; only _count=number is", code="not-supported")
    rows = connection.execute(
        "SELECT v.version, v.method, v.updated, v.body FROM version v JOIN resource r ON r.key = v.resource "
        "WHERE r.type = ? AND r.id = ? ORDER BY v.version DESC",
        (known_type(kind), key),
    ).fetchall()
    if not rows:
        raise not_found(f"there is no {kind}/{key}")
    shown = rows if limit < 0 else rows[:limit]
    entries = [_history_entry(base, kind, key, *row) for row in shown]
    bundle: Resource = {"resourceType": "Bundle", "type": "history", "total": len(rows)}
    return Reply(200, bundle | ({"entry": entries} if entries else {}))


def find(connection: sqlite3.Connection, base: str, kind: str, pairs: Pairs, lenient: bool = False) -> Reply:
    """Return a searchset. Raises 400 for anything not understood."""
    return Reply(200, search(connection, base, known_type(kind), pairs, lenient))


def get(connection: sqlite3.Connection, base: str, path: str, query: str) -> Reply:
    """Answer a GET inside a Bundle: `Type/id`, `Type/id/_history[/n]` or `Type?search`."""
    pairs = parse_qsl(query, keep_blank_values=True)
    match path.split("/"):
        case [kind]:
            return find(connection, base, kind, pairs)
        case [kind, key]:
            return read(connection, kind, key)
        case [kind, key, "_history"]:
            return history(connection, base, kind, key, pairs)
        case [kind, key, "_history", version]:
            return read_version(connection, kind, key, version)
    raise bad_request(f"GET {path} is not understood")


def _history_entry(base: str, kind: str, key: str, version: int, method: str, updated: int, body: str | None) -> Resource:
    status = "204 No Content" if body is None else "201 Created" if version == 1 else "200 OK"
    instant = text_of(EPOCH + timedelta(microseconds=updated))
    entry: Resource = {
        "fullUrl": f"{base}/{kind}/{key}",
        "request": {"method": method, "url": kind if method == "POST" else f"{kind}/{key}"},
        "response": {"status": status, "etag": f'W/"{version}"', "lastModified": instant},
    }
    return entry if body is None else entry | {"resource": json.loads(body)}

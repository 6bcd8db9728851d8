"""One write transaction: changes are staged, the rules settle them together, then each resource is written once.

Staging first makes the rules see the final state, so that the order of a Bundle's entries never matters to them.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduling.instants import micros, text_of
from scheduling.outcome import FhirError, Issue, Resource, conflict
from scheduling.references import references, relative, rewrite, target
from scheduling.searching import index
from scheduling.structure import check

Name = tuple[str, str]  # type, id


@dataclass(frozen=True)
class Stored:
    """The current version of a resource as stored; `body` is None once it is deleted. `updated` in microseconds since 1970."""

    key: int
    version: int
    updated: int
    body: Resource | None


def load(connection: sqlite3.Connection, name: Name) -> Stored | None:
    """Return the current version of a resource, or None when there never was one."""
    row = connection.execute("SELECT key, version, updated, body FROM resource WHERE type = ? AND id = ?", name).fetchone()
    return None if row is None else Stored(row[0], row[1], row[2], None if row[3] is None else json.loads(row[3]))


class Unit:
    """The changes of one transaction. `base` is this server's own address, for references written in full."""

    def __init__(self, connection: sqlite3.Connection, now: datetime, base: str) -> None:
        self.connection = connection
        self.now = now - timedelta(microseconds=now.microsecond % 1000)
        self.base = base
        self.staged: dict[Name, Resource | None] = {}
        self._posted: set[Name] = set()
        self._stored: dict[Name, Stored | None] = {}

    def stored(self, name: Name) -> Stored | None:
        """Return what was stored before this unit, or None."""
        if name not in self._stored:
            self._stored[name] = load(self.connection, name)
        return self._stored[name]

    def before(self, name: Name) -> Resource | None:
        """Return the resource as it was before this unit; None when it was not there or deleted."""
        stored = self.stored(name)
        return None if stored is None else stored.body

    def after(self, name: Name) -> Resource | None:
        """Return the resource as this unit leaves it; None when it is not there or deleted."""
        return self.staged[name] if name in self.staged else self.before(name)

    def new_name(self, kind: str) -> Name:
        """Return a type and a fresh opaque id."""
        return kind, secrets.token_hex(10)

    def stage(self, name: Name, resource: Resource, *, posted: bool = False) -> None:
        """Stage a resource for writing under `name`; `posted` when a POST made it. Raises 422 when its structure is wrong."""
        check(resource)
        if posted:
            self._posted.add(name)
        body: Resource = rewrite(resource, lambda text: relative(text, self.base))
        self.staged[name] = body | {"id": name[1]}

    def stage_delete(self, name: Name) -> None:
        """Stage a deletion."""
        self.staged[name] = None

    def flush(self) -> None:
        """Write everything staged. Raises 409 when something deleted is still referred to, 422 for references to nothing."""
        for name, body in self.staged.items():
            self._write(name, body)
        for name, body in self.staged.items():
            if body is None:
                self._check_unreferenced(name)
            else:
                self._check_targets(body)

    def _write(self, name: Name, body: Resource | None) -> None:
        stored = self.stored(name)
        version = 1 if stored is None else stored.version + 1
        text = None
        if body is not None:
            meta = body.get("meta", {}) | {"versionId": str(version), "lastUpdated": text_of(self.now)}
            ordered = {"resourceType": name[0], "id": name[1], "meta": meta}
            self.staged[name] = body = ordered | {key: value for key, value in body.items() if key not in ordered}
            text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        updated = micros(self.now)
        method = "DELETE" if body is None else "POST" if name in self._posted else "PUT"
        (key,) = self.connection.execute(
            "INSERT INTO resource (type, id, version, updated, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (type, id) DO UPDATE "
            "SET version = excluded.version, updated = excluded.updated, body = excluded.body RETURNING key",
            (*name, version, updated, text),
        ).fetchone()
        self.connection.execute("INSERT INTO version VALUES (?, ?, ?, ?, ?)", (key, version, method, updated, text))
        index.replace(self.connection, key, body)
        self.connection.execute("DELETE FROM link WHERE source = ?", (key,))
        if body is not None:
            links = {(key, reference.text) for reference in references(body)}
            self.connection.executemany("INSERT INTO link VALUES (?, ?)", sorted(links))

    def _check_unreferenced(self, name: Name) -> None:
        row = self.connection.execute(
            "SELECT r.type, r.id FROM link l JOIN resource r ON r.key = l.source WHERE l.target = ? LIMIT 1", ("/".join(name),)
        ).fetchone()
        if row is not None:
            raise conflict(f"{'/'.join(name)} is still referred to by {row[0]}/{row[1]}; change or delete that first", name[0])

    def _check_targets(self, body: Resource) -> None:
        issues = []
        for reference in references(body):
            if self.after(target(reference)) is None:
                issues.append(Issue("value", f"{reference.where} refers to {reference.text}, which does not exist here", reference.where))
        if issues:
            raise FhirError(422, issues)

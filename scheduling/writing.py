"""The writing interactions: create, update, patch, delete; one of them or a whole transaction is one `Unit`."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from scheduling import json_patch, rules
from scheduling.features import Features
from scheduling.outcome import FhirError, Resource, bad_request, gone, not_allowed, not_found, precondition, unprocessable
from scheduling.reading import Reply, get, known_type
from scheduling.references import rewrite
from scheduling.searching.page import matching_ids
from scheduling.structure import PRIMITIVES
from scheduling.unit import Name, Unit, load

VERSIONED = frozenset({"Slot", "Appointment"})
ORDER = ("DELETE", "POST", "PUT", "PATCH", "GET")


@dataclass(frozen=True)
class Call:
    """One interaction. `path` is `Type` or `Type/id`; `body` a resource or a patch; `full_url` what a Bundle's entries call it."""

    method: str
    path: str
    query: str = ""
    body: Any = None
    if_match: str | None = None
    if_none_exist: str | None = None
    full_url: str | None = None


@dataclass(frozen=True)
class Context:
    """What the server is during one request: its instant, its own address, what it offers."""

    now: datetime
    base: str
    features: Features


class EntryFailed(Exception):
    """The call at `index` failed with `error`; nothing was written."""

    def __init__(self, index: int, error: FhirError) -> None:
        super().__init__(str(error))
        self.index = index
        self.error = error


def run(connection: sqlite3.Connection, context: Context, calls: Sequence[Call]) -> list[Reply]:
    """Run calls as one transaction, in FHIR's order (DELETE, POST, PUT, PATCH, GET), and return their replies in the given order.

    Raises EntryFailed for one call's own fault, FhirError where their result breaks a rule.
    """
    unit = Unit(connection, context.now, context.base)
    names: dict[int, Name] = {}
    existing: set[int] = set()
    _resolve(unit, context, calls, names, existing)
    renamed = {call.full_url: "/".join(names[i]) for i, call in enumerate(calls) if call.full_url and i in names}
    for index in sorted(names, key=lambda i: ORDER.index(calls[i].method)):
        if index in existing:
            continue
        try:
            call = replace(calls[index], body=rewrite(calls[index].body, lambda text: renamed.get(text, text)))
            _stage(unit, context, call, names[index])
        except FhirError as error:
            raise EntryFailed(index, error) from error
    rules.settle(unit)
    unit.flush()
    replies = []
    for index, call in enumerate(calls):
        try:
            replies.append(
                get(connection, context.base, call.path, call.query)
                if call.method == "GET"
                else _reply(unit, call, names[index], index in existing)
            )
        except FhirError as error:
            raise EntryFailed(index, error) from error
    return replies


def _resolve(unit: Unit, context: Context, calls: Sequence[Call], names: dict[int, Name], existing: set[int]) -> None:
    """Give every writing call its resource: a fresh one for a create, the one that If-None-Exist finds, or the one named."""
    conditions: dict[tuple[str, str], Name] = {}
    for index, call in enumerate(calls):
        if call.method == "GET":
            continue
        try:
            if not context.features.writable:
                raise not_allowed("this server is read-only")
            if call.method != "POST":
                name = _named(call)
                if name in names.values():
                    raise bad_request(f"{call.path} is changed twice in one transaction")
                names[index] = name
                continue
            kind = known_type(call.path)
            condition = _condition(context, call)
            if condition is None:
                names[index] = unit.new_name(kind)
                continue
            known = conditions.get((kind, condition)) or _existing(unit, kind, condition)
            if known is not None:
                existing.add(index)
            names[index] = conditions[kind, condition] = known or unit.new_name(kind)
        except FhirError as error:
            raise EntryFailed(index, error) from error


def _condition(context: Context, call: Call) -> str | None:
    if call.if_none_exist is None:
        return None
    if not context.features.conditional_create:
        raise precondition("this server does not know If-None-Exist")
    return call.if_none_exist.partition("?")[2] or call.if_none_exist


def _existing(unit: Unit, kind: str, condition: str) -> Name | None:
    found = matching_ids(unit.connection, unit.base, kind, parse_qsl(condition, keep_blank_values=True))
    if len(found) > 1:
        raise precondition(f"If-None-Exist matches {len(found)} resources; it must match one or none")
    return (kind, found[0]) if found else None


def _named(call: Call) -> Name:
    kind, slash, key = call.path.partition("/")
    known_type(kind)
    if not slash or call.query:
        raise not_allowed(f"{call.method} needs {kind}/id; conditional {call.method} is not offered")
    if not PRIMITIVES["id"](key):
        raise bad_request(f"{key!r} is no FHIR id")
    return kind, key


def _stage(unit: Unit, context: Context, call: Call, name: Name) -> None:
    if call.method == "POST":
        unit.stage(name, _resource(call.body, name[0]), posted=True)
        return
    stored = unit.stored(name)
    if stored is None:
        _stage_new(unit, context, call, name)
        return
    if call.method == "DELETE":
        if stored.body is not None:
            _match(context, call, name, stored.version, needed=False)
            unit.stage_delete(name)
        return
    if stored.body is None:
        raise gone(f"{call.path} was deleted")
    _match(context, call, name, stored.version, needed=name[0] in VERSIONED)
    if call.method == "PATCH":
        if not context.features.patch:
            raise not_allowed("this server does not offer PATCH")
        call = replace(call, body=json_patch.apply(stored.body, call.body))
    unit.stage(name, _identified(call, name))


def _stage_new(unit: Unit, context: Context, call: Call, name: Name) -> None:
    """Stage a PUT, or refuse another method, under an id that was never used."""
    if call.method != "PUT":
        raise not_found(f"there is no {call.path}")
    if not context.features.update_create:
        raise not_allowed(f"there is no {call.path}, and this server chooses ids itself; create it with POST {name[0]}")
    if call.if_match is not None and context.features.etag:
        raise precondition(f"{call.path} does not exist, so that no version can match")
    unit.stage(name, _identified(call, name))


def _identified(call: Call, name: Name) -> Resource:
    body = _resource(call.body, name[0])
    if body.get("id") != name[1]:
        raise bad_request(f"the id in the body is {body.get('id')!r}, in the address {name[1]!r}; they must be the same")
    return body


def _match(context: Context, call: Call, name: Name, version: int, *, needed: bool) -> None:
    if not context.features.etag:
        return
    if call.if_match is None:
        if needed:
            raise precondition(f'changing a {name[0]} needs If-Match with the version that was read, for example W/"{version}"')
        return
    match = re.fullmatch(r'(?:W/)?"([^"]+)"', call.if_match.strip())
    if match is None:
        raise bad_request(f'If-Match is {call.if_match!r}; write for example W/"{version}"')
    if match[1] != str(version):
        raise precondition(f"{call.path} is at version {version}, not {match[1]}; read it again")


def _resource(body: Any, kind: str) -> Resource:
    if not isinstance(body, dict) or "resourceType" not in body:
        raise bad_request("the body is no FHIR resource: it has no resourceType", code="structure")
    if body["resourceType"] != kind:
        raise bad_request(f"the body is a {body['resourceType']}, the address asks for a {kind}")
    if not isinstance(body.get("meta", {}), dict):
        raise unprocessable(f"{kind}.meta must be an object", f"{kind}.meta", "structure")
    return body


def _reply(unit: Unit, call: Call, name: Name, existing: bool) -> Reply:
    stored = load(unit.connection, name)
    assert stored is not None  # noqa: S101 - it was written, or found, in this transaction
    if stored.body is None:
        return Reply(204, None, stored.version, stored.updated)
    created = not existing and unit.stored(name) is None
    location = f"{name[0]}/{name[1]}/_history/{stored.version}" if created or existing else None
    return Reply(201 if created else 200, stored.body, stored.version, stored.updated, location)

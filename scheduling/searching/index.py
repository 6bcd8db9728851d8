"""Index rows: what a resource can be found by. Rows are replaced whenever the resource is written."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from scheduling.instants import BEGIN, END, span
from scheduling.outcome import Resource
from scheduling.searching.parameters import PARAMETERS, Parameter

TABLES = ("index_token", "index_reference", "index_date", "index_string")


def folded(text: str) -> str:
    """Return text as string search compares it: no case, no accents."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


def replace(connection: sqlite3.Connection, key: int, resource: Resource | None) -> None:
    """Index the resource stored under `key`; None removes it from every index."""
    for table in TABLES:
        connection.execute(f"DELETE FROM {table} WHERE resource = ?", (key,))  # noqa: S608 - fixed names
    if resource is None:
        return
    kind = resource["resourceType"]
    for name, parameter in PARAMETERS[kind].items():
        rows = list(dict.fromkeys(_rows(parameter, resource)))
        full = f"{kind}.{name}"
        if parameter.kind in ("token", "uri"):
            connection.executemany("INSERT INTO index_token VALUES (?, ?, ?, ?)", [(full, *row, key) for row in rows])
        elif parameter.kind == "reference":
            connection.executemany("INSERT INTO index_reference VALUES (?, ?, ?)", [(full, *row, key) for row in rows])
        elif parameter.kind == "date":
            connection.executemany("INSERT INTO index_date VALUES (?, ?, ?, ?)", [(full, *row, key) for row in rows])
        else:
            connection.executemany("INSERT INTO index_string VALUES (?, ?, ?, ?)", [(full, *row, key) for row in rows])


def _rows(parameter: Parameter, resource: Resource) -> Iterator[tuple[Any, ...]]:
    extract = _EXTRACT[parameter.kind]
    for path in parameter.paths:
        for value in _at(resource, path.split(".")):
            if parameter.where is not None and value.get(parameter.where[0]) != parameter.where[1]:
                continue
            for row in extract(value):
                if not parameter.only or row[0].startswith(f"{parameter.targets[0]}/"):
                    yield row


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _at(item, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:])


def _tokens(value: Any) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, bool):
        yield str(value).lower(), None
    elif isinstance(value, str):
        yield value, None
    elif "coding" in value:
        for coding in value["coding"]:
            yield from _tokens(coding)
    else:
        code = value.get("value", value.get("code"))
        if code is not None:
            yield code, value.get("system", "")


def _uris(value: str) -> Iterator[tuple[str, None]]:
    yield value, None
    if "|" in value:
        yield value.partition("|")[0], None


def _dates(value: Any) -> Iterator[tuple[int, int]]:
    if isinstance(value, str):
        yield span(value)
    else:
        yield (span(value["start"])[0] if "start" in value else BEGIN), (span(value["end"])[1] if "end" in value else END)


def _strings(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield folded(value), value
    else:
        for name in ("text", "family", "given", "prefix", "suffix", "line", "city", "district", "state", "postalCode", "country"):
            for part in _at(value, [name]):
                yield from _strings(part)


def _references(value: Resource) -> Iterator[tuple[str]]:
    if "reference" in value:
        yield (value["reference"],)


_EXTRACT: dict[str, Callable[[Any], Iterator[tuple[Any, ...]]]] = {
    "token": _tokens,
    "uri": _uris,
    "date": _dates,
    "string": _strings,
    "reference": _references,
}

"""JSON Patch (RFC 6902) on plain JSON values."""

from __future__ import annotations

import copy
from typing import Any

from scheduling.outcome import bad_request, unprocessable

_NEEDS = {"add": ("value",), "remove": (), "replace": ("value",), "move": ("from",), "copy": ("from",), "test": ("value",)}


def apply(document: Any, operations: Any) -> Any:
    """Return a patched copy of `document`. Raises 400 for a malformed patch, 422 where it does not fit the document."""
    if not isinstance(operations, list) or not operations:
        raise bad_request("a JSON Patch is a list of operations")
    result = copy.deepcopy(document)
    for index, operation in enumerate(operations):
        _check(operation, index)
        result = _step(result, operation)
    return result


def _check(operation: Any, index: int) -> None:
    if not isinstance(operation, dict) or operation.get("op") not in _NEEDS:
        raise bad_request(f"operation {index} of the patch needs op: one of {', '.join(_NEEDS)}")
    for member in ("path", *_NEEDS[operation["op"]]):
        if member not in operation:
            raise bad_request(f"operation {index} of the patch needs {member}")
    for member in ("path", "from"):
        pointer = operation.get(member, "")
        if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
            raise bad_request(f"operation {index} of the patch: {member} is no JSON pointer")


def _step(document: Any, operation: dict[str, Any]) -> Any:
    kind, path = operation["op"], _tokens(operation["path"])
    if kind == "test":
        if _get(document, path) != operation["value"]:
            raise unprocessable(f"the patch's test of {operation['path']} failed", code="processing")
        return document
    if kind in ("move", "copy"):
        value = copy.deepcopy(_get(document, _tokens(operation["from"])))
        if kind == "move":
            if operation["path"].startswith(operation["from"] + "/"):
                raise unprocessable("the patch moves a value into itself", code="processing")
            document = _remove(document, _tokens(operation["from"]))
        return _add(document, path, value)
    if kind == "remove":
        return _remove(document, path)
    if kind == "replace":
        _get(document, path)
        document = _remove(document, path) if path else document
    return _add(document, path, copy.deepcopy(operation["value"]))


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _nowhere(path: list[str]) -> Exception:
    return unprocessable(f"the patch's path /{'/'.join(path)} is not there", code="processing")


def _position(items: list[Any], token: str, path: list[str], limit: int) -> int:
    if not token.isdecimal() or (len(token) > 1 and token[0] == "0") or int(token) >= limit:
        raise _nowhere(path)
    return int(token)


def _get(document: Any, path: list[str]) -> Any:
    for token in path:
        if isinstance(document, list):
            document = document[_position(document, token, path, len(document))]
        elif isinstance(document, dict) and token in document:
            document = document[token]
        else:
            raise _nowhere(path)
    return document


def _add(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent, last = _get(document, path[:-1]), path[-1]
    if isinstance(parent, list):
        parent.insert(len(parent) if last == "-" else _position(parent, last, path, len(parent) + 1), value)
    elif isinstance(parent, dict):
        parent[last] = value
    else:
        raise _nowhere(path)
    return document


def _remove(document: Any, path: list[str]) -> Any:
    if not path:
        raise unprocessable("the patch removes the whole resource", code="processing")
    _get(document, path)
    parent = _get(document, path[:-1])
    if isinstance(parent, list):
        del parent[int(path[-1])]
    else:
        del parent[path[-1]]
    return document

"""Literal references inside resources: find them, read them, rewrite them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from scheduling.outcome import Resource, unprocessable
from scheduling.structure import PRIMITIVES, TYPES, shapes


@dataclass(frozen=True)
class Reference:
    """A literal reference found at `where`, as written, and the types its element allows (None: any)."""

    where: str
    text: str
    allowed: frozenset[str] | None


def relative(text: str, base: str) -> str:
    """Return `Type/id` for a reference under this server's own `base`; other text unchanged. A version part is dropped."""
    text = text.removeprefix(f"{base}/")
    parts = text.split("/")
    return "/".join(parts[:2]) if len(parts) == 4 and parts[2] == "_history" else text


def rewrite(value: Any, change: Callable[[str], str]) -> Any:
    """Return `value` with every `reference` string inside it put through `change`."""
    if isinstance(value, list):
        return [rewrite(item, change) for item in value]
    if isinstance(value, dict):
        return {k: change(v) if k == "reference" and isinstance(v, str) else rewrite(v, change) for k, v in value.items()}
    return value


def references(resource: Resource) -> Iterator[Reference]:
    """Yield every literal reference in a structurally valid resource."""
    return _walk(resource, resource["resourceType"], resource["resourceType"])


def _walk(value: Resource, kind: str, where: str) -> Iterator[Reference]:
    elements = shapes()[kind].elements
    for name, part in value.items():
        element = elements.get(name)
        if element is None or not element.type[0].isupper():
            continue
        for index, item in enumerate(part if element.many else [part]):
            place = f"{where}.{name}[{index}]" if element.many else f"{where}.{name}"
            if element.type == "Reference" and "reference" in item:
                yield Reference(place, item["reference"], element.targets)
            yield from _walk(item, element.type, place)


def target(reference: Reference) -> tuple[str, str]:
    """Return the `(type, id)` a reference names. Raises 422 when this server cannot hold such a target."""
    kind, _, key = reference.text.partition("/")
    if kind not in TYPES or not PRIMITIVES["id"](key):
        raise unprocessable(
            f"{reference.where} refers to {reference.text!r}; this server follows only Type/id of {', '.join(TYPES)}; "
            "use identifier or display for anything else",
            reference.where,
            "value",
        )
    if reference.allowed is not None and kind not in reference.allowed:
        raise unprocessable(f"{reference.where} may not refer to a {kind}", reference.where, "value")
    return kind, key

"""Checks a resource against the element tables in `r4.txt`, at every depth: elements, cardinality, types, codes, a few invariants."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from scheduling.instants import span
from scheduling.outcome import FhirError, Issue, Resource

TYPES = (
    "Patient",
    "RelatedPerson",
    "Practitioner",
    "Location",
    "Schedule",
    "Slot",
    "Appointment",
    "AppointmentResponse",
    "CarePlan",
    "Observation",
    "QuestionnaireResponse",
    "Communication",
    "Task",
)
MOST_ISSUES = 20


@dataclass(frozen=True)
class Element:
    """One element: is it required, does it repeat, its type, the codes or reference targets it may have (None: any)."""

    required: bool
    many: bool
    type: str
    codes: frozenset[str] | None = None
    targets: frozenset[str] | None = None
    choice: str | None = None


@dataclass(frozen=True)
class Shape:
    """The elements of one type, by name; choices are spelled out (`valueString`, `valueQuantity`…)."""

    elements: dict[str, Element]
    required_choices: tuple[str, ...]


@cache
def shapes() -> dict[str, Shape]:
    """Return every shape in `r4.txt`."""
    any_types = ""
    blocks: dict[str, list[str]] = {"Element": []}
    name = ""
    for line in Path(__file__).with_name("r4.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("any = "):
            any_types = line.removeprefix("any = ")
        elif line.startswith("  "):
            blocks[name].append(line.strip())
        elif line and not line.startswith("#"):
            name = line
            blocks[name] = []
    return {name: _shape(name, lines, any_types) for name, lines in blocks.items()}


def _shape(name: str, lines: list[str], any_types: str) -> Shape:
    elements: dict[str, Element] = {"id": Element(False, False, "string"), "extension": Element(False, True, "Extension")}
    if name in TYPES:
        elements["id"] = Element(False, False, "id")
        elements |= {
            "meta": Element(False, False, "Meta"),
            "language": Element(False, False, "code"),
            "text": Element(False, False, "Narrative"),
        }
    required_choices = []
    for line in lines:
        line, _, targets = line.partition(" > ")
        line, _, codes = line.partition(" = ")
        label, bounds, types = line.split(" ")
        required, many = bounds.startswith("1"), bounds.endswith("*")
        code_set = frozenset(codes.split("|")) if codes else None
        target_set = frozenset(targets.split("|")) if targets else None
        if not label.endswith("[x]"):
            elements[label] = Element(required, many, types, code_set, target_set)
            continue
        stem = label.removesuffix("[x]")
        if required:
            required_choices.append(stem)
        for kind in (any_types if types == "any" else types).split("|"):
            elements[stem + kind[0].upper() + kind[1:]] = Element(False, False, kind, code_set, target_set, choice=stem)
    return Shape(elements, tuple(required_choices))


def check(resource: Resource) -> None:
    """Raise a 422 FhirError that names everything wrong with the structure of `resource` (whose type is known)."""
    issues = []
    for issue in _walk(resource, resource["resourceType"], resource["resourceType"]):
        issues.append(issue)
        if len(issues) == MOST_ISSUES:
            break
    if issues:
        raise FhirError(422, issues)


def _walk(value: Any, kind: str, where: str) -> Iterator[Issue]:
    if not isinstance(value, dict):
        yield Issue("structure", f"{where} must be an object ({kind}), not {_shown(value)}", where)
        return
    if not value:
        yield Issue("structure", f"{where} is empty; leave it out instead", where)
    shape = shapes()[kind]
    chosen: dict[str, str] = {}
    for name, part in value.items():
        if name == "resourceType" and kind in TYPES:
            continue
        element = shape.elements.get(name)
        if element is None:
            yield from _other(name, part, shape, where)
            continue
        if element.choice is not None and chosen.setdefault(element.choice, name) != name:
            yield Issue("structure", f"{where} has both {chosen[element.choice]} and {name}; only one is allowed", where)
        yield from _element(part, element, f"{where}.{name}")
    for name, element in shape.elements.items():
        if element.required and name not in value:
            yield Issue("required", f"{where}.{name} is required", f"{where}.{name}")
    for stem in shape.required_choices:
        if stem not in chosen:
            yield Issue("required", f"{where}.{stem}[x] is required", f"{where}.{stem}")
    yield from _invariants(value, kind, where)


def _other(name: str, part: Any, shape: Shape, where: str) -> Iterator[Issue]:
    base = shape.elements.get(name[1:]) if name.startswith("_") else None
    if base is None or base.type[0].isupper():
        yield Issue("structure", f"{where}.{name} is unknown to this server or to FHIR R4", f"{where}.{name}")
        return
    for item in part if base.many and isinstance(part, list) else [part]:
        if item is None and base.many:
            continue
        yield from _walk(item, "Element", f"{where}.{name}")


def _element(value: Any, element: Element, where: str) -> Iterator[Issue]:
    if not element.many:
        yield from _single(value, element, where)
    elif not isinstance(value, list) or not value:
        yield Issue("structure", f"{where} must be a list with at least one entry", where)
    else:
        for index, item in enumerate(value):
            yield from _single(item, element, f"{where}[{index}]")


def _single(value: Any, element: Element, where: str) -> Iterator[Issue]:
    if element.type[0].isupper():
        yield from _walk(value, element.type, where)
        return
    if not PRIMITIVES[element.type](value):
        yield Issue("value", f"{where} is {_shown(value)}, which is no FHIR {element.type}", where)
    elif element.codes is not None and value not in element.codes:
        yield Issue("code-invalid", f"{where} is {_shown(value)}; it must be one of {', '.join(sorted(element.codes))}", where)


def _invariants(value: Resource, kind: str, where: str) -> Iterator[Issue]:
    if kind == "Period" and "start" in value and "end" in value and not _ordered(value["start"], value["end"]):
        yield Issue("invariant", f"{where} ends before it starts (per-1)", where)
    if kind == "ContactPoint" and "value" in value and "system" not in value:
        yield Issue("invariant", f"{where} has a value without a system (cpt-2)", where)
    if kind == "Extension" and ("extension" in value) == any(name.startswith("value") for name in value):
        yield Issue("invariant", f"{where} needs either a value or extensions (ext-1)", where)
    if kind == "Observation" and "dataAbsentReason" in value and any(name.startswith("value") for name in value):
        yield Issue("invariant", f"{where} has a value and a reason for its absence (obs-6)", where)


def _ordered(start: Any, end: Any) -> bool:
    try:
        return span(start)[0] < span(end)[1]
    except (TypeError, ValueError):
        return True


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _matches(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _dated(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern)

    def valid(value: Any) -> bool:
        if not isinstance(value, str) or compiled.fullmatch(value) is None:
            return False
        try:
            span(value)
        except (ValueError, OverflowError):
            return False
        return True

    return valid


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _string(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= 1_048_576 and _CONTROL.search(value) is None


_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_INSTANT = _DAY + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_URI = r"[^\s\x00-\x1f\x7f]+"

PRIMITIVES: dict[str, Callable[[Any], bool]] = {
    "boolean": lambda value: isinstance(value, bool),
    "integer": _whole(-(2**31), 2**31 - 1),
    "unsignedInt": _whole(0, 2**31 - 1),
    "positiveInt": _whole(1, 2**31 - 1),
    "decimal": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value),
    "string": _string,
    "markdown": _string,
    "xhtml": lambda value: _string(value) and value.lstrip().startswith("<div"),
    "code": _matches(rf"{_URI}( {_URI})*"),
    "id": _matches(r"[A-Za-z0-9.-]{1,64}"),
    "uri": _matches(_URI),
    "url": _matches(_URI),
    "canonical": _matches(_URI),
    "base64Binary": _matches(r"(\s*[0-9A-Za-z+/=]){4,}\s*"),
    "date": _dated(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"),
    "dateTime": _dated(rf"[0-9]{{4}}(-[0-9]{{2}})?|{_DAY}|{_INSTANT}"),
    "instant": _dated(_INSTANT),
    "time": _matches(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"),
}

"""Phone numbers as people store them. We compare in E.164; a server may compare as text, so it is asked for several spellings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import phonenumbers

REGION = "US"


def e164(text: str, region: str = REGION) -> str | None:
    """Return a number in E.164 without any extension, or None when it is not a possible number."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def spellings(number: str, region: str = REGION) -> list[str]:
    """Return the ways in which an E.164 number may be stored, the likely ones first; none holds a comma."""
    parsed = phonenumbers.parse(number, region)
    formats = phonenumbers.PhoneNumberFormat
    national = str(phonenumbers.format_number(parsed, formats.NATIONAL))
    international = str(phonenumbers.format_number(parsed, formats.INTERNATIONAL))
    digits = "".join(filter(str.isdigit, national))
    ways = [number, digits, national, number.removeprefix("+"), international, international.replace("-", " ")]
    if parsed.country_code == 1 and len(digits) == 10:
        area, exchange, line = digits[:3], digits[3:6], digits[6:]
        ways += [
            f"{area}-{exchange}-{line}",
            f"{area}.{exchange}.{line}",
            f"{area} {exchange} {line}",
            f"({area}){exchange}-{line}",
            f"({area}) {exchange} {line}",
            f"1-{area}-{exchange}-{line}",
            f"+1-{area}-{exchange}-{line}",
            f"+1 ({area}) {exchange}-{line}",
            f"1 ({area}) {exchange}-{line}",
            f"+1.{area}.{exchange}.{line}",
        ]
    return list(dict.fromkeys(ways))


def phones_of(resource: Mapping[str, Any], region: str = REGION) -> tuple[str, ...]:
    """Return the current phone numbers of a Patient or RelatedPerson in E.164; those marked `old` are left out."""
    found = []
    for point in resource.get("telecom") or ():
        if point.get("system") in ("phone", "sms", None) and point.get("use") != "old" and point.get("value"):
            number = e164(str(point["value"]), region)
            if number:
                found.append(number)
    return tuple(dict.fromkeys(found))

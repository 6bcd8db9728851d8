"""Opaque identifiers: a kind and 80 random bits, never derived from a phone number or a name."""

from __future__ import annotations

import secrets
from collections.abc import Callable

RandomBytes = Callable[[int], bytes]


def new_id(kind: str, random: RandomBytes = secrets.token_bytes) -> str:
    """Return for example `cv_7f3a…`: the kind's prefix and 20 hexadecimal digits."""
    return f"{kind}_{random(10).hex()}"

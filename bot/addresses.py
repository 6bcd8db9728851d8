"""What a carrier's address is: a telephone number, or an id that only WhatsApp knows."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


def is_number(address: str) -> bool:
    """Whether an address is a telephone number in E.164. A business-scoped user id of WhatsApp is none: it cannot be called or texted."""
    return _NUMBER.fullmatch(address) is not None

"""A patient's text is text: Rasa takes a message that begins with a slash for a command of its developers.

`RegexMessageHandler` stands in every pipeline, strips spaces first and then obeys `/restart`, `/EXTERNAL_…` and
`/inform{"day":"friday"}`. Leading slashes go from every line, because lines are messages joined into one turn and a clause splitter
may cut them apart again; look-alikes and invisible characters go with them, because a later component may normalise them.
"""

from __future__ import annotations

import unicodedata

_SLASHES = frozenset("/／⁄∕⧸╱⟋")
# Separators, controls, formats such as the zero-width space, combining and variation marks.
_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me"})


def without_commands(text: str) -> str:
    """Return the text with the leading slashes of each line removed; other lines are kept as they are."""
    return "\n".join(_without_command(line) for line in text.splitlines()).strip()


def _without_command(line: str) -> str:
    end = 0
    for position, character in enumerate(line, start=1):
        if character in _SLASHES:
            end = position
        elif unicodedata.category(character) not in _UNSEEN:
            break
    return line[end:]

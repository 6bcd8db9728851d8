"""Times and numbers of the few texts that the line has in Spanish."""

from __future__ import annotations

import re

from voice.speaking import Speaking

_TIME = re.compile(r"(?<![\d:])(1[0-2]|[1-9]):([0-5]\d) ?([AaPp])[Mm]\b")


def say_spanish_numbers(text: str, words: Speaking) -> str:
    """Return `text` with times as said (`2:45 PM` is `dos y cuarenta y cinco de la tarde`) and other numbers digit by digit."""

    def count(value: int) -> str:
        if value < len(words.spanish_numbers):
            return words.spanish_numbers[value]
        tens, rest = divmod(value, 10)
        return words.spanish_tens[tens - 3] + (f" y {words.spanish_numbers[rest]}" if rest else "")

    def clock(match: re.Match[str]) -> str:
        hour, minute, after_noon = int(match[1]), int(match[2]), match[3] in "Pp"
        part = "de la mañana" if not after_noon else "de la tarde" if hour % 12 < 7 else "de la noche"
        name = "una" if hour == 1 else count(hour)
        return f"{name}{f' y {count(minute)}' if minute else ''} {part}"

    return re.sub(r"\d", lambda match: f" {count(int(match[0]))} ", _TIME.sub(clock, text))

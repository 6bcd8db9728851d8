"""Numbers as English words, each in the way that people say that kind: a count, a day of the month, a year, a house number, digits."""

from __future__ import annotations

_SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
          "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_GROUPS = ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}
# A number with more digits, if no comma parts them, is a code or an account, and is read digit by digit.
MOST_DIGITS = 4
# `cardinal` counts to below this.
MOST_COUNTED = 1_000_000_000


def cardinal(value: int) -> str:
    """Return a count below `MOST_COUNTED`: 40 is `forty`, 1200 `one thousand two hundred`."""
    for size, name in _GROUPS:
        if value >= size:
            rest = value % size
            return f"{cardinal(value // size)} {name}{f' {cardinal(rest)}' if rest else ''}"
    if value < 20:
        return _SMALL[value]
    return _TENS[value // 10] + (f"-{_SMALL[value % 10]}" if value % 10 else "")


def ordinal(value: int) -> str:
    """Return the place in an order: 3 is `third`, 21 `twenty-first`."""
    head, dash, last = cardinal(value).rpartition("-")
    if not dash:
        head, dash, last = cardinal(value).rpartition(" ")
    return head + dash + (_ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"))


def digits(text: str) -> str:
    """Return the digits of `text` one by one; what is no digit is left out: "911" is `nine one one`."""
    return " ".join(_SMALL[int(letter)] for letter in text if letter.isdecimal())


def year(value: int) -> str:
    """Return a year of four digits: 1946 is `nineteen forty-six`, 2005 `two thousand five`, 1900 `nineteen hundred`."""
    if 2000 <= value < 2010:
        return cardinal(value)
    return _in_pairs(value)


def house(text: str) -> str:
    """Return a house number: "12" is `twelve`, "480" `four eighty`, "1405" `fourteen oh five`; a longer one is read digit by digit."""
    value = int(text)
    if len(text) <= 2 or value == 1000 or value == 2000:
        return cardinal(value)
    return _in_pairs(value) if len(text) <= 4 else digits(text)


def spelled(text: str) -> str:
    """Return any other number: a count, or the digits of what is long or begins with a zero."""
    if len(text) > MOST_DIGITS or (len(text) > 1 and text.startswith("0")):
        return digits(text)
    return cardinal(int(text))


def _in_pairs(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    if rest == 0:
        return f"{cardinal(hundreds)} hundred"
    return f"{cardinal(hundreds)} {f'oh {_SMALL[rest]}' if rest < 10 else cardinal(rest)}"

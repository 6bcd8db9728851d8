"""Cuts a text into what can be part of a date, and reads the numbers of a date that start at a token.

Every token keeps its offsets into the given text. A run of words may be read in several ways ("nineteen forty six" is a year, or the
nineteenth and a short year), so the readers yield all of them, the longest first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.nlu.number_words import ORDINALS, TENS, UNITS

MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan janurary januery enero ene",
            "february feb febuary feburary febrero",
            "march mar marzo",
            "april apr aprl abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agust agosto",
            "september sept sep septmber septembre septiembre setiembre",
            "october oct octubre",
            "november nov novemeber noviembre",
            "december dec decmber diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
# "once" is English too; it is eleven only before "de".
_SPANISH_COUNT = """
    cero uno dos tres cuatro cinco seis siete ocho nueve diez - doce trece catorce quince dieciseis diecisiete dieciocho diecinueve
    veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve"""
_SPANISH_UNITS = {word: value for value, word in enumerate(_SPANISH_COUNT.split()) if word != "-"}
_SPANISH_TENS = {"treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90}
_UNITS = {**UNITS, **_SPANISH_UNITS}
_TENS = {**TENS, **_SPANISH_TENS}
_ORDINALS = {
    **ORDINALS,
    **{f"{word[:-1]}ieth": value for word, value in TENS.items()},
    **{f"{tens}{unit}": TENS[tens] + ORDINALS[unit] for tens in ("twenty", "thirty") for unit in list(ORDINALS)[:9]},
    "primero": 1,
}
_HESITATIONS = frozenset(("uh", "um", "uhm", "er", "eh", "hmm"))
_TOKEN = re.compile(r"(?P<digits>\d+)(?P<suffix>\s?(?:st|nd|rd|th)\b|(?<=1)ro\b)?|(?P<word>[a-z]+(?:'[a-z]+)*)")
_SHORT_YEAR_CENTURIES = (19, 20)


@dataclass(frozen=True)
class Token:
    """A word or a number. `number` is its value or None; `written` counts its digits, 0 when spoken; `gap` is what stands before it."""

    word: str
    start: int
    end: int
    gap: str
    number: int | None = None
    written: int = 0
    ordinal: bool = False

    @property
    def month(self) -> int | None:
        """The month it names."""
        return MONTHS.get(self.word)

    @property
    def is_number(self) -> bool:
        """Is it a figure or a number word?"""
        return self.number is not None

    @property
    def joined(self) -> bool:
        """Does nothing but a space, or the punctuation of dates, stand between it and the token before?"""
        return re.fullmatch(r"[\s,./\\\-']*", self.gap) is not None


@dataclass(frozen=True)
class Year:
    """A year that ends before token `after`. `full` tells that its century was named; else `value` holds its last two digits."""

    value: int
    after: int
    full: bool


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, with plain quotes and dashes, and exactly as long."""
    plain = []
    for letter in text:
        base = unicodedata.normalize("NFD", letter.lower())[:1]
        plain.append({"’": "'", "‘": "'", "`": "'", "–": "-", "—": "-", "‑": "-"}.get(base, base or letter))
    return "".join(plain)


def cut(text: str) -> list[Token]:
    """Return the tokens of `text` in order; hesitations are left out."""
    plain = fold(text)
    tokens: list[Token] = []
    last = 0
    for found in _TOKEN.finditer(plain):
        word = found["word"]
        if word in _HESITATIONS:
            plain = plain[: found.start()] + " " * len(word) + plain[found.end() :]
            continue
        gap, start, end = plain[last : found.start()], found.start(), found.end()
        last = end
        if word is None:
            digits = found["digits"]
            tokens.append(Token(found.group(), start, end, gap, int(digits), len(digits), found["suffix"] is not None))
            continue
        value = _ORDINALS.get(word)
        if value is None:
            value = _UNITS.get(word, _TENS.get(word))
        if word == "once" and re.match(r"\s+de\b", plain[end:]):
            value = 11
        tokens.append(Token(word, start, end, gap, value, 0, word in _ORDINALS))
    return tokens


def skip(tokens: Sequence[Token], at: int, words: Collection[str]) -> int:
    """Return the first token from `at` on that is none of `words`."""
    while at < len(tokens) and tokens[at].word in words:
        at += 1
    return at


def small(tokens: Sequence[Token], at: int, limit: int) -> Iterator[tuple[int, int]]:
    """Yield the numbers from 1 to `limit` that start at `at`, each with the token after it."""
    for value, after in _under_hundred(tokens, at):
        if 0 < value <= limit:
            yield value, after


def years(tokens: Sequence[Token], at: int) -> Iterator[Year]:
    """Yield the years that start at `at`."""
    if at >= len(tokens) or tokens[at].ordinal:
        return
    token = tokens[at]
    if token.written == 4 and token.number is not None:
        yield Year(token.number, at + 1, True)
    elif token.written:
        yield from _century(tokens, at)
        if token.written == 2 and token.number is not None:
            yield Year(token.number, at + 1, False)
    else:
        yield from _thousands(tokens, at)
        yield from _century(tokens, at)
        for value, after in _under_hundred(tokens, at):
            if not tokens[after - 1].ordinal and (value >= 10 or after - at == 2):
                yield Year(value, after, False)


def _century(tokens: Sequence[Token], at: int) -> Iterator[Year]:
    """Read "nineteen forty six", "nineteen and fifty-six", "nineteen oh five", "nineteen hundred and five" and "19 46"."""
    token = tokens[at]
    if token.number not in _SHORT_YEAR_CENTURIES or token.number is None or token.word == "veinte":
        return
    base, hundred = token.number * 100, tokens[at + 1 : at + 2] and tokens[at + 1].word == "hundred"
    after = skip(tokens, at + (2 if hundred else 1), ("and",))
    if after < len(tokens) and tokens[after].joined and not (token.written and tokens[after].gap.strip()):
        for value, end in _under_hundred(tokens, after):
            two_digits = value >= 10 or end - after == 2 or hundred or tokens[after].written == 2
            if two_digits and not tokens[end - 1].ordinal and not (token.written and tokens[after].written == 1):
                yield Year(base + value, end, True)
    if hundred:
        yield Year(base, at + 2, True)


def _thousands(tokens: Sequence[Token], at: int) -> Iterator[Year]:
    """Read "two thousand and three", "dos mil tres" and "mil novecientos noventa y uno"."""
    words = [token.word for token in tokens[at : at + 2]]
    if words in (["two", "thousand"], ["dos", "mil"]):
        base = 2000
    elif words in (["mil", "novecientos"], ["one", "thousand"]):
        base = 1900
    else:
        return
    if words == ["one", "thousand"]:
        if [token.word for token in tokens[at + 2 : at + 4]] != ["nine", "hundred"]:
            return
        at += 2
    for value, after in _under_hundred(tokens, skip(tokens, at + 2, ("and",))):
        if not tokens[after - 1].ordinal and tokens[after - 1].written in (0, 2):
            yield Year(base + value, after, True)
    yield Year(base, at + 2, True)


def _under_hundred(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int]]:
    if at >= len(tokens) or tokens[at].number is None:
        return
    token = tokens[at]
    value = tokens[at].number or 0
    if token.written:
        if token.written <= 2:
            yield value, at + 1
        return
    spanish = token.word in _SPANISH_TENS
    after = at + 2 if spanish and tokens[at + 1 : at + 2] and tokens[at + 1].word == "y" else at + 1
    unit = tokens[after] if after < len(tokens) else None
    unit_value = unit.number if unit and not unit.written and re.fullmatch(r"[\s\-]*", unit.gap) else None
    if token.word in _TENS and unit_value is not None and 0 < unit_value < 10:
        yield value + unit_value, after + 1
    if token.word in ("oh", "o", "zero", "cero"):
        if unit_value is not None and 0 < unit_value < 10:
            yield unit_value, at + 2
        return
    yield value, at + 1

"""Turns a reply that was written into what is said on the telephone.

Nobody can see a date, a number in figures, a bracket or a web address by ear: `06/03 10:00 AM` becomes `June third, at ten in the morning`,
`$40` forty dollars, `1) Easy` "For Easy, press or say one". No digit, web address or emoji is left in what is said. The words stand in
`data/voice/speaking.yml`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from voice.number_words import MOST_COUNTED, cardinal, digits, house, ordinal, spelled, year
from voice.speaking import Speaking, load
from voice.spoken_options import say_options
from voice.spoken_spanish import say_spanish_numbers
from voice.spoken_times import say_times

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>()]*[^\s<>().,;:!?]", re.IGNORECASE)
_MAIL = re.compile(r"\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)")
_EMERGENCY = re.compile(r"(?<![\d-])9[ -]?(?:1[ -]?1|8[ -]?8)(?![\d-])")
_PHONE = re.compile(r"(?<![\d$])(?:\+?1[ .-]?)?(?:\((\d{3})\)\s?|(\d{3})[ .-]?)(\d{3})[ .-]?(\d{4})(?!\d)")
_LOCAL_PHONE = re.compile(r"(?<![\d$-])(\d{3})[-.](\d{4})(?![\d-])")
_FOREIGN_PHONE = re.compile(r"\+(\d{7,15})(?!\d)")
_MONEY = re.compile(r"\$\s?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d\d))?(?!\d)")
_PERCENT = re.compile(r"(\d)\s?%")
_TIMES = re.compile(r"(?<=\d)\s?[x×]\s?(?=\d)|(?<=\d)\s?[x×]\b")
_RANGE = re.compile(r"(?<![\d-])(\d{1,4})\s?-\s?(\d{1,4})(?![\d-])")
_THOUSANDS = re.compile(r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])")
_YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?![\d.]\d|\d)")
_ORDINAL = re.compile(r"\b(\d{1,3})(?:st|nd|rd|th)\b")
_DROPPED = frozenset({"So", "Sk", "Cs", "Co", "Cn", "Cf", "Me"})
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " "})


@dataclass(frozen=True)
class Spoken:
    """What is said, and the web addresses that were left out of it, which a text may carry."""

    text: str
    links: tuple[str, ...] = ()


def say(text: str, *, can_text: bool = True, spanish: bool = False, speaking: Speaking | None = None) -> Spoken:
    """Return what is said for `text`. `can_text` tells that the caller's telephone takes texts, so that a link may be promised.

    Of a `spanish` text, which the line has for danger alone, times and numbers are said in Spanish and everything else stays as it is.
    """
    words = speaking or load()
    links = tuple(dict.fromkeys(match[0] for match in _LINK.finditer(text)))
    text = _plain(text, words)
    if spanish:
        return Spoken(_tidy(say_spanish_numbers(_marks(_LINK.sub("", text), words), words)), links)
    text = _without_links(text, words, words.texted if can_text else words.not_texted)
    for pattern, to in words.rewrite:
        text = pattern.sub(to, text)
    for step in (_phones, _addresses, _abbreviated, _fractions):
        text = step(text, words)
    text = say_times(text)
    text = say_options(text)
    for step in (_amounts, _marks):
        text = step(text, words)
    return Spoken(_tidy(_numbers(text)), links)


def _plain(text: str, words: Speaking) -> str:
    """Return the text without emoji, typographic letters and line ends."""
    for sign in words.signs:
        if not sign.isascii():
            text = re.sub(rf"(?<=\d)\s?{sign}", f" and {words.signs[sign]}" if sign in "½¼¾" else f" {words.signs[sign]}", text)
            text = text.replace(sign, f" {words.signs[sign]} ")
    text = re.sub(r"(?<=\d)\s?[–—]\s?(?=[\w$])|(?<=\w)–(?=\w)", "-", text.translate(_QUOTES))
    text = re.sub(r"\s*[–—]\s*", ", ", text)
    text = unicodedata.normalize("NFKC", text)
    text = "".join(letter for letter in text if unicodedata.category(letter) not in _DROPPED and not "\ufe00" <= letter <= "\ufe0f")
    text = re.sub(r"(?m)^[ \t]*(\d{1,2})\.[ \t]+(?=\S)", r"\1: ", text)
    text = re.sub(r"(?<=[^\s.?!:;,])[ \t]*\n+\s*", ". ", text)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"(?<!\w)[*•]+\s*|[*_]{2,}", "", text).strip()


def _without_links(text: str, words: Speaking, instead: str) -> str:
    """Say in place of an address what becomes of it, or name it in the sentence and say so after it; a letter's address is read."""
    after_colon, inside = re.search(rf": ?(?:{_LINK.pattern})", text, re.IGNORECASE), _LINK.search(text)
    if after_colon is not None:
        tail = text[after_colon.end() :]
        text = f"{text[: after_colon.start()]}: {instead}{tail if tail[:1] in ('.', '?', '!') else f'.{tail}'}"
        text = _LINK.sub(words.link, text)
    elif inside is not None:
        text = _LINK.sub(words.link, text).rstrip()
        text = f"{text}{'' if text[-1] in '.?!' else '.'} {instead}."
    return _MAIL.sub(lambda match: f"{match[1].replace('.', ' dot ')} at {match[2].replace('.', ' dot ')}", text)


def _phones(text: str, words: Speaking) -> str:
    """Read telephone numbers digit by digit, with a pause after each group."""
    del words
    text = _PHONE.sub(lambda match: ", ".join(digits(group) for group in match.groups() if group), text)
    text = _FOREIGN_PHONE.sub(lambda match: "plus " + ", ".join(digits(match[1][at : at + 3]) for at in range(0, len(match[1]), 3)), text)
    text = _LOCAL_PHONE.sub(lambda match: f"{digits(match[1])}, {digits(match[2])}", text)
    return _EMERGENCY.sub(lambda match: digits(match[0]), text)


def _addresses(text: str, words: Speaking) -> str:
    states = "|".join(words.states)
    text = re.sub(rf"(?<=, )({states}) (\d{{5}})(?:-\d{{4}})?\b", lambda match: f"{words.states[match[1]]}, {digits(match[2])}", text)
    kinds = "|".join([*words.streets, *words.streets.values()])
    name = r"(?:[NSEW]\.? )?(?:(?:[A-Z][\w']*|\d+(?:st|nd|rd|th))\.? ){1,3}?"

    def address(match: re.Match[str]) -> str:
        return f"{house(match[1])} {match[2]}{words.streets.get(match[3], match[3])}{_stop(match, 4)}"

    text = re.sub(rf"\b(\d{{1,5}}) ({name})({kinds})\b(\.?)", address, text)
    usual = "|".join(kind for kind in words.streets if kind not in words.abbreviations)
    text = re.sub(rf"(?<=[a-z] )({usual})\b(\.?)", lambda match: _street(match, words), text)
    return re.sub(r"\bSt\b\.? (?=[A-Z])", "Saint ", text)


def _street(match: re.Match[str], words: Speaking) -> str:
    """Return the kind of street, if a name stands before it: "at St. Mary's" is no street."""
    named = re.search(r"(?:^|\s)(?!(?:At|On|In|To|From|Near|By) )[A-Z][a-z]+ $", match.string[: match.start()])
    return f"{words.streets[match[1]]}{_stop(match, 2)}" if named else match[0]


def _stop(match: re.Match[str], group: int) -> str:
    """Return the full stop of an abbreviation if it ends the sentence too."""
    return "." if match[group] and re.match(r"\s+[A-Z]|\s*$", match.string[match.end() :]) else ""


def _abbreviated(text: str, words: Speaking) -> str:
    text = re.sub(rf"\b(?:{'|'.join(words.commands)})\b", lambda match: match[0].lower(), text)
    short = "|".join(re.escape(word) for word in sorted(words.abbreviations, key=len, reverse=True))

    def whole(match: re.Match[str]) -> str:
        said = words.abbreviations[match[1]]
        ends = match[2] and re.match(r"\s*$", match.string[match.end() :])
        return said + ("." if ends and not said.endswith(".") else "")

    return re.sub(rf"\b({short})\b(\.?)", whole, text)


def _fractions(text: str, words: Speaking) -> str:
    """Say "1/2 inch" as a part of one, before "1/2" is taken for a date."""
    parts, measures = "|".join(words.fractions), "|".join(words.measures)
    text = re.sub(rf"(?<=\d) ({parts})(?![\d/])", lambda match: f" and a {words.fractions[match[1]]}", text)

    def part(match: re.Match[str]) -> str:
        said, measure = words.fractions[match[1]], match[2]
        article = "an" if measure[0] in "aeio" or measure.startswith("hour") else "a"
        return f"{said} {article} {measure}" if said == "half" and not measure.startswith(("a ", "an ", "of ")) else f"{said} {measure}"

    return re.sub(rf"(?<![\d/])({parts}) ((?:an? |of )?(?:{measures}))\b", part, text)


def _amounts(text: str, words: Speaking) -> str:
    def dollars(match: re.Match[str]) -> str:
        whole, cents = int(match[1].replace(",", "")), int(match[2] or 0)
        alone = whole != 1 and not re.match(rf" (?:{'|'.join(words.priced)})\b", match.string[match.end() :])
        said = f"{cardinal(whole) if whole < MOST_COUNTED else digits(match[1])} dollar{'s' if alone else ''}"
        return f"{said} and {cardinal(cents)} cent{'' if cents == 1 else 's'}" if cents else said

    def unit(match: re.Match[str]) -> str:
        return f"{match[1]} {words.units[match[2]][match[1] != '1']}{_stop(match, 3)}"

    text = re.sub(r"(?<=[\d%])\s?-\s?(?=\$)|(?<=%)\s?-\s?(?=\d)", " to ", text)
    text = re.sub(r"(\d)'\s?(\d{1,2})\"", r"\1 feet \2", text)
    text = _PERCENT.sub(r"\1 percent", _MONEY.sub(dollars, text))
    units = "|".join(re.escape(name) for name in sorted(words.units, key=len, reverse=True))
    text = re.sub(rf"(?<![\d.])(\d+(?:\.\d+)?)[ -]?({units})(?!\w)(\.?)", unit, text)
    return _TIMES.sub(" times ", text)


def _marks(text: str, words: Speaking) -> str:
    """Turn brackets into pauses and signs into words."""
    text = re.sub(r"\s*\(([^()]*)\)", r", \1,", text)
    for sign, said in words.signs.items():
        text = re.sub(rf"\s*{re.escape(sign)}\s*", f" {said} ", text) if sign.isascii() else text
    text = re.sub(r"(?<=[A-Za-z])\s?/\s?(?=[A-Za-z])", " or ", text)
    return re.sub(r"[()\[\]{}<>|\\^`*_]", " ", text)


def _numbers(text: str) -> str:
    """Turn every number that is left into words."""
    text = _ORDINAL.sub(lambda match: ordinal(int(match[1])), text)
    text = _RANGE.sub(r"\1 to \2", text)
    text = _THOUSANDS.sub(_thousands, text)
    text = _YEAR.sub(lambda match: year(int(match[0])), text)
    text = re.sub(r"(?<=\d)\.(?=\d)", " point ", text)
    text = re.sub(r"(?<=\d)/(?=\d)", " over ", text)
    text = re.sub(r"(?<=[A-Za-z])-?(?=\d)|(?<=\d)(?=[A-Za-z])", " ", text)
    return re.sub(r"\d+", lambda match: spelled(match[0]), text)


def _thousands(match: re.Match[str]) -> str:
    value = int(match[0].replace(",", ""))
    return cardinal(value) if value < MOST_COUNTED else digits(match[0])


def _tidy(text: str) -> str:
    """Return the text with single spaces, one mark where several met, and a capital after each full stop."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+(?=[,.;:?!])", "", text)
    text = re.sub(r"[,;:]+(?=[,;.?!])", "", text)
    text = re.sub(r"([.?!])[,;:.]+", r"\1", text).strip(" ,;")
    return re.sub(r"(^|[.?!] )([a-z])", lambda match: match[1] + match[2].upper(), text)

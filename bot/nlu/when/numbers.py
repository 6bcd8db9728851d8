"""Numbers as people type them and as recognisers spell them: terminals of the grammar."""

from __future__ import annotations

from bot.nlu.when.grammar import Grammar
from bot.nlu.when.lexicon import ORDINALS, TENS, UNITS, words
from bot.nlu.when.times import Clock
from bot.nlu.when.tokens import Token

Found = tuple[int, int] | None

# After one of these a number counts things or names one; it is not a time or a day.
COUNTED = words(
    """
    rep reps repetition repetitions set sets time times minute minutes second seconds sec secs hour hours day days week
    weeks month months year years yr yrs lb lbs pound pounds kg percent % visit visits session sessions exercise exercises
    stretch stretches mile miles step steps people person weekends st street ave avenue rd road dollars bucks degrees inch
    inches feet ft flights stairs laps rounds pills tablets kids of out x ml mg cups stars star hrs mins more other things
    options appointments circles ankle knee hip squats bridges lunges pushups situps
    """
)
# After one of these an ordinal ranks things; it is not a day of the month.
RANKED = (COUNTED - {"of"}) | words(
    """
    one ones option options thing available opening slot half part floor grade choice name stretch set move toe finger
    place try therapist opinion person degree base class round attempt page row video link message question child daughter
    son wife husband two three few couple avenue
    """
)
_STREETS = words("street st avenue ave road rd drive dr lane ln boulevard blvd court ct place terrace parkway highway")
_NO_STREET = words("on at in of or and to for am pm oclock the by next this with dr")
_HOMOPHONES = {"for": 4, "fore": 4, "four": 4, "to": 2, "too": 2, "won": 1, "ate": 8, "tree": 3, "sics": 6, "nein": 9}
_HOUR_WORDS = {word: value for word, value in UNITS.items() if 1 <= value <= 12}
_CARDINAL_WORDS = {**UNITS, **TENS}


def cardinal(tokens: list[Token], at: int) -> Found:
    """Read 0 to 99, in digits or words ("14", "fourteen", "twenty one")."""
    token = tokens[at]
    if token.kind == "num":
        return (at + 1, token.value) if token.value < 100 else None
    if token.norm in TENS:
        behind = UNITS.get(tokens[at + 1].norm, 0) if tokens[at + 1].kind == "word" else 0
        return (at + 2, TENS[token.norm] + behind) if 1 <= behind <= 9 else (at + 1, TENS[token.norm])
    value = UNITS.get(token.norm)
    return None if value is None else (at + 1, value)


def ordinal(tokens: list[Token], at: int) -> Found:
    """Read a day of the month as an ordinal ("14th", "the fourteenth", "twenty first"), unless it ranks what follows."""
    token, behind = tokens[at], tokens[at + 1]
    found: Found = None
    if token.kind == "ord":
        found = (at + 1, token.value)
    elif token.norm in TENS and token.norm in ("twenty", "thirty") and behind.norm in ORDINALS and ORDINALS[behind.norm] < 10:
        found = (at + 2, TENS[token.norm] + ORDINALS[behind.norm])
    elif token.norm in ORDINALS:
        found = (at + 1, ORDINALS[token.norm])
    if found is None or not 1 <= found[1] <= 31:
        return None
    return None if _ranks(tokens, *found) else found


def _ranks(tokens: list[Token], end: int, value: int) -> bool:
    """Whether an ordinal ranks what follows ("the second one", "first three"), and is no day ("the fourth one thirty")."""
    behind = tokens[end].norm
    if behind == "one":
        return minute(tokens, end + 1) is None and tokens[end + 1].norm not in ("pm", "oclock")
    if behind in UNITS:
        return value <= 3 and minute(tokens, end + 1) is None and tokens[end + 1].norm not in ("am", "pm", "oclock")
    return behind in RANKED


def spelled_year(tokens: list[Token], at: int) -> Found:
    """Read a year: 2025, "twenty twenty five", "nineteen forty six"."""
    token = tokens[at]
    if token.kind == "num":
        return (at + 1, token.value) if 1900 <= token.value <= 2100 else None
    century = {"nineteen": 1900, "twenty": 2000}.get(token.norm)
    found = cardinal(tokens, at + 1) if century and tokens[at + 1].norm in {**TENS, **UNITS} else None
    if century is None or found is None or not 10 <= found[1] <= 99 or tokens[found[0]].norm in ("past", "to", "after"):
        return None
    return found[0], century + found[1]


def slash_spoken(tokens: list[Token], at: int) -> tuple[int, tuple[int, int]] | None:
    """Read "six nineteen" as month and day: minutes that no visit starts at."""
    found = hour(tokens, at)
    more = cardinal(tokens, found[0]) if found and tokens[at].kind == "word" and tokens[found[0]].kind == "word" else None
    if found is None or more is None or not 10 < more[1] <= 31 or more[1] % 5 == 0 or tokens[more[0]].norm in COUNTED | {"am", "pm"}:
        return None
    return more[0], (found[1], more[1])


def rank(tokens: list[Token], at: int) -> Found:
    """Read first to fifth as a rank ("the second monday")."""
    token = tokens[at]
    value = token.value if token.kind == "ord" else ORDINALS.get(token.norm, 99)
    return (at + 1, value) if value <= 5 else None


def day_number(tokens: list[Token], at: int) -> Found:
    """Read 1 to 31 standing after a month ("june 9", "june nine", "july twenty one"), unless it counts what follows."""
    found = cardinal(tokens, at)
    if found is None or not 1 <= found[1] <= 31:
        return None
    behind = tokens[found[0]]
    return None if behind.norm in COUNTED or behind.norm in ("am", "pm", "oclock") else found


def is_address(tokens: list[Token], at: int) -> bool:
    """Whether the number at `at` is that of a house: "12 Harbor Street"."""
    names = [token.norm for token in tokens[at + 1 : at + 4]]
    return bool(names) and tokens[at + 1].kind == "word" and names[0] not in _NO_STREET and any(name in _STREETS for name in names[1:])


def hour(tokens: list[Token], at: int) -> Found:
    """Read 1 to 12."""
    token = tokens[at]
    value = token.value if token.kind == "num" else _HOUR_WORDS.get(token.norm, 0)
    return (at + 1, value) if 1 <= value <= 12 else None


def minute(tokens: list[Token], at: int) -> Found:
    """Read the minutes after an hour: "thirty", "forty five", "oh five", "15"."""
    token, behind = tokens[at], tokens[at + 1]
    if token.norm in ("oh", "o", "zero") and 1 <= UNITS.get(behind.norm, 0) <= 9:
        return at + 2, UNITS[behind.norm]
    if token.kind == "num":
        return (at + 1, token.value) if len(token.norm) == 2 and 10 <= token.value <= 59 and behind.norm not in COUNTED else None
    found = cardinal(tokens, at)
    if found and found[1] % 5 and token.norm in TENS:
        found = at + 1, TENS[token.norm]  # "two thirty three thirty" are two times
    return found if found and 10 <= found[1] <= 59 and tokens[found[0]].norm not in COUNTED else None


def small_minutes(tokens: list[Token], at: int) -> Found:
    """Read 5, 10, 20 or 25 before "past" or "to"."""
    found = cardinal(tokens, at)
    return found if found and found[1] in (5, 10, 20, 25) else None


def odd_minutes(tokens: list[Token], at: int) -> Found:
    """Read 20 or 25, which no hour can be."""
    found = small_minutes(tokens, at)
    return found if found and found[1] >= 20 else None


def packed_clock(tokens: list[Token], at: int) -> tuple[int, Clock] | None:
    """Read a clock time written without a colon: 230, 1030, 0900, 1430."""
    token = tokens[at]
    if token.kind != "num" or len(token.norm) not in (3, 4):
        return None
    hours, minutes = divmod(token.value, 100)
    if minutes > 59 or minutes % 5 or hours > 23 or tokens[at + 1].norm in COUNTED or (token.norm[0] != "0" and hours == 0):
        return None
    return at + 1, Clock(hours, minutes, "am" if token.norm[0] == "0" and hours < 12 else None)


def heard_clock(tokens: list[Token], at: int) -> tuple[int, Clock] | None:
    """Read an hour misheard as another word, where minutes, "o'clock", am or pm follow ("for thirty", "won pm", "ate oclock")."""
    hours = _HOMOPHONES.get(tokens[at].norm)
    if hours is None or tokens[at].norm == "four":
        return None
    behind = tokens[at + 1]
    if behind.norm in ("am", "pm"):
        return at + 2, Clock(hours, 0, behind.norm)
    if behind.norm == "oclock":
        return at + 2, Clock(hours, 0, None)
    if behind.norm not in ("fifteen", "thirty", "forty"):
        return None
    found = minute(tokens, at + 1)
    if found is None or found[1] not in (15, 30, 45) or tokens[found[0]].norm in COUNTED | {"past", "after", "to"}:
        return None
    meridiem = tokens[found[0]].norm
    return (found[0] + 1, Clock(hours, found[1], meridiem)) if meridiem in ("am", "pm") else (found[0], Clock(hours, found[1], None))


def heard_hour(tokens: list[Token], at: int) -> Found:
    """Read an hour misheard as another word, for use after "at" or "past" ("at ate", "half past too")."""
    hours = _HOMOPHONES.get(tokens[at].norm)
    return None if hours is None else (at + 1, hours)


def military(tokens: list[Token], at: int) -> tuple[int, Clock] | None:
    """Read "oh nine hundred", "fourteen hundred", "fourteen thirty", "nine hundred hours"."""
    begin = at + 1 if tokens[at].norm in ("oh", "o", "zero") else at
    found = cardinal(tokens, begin)
    if found is None or tokens[begin].kind == "num" or found[1] > 23:
        return None
    end, hours = found
    if tokens[end].norm == "hundred":
        end += 2 if tokens[end + 1 : end + 2] and tokens[end + 1].norm == "hours" else 1
        return end, Clock(hours, 0, "am" if hours < 12 and (begin > at or tokens[end - 1].norm == "hours") else None)
    if begin > at or hours > 12:
        more = minute(tokens, end)
        if more and hours >= 1:
            return more[0], Clock(hours, more[1], "am" if hours < 12 else None)
    return None


def add_numbers(grammar: Grammar) -> None:
    """Add every number terminal."""
    words = set(_CARDINAL_WORDS)
    grammar.terminal("cardinal", {"#num", *words}, cardinal)
    grammar.terminal("ordinal", {"#ord", *ORDINALS, *TENS}, ordinal)
    grammar.terminal("year", {"#num", "nineteen", "twenty"}, spelled_year)
    grammar.terminal("slash_spoken", _HOUR_WORDS, slash_spoken)
    grammar.terminal("rank", {"#ord", *ORDINALS}, rank)
    grammar.terminal("day_number", {"#num", *words}, day_number)
    grammar.terminal("hour", {"#num", *_HOUR_WORDS}, hour)
    grammar.terminal("minute", {"#num", "oh", "o", *words}, minute)
    grammar.terminal("small_minutes", {"#num", *words}, small_minutes)
    grammar.terminal("odd_minutes", {"#num", *words}, odd_minutes)
    grammar.terminal("packed_clock", {"#num"}, packed_clock)
    grammar.terminal("heard_clock", _HOMOPHONES, heard_clock)
    grammar.terminal("heard_hour", _HOMOPHONES, heard_hour)
    grammar.terminal("military", {"oh", "o", *words}, military)

"""Whether what was said so far is a whole and clear answer, so that the turn may end early. In doubt the usual silence decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from bot.nlu import birth_date
from bot.nlu.number_words import ORDINALS, UNITS
from voice.cues import Cues, words_of
from voice.listening import Grammar, Profile

Complete = Callable[[str], bool]


def complete_answer(profile: Profile, cues: Cues, *, today: date, offered: Sequence[str] = ()) -> Complete:
    """Return the judge of one answer. `offered` are the choices as they were spoken; a birth date lies before `today`."""

    def judge(text: str) -> bool:
        said = cues.bare(text)
        if profile.grammar is Grammar.DATE:
            return _is_birth_date(said, today)
        if profile.grammar is Grammar.CHOICE:
            return _is_choice(said, profile, offered)
        # A closing "oh" is a courtesy elsewhere and a zero here.
        return said in profile.clear or (profile.grammar is Grammar.DIGITS and any(_is_number(words, profile) for words in (text, said)))

    return judge


def as_keyed(profile: Profile, cues: Cues, text: str) -> str:
    """Return what a key means when only its number was said ("number one" where 1 is yes), else the text as it is."""
    said = cues.bare(text).removeprefix("number ")
    return profile.keys.answers.get(str(UNITS.get(said, said)), text)


def _is_birth_date(said: str, today: date) -> bool:
    """Whether all of a date was said, its year with four digits: "sixty-two" may go on."""
    found = birth_date.complete(said, "", today)
    return found is not None and found.complete_year


def _is_choice(said: str, profile: Profile, offered: Sequence[str]) -> bool:
    """Whether exactly one of the choices was named, by its number or in the words it was offered in."""
    if said in profile.clear:
        numbers = [UNITS.get(word, ORDINALS.get(word, 0)) for word in said.split()]
        return not offered or max(numbers) <= len(offered)
    return words_of(said) in {words_of(choice) for choice in offered}


def _is_number(said: str, profile: Profile) -> bool:
    """Whether digit by digit a whole number was said: "two oh seven, five five five ..."."""
    digits = [UNITS.get(word) for word in words_of(said)]
    if any(digit is None or digit > 9 for digit in digits):
        return False
    return profile.keys.complete.fullmatch("".join(str(digit) for digit in digits)) is not None

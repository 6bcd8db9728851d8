"""How hard a text is to read, and what a carrier makes of it: the Flesch-Kincaid grade, the GSM alphabet, segments.

Grade = 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid and others, 1975), here with syllables counted by vowel groups.
The alphabet is GSM 03.38's, the segment sizes are Twilio's: 160 characters, or 153 each when there are several.
"""

from __future__ import annotations

import re

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€")
ONE_SEGMENT, PER_SEGMENT = 160, 153
_SENTENCE = re.compile(r"[.!?:;]+(?:\s|$)")
_WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*")
_VOWELS = re.compile(r"[aeiouy]+")


def foreign_to_gsm(text: str) -> str:
    """Return the characters that would switch a text to UCS-2, and so to 70 a segment."""
    return "".join(sorted({letter for letter in text if letter not in GSM_BASIC and letter not in GSM_EXTENDED}))


def septets(text: str) -> int:
    """Return how many characters a text counts for the carrier: those of the extension table count twice."""
    return len(text) + sum(letter in GSM_EXTENDED for letter in text)


def segments(text: str) -> int:
    """Return how many messages the carrier makes of a GSM text."""
    length = septets(text)
    return 1 if length <= ONE_SEGMENT else -(-length // PER_SEGMENT)


def syllables(word: str) -> int:
    """Return the syllables of an English word, roughly: its vowel groups, without a silent last e."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    if not plain:
        return 1
    count = len(_VOWELS.findall(plain))
    if plain.endswith("e") and not plain.endswith(("le", "ee", "ye")) and count > 1:
        count -= 1
    if plain.endswith(("ed", "es")) and not plain.endswith(("ted", "ded", "ses", "ces", "ges", "zes", "xes", "shes", "ches")) and count > 1:
        count -= 1
    return max(count, 1)


def grade(text: str) -> float:
    """Return the school grade at which a text is easy, 0 for one without words. Numbers count as no words."""
    sentences = [words for part in _SENTENCE.split(text) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59

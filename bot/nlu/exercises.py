"""Finds which exercise a patient speaks of: "the towel one", "that bridge thing", "clams", "heal slides".

What is said is compared with the names, the nicknames of `data/exercise_names.yml` and, at less weight, the equipment. Typing errors and
mishearings are forgiven. Two exercises that fit alike get nearly the same score: the dialogue asks which.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bot.yamlfile import open_yaml

NICKNAMES = Path("data/exercise_names.yml")

# A candidate below this is no candidate; two whose scores lie closer than `ALIKE` are to be asked about.
LEAST = 0.4
ALIKE = 0.15
# How much equipment and other side words say beside the name.
SIDE_WORDS_SAY = 0.75
# A mention of nothing but a part of the body or a thing ("towel", "knee") names an exercise only when it points at one ("the towel one").
UNPOINTED = 0.5
# A name that says more than was mentioned fits a little less: "bridge" is rather the bridge than the single-leg bridge, but may be both.
UNSAID = 0.2
# Words this long may have an error; this long, two.
ONE_ERROR, TWO_ERRORS = 5, 8
# How far apart the words of one mention may stand, in words.
GAP = 2
_SAME_NAME = 80
_SHORT_MESSAGE = 3
# What holds a mention together ("cat and cow") at least so well is not two mentions.
_WHOLE = 0.9

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_EMPTY_WORDS = """
    a an the of on in at to with and or my your his her their up it is for that this do i"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_POINTERS_WORDS = """
    one ones thing things exercise exercises exercize stretch move movement deal bit part ejercicio thingy thingamajig drill"""
_POINTERS = frozenset(_POINTERS_WORDS.split())
# These name many exercises or none: a thing to hold, a part of the body, a way to move.
_VAGUE_WORDS = """
    towel band ball wall chair table counter bed mat pillow stair step door weight can strap roll rope hand foot feet leg arm
    knee hip ankle shoulder back neck wrist calf heel toe elbow chest blade thigh side stretch raise lift squeeze press turn
    stand sit slide stretching standing sitting lying seated single straight slow row can mini march letter squat pointer
    pointing grip bottom floor lowering green yellow red rolled small bath firm kitchen soft pound cushion doorway forearm
    forward balance finger walk walking swing"""
_VAGUE = frozenset(_VAGUE_WORDS.split())


# In a description these stand in every other one and tell nothing.
_COMMON_WORDS = (
    """
    how go goes went again do does did you me we then when where which what who hold keep have has had slowly slow side time day week
    second minute rep set times get got make feel let not no can could should would there here down back forth
    right left both each one two first last"""
    + _EMPTY_WORDS
)
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True)
class Candidate:
    """An exercise that may be meant: its name as it was given, how well it fits (0 to 1), and where it is mentioned."""

    name: str
    score: float
    start: int
    end: int


@dataclass(frozen=True)
class _Word:
    """A word of the message as it is compared, its place in the text, and its number among the words."""

    stem: str
    start: int
    end: int
    number: int


@dataclass(frozen=True)
class _Known:
    """An exercise to look for: its name, what it is called as stems, and the stems of its side words."""

    name: str
    forms: tuple[frozenset[str], ...]
    side: frozenset[str]


def find_exercises(text: str, names: Iterable[str] | Mapping[str, Sequence[str]], nicknames: Path = NICKNAMES) -> list[Candidate]:
    """Return those of `names` that `text` may mean, the likeliest first.

    `names` are a program's exercises; as a mapping, each with further words that describe it, such as its equipment. Scores are
    comparable within one call: `alike` tells which of the first are to be asked about.
    """
    further = dict(names) if isinstance(names, Mapping) else dict.fromkeys(names, ())
    known, vocabulary = _known(tuple((name, tuple(words)) for name, words in further.items()), nicknames)
    words = _words(text, vocabulary)
    best: dict[str, Candidate] = {}
    for mention in _mentions(words, vocabulary, known):
        pointed = len(words) <= _SHORT_MESSAGE or _is_pointed(words, mention)
        for each in known:
            score = round(_fit(mention, each, pointed=pointed), 3)
            if score >= LEAST and (each.name not in best or score > best[each.name].score):
                best[each.name] = Candidate(each.name, score, mention[0].start, mention[-1].end)
    return sorted(best.values(), key=lambda each: (-each.score, each.start))


def alike(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the first of the candidates and those that fit nearly as well and are mentioned at the same place."""
    if not candidates:
        return []
    first = candidates[0]
    return [each for each in candidates if first.score - each.score < ALIKE and each.start < first.end and first.start < each.end]


def described(text: str, ways: Mapping[str, str]) -> list[str]:
    """Return which of the exercises `text` describes ("where I push a towel up the wall"), by the words of how each is done.

    `ways` tells of each name everything that is written of it. A word counts the more the fewer exercises share it; nothing is returned
    unless at least two words fit, and several only when they fit equally well.
    """
    written = {name: _stems(f"{name} {way}") for name, way in ways.items()}
    said = _stems(" ".join(word for word in _WORD.findall(text.lower()) if word not in _COMMON))
    weights = {
        word: 1 / sum(word in words for words in written.values()) for word in said if any(word in each for each in written.values())
    }
    fits = {name: sum(weight for word, weight in weights.items() if word in words) for name, words in written.items()}
    shared = {name: len(said & words) for name, words in written.items()}
    best = max(fits.values(), default=0.0)
    return [name for name, fit in fits.items() if fit == best and shared[name] > 1]


@lru_cache(maxsize=4)
def known_names(nicknames: Path = NICKNAMES) -> Mapping[str, tuple[str, ...]]:
    """Return the usual exercises and what they are called besides. Raises FileError."""
    root = open_yaml(nicknames)
    return {name: root.at(name).texts() for name in root.value}


@lru_cache(maxsize=64)
def _known(program: tuple[tuple[str, tuple[str, ...]], ...], nicknames: Path) -> tuple[tuple[_Known, ...], frozenset[str]]:
    """Return the exercises of a program as they are looked for, and every word that may name one."""
    called = known_names(nicknames)
    known = tuple(_Known(name, _forms(name, called), _stems(" ".join(words))) for name, words in program)
    return known, frozenset(stem for each in known for form in (*each.forms, each.side) for stem in form)


@lru_cache(maxsize=512)
def _stems(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _WORD.findall(text.lower())) - _EMPTY - _POINTERS


def _stem(word: str) -> str:
    plain = re.sub(r"['’]s$", "", word)
    if len(plain) > 4 and plain.endswith(("shes", "ches", "sses")):
        return plain[:-2]
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") and not plain.endswith("ss") else plain


def _forms(name: str, called: Mapping[str, tuple[str, ...]]) -> tuple[frozenset[str], ...]:
    """Return the ways to call an exercise: its own name and, if it is a usual exercise, the nicknames of that."""
    own = _stems(name)
    usual = max(called, key=lambda entry: fuzz.token_sort_ratio(name.lower(), entry), default=None)
    spellings: tuple[str, ...] = ()
    if usual is not None:
        if fuzz.token_sort_ratio(name.lower(), usual) < _SAME_NAME:
            inside = [entry for entry in called if _stems(entry) <= own]
            usual = max(inside, key=lambda entry: len(_stems(entry)), default=None)
        spellings = (usual, *called[usual]) if usual is not None else ()
    return tuple(dict.fromkeys(form for form in (own, *(_stems(each) for each in spellings)) if form))


def _words(text: str, vocabulary: Collection[str]) -> list[_Word]:
    return [
        _Word(_mended(_stem(found.group().lower()), vocabulary), found.start(), found.end(), number)
        for number, found in enumerate(_WORD.finditer(text))
    ]


def _mended(stem: str, vocabulary: Collection[str]) -> str:
    """Return the word of the vocabulary that a misspelled one stands for; vague words must be spelled right ("well" is no "wall")."""
    if stem in vocabulary or len(stem) < ONE_ERROR or stem in _POINTERS:
        return stem
    allowed = 2 if len(stem) >= TWO_ERRORS else 1
    alike_words = (word for word in vocabulary if word[0] == stem[0] and len(word) >= ONE_ERROR and word not in _VAGUE)
    near = [word for word in alike_words if OSA.distance(stem, word) <= allowed]
    return min(near, key=lambda word: (OSA.distance(stem, word), word), default=stem)


def _mentions(words: Sequence[_Word], vocabulary: Collection[str], known: Sequence[_Known]) -> list[list[_Word]]:
    """Return the stretches of words that may name an exercise each; "clams and bridges" are two, "cat and cow" is one."""
    clusters: list[list[_Word]] = []
    for word in words:
        if word.stem not in vocabulary or word.stem in _EMPTY:
            continue
        if clusters and word.number - clusters[-1][-1].number <= GAP + 1:
            clusters[-1].append(word)
        else:
            clusters.append([word])
    joins = {word.number for word in words if word.stem in ("and", "or", "y", "then", "plus", "but", "also")}
    found = []
    for cluster in clusters:
        if max(_fit(cluster, each, pointed=True) for each in known) >= _WHOLE:
            found.append(cluster)
            continue
        part = cluster[:1]
        for word in cluster[1:]:
            if joins & set(range(part[-1].number, word.number)):
                found.append(part)
                part = []
            part.append(word)
        found.append(part)
    return found


def _is_pointed(words: Sequence[_Word], mention: Sequence[_Word]) -> bool:
    """Does a word such as "one" or "thing" stand in the mention or right behind it?"""
    return any(word.stem in _POINTERS for word in words[mention[0].number : mention[-1].number + GAP + 1])


def _fit(mention: Sequence[_Word], exercise: _Known, *, pointed: bool) -> float:
    said = {word.stem for word in mention}
    score = 0.0
    for form in exercise.forms:
        common = said & form
        if common:
            fits = len(common) / len(said) * (1 - UNSAID + UNSAID * len(common) / len(form))
            by_side = SIDE_WORDS_SAY * len((said - form) & exercise.side) / len(said)
            vague = said <= _VAGUE and not (common == form and len(form) > 1)
            score = max(score, (fits + by_side) * (UNPOINTED if vague and not pointed else 1.0))
    sidewise = SIDE_WORDS_SAY * len(said & exercise.side) / len(said) * (1.0 if pointed else UNPOINTED)
    return min(1.0, max(score, sidewise))

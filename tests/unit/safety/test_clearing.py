"""What takes a sign back, and how far that reaches: animals, strangers and stories, exercise talk, words that are spelt as meant."""

from __future__ import annotations

import numpy as np
import pytest

from bot.safety.classifier import NONE, Classifier
from bot.safety.nearest import HARMLESS_KEPT, Nearest
from bot.safety.screen import Screen
from bot.safety.signs import Signs
from bot.safety.text import plain, sentences


@pytest.fixture(scope="module")
def signs() -> Signs:
    return Signs.load()


@pytest.mark.parametrize(
    ("text", "cleared"),
    [
        ("my cats leg is swollen", True),
        ("my dog pulled me over and i hit my head", False),
        ("i have written letters to the kids and gave away the dog", False),
        ("on tv a man collapsed during a marathon", True),
        ("watched a movie and then my chest hurt", False),
        ("my coworker fainted during lunch", True),
        ("my coworker isnt breathing", False),
        ("a friend of mine fell and is still on the floor", False),
        ("vi en la tele un senor que se desmayo", True),
        ("mi vecina esta en el piso y no se levanta", False),
        ("anyone could slip and crack their head on that step", True),
        ("had a concussion two seasons ago", True),
        ("tuve un derrame en 2009", True),
        ("what should a person do if they faint", True),
        ("slipped on the step but caught myself", True),
    ],
)
def test_a_sentence_is_cleared_only_when_it_is_about_nobody_near(signs: Signs, text: str, cleared: bool) -> None:
    assert signs.cleared(text.split()) is cleared


@pytest.mark.parametrize(
    ("category", "text"),
    [
        ("chest_or_breath", "mi mamá no puede respirar"),
        ("chest_or_breath", "a mi papá no le entra el aire"),
        ("chest_or_breath", "mi hijo no respira bien"),
        ("chest_or_breath", "winded just putting on my socks"),
        ("stroke", "se le torció la boca a mi mamá"),
        ("stroke", "mi papá no mueve bien el brazo"),
        ("stroke", "he sounds drunk"),
        ("stroke", "it comes out all wrong when i talk"),
        ("cauda_equina", "mi papá se orina encima"),
        ("cauda_equina", "he perdido la sensibilidad ahí abajo"),
        ("cauda_equina", "i have to push to pee"),
        ("head_strike_fall", "mi abuela se resbaló en el baño y no se levanta"),
        ("head_strike_fall", "im on xarelto and tripped on the rug"),
        ("leg_clot", "a mi mamá se le hinchó la pierna"),
        ("septic_joint", "mi mamá tiene fiebre y la rodilla operada le arde"),
        ("wound", "le sale líquido a la herida de mi papá"),
        ("fracture", "a mi mamá se le trabó la rodilla"),
        ("allergy_faint_sugar", "se le bajó el azúcar a mi esposo"),
        ("allergy_faint_sugar", "hives from the tape and im wheezing"),
        ("self_harm", "no le encuentro sentido a seguir viviendo"),
        ("self_harm", "i keep counting my pills"),
        ("abuse", "mi hija no me da de comer"),
        ("abuse", "la señora me pellizca"),
    ],
)
def test_a_pattern_of_its_own_category_finds_it(signs: Signs, category: str, text: str) -> None:
    sign = signs.sign(category)
    assert sign is not None
    assert any(signs.hits(sign, words).patterns for words in sentences(plain(text)))


@pytest.mark.parametrize(
    "text",
    [
        "Straight leg raise, once or twice each day?",
        "single leg bridge is way too hard",
        "the leg one is hard for me",
        "explain to my grandmother in Vietnamese",
        "This is for Mei",
        "have a heart and give me friday",
        "my heart isnt in the exercises lately",
        "do i breathe in or out on the way up",
        "the heat in the lobby is suffocating",
        "this joke, i want to scream",
        "me muero de ganas de volver a correr",
        "se me partió el corazón con la noticia",
        "my knee brace bled dye on my leg",
        "the knee buckles on stairs like we talked about",
    ],
)
def test_talk_of_every_day_is_left_alone(screen: Screen, text: str) -> None:
    assert screen.check(text).level == "none"


@pytest.mark.parametrize("word", ["muero", "correr"])
def test_a_word_of_an_idiom_is_not_put_right(signs: Signs, word: str) -> None:
    assert signs.corrected([word], frozenset()) == [word]


def test_what_is_like_nothing_known_is_no_nearer_to_a_sign() -> None:
    sign, harmless, strange = np.eye(3, dtype=np.float32)
    nearest = Nearest.of(np.array([sign, harmless]), [True, False])
    by_sign, by_harmless, by_strange = nearest.margins(np.array([sign, harmless, strange]))
    assert by_sign > 0
    assert by_harmless < by_strange < 0


def test_only_the_harmless_examples_most_like_signs_are_kept() -> None:
    rows = np.zeros((HARMLESS_KEPT + 11, 2), dtype=np.float32)
    rows[:11], rows[11:] = (1, 0), (0, 1)
    rows[10] = (0.9, 0.1)
    kept = Nearest.of(rows, [True] * 10 + [False] * (HARMLESS_KEPT + 1))
    assert (kept.signs, len(kept.vectors)) == (10, 10 + HARMLESS_KEPT)
    assert kept.vectors[10] == pytest.approx([0.9, 0.1], abs=1e-3)


def test_the_nearest_examples_outweigh_words_that_add_up() -> None:
    vectors = np.repeat(np.eye(2, dtype=np.float32), 3, axis=0)
    texts = ["my chest hurts", "chest pain", "chest is tight", "chest press reps", "chest stretch", "chest fly"]
    found = Classifier.fit(texts, vectors, ["chest_or_breath/emergency"] * 3 + [NONE] * 3)
    near_sign, near_harmless = 1 - found.probabilities(["chest"] * 2, np.eye(2, dtype=np.float32))[:, found.names.index(NONE)]
    assert near_sign > 0.9
    assert near_harmless < 0.1

"""Whether words tell that somebody has died."""

from __future__ import annotations

import pytest

from actions.journeys.relations import tells_of_death


@pytest.mark.parametrize(
    "text",
    [
        "my mom is dead",
        "He died on Sunday",
        "Pop passed on friday night",
        "we lost my father, it was sudden",
        "the patient that died was my wife",
        "my husband died on me last week",
    ],
)
def test_a_death_is_told(text: str) -> None:
    assert tells_of_death(text)


@pytest.mark.parametrize(
    "text", ["the car is dead, fri instead?", "sorry my phone died", "battery's dead", "the bus died on route 1", "the line is dead"]
)
def test_things_die_too(text: str) -> None:
    assert not tells_of_death(text)

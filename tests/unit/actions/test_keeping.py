"""Whether words want a visit to stand though they speak of cancelling: nothing is cancelled on those."""

from __future__ import annotations

import pytest

from actions.journeys.cancel import keeps_visit


@pytest.mark.parametrize(
    "text",
    ["yes keep it", "never mind cancelling, i'll be there", "don\N{RIGHT SINGLE QUOTATION MARK}t cancel", "leave it the way it is",
     "yes i want to keep my appointment", "forget about cancelling", "i'm still coming"],
)  # fmt: skip
def test_the_visit_is_to_stand(text: str) -> None:
    assert keeps_visit(text)


@pytest.mark.parametrize(
    "text",
    ["both, no replacements", "don't move them, cancel the two", "no need to keep it", "never mind moving, just cancel",
     "yes, sorry about cancelling", "yes i have to leave the country", "yes, i leave my shift at six"],
)  # fmt: skip
def test_the_visit_may_go(text: str) -> None:
    assert not keeps_visit(text)

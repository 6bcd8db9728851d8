"""A date of birth in the forms people write and a recogniser hears."""

from datetime import date

import pytest

from bot.nlu.birth_date import find

TODAY = date(2025, 6, 2)


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("4/9/91", "1991-04-09"),
        ("04-09-1991", "1991-04-09"),
        ("4.9.91", "1991-04-09"),
        ("4 9 91", "1991-04-09"),
        ("040991", "1991-04-09"),
        ("04091991", "1991-04-09"),
        ("1991-04-09", "1991-04-09"),
        ("April 9th, 1991", "1991-04-09"),
        ("apr 9 '91", "1991-04-09"),
        ("9 april 1991", "1991-04-09"),
        ("its the 9th of april 1991 thx", "1991-04-09"),
        ("march the fourteenth nineteen forty six", "1946-03-14"),
        ("March fourteenth, nineteen forty-six.", "1946-03-14"),
        ("three fourteen forty six", "1946-03-14"),
        ("oh four oh nine ninety one", "1991-04-09"),
        ("may twenty first two thousand and three", "2003-05-21"),
        ("twenty first of may two thousand three", None),
        ("mom's is 3/14/46", "1946-03-14"),
        ("5/1/09 for lily", "2009-05-01"),
        ("2/29/2024", "2024-02-29"),
        ("2/29/2023", None),
        ("13/45/91", None),
        ("4/9", None),
        ("march 1946", None),
        ("december 25 2030", None),
        ("tuesday at 10", None),
        ("i can do 5 6 or 7", None),
        ("", None),
    ],
)
def test_reads_or_refuses(text: str, born: str | None) -> None:
    found = find(text, TODAY)
    assert (found.value.isoformat() if found else None) == born


def test_two_digit_years_are_the_latest_past_ones() -> None:
    assert find("6/1/25", TODAY).value.year == 2025  # type: ignore[union-attr]
    assert find("6/3/25", TODAY) is None or find("6/3/25", TODAY).value.year == 1925  # type: ignore[union-attr]


def test_the_span_is_the_date_alone() -> None:
    text = "hi its maya, 4/9/91 ok?"
    found = find(text, TODAY)
    assert found is not None
    assert text[found.start : found.end] == "4/9/91"

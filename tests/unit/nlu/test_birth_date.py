"""A date of birth in the forms people write and a recogniser hears, whole and in parts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.birth_date import Parts, complete, find, parts
from bot.nlu.number_words import ORDINALS, TENS, UNITS

TODAY = date(2025, 6, 2)
MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
MESES = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("4/9/91", "1991-04-09"),
        ("04-09-1991", "1991-04-09"),
        ("4-9-91", "1991-04-09"),
        ("4.9.91", "1991-04-09"),
        ("4 / 9 / 91", "1991-04-09"),
        ("4/9 1991", "1991-04-09"),
        ("4 9 91", "1991-04-09"),
        ("040991", "1991-04-09"),
        ("04091991", "1991-04-09"),
        ("18091963", "1963-09-18"),
        ("19910409", "1991-04-09"),
        ("1991-04-09", "1991-04-09"),
        ("18/09/1963", "1963-09-18"),
        ("18.9.63", "1963-09-18"),
        ("10.5.1979", "1979-10-05"),
        ("April 9th, 1991", "1991-04-09"),
        ("apr 9 '91", "1991-04-09"),
        ("oct 5 79", "1979-10-05"),
        ("5 oct 1979", "1979-10-05"),
        ("5OCT1979", "1979-10-05"),
        ("9 april 1991", "1991-04-09"),
        ("12 of december 1995", "1995-12-12"),
        ("12 of may of 1966", "1966-05-12"),
        ("its the 9th of april 1991 thx", "1991-04-09"),
        ("march the fourteenth nineteen forty six", "1946-03-14"),
        ("March fourteenth, nineteen forty-six.", "1946-03-14"),
        ("march fourteenth nineteen hundred and forty six", "1946-03-14"),
        ("um march uh fourteenth nineteen forty six", "1946-03-14"),
        ("fourteenth of march forty six", "1946-03-14"),
        ("nineteen forty six march fourteen", "1946-03-14"),
        ("1946, the 14th of March", "1946-03-14"),
        ("three fourteen forty six", "1946-03-14"),
        ("eleven two nineteen forty four", "1944-11-02"),
        ("October 5th nineteen seventy nine", "1979-10-05"),
        ("the twenty-third of July, nineteen and fifty-six", "1956-07-23"),
        ("oh four oh nine ninety one", "1991-04-09"),
        ("may twenty first two thousand and three", "2003-05-21"),
        ("twenty first of may two thousand three", "2003-05-21"),
        ("the ninth of may twenty eleven", "2011-05-09"),
        ("9 de abril de 1991", "1991-04-09"),
        ("14 de marzo del 46", "1946-03-14"),
        ("nací el nueve de abril de mil novecientos noventa y uno", "1991-04-09"),
        ("mom's is 3/14/46", "1946-03-14"),
        ("5/1/09 for lily", "2009-05-01"),
        ("born 4/9/91 in Maine", "1991-04-09"),
        ("4/9/91 and tuesday at 10 please", "1991-04-09"),
        ("not 4/9/91, 4/19/91", "1991-04-19"),
        ("4/9/91, sorry, 4/19/91", "1991-04-19"),
        ("2/29/2024", "2024-02-29"),
        ("2/29/2023", None),
        ("13/45/91", None),
        ("18/19/1963", None),
        ("4/9", None),
        ("4/9/991", None),
        ("march 1946", None),
        ("march nineteen forty six", None),
        ("July, nineteen and fifty-six", None),
        ("march fortieth nineteen forty six", None),
        ("for nine ninety one", None),
        ("december 25 2030", None),
        ("march 14 1899", None),
        ("", None),
    ],
)
def test_reads_or_refuses(text: str, born: str | None) -> None:
    found = find(text, TODAY)
    assert (found.value.isoformat() if found else None) == born


@pytest.mark.parametrize(
    "wish",
    [
        "tuesday at 10",
        "june 5 at 10",
        "june 5 10",
        "june 5 10am",
        "june 5 10:30",
        "june 5th ten thirty",
        "june 5-10",
        "june 5-14",
        "june 5 and 14",
        "june 5, 14 or 20",
        "the 5th of june in 10 minutes",
        "6/5 10",
        "6/5-10",
        "6/5/26",
        "1/5/26",
        "i can do 5 6 or 7",
        "between ten eleven twelve",
        "call 207 555 0142",
        "2 4 9 91",
    ],
)
def test_a_wish_for_a_visit_is_no_date_of_birth(wish: str) -> None:
    assert find(wish, TODAY) is None


def test_two_digit_years_are_the_latest_past_ones() -> None:
    assert find("6/1/25", TODAY).value.year == 2025  # type: ignore[union-attr]
    assert find("born 6/3/25", TODAY).value.year == 1925  # type: ignore[union-attr]
    assert complete("6/3/25", "", TODAY).value.year == 1925  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("hi its maya, 4/9/91 ok?", "4/9/91"),
        ("Née à Québec, April 9th, 1991!", "April 9th, 1991"),
        ("İ said the ninth of April, nineteen ninety-one", "ninth of April, nineteen ninety-one"),
    ],
)
def test_the_span_is_the_date_alone(text: str, span: str) -> None:
    found = find(text, TODAY)
    assert found is not None
    assert text[found.start : found.end] == span


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("October 5th", Parts(10, 5)),
        ("5 de octubre", Parts(10, 5)),
        ("10/5", Parts(10, 5)),
        ("18/9", Parts(9, 18)),
        ("10/1979", Parts(10, None, 1979)),
        ("1979", Parts(year=1979)),
        ("nineteen fifty-six", Parts(year=1956)),
        ("I was born in 91", Parts(year=91)),
        ("March, nineteen forty-six", Parts(3, None, 1946)),
        ("March fortieth nineteen forty-six", Parts(3, None, 1946)),
        ("the 14th", Parts(day=14)),
        ("fourteen", Parts(day=14)),
        ("june something", Parts(month=6)),
        ("it's 1946 not 1964", Parts(year=1946)),
        ("not the 13th, the 14th", Parts(day=14)),
        ("born in thirty nine, the sixth of June", Parts(6, 6, 39)),
        ("March fortieth nineteen forty-six fourteen", Parts(3, 14, 1946)),
        ("4/9/1991", Parts(4, 9, 1991)),
        ("", Parts()),
        ("yes", Parts()),
        ("i don't know", Parts()),
        ("may i ask why", Parts()),
        ("wait a second", Parts()),
        ("the first one", Parts()),
        ("i have 2 kids", Parts()),
        ("in 5 minutes", Parts()),
        ("207-555-0142", Parts()),
        ("can i come june 5 at 10", Parts()),
        ("june 5 10am", Parts()),
    ],
)
def test_parts(text: str, stated: Parts) -> None:
    assert parts(text) == stated


@pytest.mark.parametrize(
    ("earlier", "text", "born"),
    [
        ("July 23, 1965", "I've got it backwards, nineteen fifty-six", "1956-07-23"),
        ("October 5th", "1979", "1979-10-05"),
        ("October 5th", "79", "1979-10-05"),
        ("October 5th", "twelve", "2012-10-05"),
        ("March fortieth nineteen forty-six", "fourteen", "1946-03-14"),
        ("marzo de 1946", "catorce", "1946-03-14"),
        ("the 5th 1979", "october", "1979-10-05"),
        ("the 5th 1979", "10", "1979-10-05"),
        ("1979", "10/5", "1979-10-05"),
        ("2/30/1980", "28", "1980-02-28"),
        ("4/9/91", "ninety two", "1992-04-09"),
        ("1946-03-14", "no, the fifteenth", "1946-03-15"),
        ("July 23, 1965", "june", "1965-06-23"),
        ("march 14 1964", "it's 1946 not 1964", "1946-03-14"),
        ("July 23, 1965", "it was 4/9/91", "1991-04-09"),
        ("", "born in thirty nine, the sixth of June", "1939-06-06"),
        ("", "june 5 10", "2010-06-05"),
        ("", "October 5th", None),
        ("1965", "April", None),
        ("June 14", "no, 15", None),
        ("June 5th", "ten thirty", None),
        ("june 5 1979", "the 31st", None),
        ("July 23, 1965", "2031", None),
        ("July 23, 1965", "", None),
        ("July 23, 1965", "yes", None),
        ("July 23, 1965", "tuesday at 10", None),
        ("1979", "can i come june 5 at 10", None),
    ],
)
def test_completes_or_corrects_the_earlier_answer(earlier: str, text: str, born: str | None) -> None:
    found = complete(text, earlier, TODAY)
    assert (found.value.isoformat() if found else None) == born


def test_the_span_of_a_completion_lies_in_the_completing_text() -> None:
    text = "I've got it backwards, nineteen fifty-six"
    found = complete(text, "July 23, 1965", TODAY)
    assert found is not None
    assert text[found.start : found.end] == "nineteen fifty-six"


def _words(number: int) -> str:
    names = {value: word for word, value in UNITS.items() if word not in ("o", "oh")} | {value: word for word, value in TENS.items()}
    return names.get(number) or f"{names[number // 10 * 10]} {names[number % 10]}"


def _ordinal(number: int) -> str:
    names = {value: word for word, value in ORDINALS.items()}
    return names.get(number) or f"{_words(number // 10 * 10)} {names[number % 10]}"


def _year(year: int) -> str:
    if 2000 <= year < 2010:
        return f"two thousand {_words(year % 100)}" if year % 100 else "two thousand"
    rest = year % 100
    return f"{_words(year // 100)} {'hundred' if rest == 0 else f'oh {_words(rest)}' if rest < 10 else _words(rest)}"


def _suffix(day: int) -> str:
    return f"{day}{'th' if 10 < day < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def _spellings(born: date) -> list[str]:
    """Ways to state a date with its full year."""
    y, m, d, month, mes = born.year, born.month, born.day, MONTHS[born.month - 1], MESES[born.month - 1]
    return [
        *(f"{m}{sign}{d}{sign}{y}" for sign in "/-. "),
        f"{m:02}/{d:02}/{y}",
        f"{m:02}{d:02}{y}",
        born.isoformat(),
        f"{month} {d} {y}",
        f"{month.title()} {_suffix(d)}, {y}",
        f"{month[:3]} {d} {y}",
        f"{d} {month[:3]} {y}",
        f"the {_suffix(d)} of {month} {y}",
        f"{y} {month} {d}",
        f"{d} de {mes} de {y}",
        f"{month} {_ordinal(d)} {_year(y)}",
        f"{month} the {_ordinal(d)} {_year(y)}",
        f"the {_ordinal(d)} of {month}, {_year(y)}",
        f"{month} {_words(d)} {_year(y)}",
        f"{_year(y)} {month} {_ordinal(d)}",
        f"i was born on {month} {_ordinal(d)}, {_year(y)} in maine",
    ]


_BORN = st.dates(date(1920, 1, 1), date(2024, 12, 31))


@given(born=_BORN)
def test_every_spelling_with_a_full_year_comes_back(born: date) -> None:
    for text in _spellings(born):
        found = find(text, TODAY)
        assert found is not None, text
        assert (found.value, found.complete_year) == (born, True), text
        assert complete(text, "march 3 1933", TODAY) == found, text
    if born.day > 12:
        assert find(f"{born.day}/{born.month}/{born.year}", TODAY).value == born  # type: ignore[union-attr]


@given(born=st.dates(date(1932, 1, 1), date(1999, 12, 31)))
def test_every_spelling_with_a_short_year_comes_back(born: date) -> None:
    m, d, yy, month = born.month, born.day, born.year % 100, MONTHS[born.month - 1]
    texts = [f"{m}{sign}{d}{sign}{yy}" for sign in "/-. "]
    texts += [
        f"{m:02}{d:02}{yy}",
        f"{month} {d} {yy}",
        f"{d} {month} '{yy}",
        f"{_ordinal(d)} of {month} {_words(yy)}",
        f"{month} {_ordinal(d)} {_words(yy)}",
    ]
    for text in texts:
        found = find(text, TODAY)
        assert found is not None, text
        assert (found.value, found.complete_year) == (born, False), text


@given(born=_BORN)
def test_a_date_told_in_two_answers_is_complete(born: date) -> None:
    month = MONTHS[born.month - 1]
    for earlier, text in (
        (f"{month} {_ordinal(born.day)}", _year(born.year)),
        (f"{month} {born.day}", str(born.year)),
        (f"{month}, {_year(born.year)}", _words(born.day)),
        (f"{month} fortieth {_year(born.year)}", f"the {_ordinal(born.day)}"),
        (str(born.year), f"{month} {_suffix(born.day)}"),
        (f"the {_suffix(born.day)}, {born.year}", month),
    ):
        found = complete(text, earlier, TODAY)
        assert found is not None, (earlier, text)
        assert found.value == born, (earlier, text)


@given(
    text=st.text(max_size=60)
    | st.lists(st.sampled_from([*MONTHS, *UNITS, *TENS, *ORDINALS, "of", "the", "and", "4", "91", "/", "not"])).map(" ".join)
)
def test_any_text_is_read_without_an_error_and_spans_lie_within_it(text: str) -> None:
    for found in (find(text, TODAY), complete(text, text, TODAY)):
        if found is not None:
            assert 0 <= found.start < found.end <= len(text)
            assert found.value <= TODAY

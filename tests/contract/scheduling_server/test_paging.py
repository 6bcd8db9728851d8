"""Pages: followed by `next` links, they show what was there throughout exactly once, whatever happens in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.contract.scheduling_server.clinic import TEN, Answer, Clinic, Fhir, name, slot


def next_url(page: Answer) -> str | None:
    return next((link["url"] for link in page.body["link"] if link["relation"] == "next"), None)


async def pages(fhir: Fhir, path: str) -> list[list[str]]:
    found = []
    url: str | None = path
    while url is not None:
        page = await fhir.get(url)
        assert page.status == 200, page.body
        found.append([name(resource) for resource in page.resources])
        url = next_url(page)
    return found


@pytest.fixture
async def many(fhir: Fhir) -> Clinic:
    """A clinic with 23 slots."""
    return await Clinic(fhir).open(slots=23)


@pytest.mark.parametrize(("count", "lengths"), [(10, [10, 10, 3]), (23, [23]), (22, [22, 1]), (1, [1] * 23)])
@pytest.mark.parametrize("sort", ["", "&_sort=start", "&_sort=-start", "&_sort=status,-start"])
async def test_pages_hold_everything_once(many: Clinic, count: int, lengths: list[int], sort: str) -> None:
    found = await pages(many.fhir, f"/Slot?status=free&_count={count}{sort}")
    assert [len(page) for page in found] == lengths
    flat = [entry for page in found for entry in page]
    assert sorted(flat) == sorted(name(place) for place in many.slots)
    if sort == "&_sort=start":
        assert flat == [name(place) for place in many.slots]
    if sort == "&_sort=-start":
        assert flat == [name(place) for place in reversed(many.slots)]


async def test_changes_between_pages_neither_repeat_nor_lose_the_others(many: Clinic) -> None:
    first = await many.fhir.get("/Slot?status=free&_sort=start&_count=10")
    seen = [name(resource) for resource in first.resources]
    for index in (2, 15):
        await many.fhir.update({**many.slots[index], "status": "busy"})
    early = await many.fhir.add(slot(many.schedule, TEN - timedelta(days=1)))
    late = await many.fhir.add(slot(many.schedule, TEN + timedelta(days=1)))
    url = next_url(first)
    assert url is not None
    seen += [entry for page in await pages(many.fhir, url) for entry in page]
    expected = [name(place) for index, place in enumerate(many.slots) if index != 15] + [name(late)]
    assert seen == expected
    assert name(early) not in seen


async def test_the_last_page_may_be_exactly_full(many: Clinic) -> None:
    page = await many.fhir.get("/Slot?_count=23")
    assert next_url(page) is None
    assert page.body["total"] == 23


async def test_totals_are_counted_when_asked_for(many: Clinic) -> None:
    assert "total" not in (await many.fhir.get("/Slot?_count=10")).body
    assert (await many.fhir.get("/Slot?_count=10&_total=accurate")).body["total"] == 23
    for counting in ("_summary=count", "_count=0"):
        counted = await many.fhir.get(f"/Slot?{counting}")
        assert (counted.body["total"], counted.entries) == (23, [])


async def test_a_cursor_of_another_search_is_refused(many: Clinic) -> None:
    url = next_url(await many.fhir.get("/Slot?_sort=start&_count=5"))
    assert url is not None
    assert (await many.fhir.get(url.replace("_sort=start&", ""))).status == 400

"""A red flag inside every flow, as the answer to what that flow asks: fixed words, one page, nothing booked, moved or cancelled."""

from __future__ import annotations

import pytest

from bot.store import tables
from tests.support.line import Line, said

BIRTH_DATE = "4/9/91"
FLOWS = {
    "book": (("i'd like to book another appointment on friday", BIRTH_DATE), "1, and my wife says my face droops on one side", "911"),
    "cancel": (("cancel my tuesday visit", BIRTH_DATE), "yes, i fell in the tub and hit my head", "911"),
    "reschedule": (("can't make tuesday, got something later that week?", BIRTH_DATE), "1. my knee is red hot and i have chills", "911"),
    "confirm": (("i'll be there tuesday, please confirm",), "4/9/91, i passed out on the stairs last night", "911"),
    "check": (("when is my next appointment",), "4/9/91 and i can't feel anything when i wipe", "911"),
    "late": (("running 15 minutes late",), "4/9/91, cant breathe right since the parking lot", "911"),
    "waitlist": (("put me on the waitlist for anything earlier", BIRTH_DATE), "mornings, if i'm alive by then. i want to die", "988"),
    "exercise question": (("show me the bridge",), "4/9/91. heard a snap in my hip and cant stand on it", "911"),
    "exercise log": (("i did my exercises today",), "4/9/91 but my throat is closing up", "911"),
    "pain": (("my knee hurts, want to report my pain",), "4/9/91, it's 6 and my calf is hot and twice the other one", "clinician"),
    "feedback": (("i want to leave feedback about my visit",), "dana is great. my incision is leaking yellow stuff", "clinician"),
    "preferences": (("please only text me in the morning",), "4/9/91, dont call, my husband hits me", "right away"),
    "spanish": (("quiero cambiar mi cita",), "4/9/91, mi mamá no puede respirar", "911"),
}


@pytest.mark.parametrize("flow", FLOWS)
async def test_a_red_flag_inside(line: Line, flow: str) -> None:
    before, flag, word = FLOWS[flow]
    visits = await line.visits("maya")
    await line.converse("maya", *before)
    assert await line.rows(tables.incident) == []
    assert word in said(await line.text("maya", flag))
    (incident,) = await line.rows(tables.incident)
    assert incident["state"] == "open"
    assert sum(row["purpose"] == "page" for row in await line.rows(tables.outbox)) == 1
    assert await line.visits("maya") == visits
    assert await line.rows(tables.booking_request) == []

"""The simulator as somebody at the screen uses it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

ANSWER_MS = 45_000
WIDE, PHONE = (1440, 900), (390, 844)
SCREENSHOTS = "MENDLINE_TEST_SCREENSHOTS"
"""Name of a folder in the environment; when it is set, what the tests see is kept there for a person to look at."""


@dataclass
class Shown:
    """The open page, with what it complained of on its console."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    async def open(self, address: str) -> None:
        """Open the simulator and wait for its calendar."""
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await self.page.goto(f"{address}/simulator")
        await expect(self.page.locator("#week .entry").first).to_be_visible(timeout=ANSWER_MS)

    async def barriers(self) -> list[str]:
        """Return what axe calls serious or critical."""
        found = (await Axe().run(self.page)).response["violations"]
        return [
            f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:120]}" for each in found if each["impact"] in ("serious", "critical")
        ]

    async def fits(self, width: int) -> bool:
        """Whether nothing has to be scrolled sideways."""
        return bool(await self.page.evaluate("document.documentElement.scrollWidth") <= width)

    async def keep(self, name: str) -> None:
        """Keep a picture of the page where a person asked for it."""
        if folder := os.environ.get(SCREENSHOTS):
            await self.page.screenshot(path=str(Path(folder) / f"{name}.png"))

    async def be(self, who: str, channel: str = "Text") -> None:
        """Choose whom to play, and by what to write."""
        await self.page.locator("#person").select_option(label=who)
        await self.page.get_by_role("button", name=channel, exact=True).click()
        await expect(self.page.locator("#hint")).not_to_be_empty()

    async def birth_date(self) -> str:
        """The birth date of whom is played, as a patient would type it."""
        found = re.search(r"born (\d{4})-(\d{2})-(\d{2})", await self.page.locator("#hint").inner_text())
        assert found is not None
        return f"{int(found[2])}/{int(found[3])}/{found[1]}"

    @property
    def answers(self) -> Locator:
        """The line's bubbles."""
        return self.page.locator("#thread .out")

    async def says(self, words: str) -> str:
        """Write a message and return the answer."""
        before = await self.answers.count()
        await self.page.locator("#draft").fill(words)
        await self.page.locator("#send").click()
        return await self.answered(before)

    async def presses(self, button: Locator) -> str:
        """Press a button that makes the line say something; return it."""
        before = await self.answers.count()
        await button.click()
        return await self.answered(before)

    async def quick(self, label: str) -> str:
        """Press one of the quick answers."""
        return await self.presses(self.page.locator("#quick").get_by_role("button", name=label, exact=True))

    async def agrees(self, answer: str) -> str:
        """Take the first opening that an answer offers, say yes to what follows, and return what the line says then."""
        if "1)" in answer:
            answer = await self.quick("1")
        return await self.quick("yes") if "YES" in answer else answer

    async def offered(self) -> list[str]:
        """The titles that may be tapped below the last message that has any."""
        texts = await self.page.locator("#thread .taps").last.get_by_role("button").all_inner_texts()
        return [text.split("\n")[0] for text in texts]

    async def taps(self, title: str) -> str:
        """Tap an answer below the last message that has any."""
        below = self.page.locator("#thread .out").filter(has=self.page.locator(".taps")).last
        if await below.locator("details:not([open])").count():
            await below.locator("summary").click()
        return await self.presses(below.locator(".taps").get_by_role("button", name=title).first)

    async def answered(self, before: int) -> str:
        """Return the last bubble once the line has written more than `before` and nothing else is on its way."""
        await expect(self.answers.nth(before)).to_be_visible(timeout=ANSWER_MS)
        await expect(self.page.locator("#quiet")).not_to_contain_text("answering", timeout=ANSWER_MS)
        return (await self.answers.last.locator(".words").inner_text()).removeprefix("Clinic:").strip()

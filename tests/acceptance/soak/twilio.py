"""The soak's carrier, as a process that survives: `python -m tests.acceptance.soak.twilio --port 9000`.

It takes texts, loses some requests and some answers, answers 429 and 503 now and then, and reports back late, out of order and twice, or
never: a text whose answer was lost must be looked for, because no report may come to its rescue.
`GET /fake/texts?after=N` gives the texts from the Nth on, each with the opaque outbox id that its callback names.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from channels.twilio.texts import Text
from tests.support.fake_twilio import DELIVERED, FakeTwilio, Plan

SILENT = 0.3
REPORT_SECONDS = (0.5, 8.0)
TROUBLES = (
    (0.06, Plan("lost_answer")),
    (0.03, Plan("lost_request")),
    (0.03, Plan("refuse", status=503)),
    (0.02, Plan("refuse", status=429, code=20429)),
)


class SoakTwilio(FakeTwilio):
    """The scripted Twilio, with a list that can be read from where one stopped."""

    async def _report(self, text: Text) -> None:
        if self.random.random() >= SILENT:
            await asyncio.sleep(self.random.uniform(*REPORT_SECONDS))
            await super()._report(text)

    async def _texts(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", "0"))
        count = len(self.texts.all)
        fresh = self.texts.all[: max(count - after, 0)][::-1]
        return web.json_response(
            [
                {"sid": text.sid, "to": text.to, "body": text.body, "at": self._accepted_at[text.sid], "outbox": outbox_of(text.callback)}
                for text in fresh
            ]
        )


def outbox_of(callback: str | None) -> str | None:
    """Return the outbox id in a status callback's URL."""
    return next(iter(parse_qs(urlsplit(callback or "").query).get("m", [])), None)


def main() -> None:
    """Run until the process is ended."""
    parser = argparse.ArgumentParser(description="the soak's carrier")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    dice = random.Random(options.seed)

    def chance() -> Plan | None:
        drawn = dice.random()
        for share, plan in TROUBLES:
            if drawn < share:
                return plan
            drawn -= share
        return None

    async def serve() -> None:
        fake = SoakTwilio(reports=DELIVERED, shuffle=True, twice=True, latency_s=0.05, chance=chance, random=dice)
        await fake.start(options.port)
        print(fake.url, flush=True)
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    main()

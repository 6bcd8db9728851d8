"""What a visitor of the demo sees first: one page that says what runs here. Served in demo mode only."""

from __future__ import annotations

from pathlib import Path

import jinja2
from aiohttp import web

from bot.settings import Settings
from channels.simulator.cast import read_cast

PAGES = Path(__file__).parent / "pages"
EXAMPLE_NUMBER = "+12075550120"
SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class DemoPages:
    """The landing page."""

    def __init__(self, settings: Settings, clinic_name: str) -> None:
        self._settings = settings
        self._clinic_name = clinic_name
        self._templates = jinja2.Environment(loader=jinja2.FileSystemLoader(PAGES), autoescape=True, undefined=jinja2.StrictUndefined)

    def mount(self, app: web.Application) -> None:
        """Add the route to the edge."""
        app.router.add_get("/", self._landing)

    async def _landing(self, _request: web.Request) -> web.Response:
        patients = read_cast(self._settings.home)
        example = patients[0].number if patients else EXAMPLE_NUMBER
        page = self._templates.get_template("landing.html").render(
            clinic=self._clinic_name,
            sms_number=self._settings.sms_number,
            base_url=self._settings.base_url,
            scheduling=self._settings.scheduling,
            command=f'.venv/bin/python -m bot text {example} "can\'t make tuesday, got something later that week?"',
            example=example.replace("+", "%2B"),
            patients=patients,
        )
        return web.Response(text=page, content_type="text/html", headers=SAFE_HEADERS)

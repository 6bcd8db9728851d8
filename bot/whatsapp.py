"""Is WhatsApp on? Only when the clinic has accepted what crosses it.

Meta signs no HIPAA agreement, so birth dates and visit times that cross WhatsApp are the clinic's decision, made in its settings. In
demo mode, where everybody is invented, the simulator may accept it too: a file in HOME says so and stays through restarts.
"""

from __future__ import annotations

from pathlib import Path

from bot.settings import Settings

ACCEPTED_FILE = "whatsapp.accepted"


def is_on(settings: Settings) -> bool:
    """Whether messages are taken from WhatsApp."""
    return settings.whatsapp_accepted or (settings.mode == "demo" and (settings.home / ACCEPTED_FILE).exists())


def accept_in_demo(home: Path, *, accepted: bool) -> None:
    """Accept WhatsApp for this demo, or take that back."""
    path = home / ACCEPTED_FILE
    if accepted:
        path.touch()
    else:
        path.unlink(missing_ok=True)

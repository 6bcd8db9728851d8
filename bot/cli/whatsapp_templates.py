"""`python -m bot whatsapp-templates`: makes the repository's templates at Twilio, submits them to WhatsApp, says how each stands.

Run it as often as you like: what is there is left alone, and a template whose words have changed is a template of another name.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from bot.cli import demo_file
from bot.cli.errors import CommandError
from bot.settings import Settings
from bot.types import CarrierRefused, CarrierUnknown
from bot.whatsapp_templates import Template, Templates
from channels.twilio.carrier import QuietHttpClient
from channels.twilio.contents import APPROVED, Content, Contents

WAITING = frozenset({"received", "pending", "unsubmitted"})
NEXT = {
    "received": "WhatsApp looks at it; ask again in an hour",
    "pending": "WhatsApp looks at it; ask again in an hour",
    "unsubmitted": "run this again without --check to submit it",
    "rejected": "change its words in data/whatsapp/templates and run this again",
    "paused": "patients complained of it; see Meta's Business Manager",
    "disabled": "patients complained of it; see Meta's Business Manager",
    "missing": "run this again without --check to make it",
}


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out the command; 0 when every template is approved or waits for approval."""
    known = demo_file.as_running(settings)
    states = asyncio.run(brought_up(known, Templates.load(), check_only=arguments.check))
    for template, status, reason in states:
        line = f"{status:12} {template.name} ({template.friendly_name})"
        print(line if status == APPROVED else f"{line}\n             {reason or NEXT.get(status, 'see Twilio’s console')}")
    return int(any(status != APPROVED and status not in WAITING for _, status, _ in states))


async def brought_up(settings: Settings, templates: Templates, *, check_only: bool = False) -> Sequence[tuple[Template, str, str]]:
    """Make and submit what is missing and return (template, status, reason) of each. Raises CommandError when Twilio cannot be asked."""
    http = QuietHttpClient()
    contents = Contents(http, settings.twilio_content, settings.twilio_account_sid, settings.twilio_auth_token)
    try:
        standing = {content.name: content async for content in contents.listed()}
        if not check_only:
            changed = [await _complete(contents, template, standing.get(template.friendly_name)) for template in templates]
            if any(changed):
                standing = {content.name: content async for content in contents.listed()}
    except CarrierRefused as error:
        raise CommandError(
            f"Twilio's Content API refused (HTTP {error.status}, code {error.code}); check account, token and words"
        ) from error
    except CarrierUnknown as error:
        raise CommandError(f"Twilio's Content API at {settings.twilio_content} cannot be used: {error}") from error
    finally:
        await http.close()
    found = [(template, standing.get(template.friendly_name)) for template in templates]
    return [(template, content.approval if content else "missing", content.reason if content else "") for template, content in found]


async def _complete(contents: Contents, template: Template, standing: Content | None) -> bool:
    if standing is not None and standing.approval != "unsubmitted":
        return False
    body = {
        "friendly_name": template.friendly_name,
        "language": template.language,
        "variables": template.variables,
        "types": template.types,
    }
    await contents.submit(standing or await contents.create(body), template.category)
    return True

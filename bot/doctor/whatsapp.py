"""Checks of WhatsApp: whether it is on, and whether Twilio holds the approved templates."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from bot.doctor.findings import Finding
from bot.doctor.remote import Fetch, Question
from bot.settings import Settings
from bot.whatsapp import is_on
from bot.whatsapp_templates import Templates

SUBJECT = "whatsapp"


async def whatsapp(settings: Settings, fetch: Fetch, templates: Templates) -> Sequence[Finding]:
    """WhatsApp is off until it is accepted; when it is on, its templates are approved."""
    if not is_on(settings):
        return [
            Finding(SUBJECT, "off; messages there are refused. It is not covered by HIPAA: accept it with MENDLINE_WHATSAPP_ACCEPTED=yes")
        ]
    token = base64.b64encode(f"{settings.twilio_account_sid}:{settings.twilio_auth_token}".encode()).decode()
    url = f"{settings.twilio_content}/v1/ContentAndApprovals?PageSize=500"
    answer = await fetch(Question(url, headers={"Authorization": f"Basic {token}"}))
    if answer.status != 200:
        what = f"answers HTTP {answer.status}" if answer.status else f"does not answer ({answer.text})"
        return [Finding(SUBJECT, f"{settings.twilio_content} {what}", "check MENDLINE_TWILIO_CONTENT_URL and the keys", warning=True)]
    contents = answer.json().get("contents") or []
    approved = {one.get("friendly_name") for one in contents if ((one or {}).get("approval_requests") or {}).get("status") == "approved"}
    lacking = [template.name for template in templates if template.friendly_name not in approved]
    if lacking:
        remedy = "run `python -m bot whatsapp-templates`; until then such messages go as texts, or to staff as tasks"
        return [Finding(SUBJECT, f"on, but WhatsApp has not approved {', '.join(lacking)}", remedy, warning=True)]
    return [Finding(SUBJECT, f"on at {settings.whatsapp_number}; its templates are approved")]

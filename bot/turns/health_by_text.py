"""No health on WhatsApp: what a response marks as `clinical` is texted to the same number, and WhatsApp is told so, kindly.

Meta signs no agreement under HIPAA. The dialogue says what it says on any channel; here, where replies become rows of the outbox, the
clinical ones change their channel. Where no text may be sent (no number, or no consent) the patient is asked to call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from bot.store import crossing
from bot.store.outbox import Draft
from bot.turns.house import House
from bot.types import Awaiting, Channel

MOVED = "whatsapp_no_clinical"
PLEASE_CALL = "whatsapp_no_clinical_call"


def kept_off_whatsapp(
    connection: Connection, house: House, drafts: Sequence[Draft], clinical: Sequence[bool], now: datetime
) -> tuple[list[Draft], bool]:
    """Return the drafts with the clinical ones of WhatsApp moved to a text or left out, and whether a question was left out.

    A question that goes by text is answered by text: the text thread of that number leads back to this conversation.
    """
    affected = [draft for draft, health in zip(drafts, clinical, strict=True) if health and draft.channel is Channel.WHATSAPP]
    if not affected:
        return list(drafts), False
    first = affected[0]
    by_text = crossing.may_text(connection, house.sms_line, first.address, first.purpose, now)
    name = MOVED if by_text else PLEASE_CALL
    notice = replace(
        first,
        seq=len(drafts),
        body=house.say(name, Channel.WHATSAPP),
        response=name,
        awaiting=Awaiting.NONE,
        options=None,
        template=None,
    )
    introduction = house.say("introduction", Channel.SMS)
    texts: list[Draft] = []
    for draft in affected if by_text else ():
        # On the text thread nothing may have said who writes.
        words = f"{introduction} {draft.body}" if not texts else draft.body
        texts.append(replace(draft, channel=Channel.SMS, line=house.sms_line, body=words, options=None, template=None))
    question = next((draft for draft in affected if draft.awaiting is not Awaiting.NONE and draft.state == "queued"), None)
    if by_text and question is not None and question.conversation_id is not None:
        crossing.lead_back(connection, question.conversation_id, house.sms_line, question.address, now)
    kept: list[Draft] = []
    for draft in drafts:
        if draft not in affected:
            kept.append(draft)
        elif draft is first:
            kept += [notice, *texts]
    return kept, question is not None and not by_text

"""Makes one text of what a turn says: a patient wants one answer, and each text costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.store.outbox import Draft
from bot.types import Awaiting, Channel

# What a carrier delivers in one piece.
LONGEST = 1600


def joined(drafts: Sequence[Draft]) -> list[Draft]:
    """Join neighbouring texts that are to be sent into one.

    `statement` keeps what is no question, for when the question is withdrawn before it is sent. Speech stays in pieces: it is played
    piece by piece.
    """
    texts: list[Draft] = []
    for draft in drafts:
        draft = replace(draft, statement=draft.body if draft.awaiting is Awaiting.NONE else None)
        before = texts[-1] if texts else None
        if before is None or not _belong_together(before, draft):
            texts.append(draft)
            continue
        statements = [part for part in (before.statement, draft.statement) if part]
        texts[-1] = replace(
            before,
            body=f"{before.body} {draft.body}",
            statement=" ".join(statements) or None,
            awaiting=draft.awaiting if draft.awaiting is not Awaiting.NONE else before.awaiting,
            response=draft.response or before.response,
            options=draft.options or before.options,
            template=draft.template or before.template,
        )
    return texts


def _belong_together(first: Draft, second: Draft) -> bool:
    return (
        first.channel is not Channel.VOICE
        and first.state == second.state == "queued"
        and first.purpose == second.purpose
        and (first.channel, first.address) == (second.channel, second.address)
        and len(first.body) + len(second.body) < LONGEST
    )

"""The mail server of a run: it keeps every sending, so that a mail sent twice is seen, and misbehaves once when armed."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.post.sink import Sink

TROUBLES = ("takes it and drops the line", "refuses for now", "dawdles")


class PostOffice(Sink):
    """A mail server; the next mail meets the trouble that was armed first."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[str] = []
        self.used: Counter[str] = Counter()

    def arm(self, trouble: str) -> None:
        """Let the next mail meet this trouble."""
        self.waiting.append(trouble)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        trouble = self.waiting.pop(0) if self.waiting else ""
        if trouble:
            self.used[trouble] += 1
        if trouble == "refuses for now":
            return "451 later"
        if trouble == "dawdles":
            await asyncio.sleep(2)
        assert isinstance(envelope.content, bytes)
        self.taken.append((list(envelope.rcpt_tos), envelope.content))
        if trouble == "takes it and drops the line":
            assert server.transport is not None
            server.transport.abort()
        return "250 taken"


@dataclass(frozen=True, slots=True)
class Row:
    """A mail as the outbox has it."""

    message_id: str
    state: str
    tries: int


@dataclass(frozen=True, slots=True)
class Mails:
    """What is wrong, and how many mails were sent how often."""

    wrong: Sequence[str]
    rows: int
    sendings: int

    def __str__(self) -> str:
        return f"{self.rows} mails sent {self.sendings} times"


def judge_mails(rows: Sequence[Row], taken: Sequence[tuple[Sequence[str], bytes]]) -> Mails:
    """Hold the outbox against what the server took: no mail lost, none without a row, a repeat is the same mail.

    Nothing is being sent any more, and every mail has been due.
    """
    sendings: dict[str, list[tuple[tuple[str, ...], bytes]]] = defaultdict(list)
    for recipients, content in taken:
        head = email.message_from_bytes(content, policy=email.policy.default)
        sendings[str(head["Message-ID"])].append((tuple(recipients), content))
    wrong = []
    for row in rows:
        mine = sendings.pop(row.message_id, [])
        if row.state != "SENT":
            wrong.append(f"mail {row.message_id} is {row.state} after {row.tries} tries")
        if row.state == "SENT" and not mine:
            wrong.append(f"mail {row.message_id}: SENT, and the server never took it")
        if len(set(mine)) > 1:
            wrong.append(f"mail {row.message_id}: {len(set(mine))} different mails under one Message-ID")
        if len(mine) > row.tries:
            wrong.append(f"mail {row.message_id}: taken {len(mine)} times in {row.tries} tries")
    wrong += [f"mail {message_id}: taken, and in no outbox" for message_id in sendings]
    return Mails(wrong, len(rows), len(taken))

"""Writing a mail: a row in the unit of the change it tells of. Nothing leaves before that unit's commit."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from flask import current_app
from sqlalchemy.orm import Session

from ..database import after_commit, now, real_now
from ..jobs import ring
from ..models import OutboxMail
from .addresses import body_text, header_text, recipients_of
from .words import LANGUAGES

JOB = "mails"
LONGEST_DOMAIN = 80  # characters: a Message-ID fits its column


def queue_mail(
    session: Session,
    merchant_id: int,
    kind: str,
    recipients: Iterable[str],
    subject: str,
    body: str,
    language: str,
    *,
    message_id: str | None = None,
) -> OutboxMail:
    """Add a mail to the outbox in the caller's unit, its Message-ID fixed for good; sent after the commit.

    `kind` says what wrote it (40 characters), `language` (fr, en) in which language subject and body already are (write
    them inside `in_language`). Raises MailRefused for a recipient that is no plain address, none or more than 50 of them,
    and for CR, LF, NUL or another control character in the subject. Card numbers are masked. Not flushed here.
    """
    mail = OutboxMail(
        merchant_id=merchant_id,
        message_id=message_id or new_message_id(),
        kind=kind[:40],
        recipients=recipients_of(recipients),
        language=language if language in LANGUAGES else LANGUAGES[0],
        subject=header_text(subject),
        body=body_text(body),
        state="DUE",
        tries=0,
        created_at=now(),
        next_try_at=real_now(),
    )
    session.add(mail)
    after_commit(session, lambda: _ring(mail))
    return mail


def new_message_id() -> str:
    """Return a Message-ID nobody else has, under the domain mails are sent from."""
    return message_id_of(uuid.uuid4().hex)


def message_id_of(name: str) -> str:
    """Return the Message-ID of this name: the same each time, for a form sent twice."""
    domain = str(current_app.extensions["settings"].mail_from).rpartition("@")[2]
    return f"<{name}@{domain if len(domain) <= LONGEST_DOMAIN else 'egestion.invalid'}>"


def _ring(mail: OutboxMail) -> None:
    ring(JOB, mail.id)

"""Sending what is due: leased, sent without a database transaction, then marked.

1. unit 1 (the merchant's scope): the row is locked (SKIP LOCKED), its next try moved beyond the lease; commit.
2. the mail leaves by SMTP, or becomes a file; no database connection is held.
3. unit 2: SENT, or the next try by the back-off, or FAILED once it was tried for 24 hours.
A crash between 2 and 3, and a server that takes a mail and then drops the line, send the same mail again, with the same
Message-ID and the same bytes: mail servers and readers know it for the same. Leases and tries go by real time.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..database import Scope, now, real_now, unit_of_work
from ..domain.card_search import mask_card_numbers
from ..failpoints import fail_point
from ..models import OutboxMail
from . import files, smtp
from .letters import letter

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))  # then hourly
LEASE = timedelta(minutes=5)  # longer than an exchange may take (smtp.LONGEST_EXCHANGE, twice)
GIVEN_UP_AFTER = timedelta(hours=24)  # of trying, by real time
BY_SMTP, BY_FILE = "SMTP", "FILE"
OnFailed = Callable[[Session, OutboxMail], None]
log = structlog.get_logger(__name__)


def send_due(limit: int = 100, on_failed: OnFailed | None = None) -> int:
    """Send at most `limit` due mails and return how many left. Any number of processes may do so at once.

    `on_failed` is called in the unit that marks a mail FAILED. A server that cannot be reached, or that breaks off, ends
    the round: what was not tried stays due.
    """
    settings = current_app.extensions["settings"]
    with unit_of_work(Scope()) as session:
        found = [(row.id, row.merchant_id) for row in session.execute(_due(limit))]
    if not found:
        return 0
    if settings.smtp_url is None:
        return sum(_keep(settings.outbox_dir, *each, on_failed) for each in found)
    return _send(found, on_failed)


def _due(limit: int) -> Any:
    finder = func.due_mails(real_now(), limit).table_valued("id", "merchant_id")
    return select(finder.c.id, finder.c.merchant_id)


def _keep(folder: Path, id: int, merchant_id: int, on_failed: OnFailed | None) -> bool:
    mail = _lease(id, merchant_id)
    if mail is None:
        return False
    try:
        files.keep(folder, letter(mail))
    except Exception as error:  # noqa: BLE001 - an error of ours too: it is a try, and holds up no other mail
        _postpone(mail, error, on_failed)
        return False
    fail_point("mail.after_sending")
    _mark_sent(mail, BY_FILE)
    return True


def _send(found: Sequence[tuple[int, int]], on_failed: OnFailed | None) -> int:
    sent = 0
    with ExitStack() as open_:
        connection: smtp.Post | None = None
        for at, (id, merchant_id) in enumerate(found):
            mail = _lease(id, merchant_id)
            if mail is None:
                continue
            try:
                if connection is None:
                    connection = open_.enter_context(smtp.connect())
            except (smtplib.SMTPException, OSError, ValueError) as error:
                _postpone(mail, error, on_failed)
                _postpone_all(found[at + 1 :], error, on_failed)
                break
            try:
                refused = connection.deliver(letter(mail))
            except Exception as error:  # noqa: BLE001 - likewise
                _postpone(mail, error, on_failed)
                if isinstance(error, (OSError, smtplib.SMTPServerDisconnected)) and not _answered(error):
                    break
                continue
            fail_point("mail.after_sending")
            _mark_sent(mail, BY_SMTP, refused)
            sent += 1
    return sent


def _answered(error: Exception) -> bool:
    """Whether the server said no, as against breaking off (every SMTPException is an OSError)."""
    refusals = (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException)
    return isinstance(error, refusals) and getattr(error, "smtp_code", 0) != 421


def _postpone_all(found: Sequence[tuple[int, int]], error: Exception, on_failed: OnFailed | None) -> None:
    """The server cannot be reached: this was a try for every mail that waited for the same connection."""
    for id, merchant_id in found:
        mail = _lease(id, merchant_id)
        if mail is not None:
            _postpone(mail, error, on_failed)


def _lease(id: int, merchant_id: int) -> OutboxMail | None:
    """Take the mail for this sender until the lease ends; None when another has it or it is due no more."""
    with unit_of_work(Scope((merchant_id,))) as session:
        at = real_now()
        mail = session.scalar(
            select(OutboxMail)
            .where(OutboxMail.id == id, OutboxMail.state == "DUE", OutboxMail.next_try_at <= at)
            .with_for_update(skip_locked=True)
        )
        if mail is not None:
            mail.tries += 1
            mail.first_try_at = mail.first_try_at or at
            mail.next_try_at = at + LEASE
            fail_point("mail.before_lease")
    if mail is not None:
        fail_point("mail.after_lease")
    return mail


def _mark_sent(mail: OutboxMail, carrier: str, refused: dict[str, tuple[int, bytes]] | None = None) -> None:
    with unit_of_work(Scope((mail.merchant_id,))) as session:
        row = _again(session, mail)
        if row.state == "SENT":
            return
        row.state, row.sent_at, row.carrier = "SENT", now(), carrier
        row.last_error = f"not accepted for {', '.join(sorted(refused))}"[:200] if refused else None
    log.info("mail_sent", kind=mail.kind, mail=mail.id, tries=mail.tries, refused=len(refused or ()))


def _postpone(mail: OutboxMail, error: Exception, on_failed: OnFailed | None) -> None:
    with unit_of_work(Scope((mail.merchant_id,))) as session:
        row = _again(session, mail)
        if row.state != "DUE" or row.tries != mail.tries:
            return  # another sender took it after our lease had ended
        at = real_now()
        row.last_error = _describe(error)
        row.next_try_at = at + BACK_OFF[min(row.tries, len(BACK_OFF)) - 1]
        if row.first_try_at is not None and at - row.first_try_at >= GIVEN_UP_AFTER:
            row.state = "FAILED"
            if on_failed is not None:
                on_failed(session, row)
    log.warning("mail_not_sent", kind=mail.kind, mail=mail.id, tries=mail.tries, error=type(error).__name__)


def _again(session: Session, mail: OutboxMail) -> OutboxMail:
    return session.scalars(select(OutboxMail).where(OutboxMail.id == mail.id).with_for_update()).one()


def _describe(error: Exception) -> str:
    """One line for the list of mails: what kind of failure, what the server said; nothing of a card, ever."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said = "; ".join(f"{who}: {code} {_said(text)}" for who, (code, text) in sorted(error.recipients.items()))
    elif isinstance(error, smtplib.SMTPResponseException):
        said = f"{error.smtp_code} {_said(error.smtp_error)}"
    else:
        said = str(error)
    line = " ".join(f"{type(error).__name__}: {said}".replace("\0", "").split())
    return mask_card_numbers(line)[:200]


def _said(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text

"""An outbox row as a mail: the same bytes at every try, so that a repeat is recognised as the same mail."""

from __future__ import annotations

from email.charset import QP, SHORTEST, Charset
from email.mime.text import MIMEText
from typing import Any

from flask import current_app
from flask_mail import Message

from ..models import OutboxMail
from ..security.invitations import with_token

SENDER_NAME = "VPC e-gestion"


class Letter(Message):
    """Flask-Mail's message with a fixed Message-ID and date, recipients in their order, a body of 7-bit lines."""

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        quoted = Charset("utf-8")
        quoted.header_encoding, quoted.body_encoding = SHORTEST, QP
        return MIMEText(text or "", subtype, quoted)  # type: ignore[arg-type]  # typeshed knows the charset's name only

    def _message(self) -> Any:
        message = super()._message()
        message.replace_header("To", ", ".join(str(address) for address in self.recipients))
        return message


def letter(mail: OutboxMail) -> Letter:
    """Return the mail as it is sent. Dated when it was written (business time), sent by nobody who reads answers."""
    written = Letter(
        subject=mail.subject,
        recipients=list(mail.recipients),
        body=with_token(mail.kind, mail.body, mail.first_try_at),
        sender=(SENDER_NAME, current_app.extensions["settings"].mail_from),
        date=mail.created_at.timestamp(),
        extra_headers={"Auto-Submitted": "auto-generated", "Content-Language": mail.language},
    )
    written.msgId = mail.message_id
    return written

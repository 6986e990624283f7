"""A mail sent once more: another mail of the same text to the same people, under a Message-ID of its own."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import OutboxMail
from ..security.invitations import is_invitation
from .outbox import message_id_of, queue_mail

WAITS = "DUE"


def may_go_again(mail: OutboxMail) -> bool:
    """Return whether a mail may be sent once more: not one still on its way, nor an invitation, which is made anew."""
    return mail.state != WAITS and not is_invitation(mail.kind)


def queue_again(session: Session, mail: OutboxMail, key: str) -> OutboxMail | None:
    """Queue the mail once more in the caller's unit; None where the same form (`key`) has done so with this mail already."""
    message_id = message_id_of(uuid.uuid5(uuid.NAMESPACE_OID, f"{mail.message_id} {key}").hex)
    if session.scalar(select(OutboxMail.id).where(OutboxMail.message_id == message_id)) is not None:
        return None
    return queue_mail(
        session, mail.merchant_id, mail.kind, mail.recipients, mail.subject, mail.body, mail.language,
        message_id=message_id,
    )  # fmt: skip

"""Alarms: what a person must look at (domain.md section 2): a row until acknowledged, one mail a person, a metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from flask_appbuilder.security.sqla.models import Role, User
from prometheus_client import Counter
from sqlalchemy import select
from sqlalchemy.orm import Session

from .audit import ALARM_ACKNOWLEDGED, record
from .database import after_commit, now, unit_of_work
from .domain.actor import Actor
from .domain.card_search import mask_card_numbers
from .domain.errors import NotFound
from .domain.text import N_
from .mail import in_language, queue_mail, sentence, usable_address
from .models import Alarm, Membership, Merchant, UserSetting
from .security.profiles import ALARMS, PROFILES

log = structlog.get_logger(__name__)

LATE_APPROVAL = "late_approval"
"""The bank approved a sale after it was given up (97): the sale stays REFUSED, the approval is being cancelled."""
UNEXPLAINED_DIFFERENCE = "unexplained_difference"
"""The bank's amounts or status differ and no operation of ours explains it, or an answer contradicts a conclusion."""
CAPTURE_REFUSED = "capture_refused"
"""The bank refused a capture: the sale is out of the automatic runs until a person decides."""
NOT_DONE = "not_done"
"""A refund or a cancellation somebody was told is under way (202) was not done by the bank."""
EXPIRED = "expired"
"""A sale's limit date passed: it was released at the bank and will not be paid."""
EXPIRES_SOON = "expires_soon"
"""The warning of the day before, or of the day: a sale reaches its limit date and somebody has to decide."""
GATEWAY_STOPPED = "gateway_stopped"
"""Three replies in a row could not be verified: the account takes no new orders."""
STAYS_UNCERTAIN = "stays_uncertain"
"""An order is PENDING or an operation UNKNOWN for 24 hours: persons must resolve it."""
REMITTANCE_LATE = "remittance_late"
"""The evening's run was not finished at 21:45."""
MAIL_FAILED = "mail_failed"
"""A mail could not be delivered for 24 hours; raised without a mail of its own."""

NAMED = 20  # sales a mail lists; the rest is counted
LABELS: Mapping[str, str] = {
    LATE_APPROVAL: N_("Late approval"),
    UNEXPLAINED_DIFFERENCE: N_("Difference with the bank"),
    CAPTURE_REFUSED: N_("Capture refused"),
    NOT_DONE: N_("Asked for, but not done"),
    EXPIRED: N_("Sale expired"),
    EXPIRES_SOON: N_("Sale about to expire"),
    GATEWAY_STOPPED: N_("New orders stopped"),
    STAYS_UNCERTAIN: N_("Outcome still uncertain"),
    REMITTANCE_LATE: N_("Remittance late"),
    MAIL_FAILED: N_("Mail not delivered"),
}
_RAISED = Counter("egestion_alarms", "Alarms raised, by kind", ["kind"])
_ROLES = tuple(profile.role for profile in PROFILES.values() if ALARMS in profile.rights)


def raise_alarm(
    session: Session,
    merchant_id: int,
    kind: str,
    message: str,
    params: Mapping[str, Any] | None = None,
    transaction_id: int | None = None,
    *,
    mail: bool = True,
) -> Alarm:
    """Add an alarm in the caller's unit, and a mail to the merchant's active supervisors and managers.

    `message` is an English msgid with `%(name)s` placeholders, `params` their plain values (amounts already formatted,
    card numbers masked here). One mail for each language among the recipients; addresses that cannot be used are left
    out, for an alarm never makes the work it tells of fail. The session is not flushed.
    """
    kept = {name: _plain(value) for name, value in (params or {}).items()}
    alarm = Alarm(
        merchant_id=merchant_id,
        transaction_id=transaction_id,
        kind=kind,
        message=message[:255],
        params=kept,
        at=now(),
    )
    session.add(alarm)
    if mail:
        mail_people(session, merchant_id, kind, message, kept)
    after_commit(session, lambda: _RAISED.labels(kind).inc())
    log.warning("alarm", kind=kind, merchant=merchant_id, transaction=transaction_id)
    return alarm


def named(sale: Any) -> str:
    """Return what people call a sale by: its order number, with the reference."""
    return f"{sale.order_number} ({sale.reference})" if sale.order_number else str(sale.reference)


def mail_of_several(session: Session, merchant_id: int, kind: str, message: str, sales: Sequence[Any]) -> None:
    """Queue one mail (in each language) for the alarms of several sales: how many (`count`), and which (`references`)."""
    listed = ", ".join(named(sale) for sale in sales[:NAMED])
    more = len(sales) - NAMED
    params = {"count": len(sales), "references": f"{listed} (+{more})" if more > 0 else listed}
    mail_people(session, merchant_id, kind, message, params)


def acknowledge(actor: Actor, alarm_id: int, note: str | None = None) -> Alarm:
    """Take note of an alarm, once; a second person changes nothing. Raises NotFound, NotPermitted."""
    with unit_of_work(actor) as session:
        alarm = session.scalar(select(Alarm).where(Alarm.id == alarm_id).with_for_update())
        if alarm is None:
            raise NotFound()
        actor.demand(ALARMS)
        if alarm.acknowledged_at is None:
            alarm.acknowledged_at = now()
            alarm.acknowledged_by = actor.name[:64]
            alarm.note = note
            record(session, actor, ALARM_ACKNOWLEDGED, f"alarm {alarm.id}", merchant_id=alarm.merchant_id)
    return alarm


def mail_people(session: Session, merchant_id: int, kind: str, message: str, params: Mapping[str, Any]) -> None:
    """Queue the mail of an alarm of this kind to the merchant's active supervisors and managers, in their languages."""
    by_language: dict[str, list[str]] = {}
    shop = ""
    for shop, email, language in _recipients(session, merchant_id):  # noqa: B007 - the same shop on every row
        if usable_address(email):
            by_language.setdefault(language, []).append(email)
    if not by_language:
        log.warning("alarm_without_recipient", kind=kind, merchant=merchant_id)
    for language, recipients in sorted(by_language.items()):
        with in_language(language):
            label = sentence(LABELS.get(kind, N_("Alarm")))
            subject = sentence(N_("%(shop)s: %(alarm)s"), {"shop": shop, "alarm": label})
            closing = sentence(N_("Sign in to VPC e-gestion to look at it and to acknowledge the alarm."))
            body = f"{sentence(message, params)}\n\n{closing}\n"
        queue_mail(session, merchant_id, f"alarm:{kind}", recipients, subject, body, language)


def _recipients(session: Session, merchant_id: int) -> list[tuple[str, str, str]]:
    """Short name of the merchant, address and language of each person who may act on its alarms."""
    rows = session.execute(
        select(Merchant.short_name, User.email, UserSetting.language, Merchant.language)
        .join(Membership, Membership.merchant_id == Merchant.id)
        .join(User, User.id == Membership.user_id)
        .outerjoin(UserSetting, UserSetting.user_id == User.id)
        .where(Merchant.id == merchant_id, User.active, User.roles.any(Role.name.in_(_ROLES)))
        .order_by(User.id)
    )
    return [(shop, email, own or merchants) for shop, email, own, merchants in rows]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    text = mask_card_numbers(str(value).replace("\0", ""))[:200]
    return value if isinstance(value, int) and text == str(value) else text

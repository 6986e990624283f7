"""What the core itself registers, beside its plug-ins: the post's sweep and job, its invariants and their nightly check."""

from __future__ import annotations

from datetime import time

from sqlalchemy.orm import Session

from . import checks
from .alarms import MAIL_FAILED, raise_alarm
from .domain.text import N_
from .invariants import verify_books
from .mail import send_due
from .models import OutboxMail
from .plugin import Registry
from .ports import DailyTask, Sweep
from .repeats import Repeats

MAILS = "mails"  # the doorbell app.post.outbox rings, and the sweep behind it
LOOK_EVERY = 5.0  # seconds
MOST_AT_ONCE = 100
VERIFY = DailyTask("verify", time(3, 30), "Europe/Paris", verify_books)  # when the banks' and our own nights are over


def register_core(registry: Registry) -> None:
    """Register the core's sweep, job, daily task and checker; create_app calls it once the plug-ins are loaded."""
    registry.add_sweep(Sweep(MAILS, LOOK_EVERY, send_mails))
    registry.add_job(MAILS, lambda _id: _send_for_a_doorbell())
    registry.add_daily_task(VERIFY)
    registry.add_assessor(Repeats())
    checks.register(registry)


def send_mails() -> int:
    """Send what is due and return how many mails left; a mail given up becomes an alarm."""
    return send_due(MOST_AT_ONCE, mail_failed)


def mail_failed(session: Session, mail: OutboxMail) -> None:
    """Tell the merchant's people on their dashboard: by mail it would be told in vain."""
    text = N_("A mail (%(kind)s) to %(recipients)s could not be delivered for 24 hours.")
    params = {"kind": mail.kind, "recipients": ", ".join(mail.recipients)}
    raise_alarm(session, mail.merchant_id, MAIL_FAILED, text, params, mail=False)


def _send_for_a_doorbell() -> None:
    send_mails()

"""An alarm is a row, a mail to those who may act, a count; a person takes note of it once."""

import pytest
from flask import Flask
from prometheus_client import REGISTRY
from sqlalchemy import select

from app.alarms import CAPTURE_REFUSED, LABELS, MAIL_FAILED, acknowledge, raise_alarm
from app.database import Scope, unit_of_work
from app.domain.errors import NotFound, NotPermitted
from app.models import Alarm, AuditEntry, OutboxMail
from tests.post.people import merchant, person

TEXT = "The bank refused the capture of %(reference)s (%(code)s); it waits for your decision."
CARD = "4970100000000006"


def alarm(shop: int, text: str = TEXT, **params: object) -> Alarm:
    with unit_of_work(Scope((shop,))) as session:
        return raise_alarm(session, shop, CAPTURE_REFUSED, text, params or {"reference": "T1", "code": "05"})


def mails(*shops: int) -> list[OutboxMail]:
    with unit_of_work(Scope(shops)) as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def test_supervisors_and_managers_of_the_merchant_get_one_mail_in_their_language(app: Flask, shop: int) -> None:
    person(shop, "sophie", "Supervisor")
    person(shop, "max", "Merchant manager", language="en")
    person(shop, "mona", "Merchant manager")
    person(shop, "clara", "Clerk")
    person(shop, "ada", "Accountant")
    person(shop, "gone", "Supervisor", active=False)
    person(shop, "odd", "Supervisor", email="not an address")
    other = merchant("OTHER")
    person(other, "stranger", "Supervisor")
    row = alarm(shop)
    assert (row.kind, row.params, row.acknowledged_at) == (CAPTURE_REFUSED, {"reference": "T1", "code": "05"}, None)
    english, french = mails(shop, other)
    assert (english.language, english.recipients) == ("en", ["max@shop.example"])
    assert (french.language, french.recipients) == ("fr", ["sophie@shop.example", "mona@shop.example"])
    assert english.subject == "SHOP: Capture refused"
    assert english.body.startswith("The bank refused the capture of T1 (05)")


def test_an_alarm_without_anyone_to_tell_still_stands(app: Flask, shop: int) -> None:
    alarm(shop)
    assert mails(shop) == []
    with unit_of_work(Scope((shop,))) as session:
        assert len(session.scalars(select(Alarm)).all()) == 1


def test_neither_a_missing_value_nor_a_card_number_breaks_or_leaks(app: Flask, shop: int) -> None:
    person(shop, "sophie", "Supervisor", language="en")
    row = alarm(shop, "%(missing)s of %(reference)s", reference=f"{CARD}\0", number=int(CARD))
    assert CARD not in str(row.params)
    (mail,) = mails(shop)
    assert CARD not in mail.body


def test_alarms_are_counted_once_committed(app: Flask, shop: int) -> None:
    def value() -> float:
        return REGISTRY.get_sample_value("egestion_alarms_total", {"kind": CAPTURE_REFUSED}) or 0

    def fail() -> None:
        with unit_of_work(Scope((shop,))) as session:
            raise_alarm(session, shop, CAPTURE_REFUSED, TEXT)
            raise RuntimeError

    before = value()
    alarm(shop)
    assert value() == before + 1
    with pytest.raises(RuntimeError):
        fail()
    assert value() == before + 1


def test_an_alarm_is_acknowledged_once_by_who_may_and_the_audit_knows(app: Flask, shop: int) -> None:
    row = alarm(shop)
    sophie, mona, clerk = (
        person(shop, name, role)
        for name, role in (("sophie", "Supervisor"), ("mona", "Merchant manager"), ("clara", "Clerk"))
    )
    stranger = person(merchant("OTHER"), "stranger", "Supervisor")
    with pytest.raises(NotPermitted):
        acknowledge(clerk, row.id)
    with pytest.raises(NotFound):
        acknowledge(stranger, row.id)
    first = acknowledge(sophie, row.id)
    second = acknowledge(mona, row.id)
    assert first.acknowledged_by == second.acknowledged_by == "sophie"
    assert first.acknowledged_at == second.acknowledged_at
    with unit_of_work(Scope((shop,))) as session:
        (entry,) = session.scalars(select(AuditEntry))
    assert (entry.actor, entry.kind, entry.object) == ("sophie", "alarm_acknowledged", f"alarm {row.id}")


def test_every_kind_has_a_label() -> None:
    assert {CAPTURE_REFUSED, MAIL_FAILED} <= set(LABELS)
    assert all(LABELS.values())


def test_codes_are_told_in_words(app: Flask, shop: int) -> None:
    person(shop, "sophie", "Supervisor")
    text = "%(operation)s of %(reference)s was concluded as %(status)s, but the bank answered %(outcome)s later."
    alarm(shop, text, operation="CREDIT", reference="T1", status="REFUSED", outcome="APPROVED")
    (mail,) = mails(shop)
    assert "Remboursement" in mail.body
    assert "refusée" in mail.body
    assert "accepté" in mail.body
    assert not {"CREDIT", "REFUSED", "APPROVED"} & set(mail.body.replace(",", " ").split())

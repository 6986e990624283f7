"""Who waits for a remittance is told in time that it could not be begun; never of one that was."""

from __future__ import annotations

from datetime import time

import psycopg
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from app.database import Scope, unit_of_work
from app.models import Alarm, Contract
from plugins.payment_gateway.remittance import sweep
from tests.remittance.evening import Evening
from tests.service.clock import BusinessClock
from tests.service.conftest import NewShop
from tests.service.shop import Shop

TOO_SLOW = OperationalError("SELECT count(*)", {}, psycopg.errors.QueryCanceled("statement timeout"))


@pytest.mark.parametrize("trouble", [RuntimeError("an error of ours"), TOO_SLOW])
def test_a_contract_that_cannot_be_begun_is_told_of_and_holds_up_no_other(
    shop: Shop, new_shop: NewShop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    clock.at("2027-03-10 15:00")
    other = new_shop()
    references = [each.sold(capture_day=0) for each in (shop, other)]
    begin = sweep.begin

    def broken(merchant_id: int, contract_id: int) -> object:
        if merchant_id == shop.id:
            raise trouble
        return begin(merchant_id, contract_id)

    monkeypatch.setattr(sweep, "begin", broken)
    clock.at("2027-03-10 21:00")
    sweep.begin_due()
    sweep.remit_due()
    assert other.sale(references[1]).state == "CAPTURED"
    assert shop.alarms() == []
    clock.at("2027-03-10 21:45")
    for _ in range(2):
        sweep.begin_due()
    assert shop.alarms() == ["remittance_late"]
    assert other.alarms() == []
    monkeypatch.undo()
    sweep.remit_due()
    assert shop.sale(references[0]).state == "CAPTURED"


def test_the_database_away_ends_the_round(shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.at("2027-03-10 15:00")
    shop.sold(capture_day=0)
    clock.at("2027-03-10 21:00")

    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, psycopg.OperationalError("the connection is lost"))

    monkeypatch.setattr(sweep, "begin", away)
    for each in (sweep.remit_due, sweep.begin_due):
        with pytest.raises(OperationalError):
            each()
    monkeypatch.undo()
    sweep.remit_due()


def _alarms(shop: Shop) -> list[Alarm]:
    with unit_of_work(Scope((shop.id,))) as session:
        return list(session.scalars(select(Alarm).order_by(Alarm.id)))


def _broken(monkeypatch: pytest.MonkeyPatch, shop: Shop, name: str) -> None:
    do = getattr(sweep, name)

    def broken(*given: object) -> object:
        if shop.id in given:
            raise TOO_SLOW
        return do(*given)

    monkeypatch.setattr(sweep, name, broken)


def test_what_was_begun_is_never_said_not_to_be(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 15:00")
    shop.sold(capture_day=0)
    clock.at("2027-03-10 21:00")
    monkeypatch.setattr(sweep, "send", lambda *_: None)  # a bank that hangs
    sweep.begin_due()
    assert evening.states() == ["SENDING"]
    clock.at("2027-03-10 21:46")
    for name in ("tell_late", "begin"):
        with monkeypatch.context() as trouble:
            _broken(trouble, shop, name)
            for _ in range(3):
                sweep.begin_due()
    sweep.begin_due()
    said = [each.message for each in _alarms(shop)]
    assert len(said) == 1
    assert sweep.NOT_BEGUN not in said
    monkeypatch.undo()
    sweep.remit_due()


def test_one_try_that_fails_is_not_told_of(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 15:00")
    reference = shop.sold(capture_day=0)
    clock.at("2027-03-10 21:46")
    for _ in range(2):
        with monkeypatch.context() as trouble:
            _broken(trouble, shop, "begin")
            sweep.begin_due()
        sweep.begin_due()
    assert sweep.NOT_BEGUN not in [each.message for each in _alarms(shop)]
    sweep.remit_due()
    assert shop.sale(reference).state == "CAPTURED"


@pytest.mark.parametrize("cut_off", [time(23, 15), time(23, 59)])
def test_a_late_cut_off_is_told_of_after_midnight(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch, cut_off: time
) -> None:
    with unit_of_work(Scope((shop.id,), admin=True)) as session:
        session.execute(update(Contract).where(Contract.id == evening.contract).values(cut_off=cut_off))
    clock.at("2027-03-10 15:00")
    reference = shop.sold(capture_day=0)
    later = shop.sold(capture_day=1)
    _broken(monkeypatch, shop, "begin")
    for at, told in (
        ("2027-03-10 23:59:30", []),
        ("2027-03-11 00:44:30", ["2027-03-10"]),
        ("2027-03-11 12:00", ["2027-03-10"]),
    ):
        clock.at(at)
        for _ in range(3):
            sweep.begin_due()
        assert [each.params["day"] for each in _alarms(shop)] == told
    monkeypatch.undo()
    sweep.remit_due()
    assert (shop.sale(reference).state, shop.sale(later).state) == ("CAPTURED", "TO_CAPTURE")


def test_a_late_cut_off_of_an_evening_without_a_sale_is_not_told_of(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unit_of_work(Scope((shop.id,), admin=True)) as session:
        session.execute(update(Contract).where(Contract.id == evening.contract).values(cut_off=time(23, 30)))
    clock.at("2027-03-05 15:00")
    shop.sold(capture_day=6)
    clock.at("2027-03-11 12:30")  # its last day: due from noon on
    _broken(monkeypatch, shop, "begin")
    for _ in range(3):
        sweep.begin_due()
    assert shop.alarms() == []
    monkeypatch.undo()
    sweep.remit_due()

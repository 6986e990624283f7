"""`egestion remit [--date D]`: the evening in the foreground."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from app.database import Scope, real_now, unit_of_work
from app.models import Contract, Operation
from plugins.payment_gateway.bank_commands import bank
from plugins.payment_gateway.remittance import run
from plugins.payment_gateway.remittance.command import remit
from tests.remittance.evening import Evening
from tests.service.clock import BusinessClock
from tests.service.conftest import NewShop
from tests.service.shop import CAPTURE_REFUSED, EUR, Shop


def command(*words: str) -> Result:
    return CliRunner().invoke(remit, list(words))


@pytest.fixture(autouse=True)
def _nothing_else_is_due(app: Flask, clock: BusinessClock) -> None:
    clock.at("2027-03-10 15:00")
    command()


def test_it_captures_what_is_due_by_the_day_into_remittances_of_that_day(shop: Shop, evening: Evening) -> None:
    today, tomorrow, later = (shop.sold(capture_day=day) for day in (0, 1, 3))
    done = command("--date", "2027-03-11")
    assert done.exit_code == 0, done.output
    assert re.search(r"remittance [0-9A-Z]+-1 closed\n", done.output)
    assert "captures: 2 done" in done.output
    assert [shop.sale(each).state for each in (today, tomorrow, later)] == ["CAPTURED", "CAPTURED", "TO_CAPTURE"]
    assert evening.remittances() == [(1, "2027-03-11", "SENT", 2 * EUR, 0, 2)]


def test_twice_is_once(shop: Shop, evening: Evening) -> None:
    reference = shop.sold(capture_day=0)
    assert command().exit_code == 0
    again = command()
    assert "nothing was due" in again.output
    assert shop.done(reference) == [("TRANSACTION", EUR), ("VALIDATE", EUR)]
    assert len(evening.rows()) == 1


def test_a_refused_sale_is_exit_code_1(shop: Shop) -> None:
    shop.take(CAPTURE_REFUSED, capture_day=0)
    done = command()
    assert done.exit_code == 1
    assert "1 refused" in done.output


@pytest.mark.parametrize("step", ["begin", "send"])
def test_a_contract_that_fails_is_named_and_holds_up_no_other(
    shop: Shop, new_shop: NewShop, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    other = new_shop()
    stuck, good = shop.sold(capture_day=0), other.sold(capture_day=0)
    do, contract = getattr(run, step), Evening(shop).contract

    def broken(merchant_id: int, contract_id: int, *more: object) -> object:
        if merchant_id == shop.id:
            raise RuntimeError("an error of ours")
        return do(merchant_id, contract_id, *more)

    monkeypatch.setattr(f"plugins.payment_gateway.remittance.command.{step}", broken)
    done = command()
    assert done.exit_code == 1
    with unit_of_work(Scope((shop.id,))) as session:
        number = session.get_one(Contract, contract).number
    assert f"contract {number}: RuntimeError" in done.output
    assert (shop.sale(stuck).state, other.sale(good).state) == ("TO_CAPTURE", "CAPTURED")
    monkeypatch.undo()
    assert command().exit_code == 0
    assert shop.sale(stuck).state == "CAPTURED"


def test_it_sends_the_refunds_that_wait(shop: Shop, evening: Evening) -> None:
    reference = shop.captured()
    shop.bank.fault("refund", "code:24", reference=reference)
    assert shop.act(reference, "refund", amount=4_000).status == 202
    assert command().exit_code == 0
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 4_000, 0)


def test_what_a_killed_run_left_is_taken_over(shop: Shop, evening: Evening, clock: BusinessClock) -> None:
    """A run that died between the bank's answer and its own books: the line is SENT, then settled by asking."""
    references = [shop.sold(capture_day=0) for _ in range(2)]
    shop.bank.fault("validate", "cut_after_commit", reference=references[0])
    assert command().exit_code == 1
    shop.settle()
    assert command().exit_code == 0
    assert {shop.sale(each).state for each in references} == {"CAPTURED"}
    assert evening.remittances() == [(1, "2027-03-10", "SENT", 2 * EUR, 0, 2)]


def test_alone_it_settles_what_a_killed_run_left_without_an_answer(
    shop: Shop, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before it could write the bank's answer down, and no scheduler runs: the line is SENT, the bank is asked."""
    reference = shop.sold(capture_day=0)
    monkeypatch.setattr("app.failpoints._points", {"runner.after_call": ["raise", 1]})
    monkeypatch.setattr("plugins.payment_gateway.remittance.command.LONGEST_WAIT", 0.0)
    command()
    assert shop.last(reference).status == "SENT"
    with unit_of_work(Scope((shop.id,))) as session:
        ago = real_now() - timedelta(minutes=1)
        session.execute(
            update(Operation).where(Operation.id == shop.last(reference).id).values(deadline=ago, next_inquiry_at=ago)
        )
    monkeypatch.setattr("plugins.payment_gateway.remittance.command.LONGEST_WAIT", 5.0)
    done = command()
    assert done.exit_code == 0, done.output
    assert "-1 closed" in done.output
    assert shop.sale(reference).state == "CAPTURED"
    assert evening.states() == ["SENT"]


@pytest.mark.parametrize("after", ["send_all", "close"])
def test_what_failed_is_named_though_more_fails_after_it(
    shop: Shop, new_shop: NewShop, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    other = new_shop()
    good = other.sold(capture_day=0)
    do = run.begin

    def broken(merchant_id: int, *more: Any) -> object:
        if merchant_id == shop.id:
            raise RuntimeError("an error of ours")
        return do(merchant_id, *more)

    def refused(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, psycopg.errors.QueryCanceled("statement timeout"))

    monkeypatch.setattr("plugins.payment_gateway.remittance.command.begin", broken)
    monkeypatch.setattr(f"plugins.payment_gateway.remittance.command.{after}", refused)
    done = command()
    assert done.exit_code == 1
    assert f"{label(shop)}: RuntimeError" in done.output
    assert (f"{label(other)}: " if after == "close" else "waiting refunds: ") + "OperationalError" in done.output
    assert "captures: 1 done" in done.output
    assert other.sale(good).state == "CAPTURED"


def label(shop: Shop) -> str:
    with unit_of_work(Scope((shop.id,))) as session:
        return f"contract {session.get_one(Contract, Evening(shop).contract).number}"


def test_while_it_waits_it_asks_for_those_whose_lines_are_open(
    shop: Shop, new_shop: NewShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = new_shop()
    reference, others = shop.sold(capture_day=0), other.sold(capture_day=3)
    other.bank.fault("cancel", "cut_after_commit", reference=others)
    assert other.act(others, "cancel").status == 202
    monkeypatch.setattr("app.failpoints._points", {"runner.after_call": ["raise", 1]})
    monkeypatch.setattr("plugins.payment_gateway.remittance.command.LONGEST_WAIT", 0.0)
    command()
    for each, its in ((shop, reference), (other, others)):
        with unit_of_work(Scope((each.id,))) as session:
            ago = real_now() - timedelta(minutes=1)
            statement = update(Operation).where(Operation.id == each.last(its).id)
            session.execute(statement.values(deadline=ago, next_inquiry_at=ago))
    monkeypatch.setattr("plugins.payment_gateway.remittance.command.LONGEST_WAIT", 5.0)
    command()
    assert (shop.sale(reference).state, other.last(others).status) == ("CAPTURED", "UNKNOWN")
    other.settle()


@pytest.mark.parametrize("words", [("--date", "11.03.2027"), ("--date", "2027-02-30"), ("--day", "2027-03-10")])
def test_a_date_that_is_none_is_a_usage_error(words: tuple[str, ...]) -> None:
    assert command(*words).exit_code == 2


def test_in_production_no_day_ahead(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    reference = shop.sold(capture_day=1)
    settings = dataclasses.replace(app.extensions["settings"], env="production")
    monkeypatch.setitem(app.extensions, "settings", settings)
    done = command("--date", "2027-03-11")
    assert done.exit_code == 2
    assert "practice only" in done.output
    assert shop.sale(reference).state == "TO_CAPTURE"


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1999-12-31"])
def test_a_day_no_calendar_knows_remits_nothing(shop: Shop, evening: Evening, day: str) -> None:
    """A remittance of the year 9999 could be shown by no page: its credit would be expected after all days there are."""
    reference = shop.sold(capture_day=0)
    done = command("--date", day)
    assert done.exit_code == 2
    assert "--date" in done.output
    assert shop.sale(reference).state == "TO_CAPTURE"
    assert evening.remittances() == []


def test_a_statement_of_such_a_day_is_refused_in_a_line(app: Flask) -> None:
    words = ["statement", "--date", "0001-01-01", "--format", "camt053", "--out", "never-written.xml"]
    done = CliRunner().invoke(bank, words)
    assert (done.exit_code, type(done.exception)) == (2, SystemExit)
    assert "2000 to 2999" in done.output


def test_a_statement_that_cannot_be_written_is_a_line(app: Flask, tmp_path: Path) -> None:
    for out in (tmp_path / "no-such-folder" / "statement.xml", tmp_path):
        words = ["statement", "--date", "2026-11-23", "--format", "camt053", "--out", str(out)]
        done = CliRunner().invoke(bank, words)
        assert (done.exit_code, type(done.exception)) == (2, SystemExit)
        assert "--out" in done.output
        assert str(out) in done.output

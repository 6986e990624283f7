"""A small past on the real database: its books hold, and the practice bank's are the same."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.domain.states import State
from app.models import AuditEntry, Contract, Customer, Membership, Operation, Remittance, Transaction
from app.models.search_keys import telephone_key
from plugins.payment_gateway.practice import PRACTICE_ID
from tests.past.conftest import Practice, count, wrong


def test_the_books_hold_and_the_bank_agrees(told: Practice) -> None:
    assert wrong() == {}
    assert told.bank.journal() == []


def test_every_sale_is_known_to_the_bank_as_it_is_here(told: Practice) -> None:
    """I2 asks about what moved lately only; here the bank's own store is laid beside all of it."""
    with closing(sqlite3.connect(Path(told.bank.data) / "bank" / "bank.sqlite3")) as store:
        rows = store.execute(
            "SELECT reference, status, origin_amount, current_amount, refunded_amount FROM sale WHERE merchant_id = ?",
            (PRACTICE_ID,),
        )
        there = {row[0]: row[1:] for row in rows}
    with unit_of_work(Scope((told.merchants["PRACTICE"],))) as session:
        sales = session.scalars(select(Transaction)).all()
    never_sent = {sale.reference for sale in sales if sale.response_code in ("34", "90", "97")}
    assert set(there) == {sale.reference for sale in sales} - never_sent
    for sale in sales:
        if sale.reference in never_sent:
            continue
        status, origin, current, refunded = there[sale.reference]
        assert origin == sale.original_amount
        assert refunded == sale.refunded_amount
        if sale.state in (State.CAPTURED, State.CREDITED):
            assert (status, current) == (sale.state, sale.captured_amount)
        elif sale.state in (State.TO_CAPTURE, State.TO_VALIDATE, State.TO_CHALLENGE):
            assert (status, current) == ("TO_VALIDATE", sale.bank_amount)
        elif sale.state == State.REFUSED:
            assert status == "REFUSED"
        else:
            assert (status, current) in (("CANCELLED", 0), ("EXPIRED", 0))


def test_a_merchant_gets_its_past_once(told: Practice) -> None:
    before = count(told.merchants["PRACTICE"])
    assert told.give("PRACTICE") is None
    assert count(told.merchants["PRACTICE"]) == before > 260
    with unit_of_work(Scope((told.merchants["PRACTICE"],))) as session:
        written = session.scalars(select(AuditEntry).where(AuditEntry.object == "past of PRACTICE")).one()
    assert written.data is not None
    assert written.data["sales"] == before


def test_lines_of_a_remittance_are_counted_and_added_up(told: Practice) -> None:
    with unit_of_work(Scope((told.merchants["PRACTICE"],))) as session:
        remittances = session.scalars(select(Remittance)).all()
        operations = session.scalars(
            select(Operation).where(Operation.remittance_id.is_not(None), Operation.status == "DONE")
        ).all()
        contracts = dict(session.execute(select(Contract.id, Contract.number)).all())  # type: ignore[arg-type]
    assert len(remittances) > 50
    for each in remittances:
        mine = sorted((op for op in operations if op.remittance_id == each.id), key=lambda op: op.remittance_line or 0)
        assert [op.remittance_line for op in mine] == list(range(1, each.lines + 1))
        assert each.last_line == each.lines
        assert sum(op.amount for op in mine if op.name == "CAPTURE") == each.debit_amount
        assert sum(op.amount for op in mine if op.name == "CREDIT") == each.credit_amount
        assert {op.origin for op in mine} == {f"{contracts[each.contract_id]}-{each.number}"}


def test_a_caller_is_found_by_telephone_and_old_colleagues_cannot_sign_in(told: Practice) -> None:
    mine = told.merchants["PRACTICE"]
    with unit_of_work(Scope((mine,))) as session:
        customer = session.scalars(select(Customer).order_by(Customer.id.desc())).first()
        assert customer is not None
        assert customer.telephone is not None
        again = session.scalars(
            select(Customer.id).where(Customer.telephone_key == telephone_key("0" + customer.telephone[3:]))
        ).all()
        clerks = set(session.scalars(select(Transaction.created_by)))
        left = session.execute(
            select(User.username, User.active).join(Membership, Membership.user_id == User.id).where(~User.active)
        ).all()
    assert customer.id in again
    assert {"clerk", "amelie", "bruno", "supervisor"} <= clerks
    assert {row.username for row in left} == {"amelie", "bruno", "carole"}

"""Replies that prove nothing are counted; three in a row stop new orders until a verified one lifts the stop."""

from flask import Flask
from sqlalchemy import event, select

from app.database import unit_of_work
from app.extensions import db
from app.models import AuditEntry
from app.ports import Outcome
from plugins.payment_gateway import connection
from plugins.payment_gateway.account_access import gateway_for, new_orders_stopped
from plugins.payment_gateway.connection import Verdict
from tests.bank.conftest import OTHER, BankProcess
from tests.contract.bench import order, soon
from tests.contract.installation import EVERYTHING, account, alarms, app, change, installation, pay
from tests.contract.test_transport import CARD

__all__ = ["app", "installation"]


def test_three_unproved_answers_in_a_row_stop_new_orders(app: Flask, quiet_bank: BankProcess) -> None:
    for count, fault in enumerate(["bad_seal", "no_seal", "bad_seal"], 1):
        assert not new_orders_stopped(account())
        quiet_bank.fault("cardOrder", fault)
        assert pay() == Outcome.UNKNOWN
        assert account().bad_seals == count
    assert new_orders_stopped(account())
    assert alarms() == ["gateway_stopped"]
    assert not new_orders_stopped(account(OTHER))


def test_a_verified_answer_starts_the_count_again_but_lifts_nothing(app: Flask, quiet_bank: BankProcess) -> None:
    for _ in range(2):
        quiet_bank.fault("cardOrder", "bad_seal")
        pay()
    assert pay() == Outcome.APPROVED
    assert (account().bad_seals, account().paused_at) == (0, None)
    for _ in range(4):
        quiet_bank.fault("cardOrder", "bad_seal")
        pay()
    assert account().bad_seals == 4
    assert pay() == Outcome.APPROVED
    assert account().bad_seals == 0
    assert new_orders_stopped(account())
    assert alarms() == ["gateway_stopped"]


def test_answers_that_are_no_messages_are_not_counted(app: Flask, quiet_bank: BankProcess) -> None:
    for fault in ("html", "garbage", "empty", "http_500", "other_reference", "cut_after_commit"):
        quiet_bank.fault("cardOrder", fault)
        assert pay() == Outcome.UNKNOWN
    assert account().bad_seals == 0


def test_the_ordinary_way_costs_no_statement(app: Flask) -> None:
    row, statements = account(), []
    listen = lambda *_: statements.append(1)  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    assert gateway_for(row).authorize(order(CARD), soon()).outcome == Outcome.APPROVED
    event.remove(db.engine, "before_cursor_execute", listen)
    assert statements == []


def test_a_verified_not_found_lifts_the_stop_and_the_audit_says_who(app: Flask, quiet_bank: BankProcess) -> None:
    for _ in range(3):
        quiet_bank.fault("cardOrder", "bad_seal")
        pay()
    quiet_bank.fault("getTransactionData", "bad_seal")
    assert connection.try_connection(account(), "doctor") == Verdict.UNPROVED
    assert new_orders_stopped(account())
    assert connection.try_connection(account(), "doctor") == Verdict.LIFTED
    assert (account().bad_seals, account().paused_at) == (0, None)
    with unit_of_work(EVERYTHING) as session:
        told = session.execute(select(AuditEntry.actor, AuditEntry.object)).all()
    assert (told[-1].actor, told[-1].object) == ("doctor", f"gateway account {account().id} reconnected")


def test_the_verdicts_of_a_test(app: Flask, quiet_bank: BankProcess) -> None:
    quiet_bank.fault("getTransactionData", "http_500")
    assert connection.try_connection(account()) == Verdict.NO_ANSWER
    change(url="http://127.0.0.1:9")
    assert connection.try_connection(account()) == Verdict.UNREACHABLE
    change(secret_name="nowhere")
    assert connection.try_connection(account()) == Verdict.UNUSABLE
    tried = {each.bank_merchant_id: verdict for each, verdict in connection.try_all("doctor")}
    assert tried[OTHER] == Verdict.VERIFIED
    assert set(connection.LABELS) == set(Verdict)

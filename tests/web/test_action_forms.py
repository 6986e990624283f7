"""Cancel, capture, refund and the others through their forms: what is prefilled, what is asked of the bank, what is said."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.bank.conftest import BankProcess
from tests.web.desk import CAPTURE_REFUSED, REFERRAL, Desk, filled_in, token_of

As = Callable[[str], Desk]


def test_a_capture_and_two_refunds_reach_the_bank_once_each(supervisor: Desk, bank: BankProcess) -> None:
    sale = supervisor.taken(amount="100.00", order_number="B-1")
    page = supervisor.form(sale, "capture").text
    assert "Send this sale to the bank now?" in page
    assert "€100.00</output>, CB 497010######0006, order B-1" in page
    done = supervisor.act(sale, "capture")
    assert (done.status_code, done.headers["Location"]) == (303, f"/transactions/show/{sale.id}")
    assert supervisor.flashes() == ["Done: Remittance of €100.00."]
    assert filled_in(supervisor.form(sale, "refund").text)["amount"] == "100.00"
    key = str(uuid.uuid4())
    for _ in range(2):  # the same form twice
        assert (
            supervisor.act(sale, "refund", key=key, amount="30.00", reason="RETURNED", note="torn").status_code == 303
        )
    assert supervisor.flashes() == ["Done: Refund of €30.00."]  # the form read the first one
    assert filled_in(supervisor.form(sale, "refund").text)["amount"] == "70.00"
    supervisor.act(sale, "refund")
    after = supervisor.sale(sale.reference)
    assert (after.state, after.refunded_amount) == ("CREDITED", 10000)
    assert [op.reason for op in after.operations] == [None, None, "RETURNED", None]
    credits = [e["amount"] for e in bank.journal(sale.reference) if e["operation"] == "CREDIT"]
    assert credits == [3000, 7000]


def test_too_much_is_refused_beside_the_field_and_what_was_typed_stays(supervisor: Desk) -> None:
    sale = supervisor.taken(amount="10.00")
    supervisor.act(sale, "capture")
    answer = supervisor.act(sale, "refund", amount="10.01", note="why not")
    assert answer.status_code == 422
    assert "At most €10.00 is possible." in answer.text
    kept = filled_in(answer.text)
    assert (kept["amount"], kept["note"]) == ("10.01", "why not")
    for wrong, text in (("", "An amount is needed."), ("ten", "This is not an amount"), ("0", "above zero")):
        assert text in supervisor.act(sale, "refund", amount=wrong).text
    assert "not on the merchant" in supervisor.act(sale, "refund", reason="BECAUSE").text
    assert supervisor.sale(sale.reference).refunded_amount == 0


def test_a_part_is_cancelled_then_the_rest(supervisor: Desk, bank: BankProcess) -> None:
    sale = supervisor.taken(amount="50.00")
    supervisor.act(sale, "cancel", amount="20.00", reason="OUT_OF_STOCK")
    assert supervisor.sale(sale.reference).amount == 3000
    supervisor.act(sale, "cancel")
    assert supervisor.sale(sale.reference).state == "CANCELLED"
    assert [e["amount"] for e in bank.journal(sale.reference) if e["operation"] == "CANCEL"] == [2000, 3000]
    gone = supervisor.form(sale, "cancel")
    assert gone.status_code == 409
    assert "This cannot be done while the transaction is cancelled." in gone.text
    assert 'name="amount"' not in gone.text


def test_a_form_sent_again_after_it_was_done_says_what_was_done(supervisor: Desk, bank: BankProcess) -> None:
    sale = supervisor.taken(amount="50.00")
    page = supervisor.form(sale, "cancel").text
    data = filled_in(page) | {"csrf_token": token_of(page)}
    for _ in range(2):
        assert supervisor.client.post(f"/transactions/{sale.id}/cancel", data=data).status_code == 303
        assert supervisor.flashes() == ["Done: Cancellation of €50.00."]
    assert [e["amount"] for e in bank.journal(sale.reference) if e["operation"] == "CANCEL"] == [5000]


def test_a_refused_capture_says_both_codes_in_words(supervisor: Desk) -> None:
    sale = supervisor.taken(card_number=CAPTURE_REFUSED)
    supervisor.act(sale, "capture")
    assert supervisor.flashes() == [
        "The bank refused: Remittance of €12.34. The bank refuses the payment without giving a reason. "
        "(codes: 05 platform, 05 bank)"
    ]
    released = supervisor.act(sale, "release")
    assert released.status_code == 303
    assert supervisor.sale(sale.reference).capture_error is None


def test_validate_hold_release_and_move(supervisor: Desk) -> None:
    sale = supervisor.taken(amount="40.00", capture_mode="VALIDATION", capture_day="5")
    assert sale.state == "TO_VALIDATE"
    supervisor.act(sale, "validate", amount="25.00", release="1500")
    now = supervisor.sale(sale.reference)
    assert (now.state, now.amount) == ("TO_CAPTURE", 2500)
    assert now.limit_date is not None
    supervisor.act(sale, "move", capture_date=now.limit_date.isoformat())
    assert supervisor.sale(sale.reference).capture_date == now.limit_date
    late = supervisor.act(sale, "move", capture_date="2031-01-01")
    assert late.status_code == 422
    assert "at the latest" in late.text
    supervisor.act(sale, "hold")
    assert supervisor.sale(sale.reference).held
    supervisor.act(sale, "release")
    assert not supervisor.sale(sale.reference).held


def test_an_amendment_changes_what_was_changed_and_keeps_the_rest(supervisor: Desk) -> None:
    sale = supervisor.taken(order_number="C-1", customer_name="Ann", customer_email="ann@example.test", note="old")
    held = filled_in(supervisor.form(sale, "amend").text)
    assert (held["order_number"], held["customer_name"], held["note"]) == ("C-1", "Ann", "old")
    assert "at least one field" in supervisor.act(sale, "amend").text
    supervisor.act(sale, "amend", order_number="C-2", customer_telephone="06 12 34 56 78", note="")
    now = supervisor.sale(sale.reference)
    assert (now.order_number, now.note, now.customer.name) == ("C-2", None, "Ann")
    assert (now.customer.telephone, now.customer.email) == ("+33612345678", "ann@example.test")


def test_the_shipping_day_is_amended_by_form_and_told_in_the_story(supervisor: Desk) -> None:
    sale = supervisor.taken(order_number="C-3")
    today, later = (sale.limit_date - timedelta(days=days) for days in (6, 4))
    assert filled_in(supervisor.form(sale, "amend").text)["shipping_date"] == ""
    supervisor.act(sale, "amend", shipping_date=later.isoformat())
    now = supervisor.sale(sale.reference)
    assert (now.shipping_date, now.capture_date, now.order_number) == (later, sale.capture_date, "C-3")
    assert "at least one field" in supervisor.act(sale, "amend", shipping_date=later.isoformat()).text
    refused = supervisor.act(sale, "amend", shipping_date=(today - timedelta(days=1)).isoformat())
    assert "cannot leave before the order was taken" in refused.text
    assert supervisor.sale(sale.reference).shipping_date == later
    supervisor.act(sale, "amend", shipping_date="")
    assert supervisor.sale(sale.reference).shipping_date is None
    assert "The shipping day was" in supervisor.client.get(f"/transactions/show/{sale.id}").text


def test_a_duplicate_leads_to_the_new_sale(supervisor: Desk, bank: BankProcess) -> None:
    sale = supervisor.taken(amount="15.00", order_number="D-1")
    done = supervisor.act(sale, "duplicate", amount="7.00")
    assert done.status_code == 303
    assert done.headers["Location"] != f"/transactions/show/{sale.id}"
    assert "Approved." in supervisor.flashes()[0]
    assert [e["operation"] for e in bank.journal() if e["orderId"] == "D-1"] == ["TRANSACTION", "DUPLICATE"]


def test_a_refund_in_the_banks_night_waits_and_is_withdrawn(supervisor: Desk, bank: BankProcess) -> None:
    sale = supervisor.taken(amount="10.00")
    supervisor.act(sale, "capture")
    bank.fault("refund", "code:24")
    supervisor.act(sale, "refund", amount="4.00")
    assert "It leaves by itself" in supervisor.flashes()[-1]
    page = supervisor.form(sale, "withdraw").text
    assert "Refund of €4.00, asked by supervisor" in page
    supervisor.act(sale, "withdraw", operation="3")
    assert supervisor.flashes() == ["Withdrawn: Refund of €4.00."]
    assert supervisor.sale(sale.reference).reserved_amount == 0


def test_a_sale_is_moved_to_a_day_or_to_its_shipping_day(supervisor: Desk) -> None:
    sale = supervisor.taken(capture_day="1")
    assert sale.limit_date is not None
    assert sale.capture_date is not None
    page = supervisor.form(sale, "move").text
    assert f"{sale.capture_date:%d %b %Y} at present; until {sale.limit_date:%d %b %Y} at the latest." in page
    nothing = supervisor.act(sale, "move")
    assert nothing.status_code == 422
    assert 'id="capture_date-error"' in nothing.text
    assert supervisor.act(sale, "move", shipping_date=sale.limit_date.isoformat()).status_code == 303
    assert f"it leaves with the remittance of {sale.limit_date:%d %b %Y}" in supervisor.flashes()[-1]
    moved = supervisor.sale(sale.reference)
    assert (moved.capture_date, moved.shipping_date) == (sale.limit_date, sale.limit_date)
    assert (
        f"The goods leave on {sale.limit_date:%d %b %Y}" in supervisor.client.get(f"/transactions/show/{sale.id}").text
    )
    beyond = supervisor.act(sale, "move", shipping_date="2999-01-01")
    assert beyond.status_code == 422
    assert 'id="shipping_date-error"' in beyond.text
    assert "This sale must be remitted by" in beyond.text


def test_an_answer_that_never_came_says_what_happens_next(supervisor: Desk, bank: BankProcess) -> None:
    sale = supervisor.taken(amount="10.00")
    supervisor.act(sale, "capture")
    supervisor.flashes()
    bank.fault("refund", "cut_after_commit")
    assert supervisor.act(sale, "refund", amount="4.00").status_code == 303
    assert "The bank is being asked; do not do it a second time." in supervisor.flashes()[0]
    busy = supervisor.form(sale, "refund")
    assert busy.status_code == 409
    assert "something else on this transaction comes first" in busy.text


def test_forcing_is_for_referrals_and_a_clerk_cancels_only_the_own_sale(as_: As, clerk: Desk) -> None:
    sale = clerk.taken(card_number=REFERRAL)
    page = clerk.form(sale, "force").text
    assert "+33 1 99 00 01 00" in page
    assert clerk.act(sale, "force", authorisation_number="").status_code == 422
    assert clerk.act(sale, "force", authorisation_number="12 34").status_code == 422
    assert 'name="amount"' not in clerk.form(sale, "cancel").text  # only the whole can be given up
    assert clerk.act(sale, "cancel").status_code == 303
    others = as_("manager").taken()
    assert clerk.form(others, "cancel").status_code == 403
    data = {"csrf_token": token_of(clerk.client.get("/counter").text), "key": str(uuid.uuid4()), "amount": "1"}
    answer = clerk.client.post(f"/transactions/{others.id}/cancel", data=data)
    assert answer.status_code == 403
    assert "Your profile does not allow this." in answer.text


@pytest.mark.parametrize("verb", ["refund", "capture", "validate", "duplicate", "move", "hold", "resolve"])
def test_a_clerk_may_not_repair(clerk: Desk, verb: str) -> None:
    sale = clerk.taken()
    page = clerk.form(sale, verb)
    assert page.status_code == 403
    assert 'name="key"' not in page.text
    data = {"csrf_token": token_of(clerk.client.get("/counter").text), "key": str(uuid.uuid4()), "amount": "12.34"}
    data |= {"capture_date": "2031-01-01", "decision": "cancel"}
    assert clerk.client.post(f"/transactions/{sale.id}/{verb}", data=data).status_code == 403


def test_another_merchants_sale_and_an_unknown_verb_are_not_there(as_: As, supervisor: Desk) -> None:
    foreign = as_("clerk2").taken()
    token = token_of(supervisor.client.get("/counter").text)
    data = {"csrf_token": token, "key": str(uuid.uuid4()), "amount": "1.00"}
    for verb in ("cancel", "refund", "amend"):
        assert supervisor.form(foreign, verb).status_code == 404
        assert supervisor.client.post(f"/transactions/{foreign.id}/{verb}", data=data).status_code == 404
    own = supervisor.taken()
    assert supervisor.form(own, "burn").status_code == 404
    assert supervisor.client.get("/transactions/99999999999999999999/cancel").status_code == 404


def test_a_form_sent_again_with_other_values_is_told_so(supervisor: Desk) -> None:
    sale = supervisor.taken(amount="10.00")
    supervisor.act(sale, "capture")
    key = str(uuid.uuid4())
    supervisor.act(sale, "refund", key=key, amount="1.00")
    other = supervisor.act(sale, "refund", key=key, amount="2.00")
    assert other.status_code == 409
    assert "sent before with other values" in other.text
    assert key not in other.text
    assert supervisor.sale(sale.reference).refunded_amount == 100

"""Lists and records of what happened tell the time of the merchant whose it is, and their filters take its days."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.models import Alarm, AuditEntry, Customer, OutboxMail, RiskHit, Transaction
from tests.pages.shop import FAR, PARIS, Shop

# Half past one in Auckland on the 11th; in Paris it is still the afternoon of the 10th.
AT = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
THERE, HERE = "11 Mar 2026 01:30", "10 Mar 2026 13:30"
LISTS = ("/events/", "/alarms/", "/riskhits/", "/mails/", "/audit/", "/customers/")
FILTERED = {"/events/": "at", "/alarms/": "at", "/mails/": "created_at", "/audit/": "at"}


def records(shop: Shop, merchant: str) -> Transaction:
    """Add one record of each kind to a sale of the merchant."""
    sale = shop.sale("CAPTURED", merchant, at=AT)
    with shop.books() as session:
        mine = {"merchant_id": sale.merchant_id}
        shop.event(
            session, **mine, transaction_id=sale.id, at=AT, kind="CAPTURED", from_state="TO_CAPTURE", to_state="CAPTURED", amount=1_000,
            captured_amount=1_000, refunded_amount=0, reserved_amount=0, actor="bank",
        )  # fmt: skip
        session.add_all([
            Alarm(**mine, transaction_id=sale.id, kind="TRIED", message="m", params={}, at=AT),
            RiskHit(**mine, transaction_id=sale.id, rule="r", decision="INFORM", code="02", info="i", at=AT),
            OutboxMail(
                **mine, kind="alarm", subject="x", body="y", state="SENT", recipients=["a@b.example"], tries=1,
                created_at=AT, next_try_at=AT, sent_at=AT, message_id=f"<{merchant}@b.example>",
            ),
            AuditEntry(**mine, at=AT, actor="x", kind="test", outcome="OK", origin="TEST", object="o"),
            Customer(**mine, name="Aroha", name_key="AROHA", created_at=AT),
        ])  # fmt: skip
    return sale


@pytest.fixture
def sale(shop: Shop) -> Transaction:
    records(shop, PARIS)
    return records(shop, FAR)


@pytest.mark.parametrize("path", LISTS)
def test_each_row_stands_in_its_merchants_own_time_and_names_another_zone(
    shop: Shop, sale: Transaction, path: str
) -> None:
    page = shop.client("auditor").get(f"{path}list/").text
    assert f"{HERE}</time></" in page
    assert f'{THERE}</time> <span class="zone">Pacific/Auckland</span>' in page


@pytest.mark.parametrize(("path", "column"), FILTERED.items())
def test_a_day_asked_for_is_each_merchants_own(shop: Shop, sale: Transaction, path: str, column: str) -> None:
    client = shop.client("auditor")
    for query, there, here in (
        (f"_flt_0_{column}=2026-03-11", True, False),
        (f"_flt_1_{column}=2026-03-10", False, True),
        (f"_flt_0_{column}=2026-03-10&_flt_1_{column}=2026-03-10", False, True),
        (f"_flt_0_{column}=2026-03-11&_flt_1_{column}=2026-03-11", True, False),
    ):
        page = client.get(f"{path}list/?{query}").text
        assert ((THERE in page), (HERE in page)) == (there, here), query
        assert "Each merchant&#39;s own time: Pacific/Auckland, Europe/Paris" in page


def test_a_record_stands_in_its_merchants_own_time_and_names_it(shop: Shop, sale: Transaction) -> None:
    client = shop.client("auditor")
    with shop.books() as session:
        numbers = {
            path: session.query(model).filter_by(merchant_id=sale.merchant_id).one().id
            for path, model in (("/alarms/", Alarm), ("/riskhits/", RiskHit), ("/mails/", OutboxMail))
        }
    for path, number in numbers.items():
        page = client.get(f"{path}show/{number}").text
        assert f'{THERE}</time> <span class="zone">Pacific/Auckland</span>' in page, path


def test_what_stands_below_a_sale_stands_in_its_time(shop: Shop, sale: Transaction) -> None:
    page = shop.client("auditor").get(f"/transactions/show/{sale.id}").text
    assert page.count(THERE) >= 4
    assert HERE not in page


def test_the_lists_read_by_the_api_name_another_zone_too(shop: Shop, sale: Transaction) -> None:
    page = shop.client("auditor").get("/transactions/list/").text
    assert f'{THERE}</time> <span class="zone">Pacific/Auckland</span>' in page

"""What the history adds up and tells: sums by day and scheme, one order's sales, what happened to a sale."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from app.domain.states import OperationName, State
from app.models.queries import keyset
from app.views import sales
from tests.factories import make_operation
from tests.pages.history.page import LIST, NOON, As, rows, text_of
from tests.pages.shop import FAR, Shop


def test_a_bounded_count_says_so(week: list[int], as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "7 records" in as_("clerk").get(LIST).text
    monkeypatch.setattr(keyset, "COUNT_LIMIT", 5)
    page = as_("clerk").get(LIST).text
    assert "more than 5 records" in page
    assert 'class="sums"' not in page, "what was not counted to its end is not added up"


def test_sums_by_day_and_scheme(week: list[int], shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    page = text_of(shop.client("clerk").get(LIST).text)
    # taken: without the refused, uncertain and cancelled ones: 10 + 20 + 30 + 70; remitted 20 + 30; refunded 30
    assert "7 sales · taken €130.00 · remitted €50.00 · refunded €30.00" in page
    assert "CB 4 €110.00 €30.00 €30.00" in page
    assert "VISA 3 €20.00 €20.00 €0.00" in page
    assert "19 Nov 2026 VISA 1 €20.00 €20.00 €0.00" in page
    assert "17 Nov 2026 VISA 1 €0.00 €0.00 €0.00" in page
    monkeypatch.setattr(sales, "MOST_PERIODS", 3)
    page = text_of(shop.client("clerk").get(LIST).text)
    assert "By month and scheme" in page
    assert "November 2026 CB 4 €110.00 €30.00 €30.00" in page
    by_month = shop.client("clerk").get(LIST).text
    link = re.search(r'href="([^"]+)">Show each day<', by_month)
    assert link
    page = text_of(shop.client("clerk").get(unescape(link[1])).text)
    assert "By day and scheme" in page
    assert "19 Nov 2026 VISA 1 €20.00 €20.00 €0.00" in page
    assert "Show months" in page
    french = text_of(shop.client("clerk", "fr").get(f"{LIST}?state=CAPTURED").text)
    assert "VISA 1 20,00 € 20,00 € 0,00 €" in french


def test_what_is_too_much_to_add_up_is_said(week: list[int], shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset, "COUNT_LIMIT", 2)
    page = text_of(shop.client("clerk").get(LIST).text)
    assert "Too many sales to add up" in page
    assert "By day and scheme" not in page


def test_days_and_times_are_the_merchants_own(shop: Shop) -> None:
    shop.sale(State.CAPTURED, at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC), amount=100)
    shop.sale(State.CAPTURED, FAR, at=datetime(2026, 11, 20, 12, 30, tzinfo=UTC), amount=100)  # 01:30 on the 21st
    page = text_of(shop.client("clerk").get(f"{LIST}?date_from=2026-11-21&date_to=2026-11-21").text)
    assert "Each merchant's own time: Pacific/Auckland, Europe/Paris" in page
    assert "21 Nov 2026 CB 2 €2.00" in page
    assert "21 Nov 2026 00:30" in page
    assert "21 Nov 2026 01:30" in page


def test_one_order_number_added_up(week: list[int], as_: As) -> None:
    client = as_("clerk")
    page = client.get(f"/transactions/show/{week[0]}").text
    assert "All sales of order W-0" in page
    assert "2 sales · taken €30.00 · remitted €20.00 · refunded €0.00" in text_of(page)
    found = re.search(r'<a href="([^"]+)">Show them', page)
    assert found
    assert rows(client.get(unescape(found[1])).text) == week[:2]
    assert "All sales of order" not in client.get(f"/transactions/show/{week[6]}").text


def test_what_happened_is_told_in_sentences(shop: Shop, as_: As) -> None:
    sale = shop.sale(State.TO_CAPTURE, at=NOON, amount=10_000)
    with shop.books() as session:
        told = {"merchant_id": sale.merchant_id, "transaction_id": sale.id, "actor": "supervisor", "reserved_amount": 0}
        for number, (kind, amounts, data) in enumerate(
            (
                ("CANCELLED_IN_PART", (9_000, 0, 0), None),
                ("MOVED", (9_000, 0, 0), {"from": "2026-11-20", "to": "2026-11-22"}),
                ("CAPTURED", (9_000, 9_000, 0), None),
                ("REFUNDED_IN_PART", (9_000, 9_000, 2_500), None),
            )
        ):
            shop.event(
                session, kind=kind, at=NOON + timedelta(hours=number), data=data, from_state="TO_CAPTURE", to_state="CAPTURED",
                **dict(zip(("amount", "captured_amount", "refunded_amount"), amounts, strict=True)), **told,
            )  # fmt: skip
        make_operation(session, sale, OperationName.CREDIT, amount=2_500)
    page = text_of(as_("clerk").get(f"/transactions/show/{sale.id}").text)
    for sentence in (
        "20 Nov 2026 12:00 Authorisation asked. Amount: €100.00.",
        "20 Nov 2026 12:00 Cancelled in part. €10.00 let go, €90.00 remain. by supervisor",
        "20 Nov 2026 13:00 Moved to another day. From 20 Nov 2026 to 22 Nov 2026. by supervisor",
        "20 Nov 2026 14:00 Remitted to the bank. €90.00 sent to the bank.",
        "20 Nov 2026 15:00 Refunded in part. €25.00 refunded, €65.00 can still be refunded.",
    ):
        assert sentence in page, page[page.index("What happened") :]
    assert "Refund done €25.00" in page

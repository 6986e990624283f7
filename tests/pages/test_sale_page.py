"""A sale's page says first which sale it is and what there is to know of it now; nothing is said of what nobody typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from app.database import now
from app.domain.states import State
from tests.pages.shop import Shop
from tests.web.browser import Person

Sit = Callable[..., Person]


def of(shop: Shop, login: str, number: int, language: str = "en") -> str:
    return shop.client(login, language).get(f"/transactions/show/{number}").text


def test_the_title_names_the_sale_its_amount_and_its_state(shop: Shop) -> None:
    sale = shop.sale(State.CAPTURED, order_number="T-1", order_key="T1", amount=12_345)
    page = of(shop, "clerk", sale.id)
    assert "<title>Sale T-1 – " in page
    assert "<h1>Sale T-1</h1>" in page
    intro = page[page.index('class="intro"') :]
    for told in ("€123.45", "remitted"):
        assert told in intro[: intro.index("</p>")]
    unnumbered = shop.sale(State.CAPTURED, order_number=None, order_key=None)
    assert f"<h1>Sale {unnumbered.reference}</h1>" in of(shop, "clerk", unnumbered.id)


@pytest.mark.parametrize(
    ("state", "codes", "told"),
    [
        (State.REFUSED, ("05", "51"), "There is not enough money on the customer&#39;s account."),
        (State.REFERRAL, ("02", "02"), "The bank wants a call before it decides"),
        (State.PENDING, (None, None), "The bank&#39;s answer did not arrive."),
    ],
)
def test_why_a_sale_is_none_is_said_before_its_facts(
    shop: Shop, state: State, codes: tuple[str | None, str | None], told: str
) -> None:
    sale = shop.sale(state, response_code=codes[0], acquirer_response_code=codes[1])
    page = of(shop, "clerk", sale.id)
    assert told in page
    assert page.index(told) < page.index("<h2>Amounts</h2>")


def test_when_a_sale_leaves_is_said_before_its_facts(shop: Shop) -> None:
    page = of(shop, "clerk", shop.sale(State.TO_VALIDATE).id)
    assert page.index("unless somebody decides") < page.index("<h2>Amounts</h2>")


def test_what_nobody_typed_is_not_said_but_a_zero_is(shop: Shop) -> None:
    sale = shop.sale(State.CAPTURED, note=None, return_context=None)
    page = of(shop, "supervisor", sale.id)
    facts = re.findall(r"<dt>([^<]*)</dt><dd>\s*(.*?)\s*</dd>", page, re.DOTALL)
    assert ("Refunded", '<span class="amount">€0.00</span>') in facts
    assert [name for name, value in facts if value == "–"] == []


def test_a_waiting_request_leads_to_who_decides(shop: Shop) -> None:
    sale = shop.sale(State.CAPTURED)
    shop.requested(sale)
    link = '<a href="/approvals/">To approve</a>'
    assert link in of(shop, "supervisor", sale.id).partition('id="sale-operations"')[2]
    assert link not in of(shop, "clerk", sale.id).partition('id="sale-operations"')[2]


def test_every_action_of_a_sale_has_its_key(shop: Shop, sit: Sit) -> None:
    page = sit("supervisor").page
    for state in (State.TO_CHALLENGE, State.TO_VALIDATE, State.TO_CAPTURE, State.CAPTURED, State.REFERRAL):
        page.goto(f"/transactions/show/{shop.sale(state).id}")
        buttons = page.locator(".record-actions button")
        expect(buttons.first).to_be_visible()
        keys = [button.get_attribute("data-shortcut") for button in buttons.all()]
        assert None not in keys, (state, keys)
        every = [each.get_attribute("data-shortcut") for each in page.locator("[data-shortcut]").all()]
        assert len(set(every)) == len(every), (state, every)


def test_the_story_says_what_an_amendment_added(shop: Shop) -> None:
    sale = shop.sale(State.CAPTURED, order_number="T-8", order_key="T8", shipping_date=date(2026, 12, 4), amount=12_345)
    figures = {"amount": 12_345, "captured_amount": 12_345, "refunded_amount": 0, "reserved_amount": 0}
    olds = (
        {"shipping_date": None}, {"order_number": None}, {"order_number": "T-7", "shipping_date": "2026-12-03"},
    )  # fmt: skip
    with shop.books() as session:
        for old in olds:
            shop.event(
                session, **figures, merchant_id=sale.merchant_id, transaction_id=sale.id, at=now(), kind="AMENDED",
                from_state="CAPTURED", to_state="CAPTURED", actor="clerk", data={"old": old},
            )  # fmt: skip
    page = of(shop, "clerk", sale.id)
    told = [
        text for text in re.findall("<li><time.*?</time> <span>(.*?)</span>", page) if "T-7" in text or "Dec" in text
    ]
    assert [text.partition(". ")[2] for text in told] == [
        "Shipping day added: 03 Dec 2026.",
        "Order number added: T-7.",
        "The order number was T-7 before. The shipping day was 03 Dec 2026 before.",
    ]

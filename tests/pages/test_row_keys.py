"""Keys of rows in Chromium: they act on the row with the focus and on no other."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import update

from app.domain.states import State
from app.models import Operation
from tests.pages.shop import Shop
from tests.web.browser import Person

Sit = Callable[..., Person]


def test_a_key_pressed_in_ones_own_request_decides_no_other(shop: Shop, sit: Sit) -> None:
    theirs, mine = shop.sale(State.CAPTURED), shop.sale(State.CAPTURED)
    for sale in (theirs, mine):
        shop.requested(sale)
    with shop.books() as session:
        own = update(Operation).where(Operation.transaction_id == mine.id, Operation.sequence == 2)
        session.execute(own.values(requested_by_id=shop.users["supervisor"]))
    page = sit("supervisor").page
    page.goto("/approvals/")
    rows = page.locator("#approvals tbody tr")
    withdraw = rows.nth(1).locator("a[href], button, summary").last
    withdraw.focus()
    page.keyboard.press("Alt+a")
    expect(page.locator("[name=note]:visible")).to_have_count(0)
    expect(withdraw).to_be_focused()
    page.locator("#approvals").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Alt+a")
    expect(rows.nth(0).locator("[name=note]:visible")).to_be_focused()


def test_a_row_with_one_action_shows_it_and_a_menu_holds_several(shop: Shop, as_: Callable[[str], FlaskClient]) -> None:
    for state in (State.CAPTURED, State.TO_CAPTURE, State.TO_VALIDATE, State.REFUSED, State.CANCELLED):
        shop.sale(state)
    rows = re.findall(r"<tr role=\"row\">.*?</tr>", as_("supervisor").get("/transactions/list/").text, re.DOTALL)
    found = {row.count("formaction=") for row in rows}
    assert 1 in found
    assert max(found) > 1
    for row in rows:
        assert ("<details" in row) == (row.count("formaction=") > 1)

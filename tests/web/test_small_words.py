"""Words that must not change by where they stand: schemes, amounts, a colon, the sale a rule saw."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.models import OutboxMail
from tests.web.desk import Desk, key_of, token_of

As = Callable[[str], Desk]


def test_a_scheme_is_called_in_the_filter_what_the_list_calls_it(clerk: Desk) -> None:
    page = clerk.client.get("/transactions/list/").text
    options = re.search(r'<select[^>]*name="brand".*?</select>', page, re.DOTALL)
    assert options
    for code, words in re.findall(r'<option value="(\w+)"[^>]*>([^<]+)<', options[0]):
        assert words == code


def test_an_amount_refused_is_still_written_as_an_amount_above_the_button(supervisor: Desk) -> None:
    sale = supervisor.taken(amount="50.00")
    page = supervisor.act(sale, "cancel", amount="1,099.0").text
    assert ">€1,099.00</output>" in page
    page = supervisor.act(sale, "cancel", amount="twelve").text
    assert ">twelve EUR</output>" in page


def test_a_french_ticket_has_a_space_before_the_colon(clerk: Desk) -> None:
    sale = clerk.taken(amount="51.00", order_number="COLON-1")
    page = clerk.client.get(f"/tickets/sale/{sale.id}").text
    form = {
        "csrf_token": token_of(page), "key": key_of(page), "email": "ann@customer.example", "language": "fr", "consent": "1",
    }  # fmt: skip
    assert clerk.client.post(f"/tickets/{sale.operations[0].id}/mail", data=form).status_code == 303
    with clerk.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        mail = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc()).limit(1)).one()
    assert re.search(r"\S : COLON-1", mail.body)
    assert not re.search(r"\w: ", mail.body)


def test_what_a_repeat_saw_leads_to_the_earlier_sale(as_: As) -> None:
    clerk = as_("clerk")
    earlier = clerk.taken(order_number="SEEN-1", amount="52.00")
    again = clerk.taken(order_number="SEEN-1", amount="52.50")
    page = as_("supervisor").client.get(f"/transactions/show/{again.id}").text
    found = re.search(rf'<a href="([^"]+)">{earlier.reference}</a>', page)
    assert found
    listed = as_("supervisor").client.get(unescape(found[1])).text
    assert f"/transactions/show/{earlier.id}" in listed
    assert f"/transactions/show/{again.id}" not in listed

"""A card number in an address or in a form that takes no card: refused naming the field, kept nowhere, told to the audit."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.models import AuditEntry, Reason
from tests.web.desk import APPROVED, Desk, filled_in, token_of

As = Callable[[str], Desk]
GROUPED = "4970 1000 0000 0006"


@pytest.mark.parametrize("path", ["/transactions/list/?q={}", "/operations/list/?q={}", "/login/?next=/{}", "/?{}=x"])
@pytest.mark.parametrize("number", [APPROVED, GROUPED.replace(" ", "+"), GROUPED.replace(" ", "-")])
def test_an_address_with_a_card_number_is_refused_and_not_remembered(clerk: Desk, path: str, number: str) -> None:
    answer = clerk.client.get(path.format(number))
    assert answer.status_code == 422
    assert "0006" not in answer.text
    with clerk.client.session_transaction() as session:
        assert "0006" not in repr(dict(session))


@pytest.mark.parametrize("list_", ["/transactions/list/", "/operations/list/"])
def test_a_card_number_searched_for_is_told_beside_the_search_and_the_filters_stay(clerk: Desk, list_: str) -> None:
    name = "q" if "q" in re.findall(r'name="(\w+)"', clerk.client.get(list_).text) else "created_by"
    answer = clerk.client.get(list_, query_string={name: GROUPED, "typed": "en", "date_from": "2026-11-01"})
    assert answer.status_code == 422
    error = re.search(rf'id="filter-{name}-error">([^<]+)<', answer.text)
    assert error
    assert "looks like a card number" in unescape(error[1])
    assert 'value="2026-11-01"' in answer.text
    assert "0006" not in answer.text
    assert "Nothing is shown until the filters are right." in answer.text


@pytest.mark.parametrize("path", ["/transactions/show/{}", "/counter/status/{}", f"/transactions/{APPROVED}/{{}}"])
def test_a_path_with_a_card_number_leads_nowhere(clerk: Desk, path: str) -> None:
    answer = clerk.client.get(path.format(APPROVED))
    assert answer.status_code == 404
    assert "0006" not in answer.text


@pytest.mark.parametrize("number", [APPROVED, f"card {GROUPED}!"])
def test_a_generated_form_stores_no_card_number(as_: As, number: str) -> None:
    manager = as_("manager")
    with manager.app.app_context(), unit_of_work(Scope(admin=True)) as unit:
        reason = unit.scalars(select(Reason).order_by(Reason.id)).first()
        assert reason is not None
    page = manager.client.get(f"/reasons/edit/{reason.id}").text
    form = filled_in(page) | {"label_en": number, "csrf_token": token_of(page)}
    answer = manager.client.post(f"/reasons/edit/{reason.id}", data=form)
    assert answer.status_code == 422
    assert "Label en" in answer.text
    assert "0006" not in answer.text
    with manager.app.app_context(), unit_of_work(Scope(admin=True)) as unit:
        assert unit.get_one(Reason, reason.id).label_en == reason.label_en
        told = unit.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert told is not None
        assert (told.kind, told.outcome, told.object) == ("card_found", "REFUSED", "/reasons/edit/<pk>: label_en")


def test_a_number_that_is_no_card_is_searched_for(clerk: Desk) -> None:
    assert clerk.client.get("/transactions/list/?q=4970100000000007").status_code == 200

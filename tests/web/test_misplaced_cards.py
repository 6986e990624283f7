"""A card number in an address or in a form that takes no card: refused naming the field, kept nowhere, told to the audit."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.models import AuditEntry, Contract, Merchant, Reason
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
    assert "looks like a card number" in error_beside(answer.text, "label_en")
    assert f'value="{form["label_fr"]}"' in answer.text
    assert "0006" not in answer.text
    with manager.app.app_context(), unit_of_work(Scope(admin=True)) as unit:
        assert unit.get_one(Reason, reason.id).label_en == reason.label_en
        told = unit.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert told is not None
        assert (told.kind, told.outcome, told.object) == ("card_found", "REFUSED", "/reasons/edit/<pk>: label_en")


def error_beside(page: str, field: str) -> str:
    """What the page says beside a field, which is empty."""
    control = re.search(rf'<input[^>]*name="{field}"[^>]*>', page)
    assert control
    assert not re.search(r' value="[^"]', control[0])
    described = re.search(r'aria-describedby="([^"]+)"', control[0])
    assert described
    return " ".join(
        unescape(text) for key in described[1].split() for text in re.findall(rf'id="{key}"[^>]*>([^<]+)<', page)
    )


@pytest.mark.parametrize(
    ("list_", "field", "model"), [("merchants", "name", Merchant), ("contracts", "name", Contract)]
)
def test_a_settings_form_keeps_all_but_the_card_number(as_: As, list_: str, field: str, model: Any) -> None:
    admin = as_("admin")
    with admin.app.app_context(), unit_of_work(Scope(admin=True)) as unit:
        number = unit.scalars(select(model.id).order_by(model.id)).first()
    page = admin.client.get(f"/{list_}/edit/{number}").text
    form = filled_in(page)
    assert form[field]
    answer = admin.client.post(f"/{list_}/edit/{number}", data=form | {field: GROUPED, "csrf_token": token_of(page)})
    assert answer.status_code == 422
    assert "looks like a card number" in error_beside(answer.text, field)
    again = filled_in(answer.text)
    assert {name: text for name, text in again.items() if name not in (field, "csrf_token")} == {
        name: text for name, text in form.items() if name not in (field, "csrf_token")
    }
    assert "0006" not in answer.text


def test_a_new_users_form_keeps_all_but_the_card_number(as_: As) -> None:
    admin = as_("admin")
    page = admin.client.get("/users/add").text
    kept = {"first_name": "Zoé", "username": "zoe", "email": "zoe@shop.example"}
    form = filled_in(page) | kept | {"last_name": GROUPED, "csrf_token": token_of(page)}
    answer = admin.client.post("/users/add", data=form)
    assert answer.status_code == 422
    assert "looks like a card number" in error_beside(answer.text, "last_name")
    assert all(f'value="{text}"' in answer.text for text in kept.values())


@pytest.mark.parametrize("field", ["first_name", "username", "email"])
def test_an_invitation_keeps_all_but_the_card_number(as_: As, field: str) -> None:
    manager = as_("manager")
    page = manager.client.get("/people/invite").text
    kept = {"first_name": "Zoé", "last_name": "Martin", "username": "zoe", "email": "zoe@shop.example"}
    form = filled_in(page) | kept | {"profile": "Clerk", "language": "fr", field: GROUPED, "csrf_token": token_of(page)}
    answer = manager.client.post("/people/invite", data=form)
    assert answer.status_code == 422
    assert "looks like a card number" in error_beside(answer.text, field)
    assert all(f'value="{text}"' in answer.text for name, text in kept.items() if name != field)
    assert "0006" not in answer.text


def test_a_number_that_is_no_card_is_searched_for(clerk: Desk) -> None:
    assert clerk.client.get("/transactions/list/?q=4970100000000007").status_code == 200

"""The help page is there for everybody, on every page, in both languages, and names every state; error pages lead back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.domain.states import State
from app.web.labels import STATES
from tests.pages.shop import LOGINS, Shop


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("login", [None, *LOGINS])
def test_everybody_reads_the_help_page(shop: Shop, login: str | None, language: str) -> None:
    client = shop.client(login, language) if login else shop.app.test_client()
    page = client.get("/help", headers={"Accept-Language": language})
    assert page.status_code == 200
    words = {"fr": "Internet ne fonctionne plus", "en": "The Internet is down"}
    assert words[language] in page.text


def test_every_state_is_explained(as_: Callable[[str], FlaskClient]) -> None:
    page = as_("clerk").get("/help").text
    chapter = page[page.index('id="states"') : page.index('id="keys"')]
    for state in State:
        if state != State.NEW:
            assert f">{STATES[state][0]}<" in chapter, state


def test_help_is_one_link_away(shop: Shop) -> None:
    for path in ("/", "/counter", "/transactions/list/", "/users/userinfo/", "/nowhere"):
        assert 'href="/help"' in shop.client("clerk").get(path).text, path
    assert 'href="/help"' in shop.app.test_client().get("/login/").text


def test_an_error_page_leads_back(shop: Shop) -> None:
    client = shop.client("clerk")
    client.get("/transactions/list/?todo=to-remit")
    page = client.get("/transactions/show/999999")
    assert page.status_code == 404
    assert 'href="/back"' in page.text
    assert 'href="/"' in page.text
    assert "999999" not in page.text
    assert client.get("/back").headers["Location"] == "/transactions/list/?todo=to-remit"


def test_what_is_not_possible_any_more_is_said(shop: Shop) -> None:
    sale = shop.sale(State.CANCELLED)
    shop.app.config["WTF_CSRF_ENABLED"] = False
    try:
        page = shop.client("supervisor").post(f"/transactions/action/refund/{sale.id}")
    finally:
        shop.app.config["WTF_CSRF_ENABLED"] = True
    assert page.status_code == 409
    assert "Not possible any more" in page.text

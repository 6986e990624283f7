"""What must hold on every page: nothing inline, one h1, unique ids, labels, the language."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.web_look.conftest import token
from tests.web_look.pages import PAGES, Page


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_nothing_inline_and_every_control_a_name(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    page = Page(answer.text)
    inline = [(t, a) for t, a in page.tags if t == "style" or any(n == "style" or n.startswith("on") for n in a)]
    assert inline == []
    assert all("src" in script and script.get("nonce") for script in page.all("script"))
    assert len(page.all("h1")) == 1
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {label.get("for") for label in page.all("label")}
    for control in page.all("input", "select", "textarea"):
        if control.get("type") != "hidden":
            assert control.get("aria-label") or control["id"] in labelled, control
    forms = [form for form in page.all("form") if form.get("method") == "post"]
    assert len(forms) == len(re.findall('name="csrf_token"', answer.text))


def test_the_list_writes_states_amounts_and_moments_in_the_readers_language(client: FlaskClient) -> None:
    english = client.get("/sales/list/").text
    assert '<span class="badge info">to remit</span>' in english
    assert "€36,249.47" in english
    assert "22 Nov 2026 17:11" in english  # 16:11 UTC in Paris
    client.post("/preferences", data={"language": "fr", "csrf_token": token(english)})
    french = client.get("/sales/list/").text
    assert '<span class="badge info">à remettre</span>' in french
    assert "36\u202f249,47\u00a0€" in french
    assert "22/11/2026 17:11" in french


def test_a_sorted_column_says_so_and_turns_round(client: FlaskClient) -> None:
    text = client.get("/sales/list/?_oc_SaleView=amount&_od_SaleView=asc&page_SaleView=2").text
    sorts = [head["aria-sort"] for head in Page(text).all("th") if "aria-sort" in head]
    assert sorted(sorts) == ["ascending", "none", "none", "none", "none"]
    assert 'href="/sales/list/?_oc_SaleView=amount&amp;_od_SaleView=desc"' in text


def test_every_row_is_there_and_the_first_cell_names_it(client: FlaskClient) -> None:
    page = Page(client.get("/sales/list/").text)
    assert len([head for head in page.all("th") if head.get("scope") == "row"]) == 25
    assert len([box for box in page.all("input") if box.get("name") == "rowid"]) == 25


def test_hostile_arguments_are_no_keywords_of_the_links(client: FlaskClient) -> None:
    answer = client.get("/sales/list/?endpoint=x&_scheme=javascript&_external=1&_anchor=y&q=%22%3E%3Cscript%3E")
    assert answer.status_code == 200
    assert "javascript:" not in answer.text.replace("_scheme=javascript", "")
    assert "<script>" not in answer.text


def test_bulk_and_row_buttons_post_with_the_token(client: FlaskClient) -> None:
    text = client.get("/sales/list/").text
    without = client.post("/sales/action/remit/3")
    assert without.status_code == 400
    assert client.post("/sales/action/remit/3", data={"csrf_token": token(text)}).status_code == 302
    bulk = {"csrf_token": token(text), "action": "release", "rowid": ["1", "2"]}
    answer = client.post("/sales/action_post", data=bulk, follow_redirects=True)
    assert '<div class="notice bad" role="alert">' in answer.text


def test_a_wrong_form_comes_back_with_the_errors_tied_and_the_values_kept(client: FlaskClient) -> None:
    page = client.get("/shops/add").text
    note = "kept <b>as typed</b>"
    answer = client.post("/shops/add", data={"csrf_token": token(page), "name": "", "note": note}).text
    assert 'role="alert" tabindex="-1" data-focus' in answer
    assert '<a href="#name">Name: This field is required.</a>' in answer
    name = next(field for field in Page(answer).all("input") if field.get("id") == "name")
    assert name["aria-describedby"] == "name-hint name-error"
    assert name["aria-invalid"] == "true"
    assert "kept &lt;b&gt;as typed&lt;/b&gt;</textarea>" in answer


def test_the_menu_shows_only_what_is_permitted(anonymous: FlaskClient, client: FlaskClient) -> None:
    assert 'aria-label="Main menu"' in client.get("/").text
    assert "data-menu" not in anonymous.get("/").text

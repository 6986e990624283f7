"""Text size and language: the user's choice, else the browser's."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web_look.conftest import token
from tests.web_look.pages import Page


@pytest.mark.parametrize(
    ("wish", "language"), [("fr-FR,fr;q=0.9", "fr"), ("en-US", "en"), ("de", "fr"), ("", "fr"), ("*;q=nonsense", "fr")]
)
def test_the_browser_is_asked_first(anonymous: FlaskClient, wish: str, language: str) -> None:
    answer = anonymous.get("/login/", headers={"Accept-Language": wish})
    assert Page(answer.text).all("html")[0]["lang"] == language
    assert answer.headers["Content-Language"] == language


def test_a_choice_beats_the_browser(anonymous: FlaskClient) -> None:
    page = anonymous.get("/login/").text
    form = {"language": "en", "next": "/login/?next=x", "csrf_token": token(page)}
    answer = anonymous.post("/preferences", data=form)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/login/?next=x"
    assert anonymous.get("/login/", headers={"Accept-Language": "fr"}).headers["Content-Language"] == "en"
    anonymous.post("/preferences", data={"language": "xx", "csrf_token": token(page)})
    assert anonymous.get("/login/").headers["Content-Language"] == "en"


def test_the_text_size_is_kept_and_written_by_the_server(anonymous: FlaskClient) -> None:
    page = anonymous.get("/login/").text
    form = {"text_size": "large", "csrf_token": token(page)}
    answer = anonymous.post("/preferences", data=form, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 204
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert Page(anonymous.get("/login/").text).all("html")[0]["class"] == "text-large"
    anonymous.set_cookie("text_size", '"><script>')
    assert Page(anonymous.get("/login/").text).all("html")[0]["class"] == "text-normal"


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/\\evil.example", "", "/a\r\nb"])
def test_preferences_lead_nowhere_else(anonymous: FlaskClient, path: str) -> None:
    form = {"text_size": "small", "next": path, "csrf_token": token(anonymous.get("/login/").text)}
    assert anonymous.post("/preferences", data=form).headers["Location"] == "/"


def test_preferences_need_the_token(anonymous: FlaskClient) -> None:
    assert anonymous.post("/preferences", data={"text_size": "large"}).status_code == 400


def test_empty_search_inputs_are_dropped_and_nothing_else(sample: Flask, client: FlaskClient) -> None:
    answer = client.get("/shops/list/?_flt_2_name=&_flt_1_opened=+&_flt_0_active=1&page_ShopView=0")
    assert answer.headers["Location"] == "/shops/list/?_flt_0_active=1&page_ShopView=0"
    elsewhere = client.get("//evil.example/?_flt_0_x=")
    assert not elsewhere.headers.get("Location", "").startswith("//")

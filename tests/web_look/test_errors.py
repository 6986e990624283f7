"""Error pages say what to do and nothing about us or the address."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web_look.pages import Page


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 429, 500, 503])
def test_an_error_page_has_words_and_no_detail(sample: Flask, status: int) -> None:
    sample.config["PROPAGATE_EXCEPTIONS"] = False
    answer = sample.test_client().get(f"/try/fail/{status}", headers={"Accept-Language": "en"})
    assert answer.status_code == status
    page = Page(answer.text)
    assert len(page.all("h1")) == 1
    assert f"Error {status}" in answer.text
    assert "planted" not in answer.text
    assert "/try/" not in answer.text
    assert page.all("html")[0]["lang"] == "en"


def test_a_missing_page_does_not_repeat_its_address(anonymous: FlaskClient) -> None:
    assert "4970100000000006" not in anonymous.get("/4970100000000006?card=4970100000000006").text


def test_an_expired_token_is_named(anonymous: FlaskClient) -> None:
    answer = anonymous.post("/login/", data={"username": "vera"}, headers={"Accept-Language": "fr"})
    assert answer.status_code == 400
    assert "Cette page a expiré" in answer.text


def test_a_wrong_method_names_the_right_ones(anonymous: FlaskClient) -> None:
    assert "POST" in anonymous.get("/preferences").headers["Allow"]

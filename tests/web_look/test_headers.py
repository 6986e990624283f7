"""The security headers and what may be cached."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web.csp import policy

ANSWERS = ("/login/", "/", "/no-such-page", "/try/fail/500", "/sales/list/")


@pytest.mark.parametrize("address", ANSWERS)
def test_every_answer_carries_the_policy_and_is_not_kept(sample: Flask, address: str) -> None:
    sample.config["PROPAGATE_EXCEPTIONS"] = False
    headers = sample.test_client().get(address).headers
    nonce = re.search(r"'nonce-([\w-]+)'", headers["Content-Security-Policy"])
    assert nonce
    assert headers["Content-Security-Policy"] == policy(nonce[1])
    assert "unsafe" not in policy(nonce[1])
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_a_nonce_serves_one_answer_only(sample: Flask) -> None:
    with sample.app_context():  # shared by both requests, as `g` would be
        client = sample.test_client()
        first, second = client.get("/login/"), client.get("/login/")
    used = [re.findall(r'nonce="([^"]+)"', answer.text) for answer in (first, second)]
    assert used[0]
    assert set(used[0]).isdisjoint(used[1])
    assert f"'nonce-{used[0][0]}'" in first.headers["Content-Security-Policy"]


def test_hsts_stands_behind_tls_only(anonymous: FlaskClient) -> None:
    headers = anonymous.get("/login/", base_url="https://desk.example").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_static_files_are_kept_for_ever_by_their_digest_only(anonymous: FlaskClient) -> None:
    page = anonymous.get("/login/").text
    address = re.search(r'href="(/static/css/tokens\.css\?v=\w{12})"', page)
    assert address
    with anonymous.get(address[1]) as named, anonymous.get("/static/css/tokens.css") as plain:
        assert "immutable" in named.headers["Cache-Control"]
        assert "immutable" not in plain.headers.get("Cache-Control", "")

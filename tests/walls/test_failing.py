"""The database away, the sign-in hammered: an answer people understand, and no second failure inside the first."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.extensions import db, limiter
from app.security.manager import TOKEN_VERSION
from config import Settings


def test_without_a_database_pages_say_503(servers: Settings, tmp_path: Path) -> None:
    nowhere = dataclasses.replace(servers, database_url=f"postgresql+psycopg://egestion_app@/x?host={tmp_path}")
    app = create_app(nowhere)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session[TOKEN_VERSION], session["_fresh"] = "1", 0, True
    for path in ("/", "/transactions/list/", "/users/userinfo/", "/nothing"):
        answer = client.get(path)
        assert answer.status_code in (503, 404), path
        assert "psycopg" not in answer.text
        assert "<h1" in answer.text
    assert client.get("/transactions/list/").status_code == 503
    with app.app_context():
        db.engine.dispose()


@pytest.mark.usefixtures("world")
def test_the_sign_in_is_limited(app: Flask) -> None:
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login/").text)
    assert token is not None
    limiter.enabled = True
    try:
        form = {"username": "nobody-there", "password": "x", "csrf_token": token[1]}
        codes = [client.post("/login/", data=form).status_code for _ in range(62)]
    finally:
        limiter.enabled = False
    assert codes[0] == 302
    assert codes[-1] == 429

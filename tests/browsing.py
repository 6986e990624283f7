"""Signing in as a browser without JavaScript does."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient


def sign_in(app: Flask, username: str, password: str) -> FlaskClient:
    """Return a client signed in through the sign-in page."""
    client = app.test_client()
    page = client.get("/login/").text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    form = {"username": username, "password": password, "csrf_token": found[1]}
    assert client.post("/login/", data=form).status_code == 302
    return client

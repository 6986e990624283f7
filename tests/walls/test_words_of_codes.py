"""What the administrator and the auditor read is in their language: profiles, kinds of audit entries, errors of forms."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.walls.world import A, World

FRENCH = {"Accept-Language": "fr"}


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers=FRENCH)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.split("<main", 1)[1]))


@pytest.mark.parametrize("path", ["/users/list/", "/roles/list/", "/users/add"])
def test_profiles_are_named_in_the_readers_language(app: Flask, world: World, path: str) -> None:
    text = page(world.client("admin"), path)
    assert "Administrateur de la plateforme" in text
    assert "Merchant manager" not in text
    assert "Platform administrator" not in text


def test_the_audit_names_its_kinds_in_words(app: Flask, world: World) -> None:
    client = world.client(f"auditor_{A}")
    client.get("/shipped/")
    text = page(client, "/audit/list/")
    assert "accès refusé" in text
    assert "access_refused" not in text

"""No hard-coded string: on every page of every profile all that is no data was translated."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from config import Settings
from tests.house_fixtures import empty
from tests.pages.every_page import pages
from tests.pages.pseudo import spoken, untranslated
from tests.pages.stored import stored
from tests.walls.world import PEOPLE, A, World, build

TOLD = re.compile(r"(GET |POST )?/\S*|(WEB|API) [\d.]+|TEST|test")  # what the audit names, and rows of tests
AGE = re.compile(r"\d+ (second|minute|hour|day|seconde|heure|jour)s?")  # Babel's own words


@pytest.fixture(scope="module")
def world(app: Flask, servers: Settings, written_tables: tuple[str, ...]) -> Iterator[World]:
    empty(servers, written_tables)
    yield build(app)
    empty(servers, written_tables)


@pytest.fixture(scope="module")
def data(servers: Settings, world: World, written_tables: tuple[str, ...]) -> set[str]:
    return stored(servers, written_tables) | {A, "AAMARK", "BETA", "BBMARK"}


@pytest.mark.parametrize("login", [None, *PEOPLE])
def test_every_text_of_every_page_is_translated(app: Flask, world: World, data: set[str], login: str | None) -> None:
    client = world.client(login if login in (None, "admin") else f"{login}_{A}")
    wrong, seen = [], 0
    people = {name.lower() for name in world.users} | {name.lower().capitalize() for name in world.users}
    with spoken():
        for path in pages(app, world):
            answer = client.get(path)
            if answer.mimetype != "text/html" or answer.status_code == 302:
                continue
            seen += 1
            if path.startswith("/roles/") and answer.status_code == 200:
                continue  # FAB's own names of permissions, for the administrator
            found = dict.fromkeys(untranslated(answer.text, data | people))
            wrong += [f"{path}: {text}" for text in found if not (TOLD.fullmatch(text) or AGE.fullmatch(text))]
    assert wrong == [], "\n".join(wrong)
    assert seen > (3 if login is None else 20)


def test_a_planted_string_is_found() -> None:
    assert untranslated("<p>⟦Amount⟧ 12,00 EUR</p><p>Hard coded</p>", set()) == ["Hard coded"]
    assert untranslated('<a title="Close it">⟦Close⟧</a>', set()) == ["Close it"]
    assert untranslated("<p>⟦%s of ⟦Refund⟧⟧ Dupont</p>", {"Dupont"}) == []

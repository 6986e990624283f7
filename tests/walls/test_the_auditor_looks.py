"""The auditor reads everything in scope (interface.md "Rights") and acts on nothing."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.domain.states import OperationName, OperationStatus, State
from app.models import Merchant
from tests.factories import make_operation, make_transaction
from tests.walls.filled import key
from tests.walls.world import MARKER, A, B, World

AUDITOR = f"auditor_{A}"


def content(page: str) -> str:
    return page[page.index('<main id="content"') : page.index("</main>")]


@pytest.fixture(scope="module")
def uncertain_row(app: Flask, world: World, world_made_anew: None) -> int:
    """A new operation of A without a certain outcome, and another that waits for a second person."""
    with app.app_context(), unit_of_work(Scope((world.rows[A]["merchant"],))) as session:
        merchant = session.scalars(select(Merchant)).one()
        asked, wanted = (make_transaction(session, merchant, State.TO_CAPTURE) for _ in range(2))
        make_operation(session, wanted, OperationName.CANCEL, OperationStatus.REQUESTED, amount=100)
        return make_operation(session, asked, OperationName.CANCEL, OperationStatus.UNKNOWN, amount=100).id


@pytest.mark.parametrize("path", ["/uncertain/", "/uncertain/<id>", "/approvals/", "/people/"])
def test_what_others_work_off_is_read_without_a_button(world: World, uncertain_row: int, path: str) -> None:
    path = path.replace("<id>", str(uncertain_row))
    assert "<form" in content(world.client(f"manager_{A}").get(path).text), "there is something to act on"
    page = world.client(AUDITOR).get(path)
    assert page.status_code == 200
    body = content(page.text)
    for acting in ("<form", "data-shortcut=", "/people/invite", "/withdraw"):
        assert acting not in body, acting
    assert MARKER[B] not in page.text.upper()


def test_it_is_in_the_menu_and_shows_the_rows(world: World) -> None:
    client = world.client(AUDITOR)
    start = client.get("/").text
    for path in ("/uncertain/", "/approvals/", "/people/"):
        assert f'href="{path}"' in start, path
    assert f"manager_{A.lower()}" in client.get("/people/").text


@pytest.mark.usefixtures("without_csrf")
def test_acting_stays_refused(world: World) -> None:
    operation, person = world.rows[A]["operation"], world.users[f"clerk_{A}"]
    for path in (
        f"/uncertain/{operation}/ask", f"/approvals/{operation}/approve", f"/approvals/{operation}/reject",
        f"/people/{person}/disable", "/people/invite",
    ):  # fmt: skip
        assert world.client(AUDITOR).post(path, data={"key": key(), "note": ""}).status_code == 403, path
    assert world.client(AUDITOR).get("/people/invite").status_code == 403

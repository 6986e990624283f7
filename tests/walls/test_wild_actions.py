"""Every action of every view, by one row and by ticked rows: hostile and foreign rows, each asked and answered as it should."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

import pytest
from flask import Flask

from app.views.interface import LARGEST_SELECTION
from tests.walls.routes import ACTION, ACTION_POST, deeds, routes
from tests.walls.world import A, B, World

pytestmark = pytest.mark.usefixtures("world_made_anew", "without_csrf")
NONSENSE = (
    "",
    "0",
    "-1",
    "abc",
    "1.0",
    "99999999999999999999",
    "2147483648",
    "\ud83d",
    "1 OR 1=1",
    "[1]",
    "\u0663",
    "None",
)
PEOPLE = (f"supervisor_{A}", f"manager_{A}", "admin")
LED = (302, 303, 409)  # to the action's form or result, or not possible for this row now
NOT_FOUND = 404


def own_and_foreign(world: World, route: str, name: str, person: str) -> tuple[int, int | None]:
    """A row of the view that a person of A may act on, and B's; the administrator's are both."""
    if route == "users":
        return world.users[person if name in ("resetmypassword", "userinfoedit") else f"clerk_{A}"], None
    table = {"transactions": "transaction", "gateway-accounts": "gateway_account"}[route]
    return world.rows[A][table], None if person == "admin" else world.rows[B][table]


def actions(app: Flask, way: str) -> Iterator[tuple[str, str]]:
    """Yield (view, action) of every route that does one: by a row's address, or by ticked rows."""
    for rule, _ in routes(app):
        if rule.rule.endswith(way):
            yield from ((rule.rule.split("/")[1], name) for name in deeds(app, rule.rule))


def test_an_action_on_one_row(app: Flask, world: World) -> None:
    asked = 0
    for route, name in actions(app, ACTION):
        reached = []
        for person in PEOPLE:
            own, foreign = own_and_foreign(world, route, name, person)
            client = world.client(person)
            answered = client.post(f"/{route}/action/{name}/{own}").status_code
            assert answered in (*LED, 403), (route, name, person, answered)
            if answered == 403:
                continue
            reached.append(person)
            for key in (*NONSENSE[1:], *([foreign] if foreign else [])):
                address = quote(str(key), errors="surrogatepass")
                status = client.post(f"/{route}/action/{name}/{address}").status_code
                assert status == NOT_FOUND, (route, name, key, status)
                asked += 1
        assert reached, f"{route}: nobody may {name}"
    assert asked >= 14 * len(NONSENSE)


def test_an_action_on_ticked_rows(app: Flask, world: World) -> None:
    taken = set()
    for route, name in actions(app, ACTION_POST):
        for person in PEOPLE:
            own, foreign = own_and_foreign(world, route, name, person)
            client = world.client(person)

            def tick(rows: Sequence[object], client=client, route=route, name=name) -> int:  # type: ignore[no-untyped-def]
                sent = {"action": name, "rowid": [str(each).encode("utf-8", "surrogatepass") for each in rows]}
                return int(client.post(f"/{route}/action_post", data=sent).status_code)

            status = tick([own])
            if status == 403:
                continue
            assert status in (*LED, NOT_FOUND), (route, name, person)
            taken |= {name} if status != NOT_FOUND else set()
            if foreign:
                assert [tick([foreign]), tick([own, foreign]), tick([foreign, own])] == [NOT_FOUND] * 3, (route, name)
            assert {tick([own, key]) for key in NONSENSE} == {NOT_FOUND}, (route, name)
            assert tick([own] * (LARGEST_SELECTION + 1)) == 400
            assert tick([]) in (302, 303), "nothing is ticked: said on the list"
    assert taken == {"validate", "capture", "cancel", "move", "hold", "release"}, "what takes several rows"


@pytest.mark.parametrize(
    "name", ["", "x", "__class__", "delete", "action_post", "get", "\ud83d", "x" * 3000, "cancel "]
)
def test_an_action_nobody_registered(app: Flask, world: World, name: str) -> None:
    client, sent = world.client(f"manager_{A}"), name.encode("utf-8", "surrogatepass")
    row = world.rows[A]["transaction"]
    assert client.post("/transactions/action_post", data={"action": sent, "rowid": str(row)}).status_code == NOT_FOUND

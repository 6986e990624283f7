"""Authorisation on every route equals the committed table; a new route without a line fails."""

from __future__ import annotations

import pytest

from tests.walls import table
from tests.walls.world import World


@pytest.mark.usefixtures("without_csrf")
def test_every_route_answers_everybody_as_the_table_says(world: World) -> None:
    lines = table.differences(table.answers(world), table.read())
    assert lines == [], "python -m tests.walls.table --write, then read the diff"


def test_nobody_gets_in_without_signing_in() -> None:
    public = {"/", "/help", "/login/", "/back", "/preferences", "/logout/", "/health", "/metrics", "/api/v1/_openapi"}
    for (route, method), line in table.read().items():
        if route not in public:
            assert line["nobody"] in ("302", "401", "404", "405"), (route, method, line["nobody"])


def test_the_administrator_reaches_no_payment_verb() -> None:
    for (route, method), line in table.read().items():
        if (
            route.startswith(("/transactions", "/counter", "/operations", "/approvals", "/api/v1/"))
            and "_openapi" not in route
        ):
            assert line["admin"] in ("403", "404") or (method, line["admin"]) == ("GET", "200"), (
                route,
                method,
                line["admin"],
            )

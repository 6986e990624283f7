"""Requests of people of merchant A that name merchant B's rows."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tests.walls.filled import Form, Rows, form_of, key
from tests.walls.routes import ACTION_POST, BULK, address, deeds, routes
from tests.walls.world import MARKER, PEOPLE, STATES, A, B, World

OTHERS = MARKER[B].encode()
# Forms without a row in their address: they name rows in their fields.
NAMING = (BULK, ACTION_POST, "/alarms/acknowledge", "/counter", "/people/invite", "/api/v1/transactions")
STAFF = [f"{login}_{A}" for login in PEOPLE if login != "admin"]
FOUND_NOT = (403, 404)


def of_b(app: Flask, world: World, reference: str) -> list[tuple[str, str, str, str]]:
    """Return every route and method, once for each verb or action it leads to, with its address of B's rows."""
    user_id = world.users[f"manager_{B}"]
    rows = world.rows[B] | {"transaction": world.sales[B][world.references[B].index(reference)]}
    return [
        (rule.rule, method, address(rule, rows, reference, user_id, deed), deed)
        for rule, method in routes(app)
        for deed in deeds(app, rule.rule)
    ]


def form_of_b(world: World, rule: str, deed: str, number: int) -> Form:
    """Return the whole form of a page, naming B's rows; the sale as it stands, so that nothing else can be the reason."""
    state = str(STATES[number])
    amount = 0 if state in ("CANCELLED", "EXPIRED") else 12_345
    if rule.endswith(ACTION_POST) and rule.startswith("/users"):
        return {"action": deed, "rowid": str(world.users[f"manager_{B}"])}
    return form_of(
        rule, deed, Rows(world.sales[B][number], world.rows[B]["alarm"], B, world.rows[B]["merchant"]), (state, amount)
    )


def send(client: Any, method: str, path: str, token: str, form: Form) -> Any:
    """Send it as a page or as a client of the API does."""
    if path.startswith("/api/"):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key()}
        return client.open(path, method=method, json=form, headers=headers)
    return client.open(path, method=method, data=form)

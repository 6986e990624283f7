"""Every route of the application, asked the way a person (or a stranger with a person's session) would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from app.plugin import registry

STATIC = ("static", "appbuilder.static")
# The table whose row a route of this address shows.
TABLES = {
    "transactions": "transaction",
    "operations": "operation",
    "events": "event",
    "customers": "customer",
    "alarms": "alarm",
    "riskhits": "risk_hit",
    "mails": "outbox",
    "audit": "audit",
    "remittances": "remittance",
    "unpaid": "unpaid",
    "limits": "merchant_limit",
    "reasons": "reason",
    "options": "merchant_option",
    "contracts": "contract",
    "merchants": "merchant",
    "gateway-accounts": "gateway_account",
}


DEED_PLACES = ("<verb>", "<string:name>", "<decision>")
FORMS = "/transactions/<int:id>/<verb>"
BULK = "/bulk/"
DECISIONS = "/approvals/<int:id>/<decision>"
ACTION, ACTION_POST = "/action/<string:name>/<pk>", "/action_post"


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every rule and method but static files, HEAD and OPTIONS, in the order of the table."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ()))):
        if rule.endpoint not in STATIC:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def deeds(app: Flask, rule: str) -> Sequence[str]:
    """Return what a route can be asked to do, where an argument or its form names it; one empty name elsewhere."""
    actions = registry(app).actions
    if rule == FORMS:
        return tuple(actions)
    if rule == BULK:
        return tuple(name for name, action in actions.items() if action.bulk)
    if rule == DECISIONS:
        return ("approve", "reject")
    if rule.endswith((ACTION, ACTION_POST)):
        return tuple(view_of(app, rule.split("/")[1]).actions)
    return ("",)


def named(rule: str, deed: str) -> str:
    """Return the route of one deed as the table writes it."""
    for place in DEED_PLACES:
        if place in rule:
            return rule.replace(place, deed) if deed else rule
    return f"{rule} {deed}".strip()


def view_of(app: Flask, route: str) -> Any:
    """Return the model view of a route; forms on the same records are another view."""
    views = app.extensions["appbuilder"].baseviews
    return next(view for view in views if view.route_base == f"/{route}" and hasattr(view, "datamodel"))


def address(rule: Rule, rows: dict[str, int], reference: str, user_id: int, deed: str = "") -> str:
    """Return the rule with numbers and names of one merchant's rows in its places; `deed` is one of `deeds`."""
    first = rule.rule.strip("/").split("/")[0]
    own = {"users": user_id, "roles": 1, "memberships": 1}.get(first, rows.get(TABLES.get(first, ""), 1))
    action = deed or {"users": "resetpasswords", "gateway-accounts": "tryconnection"}.get(first, "cancel")
    numbers = {"people": user_id, "shipped": rows["transaction"], "alarms": rows["alarm"], "transactions": own}
    values = {
        "pk": own,
        "verb": deed or "cancel",
        "decision": deed or "approve",
        "id": numbers.get(first, rows["operation"]),
        "change": "enable",
        "token": "no-token",
        "reference": reference,
        "name": action,
        "contract": rows["contract_number"],
        "number": rows["remittance_number"],
        "day": "late",  # the days of the world's deferred sales are over
    }
    path = rule.rule
    for argument in rule.arguments:
        value = str(values.get(argument, rows["transaction"] if "id" in argument else own))
        for form in (f"<{argument}>", f"<string:{argument}>", f"<int:{argument}>", f"<path:{argument}>"):
            path = path.replace(form, value)
    assert "<" not in path, f"say in tests/walls/routes.py what stands for {rule.rule}"
    return path

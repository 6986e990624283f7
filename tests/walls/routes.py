"""Every route of the application, asked the way a person (or a stranger with a person's session) would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

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


@dataclass(frozen=True)
class Asked:
    """A route and method, and the address with a merchant's own rows in it."""

    rule: str
    method: str
    path: str


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every rule and method but static files, HEAD and OPTIONS, in the order of the table."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ()))):
        if rule.endpoint not in STATIC:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def address(rule: Rule, rows: dict[str, int], reference: str, user_id: int) -> str:
    """Return the rule with numbers and names of one merchant's rows in its places."""
    first = rule.rule.strip("/").split("/")[0]
    own = {"users": user_id, "roles": 1, "memberships": 1}.get(first, rows.get(TABLES.get(first, ""), 1))
    action = {"users": "resetpasswords", "gateway-accounts": "tryconnection"}.get(first, "cancel")
    values = {
        "pk": own,
        "verb": "cancel",
        "decision": "approve",
        "id": {"people": user_id, "shipped": rows["transaction"], "alarms": rows["alarm"]}.get(
            first, rows["operation"]
        ),
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

"""The API's description says what the API does: routes, fields, statuses, and the names interface.md promises."""

from __future__ import annotations

import re

from flask import Flask

from app.forms.actions import TAKES
from app.forms.orders import ORDER
from app.models.queries import transactions
from tests.api.client import Client, body_of
from tests.api.test_take import FIELDS

PREFIX = "/api/v1"


def described(app: Flask) -> dict:
    response = Client(app, None).get("/_openapi")
    assert response.status_code == 200
    return body_of(response)


def test_every_route_is_described_and_nothing_else(app: Flask) -> None:
    document = described(app)
    assert document["openapi"] == "3.1.0"
    routed = {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix(PREFIX)))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api_v1.") and rule.endpoint != "api_v1.description"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    said = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert said == routed
    for verb in "cancel refund validate capture amend duplicate accept-challenge refuse-challenge force".split():
        assert ("POST", f"/transactions/{{reference}}/{verb}") in said


def test_bodies_and_parameters_are_those_the_parser_reads(app: Flask) -> None:
    paths = described(app)["paths"]

    def body(path: str, method: str = "post") -> dict:
        return paths[path][method]["requestBody"]["content"]["application/json"]["schema"]

    order = body("/transactions")
    assert list(order["properties"]) == [field.name for field in ORDER]
    assert set(order["required"]) == {"merchant", "channel", "amount", "currency", "card"}
    assert order["additionalProperties"] is False
    for verb, fields in TAKES.items():
        path = "/transactions/{reference}" + ("" if verb == "move" else f"/{verb}")
        assert list(body(path, "patch" if verb == "move" else "post")["properties"]) == [each.name for each in fields]
    query = [each["name"] for each in paths["/transactions"]["get"]["parameters"]]
    assert query == [field.name for field in transactions.PARAMETERS]
    wanted = """merchant order_number state brand channel last4 amount date_from date_to created_by customer_id shipping_date q sort
        cursor page_size""".split()
    assert set(query) == set(wanted)


def test_answers_hold_what_is_promised(app: Flask, clerk: Client) -> None:
    document = described(app)
    taken = document["paths"]["/transactions"]["post"]["responses"]
    assert {"201", "202", "400", "401", "403", "404", "409", "413", "415", "422", "503"} <= set(taken)
    schema = taken["201"]["content"]["application/json"]["schema"]
    sale = clerk.take()
    assert set(schema["required"]) == set(schema["properties"]) == set(sale)
    assert set(FIELDS) <= set(sale)
    detail = document["paths"]["/transactions/{reference}"]["get"]["responses"]["200"]
    shown = body_of(clerk.get(f"/transactions/{sale['reference']}"))
    assert set(detail["content"]["application/json"]["schema"]["required"]) == set(shown)
    operation = "sequence name amount status reason response_code acquirer_response_code created_at created_by".split()
    assert set(operation) <= set(shown["operations"][0])
    assert shown["events"][0]["from_state"] == "NEW"


def test_every_post_and_patch_takes_a_key(app: Flask) -> None:
    for path, item in described(app)["paths"].items():
        for method, operation in item.items():
            keys = [each for each in operation["parameters"] if each["name"] == "Idempotency-Key"]
            assert len(keys) == (method in ("post", "patch")), path

"""Everything under the prefix that goes wrong is a problem, in the caller's language, repeating nothing."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.api.bodies import LARGEST
from app.plugin import registry
from tests.api.client import Client, body_of, fields_of, order, problem_of

PAN = "4970100000000006"


def test_no_token_or_a_bad_one_is_401(app: Flask, tokens: dict[str, str]) -> None:
    good = tokens["clerk"]
    for value in (None, "", "nonsense", good[:-2], good + "x", "é", "a" * 5000):
        client = Client(app, value)
        response = client.get("/transactions")
        problem_of(response, 401, "unauthorized")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        problem_of(client.post("/transactions", order()), 401, "unauthorized")
    basic = app.test_client().get("/api/v1/transactions", headers={"Authorization": f"Basic {good}"})
    problem_of(basic, 401, "unauthorized")


def test_a_cookie_is_nothing(app: Flask) -> None:
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = "1"
    problem_of(browser.get("/api/v1/transactions"), 401, "unauthorized")
    problem_of(browser.post("/api/v1/transactions", json=order()), 401, "unauthorized")


@pytest.mark.parametrize(
    "path", [f"/nothing/{PAN}", f"/transactions/{PAN}", f"/transactions/{PAN}/x/y", "/approvals/x/approve/1", f"/{PAN}"]
)
def test_what_is_not_there_is_404_and_repeats_nothing(clerk: Client, path: str) -> None:
    response = clerk.get(path)
    problem_of(response, 404, "not_found")
    assert PAN not in response.text
    assert PAN not in str(response.headers)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/transactions", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("PUT", "/transactions/X", {"GET", "HEAD", "OPTIONS", "PATCH"}),
        ("GET", "/transactions/X/cancel", {"OPTIONS", "POST"}),
        ("POST", "/unpaid", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_another_method_is_405_with_allow(clerk: Client, method: str, path: str, allowed: set[str]) -> None:
    response = clerk.call(method, path)
    problem_of(response, 405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no JSON"),
        (b"{", "line 1, column 2"),
        (b"[]", "one JSON object"),
        (b"null", "one JSON object"),
        (b'"text"', "one JSON object"),
        (b'{"amount": NaN}', "NaN"),
        (b'{"amount": Infinity}', "Infinity"),
        (b'{"amount": 1, "amount": 2}', "twice"),
        (b'{"card": {"number": "1", "number": "2"}}', "twice"),
        (b'{"a": "\x00"}', "line 1, column 8"),
        (b'{"merchant": "\xff"}', "UTF-8"),
        (b"\xff\xfe{}", "UTF-8"),
        (b"[" * 20_000, "too deep"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "too deep"),
        (b'{"amount": 1e400} trailing', "column 19"),
    ],
)
def test_what_is_no_json_object_is_400_and_says_why(clerk: Client, data: bytes, said: str) -> None:
    assert said in problem_of(clerk.post("/transactions", data=data), 400, "malformed_request")["detail"]


def test_numbers_beyond_reason_are_wrong_fields(clerk: Client) -> None:
    for number, code in ((b"9" * 5000, "out_of_range"), (b"1e400", "wrong_type"), (b"-1e-400", "wrong_type")):
        data = json.dumps(order()).encode().replace(b"12345", number, 1)
        assert fields_of(clerk.post("/transactions", data=data)) == {"amount": code}


def test_a_huge_body_is_413(clerk: Client) -> None:
    data = json.dumps(order(note="x" * LARGEST)).encode()
    problem_of(clerk.post("/transactions", data=data), 413, "body_too_large")
    problem_of(clerk.post("/transactions/X/cancel", data=b" " * 20_000_000), 413, "body_too_large")


def test_a_huge_body_in_chunks_is_413_too(app: Flask, tokens: dict[str, str]) -> None:
    data = json.dumps(order()).encode() + b" " * LARGEST
    headers = {
        "Authorization": f"Bearer {tokens['clerk']}",
        "Idempotency-Key": "chunks",
        "Content-Type": "application/json",
    }
    environ = EnvironBuilder(
        "/api/v1/transactions", method="POST", headers=headers, input_stream=BytesIO(data)
    ).get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ |= {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer, status, _ = run_wsgi_app(app, environ)
    assert (status[:3], json.loads(b"".join(answer))["code"]) == ("413", "body_too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_content_type_is_415(clerk: Client, kind: str) -> None:
    data = json.dumps(order()).encode()
    problem_of(clerk.post("/transactions", data=data, headers={"Content-Type": kind}), 415, "unsupported_media_type")


def test_a_charset_may_be_named(clerk: Client) -> None:
    data = json.dumps(order()).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert clerk.post("/transactions", data=data, headers=headers).status_code == 201


def test_nul_bytes_in_address_and_query_are_problems(clerk: Client) -> None:
    assert clerk.get("/transactions/a%00b").status_code in (400, 404)
    for query in ({"q": "a\x00"}, {"order_number": "\x00"}, {"a\x00": "b"}):
        response = clerk.get("/transactions", **query)
        assert response.status_code in (400, 422)
        assert response.mimetype == "application/problem+json"


def test_unknown_names_are_repeated_only_when_they_are_names(clerk: Client) -> None:
    body = problem_of(clerk.post("/transactions", order(**{PAN: 1, "<b>": 2, "colour": 3})), 422, "invalid_input")
    assert sorted(each["field"] for each in body["errors"]) == ["?", "?", "colour"]


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ({"last4": "1"}, "last4", "the last four digits"),
        ({"merchant": "paris"}, "merchant", "2 to 20 capital letters"),
        ({"cursor": "é"}, "cursor", "next_cursor of the page before"),
        ({"date_from": "2026-11-24", "date_to": "2026-11-23"}, "date_to", "before the first"),
    ],
)
def test_a_wrong_parameter_says_what_it_should_be(clerk: Client, query: dict[str, str], field: str, said: str) -> None:
    for path in ("/transactions",) if "last4" in query else ("/transactions", "/operations"):
        (error,) = body_of(clerk.get(path, **query))["errors"]
        assert error["field"] == field
        assert said in error["message"]


def test_problems_speak_the_callers_language(clerk: Client) -> None:
    said = {
        language: body_of(clerk.get("/transactions/X", headers={"Accept-Language": language}))["detail"]
        for language in ("en", "fr-FR,fr;q=0.9", "de")
    }
    assert said["en"] == "There is no such thing here."
    response = clerk.get("/transactions/X", headers={"Accept-Language": "fr"})
    assert response.headers["Content-Language"] == "fr"
    assert said["de"] == said["fr-FR,fr;q=0.9"]


def test_the_unexpected_is_500_without_detail_and_logged_without_values(
    app: Flask, clerk: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def burst(*_: object) -> None:
        raise RuntimeError(f"card {PAN}")

    monkeypatch.setattr(type(registry(app).desk), "take", burst)
    response = clerk.post("/transactions", order())
    body = problem_of(response, 500, "internal_error")
    assert "RuntimeError" not in response.text
    logged = "".join(capsys.readouterr())
    assert body["instance"] in logged
    assert "RuntimeError" in logged
    assert PAN not in logged
    assert "497010" not in logged


def test_without_a_desk_reading_goes_on_and_orders_are_503(
    app: Flask, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = clerk.take()["reference"]
    monkeypatch.setattr(registry(app), "_desk", None)
    problem_of(clerk.post("/transactions", order()), 503, "no_gateway")
    problem_of(clerk.post(f"/transactions/{reference}/cancel"), 503, "no_gateway")
    assert body_of(clerk.get(f"/transactions/{reference}"))["allowed"] == []


def test_requests_are_logged_by_their_template(clerk: Client, capsys: pytest.CaptureFixture[str]) -> None:
    clerk.get(f"/transactions/{PAN}", q=PAN)
    clerk.get(f"/nothing/{PAN}")
    clerk.call(PAN, "/transactions")
    logged = "".join(capsys.readouterr())
    assert "/api/v1/transactions/<reference>" in logged
    assert PAN not in logged

"""Seeded requests made of the API's own description, right ones and wrong ones, judged by every check of Schemathesis.

The engine is driven as its command line does it: single faults first (coverage), then random requests (fuzzing).
"""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import strategies as st
from schemathesis import hooks
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, StopReason, events, from_schema
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.api.client import APPROVED, REFERRAL, REFUSED, Client

SEED, EXAMPLES = 20261124, 6
# What a description cannot say, so that a request it allows may be refused for it with 422.
MEANINGS = frozenset(
    """amount_too_high capture_date_beyond_limit capture_date_past card_number_in_field currency_not_accepted missing
    after_cut_off operation_unknown reason_unknown card_brand_invalid security_code_invalid capture_day_beyond_validity
    before_date_from cursor_invalid shipping_date_and_capture_day shipping_date_past shipping_date_beyond_limit
    card_number_missing card_number_invalid card_number_length card_scheme_not_accepted card_expired""".split()
)
ACCEPTED = ["2xx", "401", "403", "404", "409", "422", "503"]
# Only cards the practice bank answers at once.
schemathesis.openapi.format("card-number", st.sampled_from([APPROVED, REFERRAL, REFUSED, "4111111111111111"]))
schemathesis.openapi.format("card-expiry", st.sampled_from(["07/31", "0732", "12/2033", "2030-01"]))


class Silent(WSGIRequestHandler):
    """The development server, without its log of paths."""

    def log_request(self, *_: Any) -> None:
        return


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application on a port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def described(address: str, token: str) -> Any:
    """The API's description, asked of the application itself."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"max-examples": EXAMPLES, "database": "none"},
            "phases": {"stateful": {"enabled": False}, "coverage": {"unexpected-methods": ["DELETE", "PUT"]}},
            "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
        }
    )
    return schemathesis.openapi.from_url(f"{address}/api/v1/_openapi", config=config)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_api_keeps_its_description(address: str, tokens: dict[str, str], manager: Client) -> None:
    schema = described(address, tokens["manager"])
    sales = [manager.take(number)["reference"] for number in (APPROVED, REFERRAL, REFUSED)]
    sales += [manager.captured()["reference"], manager.take(capture_mode="VALIDATION")["reference"]]
    references = itertools.cycle(sales)

    def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
        """Point right requests at what is there; wrong ones stay as they were made."""
        if case.meta is None or not case.meta.generation.mode.is_positive:
            return
        if isinstance(case.body, dict):
            known = {"merchant": "PRACTICE", "currency": "EUR", "reason": "RETURNED"}
            case.body.update({name: value for name, value in known.items() if case.body.get(name)})
        if "reference" in (case.path_parameters or {}):
            case.path_parameters["reference"] = next(references)
        if "Idempotency-Key" in (case.headers or {}):
            case.headers["Idempotency-Key"] = str(uuid.uuid4())

    schemathesis.hook(before_call)
    try:
        failures, tried = run(schema)
    finally:
        hooks.unregister(before_call)
    assert not failures, "\n\n".join(failures[:20])
    assert tried > 1000


def run(schema: Any) -> tuple[list[str], int]:
    """What failed, and how many requests were tried."""
    failures: list[str] = []
    tried = 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            tried += len(event.recorder.interactions)
            failures += reasons(event) + meanings(event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            failures.append(str(getattr(event, "info", None) or event.exception))
        elif isinstance(event, events.EngineFinished):
            assert event.stop_reason is StopReason.COMPLETED
    return failures, tried


def reasons(event: events.ScenarioFinished) -> list[str]:
    """What failed in a scenario, with the request that shows it."""
    found = []
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.status is Status.FAILURE and check.failure_info is not None:
                case = event.recorder.cases[case_id].value
                sent = f"{case.method} {case.path} {case.path_parameters} {case.query} {case.headers} {case.body!r}"
                found.append(f"{event.label} {check.name}: {check.failure_info.failure}\n{sent[:1500]}")
    return found


def meanings(event: events.ScenarioFinished) -> list[str]:
    """Requests the description allows and the API refused for something the description could have said."""
    found = []
    for case_id, interaction in event.recorder.interactions.items():
        case, response = event.recorder.cases[case_id].value, interaction.response
        positive = case.meta is not None and case.meta.generation.mode.is_positive
        if positive and response is not None and response.status_code == 422:
            codes = {each["code"] for each in response.json()["errors"]}
            # To JSON Schema 5.0 is a whole number; to us it is a decimal (strict types).
            decimals = isinstance(case.body, dict) and any(isinstance(each, float) for each in case.body.values())
            if not codes <= MEANINGS | ({"wrong_type"} if decimals else set()):
                found.append(f"{event.label} {codes - MEANINGS}: {case.query} {case.body!r}"[:1500])
    return found

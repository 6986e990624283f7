"""The core with each plug-in missing in turn, and without any: every page answers, says what is missing, stores nothing."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from app import create_app
from app.extensions import limiter
from config import ADDON_MANAGERS, Settings
from tests.applications import close
from tests.walls.filled import body_of, key
from tests.walls.judge import owned_by
from tests.walls.routes import BULK, DECISIONS, FORMS, deeds, routes
from tests.walls.table import COLUMNS, NOBODY, ask, path_of, sent_with, user
from tests.walls.world import A, World
from tests.web_process import ApiClient, WebProcess

GATEWAY = "plugins.payment_gateway.PaymentGateway"
LEFT = sorted({(), *(tuple(each for each in ADDON_MANAGERS if each != missing) for missing in ADDON_MANAGERS)})
SAID = "Aucune passerelle de paiement n'est installée"
CARD = "4970100000000006"
MONEY = (FORMS, BULK, DECISIONS, "/counter", "/shipped/", "/uncertain/<int:id>/ask")


@pytest.fixture(scope="module", params=LEFT, ids=lambda left: " ".join(left) or "no plug-in at all")
def left(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The plug-ins that are still declared."""
    return tuple(request.param)


@pytest.fixture(scope="module")
def core(left: tuple[str, ...], servers: Settings, world: World) -> Iterator[World]:
    """The same world, served by an application without the missing plug-in."""
    application = create_app(dataclasses.replace(servers, plugins=left))
    application.config["WTF_CSRF_ENABLED"] = False
    limiter.enabled = False
    yield dataclasses.replace(world, app=application)
    close(application)


def test_every_page_answers_everybody(core: World, left: tuple[str, ...]) -> None:
    tokens = {name: core.token(user(name)) for name in COLUMNS if name != NOBODY}
    asked = 0
    for rule, method in routes(core.app):
        if method != "GET":
            continue
        for deed in deeds(core.app, rule.rule) or ("cancel",):
            for name in COLUMNS:
                client = core.client(None if name == NOBODY else user(name))
                answer = ask(client, method, path_of(core, rule, deed), tokens.get(name), {})
                assert answer.status_code < 500, (rule.rule, deed, name)
                asked += 1
    assert asked > 500


def test_what_moves_money_says_what_is_missing_and_stores_nothing(
    core: World, left: tuple[str, ...], servers: Settings
) -> None:
    if GATEWAY in left:
        pytest.fail("say here what this plug-in's absence means")
    before = owned_by(servers, core.rows[A]["merchant"])
    tokens = {name: core.token(user(name)) for name in COLUMNS if name != NOBODY}
    refused = 0
    for rule, method in routes(core.app):
        if method == "GET" or not (rule.rule in MONEY or rule.rule.startswith("/api/v1/")):
            continue
        for deed in deeds(core.app, rule.rule) or ("cancel",):
            for name in COLUMNS[1:]:
                path = path_of(core, rule, deed)
                sent = body_of(path, merchant=A) if path.startswith("/api/") else sent_with(core, rule.rule, deed, name)
                answer = ask(core.client(user(name)), method, path, tokens[name], sent)
                if path.startswith("/api/"):
                    assert answer.json["code"] in ("no_gateway", "not_permitted", "not_found"), (path, answer.json)
                    refused += answer.json["code"] == "no_gateway"
                else:
                    assert answer.status_code in (303, 403, 404, 422, 503), (path, name, answer.status_code)
                    assert answer.status_code != 503 or SAID in unescape(answer.text), path
    assert refused > 50
    after = owned_by(servers, core.rows[A]["merchant"])
    changed = {name for name in before if after[name] != before[name]}
    assert changed <= {"audit"}, "a refused access is audited, and nothing else is written"


@pytest.mark.parametrize(
    "path", ["/", "/counter", "/shipped/", "/uncertain/", "/approvals/", "/alarms/", "sale", "list"]
)
def test_a_page_says_what_is_missing_before_anybody_types(core: World, left: tuple[str, ...], path: str) -> None:
    sale = core.sales[A][4]
    path = {"sale": f"/transactions/show/{sale}", "list": "/transactions/list/"}.get(path, path)
    page = core.client(user("supervisor")).get(path)
    assert page.status_code == 200
    assert (SAID in unescape(page.text)) == (GATEWAY not in left)


def test_an_order_typed_all_the_same_is_kept_but_for_its_card(core: World, left: tuple[str, ...]) -> None:
    form = {
        "key": key(), "merchant": A, "order_number": "KEPT-1", "channel": "FAX_ORDER", "amount": "12,00", "card_number": CARD,
        "card_expiry": "07/31", "security_code": "123", "customer_id": "C-KEPT",
    }  # fmt: skip
    answer = core.client(user("clerk")).post("/counter", data=form)
    assert (answer.status_code, SAID in unescape(answer.text)) == (503, True)
    assert "KEPT-1" in answer.text
    assert CARD not in answer.text


def test_pasted_numbers_are_kept_too(core: World, left: tuple[str, ...]) -> None:
    answer = core.client(user("supervisor")).post("/shipped/", data={"numbers": "W-17\nW-18"})
    assert (answer.status_code, SAID in unescape(answer.text)) == (503, True)
    assert "W-17\nW-18" in answer.text


def test_the_gateway_that_is_there_is_not_said_to_be_missing(world: World) -> None:
    assert SAID not in unescape(world.client(user("supervisor")).get("/counter").text)


@pytest.mark.usefixtures("world")
def test_a_process_of_its_own_says_it_in_its_health(
    command: str, environment: dict[str, str], tmp_path: Path, left: tuple[str, ...], world: World
) -> None:
    """`egestion web` and `egestion doctor` as they run on a machine that lacks the plug-in."""
    more = {"EGESTION_PLUGINS": " ".join(left)}
    web = WebProcess(command, environment, tmp_path / "web.log", **more)
    try:
        status, _, body = web.call("GET", "/health")
        assert (status, json.loads(body).get("gateway")) == (200, "missing" if GATEWAY not in left else None)
        taken = ApiClient(web, world.token(user("supervisor"))).take(CARD, 1_000, merchant=A)
        assert (taken[0], taken[1]["code"]) == (503, "no_gateway")
        assert "Traceback" not in (tmp_path / "web.log").read_text()
    finally:
        web.stop()
    doctor = subprocess.run([command, "doctor"], env=environment | more, capture_output=True, text=True, check=False)
    assert "PROBLEM gateway: none is installed" in doctor.stdout

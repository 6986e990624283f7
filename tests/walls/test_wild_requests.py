"""Hostile addresses: no list, record, form or action answers 500, whatever the argument. Seeded and bounded in time.

Its requests change rows of the shared world, as their senders may: `POST /memberships/delete/1`, for one, is the
administrator's right (the CSRF token, which these tests leave out, and GET are tried by the last test). So the world is
made anew behind this file.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.extensions import db
from app.models import AuditEntry, Membership
from config import Settings
from tests.house_fixtures import empty
from tests.walls.routes import address, routes
from tests.walls.world import A, World, build

SEED, SECONDS, LEAST = 20261124, 20.0, 100  # the time is the bound, the least says that something was asked
# What recipes.md found to be a 500 in FAB as shipped comes first, each on every list.
KNOWN = (
    "page_{view}=abc", "page_{view}=-1", "page_{view}=99999999999999999999", "psize_{view}=-5", "psize_{view}=abc",
    "psize_{view}=999999", "psize_{view}=0", "_flt_9_{column}=1", "_flt_0_nonsense=1", "_flt_0_{column}=%00",
    "_flt_0_{column}=99999999999999999999", "_flt_1_{column}=-99999999999999999999", "_flt_0_{column}=2026-02-30",
    "_flt_1_{column}=9999-12-31", "_flt_0_{column}=0001-01-01", "_oc_{view}=nonsense&_od_{view}=asc",
    "_oc_{view}=password&_od_{view}=desc", "_oc_{view}=metadata&_od_{view}=asc", "_oc_{view}=id&_od_{view}=up",
    "after=x", "after=AAAA", "after=%00", "after={long}", "endpoint=x&_scheme=y&_external=1", "_l_=xx", "_flt_0_={long}",
    "q=%00", "q={long}", "q=%25_%27", "amount=99999999999999999999", "amount=-1&typed=fr", "amount=%D9%A3&typed=xx", "typed={long}",
    "date_from=0001-01-01&date_to=9999-12-31", "date_from=2026-02-30", "sort=password", "sort=-created_at&sort=amount",
    "cursor=x", "cursor={long}", "page_size=0", "page_size=999999", "state={long}", "merchant=%00", "todo={long}", "back={long}",
)  # fmt: skip
WORDS = (
    "", "0", "-1", "1", "2147483648", "9223372036854775808", "1e9", "NaN", "\x00", "\ud83d", "é", "𝟙", "%", "_", "'", '"', "\\", ";--",
    "<script>", "../../etc/passwd", "{{7*7}}", "None", "true", "y", "2026-11-24", "9999-12-31T23:59:59+99:99", "\r\nX: y", "a" * 5000,
    "[]", "{}", "\u202e", "١٢٣", "0x10", "//evil.example", "https://evil.example/", " ",
)  # fmt: skip
PATHS = (
    "0",
    "-1",
    "abc",
    "%00",
    "99999999999999999999",
    "1%2f2",
    "%F0%9F%92%B3",
    "None",
    "1.0",
    "1'",
    "٣",
    "null",
    "{}",
    "[1,2]",
)


@pytest.fixture(scope="module", autouse=True)
def world_made_anew(app: Flask, world: World, servers: Settings, written_tables: tuple[str, ...]) -> Iterator[None]:
    """Behind these tests the world is as `build` makes it, whatever their requests did to it."""
    yield
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    empty(servers, written_tables)
    vars(world).update(vars(build(app)))


def people(world: World) -> list[str]:
    """Those who between them may open every page."""
    return [f"manager_{A}", f"auditor_{A}", "admin"]


@pytest.mark.usefixtures("without_csrf")
def test_what_fab_failed_on(app: Flask, world: World) -> None:
    clients = [world.client(name) for name in people(world)]
    for view in app.extensions["appbuilder"].baseviews:
        if not hasattr(view, "datamodel"):
            continue
        columns = list(view._shared_filters.get_search_filters()) or ["id"]
        for template in KNOWN:
            query = template.format(
                view=type(view).__name__, column=random.Random(template).choice(columns), long="x" * 3000
            )
            for client in clients:
                answer = client.get(f"{view.route_base}/list/?{query}")
                assert answer.status_code in (200, 302, 400, 403, 404, 405), (
                    view.route_base,
                    query,
                    answer.status_code,
                )


@pytest.mark.usefixtures("without_csrf")
def test_no_route_answers_500(app: Flask, world: World) -> None:
    chance, clients = random.Random(SEED), [world.client(name) for name in people(world)]
    known = [
        (rule, method)
        for rule, method in routes(app)
        if not rule.rule.startswith(("/api/", "/health", "/metrics", "/logout"))
    ]
    own = address
    asked, limit = 0, time.monotonic() + SECONDS
    while time.monotonic() < limit:
        rule, method = chance.choice(known)
        path = own(rule, world.rows[A], world.references[A][0], world.users[f"clerk_{A}"])
        if rule.arguments and chance.random() < 0.6:
            path = path.rsplit("/", 1)[0] + "/" + chance.choice(PATHS)
        names = argument_names(app, chance)
        query = "&".join(f"{quote(n)}={quote(chance.choice(WORDS), errors='surrogatepass')}" for n in names)
        form = (
            {n: chance.choice(WORDS).encode("utf-8", "surrogatepass") for n in form_names(chance)}
            if method == "POST"
            else None
        )
        answer = chance.choice(clients).open(f"{path}?{query}", method=method, data=form)
        assert answer.status_code < 500 or answer.status_code == 503, (method, path, query, form, answer.status_code)
        asked += 1
    assert asked >= LEAST


def argument_names(app: Flask, chance: random.Random) -> list[str]:
    """Some names of query arguments that FAB's parsers look at."""
    views = [view for view in app.extensions["appbuilder"].baseviews if hasattr(view, "datamodel")]
    names = []
    for _ in range(chance.randrange(4)):
        view = chance.choice(views)
        column = chance.choice([*view.datamodel.list_properties, "x"])
        kind = type(view).__name__
        names.append(
            chance.choice(
                (
                    *("q", "amount", "date_from", "state", "sort", "cursor", "page_size", "typed", "last4", "merchant"),
                    f"page_{kind}",
                    f"psize_{kind}",
                    f"_oc_{kind}",
                    f"_od_{kind}",
                    f"_flt_{chance.randrange(4)}_{column}",
                    "after",
                    "next",
                    "pk",
                )
            )
        )
    return names


def form_names(chance: random.Random) -> list[str]:
    """Some names of form fields of any form."""
    known = (
        "action", "rowid", "merchant", "contract", "user", "roles", "username", "password", "conf_password", "amount", "verb", "code",
        "name", "short_name", "siret", "zone", "currency", "default_capture_day", "customer_fields", "active", "number", "scheme",
        "cut_off", "account", "from_day", "until_day", "label_fr", "language", "text_size", "next", "first_name", "email", "key",
        "card_number", "order_number", "reason", "note", "capture_date", "url", "key_version",
    )  # fmt: skip
    return chance.sample(known, chance.randrange(8))


@pytest.mark.usefixtures("without_csrf")
@pytest.mark.parametrize("name", ["\x00", "x" * 10_000, "'", "\ud83d", "%s", "admin\r\n"])
def test_signing_in_with_anything(world: World, name: str) -> None:
    client = world.client(None)
    for form in (
        {"username": name.encode("utf-8", "surrogatepass"), "password": "x"},
        {"username": "x", "password": name.encode("utf-8", "surrogatepass")},
    ):
        assert client.post("/login/", data=form).status_code in (200, 302, 400)


def test_a_membership_goes_by_the_administrators_own_form_alone(app: Flask, world: World) -> None:
    def memberships() -> list[int]:
        with app.app_context(), unit_of_work(Scope(admin=True)) as unit:
            return list(unit.scalars(select(Membership.id).where(Membership.user_id == world.users[f"auditor_{A}"])))

    (row,) = memberships()
    path, admin, manager = f"/memberships/delete/{row}", world.client("admin"), world.client(f"manager_{A}")
    token, others = (_token(client.get("/").text) for client in (admin, manager))
    assert admin.get(path).status_code == 405
    assert admin.get(path, headers={"X-HTTP-Method-Override": "POST"}).status_code == 405
    assert admin.post(path).status_code == 400
    assert admin.post(path, data={"csrf_token": others}).status_code == 400
    assert manager.post(path, data={"csrf_token": others}).status_code == 403
    nobody = world.client(None)
    assert nobody.post(path, data={"csrf_token": _token(nobody.get("/login/").text)}).status_code == 302
    assert memberships() == [row]
    assert admin.post(path, data={"csrf_token": token}).status_code == 302
    assert memberships() == []
    with app.app_context(), unit_of_work(Scope(admin=True)) as unit:
        entries = unit.scalars(select(AuditEntry.actor).where(AuditEntry.object == f"membership {row} deleted")).all()
    assert entries == ["admin"]
    assert world.client(f"auditor_{A}").get("/transactions/list/").text.count(world.references[A][0]) == 0


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]

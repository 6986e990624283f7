"""Hostile addresses: no list, record, form or action answers 500, whatever the argument. Seeded and bounded in time.

Its requests change rows of the shared world, as their senders may: `POST /memberships/delete/1`, for one, is the
administrator's right (the CSRF token, which these tests leave out, is test_memberships.py's). So the world is
made anew behind this file.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from urllib.parse import quote

import pytest
from flask import Flask

from app.plugin import registry
from tests.walls.routes import ACTION, ACTION_POST, TABLES, address, deeds, routes, view_of
from tests.walls.world import A, World

SEED, SECONDS = 20261124, 20.0  # each route is asked once, then by chance until the time is over
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


pytestmark = pytest.mark.usefixtures("world_made_anew")


def people(world: World) -> list[str]:
    """Those who between them may open every page."""
    return [f"manager_{A}", f"auditor_{A}", "admin"]


@pytest.mark.usefixtures("without_csrf")
@pytest.mark.parametrize("view", sorted({*TABLES, "users", "roles", "memberships"}))
def test_what_fab_failed_on(app: Flask, world: World, view: str) -> None:
    generated, clients = view_of(app, view), [world.client(name) for name in people(world)]
    assert 200 in [client.get(f"/{view}/list/").status_code for client in clients], "somebody reaches the list"
    columns = list(generated._shared_filters.get_search_filters()) or ["id"]
    for template in KNOWN:
        column = random.Random(template).choice(columns)
        query = template.format(view=type(generated).__name__, column=column, long="x" * 3000)
        for client in clients:
            status = client.get(f"/{view}/list/?{query}").status_code
            assert status in (200, 302, 400, 403, 404), (view, query, status)


def test_every_list_is_asked(app: Flask) -> None:
    lists = {rule.rule for rule, _ in routes(app) if rule.rule.endswith("/list/")}
    assert lists == {f"/{view}/list/" for view in {*TABLES, "users", "roles", "memberships"}}


@pytest.mark.usefixtures("without_csrf")
def test_no_route_answers_500(app: Flask, world: World) -> None:
    chance, clients = random.Random(SEED), [world.client(name) for name in people(world)]
    known = [
        (rule, method, deed)
        for rule, method in routes(app)
        if not rule.rule.startswith(("/api/", "/health", "/metrics", "/logout"))
        for deed in deeds(app, rule.rule)
    ]
    visited: Counter[tuple[str, str, str]] = Counter()
    once, limit = chance.sample(known, len(known)), time.monotonic() + SECONDS
    while once or time.monotonic() < limit:
        rule, method, deed = once.pop() if once else chance.choice(known)
        path = address(rule, world.rows[A], world.references[A][0], world.users[f"clerk_{A}"], deed)
        if rule.arguments and chance.random() < 0.6:
            path = path.rsplit("/", 1)[0] + "/" + chance.choice(PATHS)
        names = argument_names(app, chance)
        query = "&".join(f"{quote(n)}={quote(chance.choice(WORDS), errors='surrogatepass')}" for n in names)
        form = (
            {n: chance.choice(WORDS).encode("utf-8", "surrogatepass") for n in form_names(chance)}
            if method == "POST"
            else None
        )
        if form is not None and deed:
            form |= {chance.choice(("action", "verb")): deed.encode()}
        answer = chance.choice(clients).open(f"{path}?{query}", method=method, data=form)
        # A bank that cannot be reached is said so; nothing that only looks may fail.
        allowed = answer.status_code < 500 or (answer.status_code == 503 and method == "POST")
        assert allowed, (method, path, query, form, answer.status_code)
        visited[rule.rule, method, deed] += 1
    missed = must_be_asked(app) - visited.keys()
    assert missed == set(), "every list and every action of every view"


def must_be_asked(app: Flask) -> set[tuple[str, str, str]]:
    """Every list and every action, read of the views themselves."""
    rules = {rule.rule for rule, _ in routes(app)}
    wanted = {(rule, "GET", "") for rule in rules if rule.endswith("/list/")}
    for view in app.extensions["appbuilder"].baseviews:
        for name in getattr(view, "actions", ()):
            wanted |= {
                (view.route_base + way, "POST", name) for way in (ACTION, ACTION_POST) if view.route_base + way in rules
            }
    assert {name for _, _, name in wanted} >= {*registry(app).actions, "resetpasswords", "tryconnection"}
    return wanted


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

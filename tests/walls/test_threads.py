"""Six threads of two merchants with different searches against one threaded server: nobody sees another's search.

FAB keeps one set of filters a view for all threads; as shipped 320 of 360 pages were wrong (recipes.md).
"""

from __future__ import annotations

import http.client
import re
import sys
import threading
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from app.database import Scope, unit_of_work
from app.models import Customer, Transaction
from tests.walls.world import MARKER, A, B, World

PAGES = 60
SHOWN = re.compile(r"/(?:transactions|customers)/show/(\d+)")
Job = tuple[str, str, set[int] | None]  # whose, the address asked, the rows to be shown


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_six_threads_of_two_merchants(world: World, port: int) -> None:
    jobs: list[Job] = []
    for merchant in (A, B):
        with world.app.app_context(), unit_of_work(Scope((world.rows[merchant]["merchant"],))) as session:
            sales = session.scalars(
                select(Transaction).where(Transaction.state != "PENDING").order_by(Transaction.id)
            ).all()
        for number in range(3):
            sale = sales[number]
            query = (f"q={sale.reference}", f"state={sale.state}", "state=PENDING")[number]
            expected = [{sale.id}, {s.id for s in sales if s.state == sale.state}, None][number]
            jobs.append((merchant, f"/transactions/list/?{query}", expected))
    assert together(world, port, jobs) == []


def test_six_threads_search_what_the_framework_generated(world: World, port: int) -> None:
    jobs: list[Job] = []
    for merchant in (A, B):
        with world.app.app_context(), unit_of_work(Scope((world.rows[merchant]["merchant"],))) as session:
            everybody = set(session.scalars(select(Customer.id)))
            one = session.scalars(select(Customer)).first()
            assert one is not None
            same = set(session.scalars(select(Customer.id).where(Customer.name_key == one.name_key)))
        listed = "/customers/list/"
        jobs += [
            (merchant, f"{listed}?{urlencode({'_flt_0_name_key': one.name_key})}", same),
            (merchant, f"{listed}?_flt_0_name_key=Nobody", set()),
            (merchant, listed, everybody),
        ]
    assert together(world, port, jobs) == []


def together(world: World, port: int, jobs: list[Job]) -> list[str]:
    """Let each job ask in a thread of its own; return what any saw that it should not."""
    wrong: list[str] = []
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads change between any two steps, as on many cores
    threads = [threading.Thread(target=ask, args=(world, port, *job, wrong)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(before)
    return wrong


def ask(world: World, port: int, merchant: str, query: str, expected: set[int] | None, wrong: list[str]) -> None:
    """Ask for the same list many times; every page must hold what this thread searched, of this merchant."""
    client = world.client(f"supervisor_{merchant}")
    cookie = client.get_cookie("egestion")
    assert cookie is not None
    other = MARKER[B if merchant == A else A]
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(PAGES):
        line.request("GET", query, headers={"Cookie": f"egestion={cookie.value}"})
        answer = line.getresponse()
        page = answer.read().decode()
        found = {int(number) for number in SHOWN.findall(page)}
        if answer.status != 200 or other in page.upper() or (expected is not None and found != expected):
            wrong.append(f"{merchant} {query}: {answer.status}, {found} instead of {expected}")
    line.close()


def test_as_shipped_the_filters_would_be_shared(app: Flask) -> None:
    """The property is what keeps them apart: two requests get two objects, the view's own stays empty."""
    view = next(view for view in app.extensions["appbuilder"].baseviews if type(view).__name__ == "RiskHitView")
    with app.test_request_context("/riskhits/list/"):
        first = view._filters
        first.add_filter_index("decision", 0, ["INFORM"])
        assert view._filters is first
    with app.test_request_context("/riskhits/list/"):
        assert view._filters is not first
        assert view._filters.get_filters_values() == []
    assert view._shared_filters.get_filters_values() == []

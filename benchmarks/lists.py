"""Lists of a million sales: our pages against raw SQL and against the framework's own list on the same table."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from app.database import Scope, unit_of_work
from app.models import Contract, Merchant
from app.models.queries.cursor import Position, write_cursor
from app.security.identity import look_up
from app.security.manager import TOKEN_VERSION
from app.security.practice import create_practice
from app.supervisor.provision import initialise, libpq
from app.supervisor.temporary import temporary_servers
from config import Settings, load
from tests.factories import make_card

from .authorisations import Line
from .sales_in_bulk import fill

ROWS = int(os.environ.get("EGESTION_BENCH_ROWS", "1000000"))
ROUNDS, SECONDS, AIM = 60, 15.0, 60.0  # requests of each case, and milliseconds
LIST = "/transactions/list/"
_MIDDLE = datetime(2026, 4, 1, tzinfo=UTC)
_RAW = "SELECT * FROM transaction WHERE merchant_id = %(merchant)s{} ORDER BY created_at DESC, id DESC LIMIT 51"
#: Case -> condition of raw SQL (None: it has none that is as quick), path of the stock list (None: it cannot).
CASES: dict[str, tuple[str, str | None, str | None]] = {
    "first page": (LIST, "", "/salesview/list/"),
    "deep page": (
        f"{LIST}?cursor={write_cursor('-created_at', Position((_MIDDLE,), 1))}",
        " AND (created_at, id) < (%(middle)s, 1)",
        f"/salesview/list/?page_SalesView={ROWS // 100}",
    ),
    "filtered, sums": (f"{LIST}?state=TO_VALIDATE", " AND state = 'TO_VALIDATE'", "/salesview/list/?_flt_0_state=TO_VALIDATE"),
    "filtered, many": (f"{LIST}?brand=VISA&sort=amount", None, "/salesview/list/?_flt_3_brand=VISA&_oc_SalesView=amount&_od_SalesView=asc"),
    "search, telephone": (f"{LIST}?q=06%2000%2001%2023%2045", None, None),
    "search, part of a number": (f"{LIST}?q={ROWS // 2 + 7}", None, None),
    "search, word of a name": (f"{LIST}?q=zoe", None, None),
}  # fmt: skip


def measure() -> Iterator[Line]:
    """Make the rows, measure, throw them away; a few minutes."""
    with tempfile.TemporaryDirectory(prefix="egestion-lists-") as folder:
        settings = load({"EGESTION_DATA_DIR": folder, "EGESTION_PORT": "1", "EGESTION_BANK_PORT": "1"})
        with temporary_servers(settings):
            initialise(settings, lambda _text: None)
            app = create_app(settings)
            begun = time.monotonic()
            merchant = _rows(app, settings)
            yield Line(f"{ROWS} sales written in s", f"{time.monotonic() - begun:.0f}")
            client = _supervisor(app)
            stock = _stock(settings)
            with psycopg.connect(libpq(settings.check_url or ""), autocommit=True) as raw:
                for name, (path, condition, _stock_path) in CASES.items():
                    yield from _lines(name, client, path, _raw(raw, merchant, condition), stock.get(name))
            with app.app_context():
                from app.extensions import db

                db.engine.dispose()


def _rows(app: Flask, settings: Settings) -> int:
    with app.app_context():
        create_practice(settings)
        with unit_of_work(Scope(admin=True)) as session:
            merchant = session.scalars(select(Merchant).where(Merchant.short_name == "PRACTICE")).one()
        with unit_of_work(Scope((merchant.id,))) as session:
            contract = session.scalars(select(Contract.id).order_by(Contract.id)).first() or 0
            card = make_card(session, merchant).id
    fill(libpq(settings.owner_url or ""), merchant.id, contract, card, ROWS)
    return merchant.id


def _supervisor(app: Flask) -> FlaskClient:
    """Signed in without the cost of a password's hash; the whole application answers, but for the web server's socket."""
    client = app.test_client()
    with app.app_context():
        from app.extensions import db

        found = db.session.execute(db.text("SELECT id FROM ab_user WHERE username = 'supervisor'")).scalar_one()
        identity = look_up(found)
    if identity is None:
        raise RuntimeError("no supervisor")
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"], session[TOKEN_VERSION] = str(found), True, identity.token_version
    return client


def _stock(settings: Settings) -> dict[str, list[float]]:
    url = (settings.check_url or "").replace("postgresql://", "postgresql+psycopg://")
    cases = [f"{name}={path}" for name, (_, _, path) in CASES.items() if path]
    done = subprocess.run([sys.executable, "-m", "benchmarks.stock", url, *cases], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _raw(raw: psycopg.Connection[tuple[object, ...]], merchant: int, condition: str | None) -> list[float]:
    if condition is None:
        return []
    values = {"merchant": merchant, "middle": _MIDDLE}
    return timed(lambda: raw.execute(_RAW.format(condition), values).fetchall())


def _lines(name: str, client: FlaskClient, path: str, raw: list[float], stock: list[float] | None) -> Iterator[Line]:
    def ask() -> None:
        answer = client.get(path)
        if answer.status_code != 200 or "/transactions/show/" not in answer.text:
            raise RuntimeError(f"{name}: {answer.status_code}")

    ours = timed(ask)
    bound = name in ("first page", "deep page")
    p95, aim = percentile(ours), f"<= {AIM:.0f} ms" if bound else ""
    yield Line(f"list, {name}: p95 ms", f"{p95:.1f}", aim=aim, met=p95 <= AIM if bound else None)
    for what, other in (("raw SQL", raw), ("stock FAB", stock or [])):
        if other:
            mine, theirs = statistics.median(ours), statistics.median(other)
            yield Line(f"list, {name}: median ms, {what}", f"{mine:.1f}", f"{theirs:.2f}", f"{mine / theirs:.3g}")


def timed(ask: Callable[[], object]) -> list[float]:
    """Return the milliseconds of some requests after three that warm up, as many as the time allows."""
    for _ in range(3):
        ask()
    taken: list[float] = []
    until = time.monotonic() + SECONDS
    while len(taken) < ROUNDS and (len(taken) < 5 or time.monotonic() < until):
        begun = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def percentile(values: list[float], part: float = 0.95) -> float:
    """Return the value that this part of the values does not exceed."""
    return sorted(values)[max(0, round(part * len(values)) - 1)]

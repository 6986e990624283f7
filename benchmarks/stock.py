"""The list of sales as Flask-AppBuilder ships it, on the same table, in a process of its own: `python -m benchmarks.stock URL`.

Its views are not ours: stock interface, stock templates, OFFSET and an unbounded count. Prints {case: [milliseconds]}.
"""

from __future__ import annotations

import json
import sys
import time

from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder import AppBuilder, ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.manager import SecurityManager

from app.database import Walls
from app.extensions import db
from app.models import Transaction

ROUNDS, SECONDS = 15, 20.0  # of each case; stock FAB may take seconds a page


class Open(SecurityManager):  # type: ignore[misc]  # FAB has no types
    """Nobody signs in: the list is measured, not the sign-in."""

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Let everybody in."""
        return True


class SalesView(ModelView):  # type: ignore[misc]  # FAB has no types
    """As the framework's documentation has it."""

    datamodel = SQLAInterface(Transaction)
    base_permissions = ("can_list",)
    page_size = 50
    base_order = ("created_at", "desc")
    list_columns = ("created_at", "reference", "order_number", "state", "amount", "brand", "masked_pan", "capture_date")
    search_columns = ("state", "order_number", "brand")
    add_columns = edit_columns = show_columns = ("reference",)


def stock(url: str) -> FlaskClient:
    """Return a client of the stock application on this database."""
    app = Flask("stock")
    app.config |= {
        "SQLALCHEMY_DATABASE_URI": url,
        "SECRET_KEY": "bench",
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
    }
    Walls.orm = False
    db.init_app(app)
    with app.app_context():
        AppBuilder(app, db.session, security_manager_class=Open).add_view(SalesView, "Sales")
    return app.test_client()


def timed(client: FlaskClient, path: str) -> list[float]:
    """Return the milliseconds of some requests, as many as the time allows, one at least."""
    taken: list[float] = []
    until = time.monotonic() + SECONDS
    while len(taken) < ROUNDS and (not taken or time.monotonic() < until):
        begun = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200 or "######" not in answer.text:
            raise RuntimeError(f"stock list answered {answer.status_code}")
    return taken


def main() -> int:
    """Measure the cases named on the command line as name=path."""
    client = stock(sys.argv[1])
    client.get("/salesview/list/")
    print(json.dumps({name: timed(client, path) for name, _, path in (case.partition("=") for case in sys.argv[2:])}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

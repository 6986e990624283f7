"""url_map x methods x profiles: what every route answers to everybody, as a committed table.

`python -m tests.walls.table` starts servers, asks, and prints the difference; `--write` makes the table anew, to be read
line by line in the diff. Each route is asked for the person's own merchant's rows, once for each verb or action it leads
to; the forms and bodies of these are filled in (tests/walls/filled.py), those of settings are empty.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from tests.walls.filled import Form, Rows, body_of, form_of, key
from tests.walls.routes import ACTION_POST, BULK, FORMS, address, deeds, named, routes
from tests.walls.world import PEOPLE, A, World

TABLE = Path(__file__).with_name("expectations.csv")
NOBODY = "nobody"
COLUMNS = (NOBODY, *PEOPLE)
Row = tuple[str, str]
# Rows that a permitted request without values would remove: asked for a number nobody has (403 before 404).
REMOVING = "/delete/<pk>"
REFUSED_SALE = 7  # of world.STATES: no verb but amend is possible, so a permitted call is 409 and changes nothing


# What holds a form that says who may; the others are asked without a value.
FILLED = (FORMS, BULK, ACTION_POST, "/alarms/acknowledge", "/counter", "/approvals/<int:id>/<decision>")


def answers(world: World) -> dict[Row, dict[str, str]]:
    """Ask every route as everybody. CSRF protection must be off."""
    found: dict[Row, dict[str, str]] = {}
    tokens = {name: world.token(user(name)) for name in PEOPLE}
    for rule, method in routes(world.app):
        for deed in deeds(world.app, rule.rule):
            line = found[named(rule.rule, deed), method] = {}
            for name in COLUMNS:
                path = path_of(world, rule, deed)
                client = world.client(None if name == NOBODY else user(name))
                sent = sent_with(world, rule.rule, deed, name)
                line[name] = str(ask(client, method, path, tokens.get(name), sent).status_code)
    return found


def path_of(world: World, rule: Rule, deed: str) -> str:
    """Return the address of A's refused sale, and of A's other rows."""
    rows = world.rows[A] | {"transaction": world.sales[A][REFUSED_SALE]}
    path = address(rule, rows, world.references[A][REFUSED_SALE], world.users[f"clerk_{A}"], deed)
    return path.rsplit("/", 1)[0] + "/999999" if rule.rule.endswith(REMOVING) else path


def sent_with(world: World, rule: str, deed: str, name: str) -> Form:
    """Return the form of a page, or the body of a call, with A's rows in it."""
    sale = world.users[f"clerk_{A}"] if rule.startswith("/users") else world.sales[A][REFUSED_SALE]
    note = f"seen by {name}"  # an amendment that changes nothing is none
    if rule.startswith("/api/"):
        return body_of(rule, note)
    return (
        form_of(rule, deed, Rows(sale, world.rows[A]["alarm"], A, world.rows[A]["merchant"]), note=note)
        if rule.endswith(FILLED)
        else {}
    )


def user(name: str) -> str:
    """Return the world's user of a profile's column."""
    return name if name == "admin" else f"{name}_{A}"


def ask(client: Any, method: str, path: str, token: str | None, sent: Form) -> Any:
    """Send one request; the API gets the token only, screens the session only."""
    if not path.startswith("/api/"):
        return client.open(path, method=method, **{"query_string" if method == "GET" else "data": sent})
    client.delete_cookie("egestion")
    headers = {"Idempotency-Key": key()} | ({"Authorization": f"Bearer {token}"} if token else {})
    return client.open(path, method=method, headers=headers, json=None if method == "GET" else sent)


def read() -> dict[Row, dict[str, str]]:
    """Return the committed table."""
    if not TABLE.exists():
        return {}
    with TABLE.open(newline="") as file:
        return {
            (line["route"], line["method"]): {name: line[name] for name in COLUMNS} for line in csv.DictReader(file)
        }


def write(found: dict[Row, dict[str, str]]) -> None:
    """Replace the committed table."""
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("route", "method", *COLUMNS))
        writer.writerows((*row, *(line[name] for name in COLUMNS)) for row, line in sorted(found.items()))


def differences(found: dict[Row, dict[str, str]], expected: dict[Row, dict[str, str]]) -> list[str]:
    """Return one line for each route that is new, gone or answers differently."""
    lines = [f"{' '.join(row)}: no line in {TABLE.name}" for row in sorted(found.keys() - expected.keys())]
    lines += [f"{' '.join(row)}: the route is gone" for row in sorted(expected.keys() - found.keys())]
    for row in sorted(found.keys() & expected.keys()):
        lines += [
            f"{' '.join(row)}: {name} gets {found[row][name]}, the table says {expected[row][name]}"
            for name in COLUMNS
            if found[row][name] != expected[row][name]
        ]
    return lines


def main(write_it: bool) -> int:
    """Start servers and an application, then compare or write."""
    import tempfile

    from app import create_app
    from app.supervisor.provision import initialise
    from app.supervisor.temporary import temporary_servers
    from config import load
    from tests.house_fixtures import free
    from tests.walls.world import build

    with tempfile.TemporaryDirectory() as folder:
        settings = load({"EGESTION_DATA_DIR": folder, "EGESTION_PORT": str(free()), "EGESTION_BANK_PORT": str(free())})
        with temporary_servers(settings):
            initialise(settings, lambda _text: None)
            app: Flask = create_app(settings)
            app.config.update(RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
            found = answers(build(app))
    if write_it:
        write(found)
        return 0
    lines = differences(found, read())
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv[1:]))

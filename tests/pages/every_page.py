"""Every page of the application with rows behind it: the routes a browser may open, and the addresses that show rows."""

from __future__ import annotations

from flask import Flask

from tests.walls.routes import address, routes
from tests.walls.table import REFUSED_SALE
from tests.walls.world import A, World

#: Pages that are no place to look at: redirects, fragments, machines' answers.
NO_PAGES = ("/back", "/health", "/metrics", "/counter/fresh", "/counter/status/<reference>", "/counter/sent")


def pages(app: Flask, world: World) -> list[str]:
    """Return the addresses of every GET route that is a page, with A's own rows in them; lists also empty."""
    found = []
    for rule, method in routes(app):
        if method != "GET" or rule.rule.startswith("/api/") or rule.rule in NO_PAGES:
            continue
        path = address(rule, world.rows[A], world.references[A][REFUSED_SALE], world.users[f"clerk_{A}"])
        found.append(path)
        if rule.rule.endswith("/<verb>"):
            first = path.rsplit("/", 1)[0]
            found += [f"{first}/{verb}" for verb in ("refund", "amend", "duplicate")]
    return found

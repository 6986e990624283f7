"""What `verify` says of books, and defects nobody but a superuser can plant in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from flask import Flask

from app.supervisor.postgres import superuser_url
from app.verify import gather
from config import DATABASE_NAME


def verdicts(app: Flask) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    for _, evidence in gather(app):
        wrong.setdefault(evidence.invariant, []).extend(evidence.wrong)
    return wrong


@contextmanager
def superuser(app: Flask) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """A connection no trigger and no key stops: what an intruder, a bug or a bad repair could leave behind."""
    url = superuser_url(app.extensions["settings"], DATABASE_NAME)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def plant(app: Flask, statement: str, *values: Any) -> None:
    with superuser(app) as connection:
        assert connection.execute(statement, values).rowcount > 0

"""Leaks made on purpose, one in each kind of place, each with a card of its own: the hunt must find every one."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.message import EmailMessage
from sqlite3 import connect

import psycopg
import redis
from itsdangerous import URLSafeTimedSerializer
from rq import Queue
from rq.serializers import JSONSerializer

from app.supervisor.provision import libpq
from tests.canary import shown_plants as shown
from tests.canary.cards import CanaryCard
from tests.canary.service import Service

Plant = Callable[[Service, CanaryCard], None]
NUMBER, CODE = "number", "code"


def _column(type_: str, *, deleted: bool = False, code: bool = False) -> Plant:
    """A row in a table of the owner's; `deleted` leaves it to the write-ahead log and the dead rows."""

    def plant(service: Service, card: CanaryCard) -> None:
        name = f"leak_{card.number}"[:9] + card.number[-4:]
        with psycopg.connect(libpq(service.settings.owner_url or "")) as connection:
            connection.execute(f"CREATE TABLE {name} (leak {type_}, more text)")
            connection.execute(f"INSERT INTO {name} VALUES (%s, 'x')", (card.code if code else card.number,))
        if deleted:
            with psycopg.connect(libpq(service.settings.owner_url or "")) as connection:
                connection.execute(f"DELETE FROM {name}")

    return plant


def _bank(service: Service, card: CanaryCard) -> None:
    with closing(connect(service.data / "bank" / "bank.sqlite3", timeout=10)) as store, store:
        store.execute("INSERT INTO setting (name, value) VALUES ('leak', ?)", (card.number,))


def _value(service: Service, card: CanaryCard) -> None:
    with redis.Redis.from_url(service.settings.redis_url) as queue:
        queue.set("leak", base64.b64encode(f"number {card.grouped(' ')}".encode()))


def _job(service: Service, card: CanaryCard) -> None:
    with redis.Redis.from_url(service.settings.redis_url) as connection:
        Queue("leak", connection=connection, serializer=JSONSerializer).enqueue("nobody.works", card.number)


def _line(file: str, text: Callable[[CanaryCard], bytes]) -> Plant:
    def plant(service: Service, card: CanaryCard) -> None:
        with open(service.folder / file, "ab") as target:
            target.write(text(card) + b"\n")

    return plant


def _mail(service: Service, card: CanaryCard) -> None:
    letter = EmailMessage()
    letter["Subject"] = "leak"
    letter.set_content(f"Votre carte {card.number} a été débitée. " * 5, cte="base64")
    (service.data / "outbox" / "leak.eml").write_bytes(bytes(letter))


def _cookie(service: Service, card: CanaryCard) -> None:
    cookie = URLSafeTimedSerializer("secret").dumps({"page_history": [f"/list/?q={card.number}"] * 5})
    service.keep("a leak", f"Set-Cookie: egestion={cookie}; HttpOnly\n\n".encode(), -1)


def _file_name(service: Service, card: CanaryCard) -> None:
    (service.temporary / f"upload-{card.number}").touch()


_named_code: Callable[[CanaryCard], bytes] = lambda card: json.dumps({"security_code": card.code}).encode()  # noqa: E731
# Name -> what leaks, how, and a word of each place it must be found in.
PLANTS: dict[str, tuple[str, Plant, tuple[str, ...]]] = {
    "text column": (NUMBER, _column("text"), ("database dump", "/pg_wal/", "/base/")),
    "number column": (NUMBER, _column("bigint"), ("database dump", "/base/")),
    "deleted row": (NUMBER, _column("text", deleted=True), ("/pg_wal/",)),
    "code in a column": (CODE, _column("varchar(4)", code=True), ("a column",)),
    "bank's store": (NUMBER, _bank, ("bank's setting", "/bank/")),
    "value in the queue": (NUMBER, _value, ("queue", "/valkey/")),
    "job in the queue": (NUMBER, _job, ("queue", "/valkey/")),
    "web log": (NUMBER, _line("var/log/web.log", lambda card: card.grouped(" ").encode()), ("/log/web.log",)),
    "bank's log": (NUMBER, _line("var/log/bank.log", lambda card: card.number.encode("utf-16")), ("/log/bank.log",)),
    "packed log": (NUMBER, _line("var/log/web.log.2.gz", lambda card: gzip.compress(b"a\n" * 99 + card.number.encode())),
                   ("/log/web.log.2.gz",)),
    "database's log": (NUMBER, _line("var/log/postgres.log", lambda card: b"\\x" + card.number.encode().hex().encode()),
                       ("/log/postgres.log",)),
    "mail": (NUMBER, _mail, ("/outbox/leak.eml",)),
    "temporary file": (NUMBER, _line("tmp/leak", lambda card: "".join(f"%{ord(c):x}" for c in card.number).encode()),
                       ("leak",)),
    "file's name": (NUMBER, _file_name, ("a file's name",)),
    "cookie": (NUMBER, _cookie, ("the answer to a leak",)),
    "page": (NUMBER, shown.page, ("the answer to GET /reasons/list/",)),
    "page, in pieces": (NUMBER, shown.page_in_pieces, ("the answer to a page in pieces",)),
    "ticket": (NUMBER, shown.ticket, ("the answer to GET /tickets/sale/",)),
    "mail in broken lines": (NUMBER, shown.mail_in_broken_lines, ("/outbox/broken.eml",)),
    "browser's storage": (NUMBER, shown.storage, ("the answer to Chromium",)),
    "code under its name": (CODE, _line("var/log/worker-1.log", _named_code), ("/log/worker-1.log",)),
    "code beside its card": (CODE, _line("var/log/scheduler.log", lambda card: f"{card.masked}, {card.code}".encode()),
                             ("/log/scheduler.log",)),
}  # fmt: skip


@contextmanager
def leaking_processes(card: CanaryCard, other: CanaryCard) -> Iterator[int]:
    """A process with one card in its environment and another on its command line; its pid."""
    words = [sys.executable, "-S", "-c", "input()", other.grouped("-")]
    process = subprocess.Popen(words, env={"LEAK": card.number}, stdin=subprocess.PIPE)
    try:
        yield process.pid
    finally:
        process.communicate(b"\n", timeout=10)

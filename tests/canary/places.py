"""Everywhere a number may rest: each place is read and handed to the hunter."""

from __future__ import annotations

import email
import email.policy
import re
import subprocess
from contextlib import closing
from html import unescape
from pathlib import Path
from sqlite3 import connect
from typing import Any

import psycopg
import redis

from app.supervisor import postgres
from app.supervisor.provision import libpq
from config import Settings
from tests.canary.hunter import Find, Hunter
from tests.canary.service import Service

_TAGS = re.compile(r"<[^>]*>")


class Places:
    """The places of one service. Files that did not change since the last look are not read again."""

    def __init__(self, service: Service, hunter: Hunter) -> None:
        self.service, self.hunter = service, hunter
        self._known: dict[Path, tuple[tuple[int, int, int], set[Find]]] = {}
        self.looked_at = 0  # bytes

    def live(self) -> set[Find]:
        """All there is while the service runs; the data folder before a checkpoint and after it."""
        found = self.dump() | self.bank() | self.queue() | self.processes() | self.answers() | self.folder()
        checkpoint(self.service.settings)
        return found | self.folder()

    def dump(self) -> set[Find]:
        """The database as the role `check` dumps it."""
        text = dump(self.service.settings)
        found = self.look(text, "database dump")
        for line in text.decode().splitlines():
            for value in line.split("\t"):
                found |= self.hunter.code_alone(value, f"a column: {line[:120]}")
        return found

    def bank(self) -> set[Find]:
        """The practice bank's store, row by row."""
        found: set[Find] = set()
        with closing(connect(f"file:{self.service.data}/bank/bank.sqlite3?mode=ro", uri=True)) as store:
            for (table,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                for row in store.execute(f'SELECT * FROM "{table}"'):
                    found |= self.look(repr(row).encode(), f"bank's {table}")
                    for value in row:
                        found |= self.hunter.code_alone(str(value), f"bank's {table}: {row!r}"[:160])
        return found

    def queue(self) -> set[Find]:
        """Every live value of Valkey."""
        with redis.Redis.from_url(self.service.settings.redis_url) as queue:
            parts = [part for key in queue.scan_iter() for part in (key, *_value(queue, key))]
        return set[Find]().union(*(self.look(part, f"queue: {parts[0]!r}") for part in parts))

    def processes(self, *more: int) -> set[Find]:
        """Environment and command line of every process of the service."""
        found: set[Find] = set()
        for pid, name in (self.service.processes() | dict.fromkeys(more, "one more")).items():
            for file in ("environ", "cmdline"):
                found |= self.look(_read(Path(f"/proc/{pid}/{file}")).replace(b"\0", b"\n"), f"{file} of {name}")
        return found

    def answers(self) -> set[Find]:
        """Heads (cookies too) and bodies of every answer, and what commands and the run itself printed."""
        answers = self.service.answers
        return set[Find]().union(*(self.shown(text, f"the answer to {asked[:120]}") for asked, text in answers))

    def shown(self, text: bytes, place: str) -> set[Find]:
        """An answer as it came and, where it is a page, as it is read: without its tags, its entities resolved."""
        found = self.look(text, place)
        if b"<" in text:
            read = unescape(_TAGS.sub("", text.decode("utf-8", "replace"))).encode()
            # Numbers only: without its cells a table's amounts stand beside its masked cards, and look like codes.
            found |= {each for each in self.look(read, f"{place}, as it is read") if each.what == "number"}
        return found

    def folder(self) -> set[Find]:
        """Every file: database with its write-ahead log, queue, bank, logs, mails, secrets, temporary files."""
        found: set[Find] = set()
        files = [*self.service.folder.rglob("*"), *Path("/dev/shm").rglob("*")]  # noqa: S108 - looked at only
        for file in sorted(files):
            found |= self.look(bytes(file.relative_to("/")), "a file's name")
            try:
                if not file.is_file():
                    continue
                status = file.stat()
                seen = (status.st_mtime_ns, status.st_size, status.st_ino)
                if self._known.get(file, (None,))[0] != seen or file.name.endswith("-shm"):
                    self._known[file] = (seen, self.mail(file) if file.suffix == ".eml" else self._file(file))
            except (FileNotFoundError, PermissionError):  # gone meanwhile, or a stranger's shared memory
                continue
            found |= self._known[file][1]
        return found

    def mail(self, file: Path) -> set[Find]:
        """A mail as it is kept, and each of its heads and parts as people read them."""
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        parts = [str(value).encode() for value in message.values()]
        parts += [part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart()]  # type: ignore[misc]
        return self._file(file).union(*(self.shown(part, f"{file}, as it is read") for part in parts))

    def _file(self, file: Path) -> set[Find]:
        return self.look(file.read_bytes(), str(file))

    def look(self, data: bytes, place: str) -> set[Find]:
        """Hunt in these bytes."""
        self.looked_at += len(data)
        return self.hunter.hunt(data, place)


def dump(settings: Settings) -> bytes:
    """All rows of all merchants, as pg_dump writes them for the role `check`."""
    program = postgres.binaries() / "pg_dump"
    url = libpq(settings.check_url or "")
    done = subprocess.run([program, "--data-only", "--no-owner", url], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    assert b"COPY public.transaction " in done.stdout
    return done.stdout


def checkpoint(settings: Settings) -> None:
    """Have the database write all its pages to their files."""
    with psycopg.connect(postgres.superuser_url(settings), autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def _value(queue: redis.Redis, key: bytes) -> list[bytes]:
    kind = queue.type(key)
    read: dict[bytes, Any] = {
        b"string": lambda: [queue.get(key)],
        b"hash": lambda: [part for pair in queue.hgetall(key).items() for part in pair],  # type: ignore[union-attr]
        b"list": lambda: queue.lrange(key, 0, -1),
        b"set": lambda: list(queue.smembers(key)),  # type: ignore[arg-type]
        b"zset": lambda: queue.zrange(key, 0, -1),
        b"stream": lambda: [repr(queue.xrange(key)).encode()],
    }
    return [part for part in read.get(kind, list)() if part]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""

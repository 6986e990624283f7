"""One installation as it runs: PostgreSQL and Valkey as `egestion run` starts them, several web servers, workers,
schedulers, the practice bank behind the proxy; and what an operator does on it."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg

from app import create_app
from app.security.practice import create_practice
from app.supervisor import postgres
from app.supervisor.provision import initialise
from app.supervisor.temporary import temporary_servers
from config import Settings, load
from tests.api.client import token_of
from tests.applications import close
from tests.bank.conftest import BankProcess
from tests.house_fixtures import free
from tests.web_process import WebProcess

from .post_office import PostOffice
from .processes import Keeper
from .proxy import Proxy

PRACTICE = {"EGESTION_GATEWAY_DEADLINE": "3", "EGESTION_NOT_FOUND_AFTER": "3"}
WEBS, WORKERS, SCHEDULERS = 2, 4, 2
LOGINS = ("manager", "supervisor")


class Installation:
    """Made by `start`, taken down by `stop`; nothing of it outlives a run."""

    def __init__(self, folder: Path, command: str, say: Callable[[str], None]) -> None:
        self.folder, self.command, self.say = folder, command, say
        self.points = folder / "failpoints"
        self.points.mkdir(parents=True)
        self.proxy = Proxy()
        self.post = PostOffice()
        practice = PRACTICE | {"EGESTION_SMTP_URL": f"smtp://127.0.0.1:{self.post.port}"}
        port = free()
        self.settings: Settings = load(
            {"EGESTION_DATA_DIR": str(folder / "var"), "EGESTION_PORT": str(port),
             "EGESTION_BANK_PORT": str(self.proxy.port)} | practice
        )  # fmt: skip
        ours = {name: value for name, value in os.environ.items() if not name.startswith("EGESTION_")}
        self.environment = ours | practice
        self.environment |= {
            "EGESTION_DATA_DIR": str(self.settings.data_dir),
            "EGESTION_BANK_PORT": str(self.proxy.port),
        }
        self.failing = self.environment | {"EGESTION_FAILPOINT_DIR": str(self.points)}
        self.webs: list[WebProcess] = []
        self.tokens: list[str] = []
        self.replacing: list[threading.Thread] = []
        self._ended = threading.Event()
        self._open = ExitStack()

    def start(self) -> None:
        """Start everything; it is kept alive from here on."""
        self._open.callback(self.proxy.stop)
        self._open.enter_context(self.post)
        self.supervisor = self._open.enter_context(temporary_servers(self.settings, safe=True))
        initialise(self.settings, lambda _text: None)
        self.bank = BankProcess(self.settings.data_dir)
        self._open.callback(self._stop_bank)
        self.proxy.target = self.bank.port
        self.app = create_app(self.settings)
        self._open.callback(close, self.app)
        with self.app.app_context():
            create_practice(self.settings)
            self.tokens = [token_of(login) for login in LOGINS]
        self.keeper = Keeper(self.command, self.failing, self.folder)
        self._open.callback(self.keeper.stop)
        self.keeper.start({"worker": WORKERS, "scheduler": SCHEDULERS})
        with ThreadPoolExecutor(WEBS) as pool:
            self.webs = list(pool.map(self.new_web, range(WEBS)))
        watch = threading.Thread(target=self._watch, name="watch", daemon=True)
        watch.start()
        self._open.callback(watch.join)
        self._open.callback(self._ended.set)

    def new_web(self, number: int) -> WebProcess:
        """Start a web server, and wait until it answers."""
        log = self.folder / f"web{number}-{time.monotonic_ns()}.log"
        web = WebProcess(self.command, self.failing, log)
        self._open.callback(web.stop)
        return web

    def replace_web(self, number: int) -> None:
        """Start another in the place of one that was killed; the others serve meanwhile."""

        def replace() -> None:
            self.webs[number] = self.new_web(number)

        self.replacing.append(threading.Thread(target=replace, daemon=True))
        self.replacing[-1].start()

    def stop(self) -> None:
        """End everything that was started."""
        self._open.close()

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            self.supervisor.look()
            self.keeper.look()

    def _stop_bank(self) -> None:
        with suppress(AssertionError):
            self.bank.stop(signal.SIGKILL)

    def superuser(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection that may end others; the database may be away."""
        url = postgres.superuser_url(self.settings, database)
        return psycopg.connect(url, autocommit=True, connect_timeout=5)

    def run(self, *words: str, seconds: float = 240) -> subprocess.CompletedProcess[str]:
        """Run a command as an operator does; no fail point is obeyed."""
        return subprocess.run(
            [self.command, *words], env=self.environment, capture_output=True, text=True, timeout=seconds, check=False
        )

    def healthy(self, seconds: float = 90) -> None:
        """Wait until every web server says that all it needs answers."""
        for thread in self.replacing:
            thread.join(seconds)
        limit = time.monotonic() + seconds
        for web in self.webs:
            while web._status("/health") != 200:
                assert time.monotonic() < limit, f"not healthy again: {web.log.read_text()[-2000:]}"
                time.sleep(0.2)

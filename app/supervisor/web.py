"""The web role: gunicorn under our configuration, and a worker that repeats nothing a caller sent."""

import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from gunicorn import util
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers.gthread import ThreadWorker

from config import Settings

from .refusals import demand_safe

READ_WITHIN = 20.0  # seconds for a whole request, head and body; a proxy in front sends it in one piece


class DiscreetWorker(ThreadWorker):
    """gthread, but a request that cannot be read is neither logged nor answered with its own text: that may be a card.

    And one that does not arrive holds its thread for READ_WITHIN only: two dozen of them would be all threads there are.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.begun: dict[Any, float] = {}  # connections with a request, waiting for a thread or in one
        self.requests: dict[Any, Any] = {}  # those whose head was read

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection something arrived on to the threads. One that has to wait for its thread loses nothing: what
        the system has received by then is still read.
        """
        self.begun[conn] = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Handle a request, in a thread."""
        try:
            return super().handle(conn)
        finally:
            self.begun.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request whose head was read."""
        self.requests[conn] = req
        try:
            return super().handle_request(req, conn)
        finally:
            self.requests.pop(conn, None)

    def murder_pending(self) -> None:
        """End waiting connections, as every second; of those begun too long ago nothing more is read. An answer leaves."""
        super().murder_pending()
        oldest = time.monotonic() - READ_WITHIN
        for conn, begun in list(self.begun.items()):
            if begun < oldest:
                if (req := self.requests.get(conn)) is not None:
                    req.force_close()  # its answer says that nothing more is read here
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer 400, 414, 431 or 500 with the reason's name alone; log the kind of the error alone."""
        status, reason = 500, "Internal Server Error"
        if isinstance(exc, LimitRequestLine):
            status, reason = 414, "URI Too Long"
        elif isinstance(exc, LimitRequestHeaders):
            status, reason = 431, "Request Header Fields Too Large"
        elif isinstance(exc, ParseException):
            status, reason = 400, "Bad Request"
        if status == 500:
            frames = [f"{Path(code.co_filename).name}:{line}" for code, line in _places(exc)]
            self.log.error("request failed outside the application: %s at %s", type(exc).__name__, " < ".join(frames))
        else:
            self.log.warning("unreadable request: %s", type(exc).__name__)
        try:
            util.write_error(client, status, reason, "")
        except OSError:
            self.log.debug("the caller was gone")


def _places(exc: BaseException) -> list[tuple[Any, int]]:
    """Where an exception came from, innermost first, five frames at most; never its text."""
    places, step = [], exc.__traceback__
    while step is not None:
        places.append((step.tb_frame.f_code, step.tb_lineno))
        step = step.tb_next
    return places[::-1][:5]


def serve(settings: Settings) -> NoReturn:
    """Become gunicorn. Raises ConfigError before that when the settings or the database role are not safe."""
    demand_safe(settings)
    conf = Path(__file__).with_name("gunicorn_conf.py")
    argv = [sys.executable, "-m", "gunicorn", "--config", f"file:{conf}"]
    os.execv(sys.executable, argv)  # noqa: S606 - one process fewer

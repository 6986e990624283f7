"""The web role: gunicorn under our configuration, and a worker that repeats nothing a caller sent."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from gunicorn import util
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers.gthread import ThreadWorker

from config import Settings

from .refusals import demand_safe


class DiscreetWorker(ThreadWorker):
    """gthread, but a request that cannot be read is neither logged nor answered with its own text: that may be a card."""

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

"""gunicorn's configuration, read by `egestion web`. Three workers of eight threads (recipes.md measured it).

No access log here: paths and query strings hold what people typed; the application logs route templates itself.
"""

import gc
import logging
import os
import sys
from pathlib import Path
from typing import Any

from config import load

_settings = load()

bind = [f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"]
wsgi_app = "app:create_app()"
worker_class = "app.supervisor.web.DiscreetWorker"
workers = 3
threads = 8
preload_app = True  # one import instead of three: a start costs two seconds less, and memory is shared
timeout = 90  # a heartbeat, not a limit of a request (recipes.md): above the gateway's 25 s deadline
graceful_timeout = 28  # a call to the bank under way may end
keepalive = 15
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeat files off the disk
accesslog = None
errorlog = "-"
loglevel = "info"
proc_name = "egestion-web"
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """What was loaded lives as long as the process: the collector need not look at it again, nor copy its pages."""
    gc.collect()
    gc.freeze()


def post_fork(_server: Any, worker: Any) -> None:
    """No connection made before the fork may be shared by two processes; a request's rows are no cycles to hunt for."""
    gc.set_threshold(20_000, 20, 50)
    from app.extensions import db

    app = worker.app.wsgi()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)


def worker_exit(_server: Any, worker: Any) -> None:
    """Leave at once: taking a forked interpreter apart copies all the memory it shared, seconds on a busy machine."""
    if worker.booted:
        logging.shutdown()
        sys.stderr.flush()
        os._exit(0)

"""Servers for the length of a `with`: tests and checks use the same ones as `egestion run`, in a folder of their own."""

from collections.abc import Iterator
from contextlib import contextmanager

from config import Settings

from . import folders
from .children import Supervisor
from .run import start_servers
from .runfile import ChildList


@contextmanager
def temporary_servers(settings: Settings, *, safe: bool = False) -> Iterator[Supervisor]:
    """Embedded PostgreSQL (roles and empty database made) and Valkey in `settings.data_dir`; stopped at the end.

    Unless `safe`, PostgreSQL does not wait for the disk: such a folder is thrown away, and tests are faster.
    """
    folders.prepare(settings)
    supervisor = Supervisor(settings.data_dir / "log", ChildList(settings), lambda _text: None)
    try:
        start_servers(settings, supervisor, safe=safe)
        yield supervisor
    finally:
        supervisor.stop_all()
        folders.drop_sockets(settings)

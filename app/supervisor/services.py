"""The service's own children: practice bank, web, workers, scheduler, each a role of the one command."""

import os
import sys
from pathlib import Path

from config import Settings

from .children import Child
from .postgres import FAST_STOP

WORKERS = 2
SERVERS, BANK, ROLES = 0, 1, 2  # tiers: the highest stops first
STOP_SIGNALS = {"postgres": FAST_STOP}  # how a leftover is asked to stop, where SIGTERM is not right


def command(*words: str) -> tuple[str, ...]:
    """The command line of a role: the installed `egestion` beside this Python, run by it."""
    return (sys.executable, str(Path(sys.executable).with_name("egestion")), *words)


def init_child() -> Child:
    """Migrations, grants and synchronisation, in a process of their own: this one stays small."""
    return Child("init", command("init"))


def practice_bank(settings: Settings) -> Child | None:
    """The practice bank, in practice and where the plug-in that brings it is declared."""
    if settings.bank_url is None or not any(name.startswith("plugins.payment_gateway.") for name in settings.plugins):
        return None
    bank = (sys.executable, "-m", "plugins.payment_gateway.simulator")
    argv = (*bank, "--port", str(settings.bank_port), "--data", str(settings.data_dir))
    # Somebody else's computer: it loads nothing of ours, so it is there at once, and knows no key or password of ours
    # (PCI DSS 3.5.1.1). Named as text: the core imports no plug-in.
    strange = {name: value for name, value in os.environ.items() if not name.startswith("EGESTION_")}
    return Child("bank", argv, environment=strange, tier=BANK)


def web() -> Child:
    """The web server."""
    return Child("web", command("web"), patience=30, tier=ROLES)


def background() -> list[Child]:
    """Queue workers and scheduler."""
    workers = [Child(f"worker-{n}", command("worker"), patience=30, tier=ROLES) for n in range(1, WORKERS + 1)]
    return [*workers, Child("scheduler", command("scheduler"), patience=30, tier=ROLES)]

"""The practice merchants' past at the start of a run: whether it is missing, and `egestion demo` as a child that writes it."""

from collections.abc import Callable
from pathlib import Path

import psycopg

from config import Settings

from ..past import KEY, MERCHANTS
from .children import Child, Supervisor
from .provision import libpq
from .services import command, practice_bank

LONGEST = 300  # seconds
_MISSING = """SELECT EXISTS (SELECT FROM merchant m WHERE m.short_name = ANY(%s)
    AND NOT EXISTS (SELECT FROM submission s WHERE s.merchant_id = m.id AND s.key = %s))"""


def missing(settings: Settings) -> bool:
    """Whether a practice merchant lacks its past: one query, not the seconds it takes to build the application.

    Only the check role sees every merchant's rows; without it the child has to look. Without a practice bank, or where it
    was switched off, no past is wanted.
    """
    if not settings.demo or practice_bank(settings) is None:
        return False
    if settings.check_url is None:
        return True
    with psycopg.connect(libpq(settings.check_url)) as connection:
        row = connection.execute(_MISSING, (list(MERCHANTS), KEY)).fetchone()
    return bool(row and row[0])


def write(supervisor: Supervisor, say: Callable[[str], None]) -> None:
    """Have it written and say how much it was. What goes wrong is said too, and the run goes on: the next one tries again."""
    say("writing the practice merchants' past, 15 months of orders; this happens once and takes half a minute at most")
    log = supervisor.log_dir / "demo.log"
    before = log.stat().st_size if log.exists() else 0
    code = supervisor.run_once(Child("demo", command("demo")), LONGEST)
    if supervisor.ending():
        return
    lines = _lines(log, before)
    for line in lines if code == 0 else []:
        say(f"  {line}")
    if code != 0:
        say(
            f"the past could not be written: {lines[-1] if lines else 'no output'} (log/demo.log; egestion demo tries again)"
        )


def _lines(log: Path, start: int) -> list[str]:
    """What the child said: no line of the application's own log."""
    try:
        with log.open("rb") as file:
            file.seek(start)
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line.strip()[:300] for line in text.splitlines() if line.strip()]

"""`make bench`: every figure in one run, medians and ratios, with the machine's load and the versions."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import version
from itertools import chain

from . import counter, endurance, lists, recovery, remittances, statements
from .authorisations import Line, measure
from .service import running

PARTS = (counter.measure, measure, endurance.measure, remittances.measure, recovery.measure)


def main() -> int:
    """Print the table; exit 0 also when an aim is missed, for figures drift with the machine."""
    print(f"cores {os.cpu_count()}, load before {os.getloadavg()[0]:.2f}, Python {platform.python_version()}, ", end="")
    print(", ".join(f"{name} {version(name)}" for name in ("flask", "sqlalchemy", "psycopg", "gunicorn")))
    with running() as service:
        print(service.servers())
        show(Line("figure", "ours", "floor", "ratio", "aim"))
        show(Line("statements an authorisation", str(statements.count(service))))
        for line in chain(*(part(service) for part in PARTS)):
            show(line)
        for verdict in json.loads(service.command("verify", "--json", may_fail=True)):
            # The floor authorises at the bank past the product: I4 names those, and is the judge of nothing here.
            if not verdict["ok"] and verdict["invariant"] != "I4":
                show(Line(f"verify {verdict['invariant']} WRONG", str(len(verdict["wrong"])), aim="0", met=False))
    for line in lists.measure():
        show(line)
    print(f"load after {os.getloadavg()[0]:.2f}; loads above the cores mean that others were at work too")
    return 0


def show(line: Line) -> None:
    """Print one line of the table."""
    met = "" if line.met is None else "  met" if line.met else "  MISSED"
    print(f"{line.what:48} {line.ours:>8} {line.floor:>8} {line.ratio:>6}  {line.aim}{met}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.faults.engine [--short] [--seed N] [--operations N] [--faults N] [--kills N]`: one run, its report."""

from __future__ import annotations

import argparse
import dataclasses
import os
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

from .options import long, short
from .run import run


def main() -> int:
    """Run; exit code 1 when something is wrong. The folder stays where something was."""
    words = argparse.ArgumentParser(prog="make faults", description="A seeded run under faults, judged at its end.")
    words.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or secrets.randbelow(1_000_000)))
    words.add_argument("--short", action="store_true", help="the size of the run inside make test")
    for name in ("operations", "faults", "kills", "evenings", "clients", "seconds"):
        words.add_argument(f"--{name}", type=int)
    given = words.parse_args()
    options = (short if given.short else long)(given.seed)
    sizes = {name: value for name, value in vars(given).items() if value is not None and name not in ("seed", "short")}
    options = dataclasses.replace(options, **sizes)
    folder, begun = Path(tempfile.mkdtemp(prefix="egestion-faults-")), time.monotonic()

    def say(text: str) -> None:
        sys.stdout.write(f"[{time.monotonic() - begun:6.1f} s] {text}\n")
        sys.stdout.flush()

    say(f"{options} (SEED={options.seed} repeats it)")
    report = run(options, folder, str(Path(sys.executable).with_name("egestion")), say)
    say(str(report))
    if report.wrong or report.faults < options.faults or report.kills < options.kills:
        say(f"kept: {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.faults.planted [--seeded] [WORD…]`: plant each defect (or those whose name has a word), run the tests
that must see it, print the table. `--seeded` runs the short seeded run instead. Exit code 1 when fewer than 19 in 20 are
caught."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import locks, outcomes
from .kinds import Defect

ROOT = Path(__file__).resolve().parents[3]
ALL: tuple[Defect, ...] = (*locks.DEFECTS, *outcomes.DEFECTS)
COPIED = ("app", "plugins", "tests", "migrations", "tools", "benchmarks", "config.py", "pyproject.toml")
SEEDED = ("tests/faults/test_seeded_run.py",)


def main() -> int:
    """Plant, run, print."""
    words = argparse.ArgumentParser(prog="make planted", description="Does the suite see planted defects?")
    words.add_argument("words", nargs="*", help="only defects whose name has one of these words")
    words.add_argument("--seeded", action="store_true", help="judge by the short seeded run")
    given = words.parse_args()
    chosen = [each for each in ALL if not given.words or any(word in each.name for word in given.words)]
    root = Path(tempfile.mkdtemp(prefix="egestion-planted-"))
    try:
        _copy(root)
        return _plant(root, chosen, seeded=given.seeded)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _plant(root: Path, chosen: list[Defect], *, seeded: bool) -> int:
    wanted = {each.name: SEEDED if seeded else each.caught_by for each in chosen}
    sound, seconds, said = _tests(root, sorted({test for tests in wanted.values() for test in tests}))
    _say(f"without any defect: {said} ({seconds:.0f} s)")
    if sound != 0:
        return 1
    caught = 0
    for number, defect in enumerate(chosen, 1):
        whole = defect.plant(root)
        code, seconds, said = _tests(root, wanted[defect.name])
        (root / defect.file).write_text(whole, "utf-8")
        seen = code == 1  # tests failed; anything else is trouble of the run's own
        caught += seen
        _say(f"{number:2} | {defect.name} | {'caught' if seen else 'NOT CAUGHT'} | {said} | {seconds:.0f} s")
    _say(f"{caught} of {len(chosen)} caught")
    return 0 if caught * 20 >= len(chosen) * 19 else 1


def _tests(root: Path, tests: tuple[str, ...] | list[str]) -> tuple[int, float, str]:
    """Run tests of the copy; the exit code, how long, pytest's last line."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines() or [done.stderr.strip()[-200:]]
    return done.returncode, time.monotonic() - begun, lines[-1]


def _copy(root: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / name)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

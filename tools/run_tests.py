"""Every test, folder by folder, each in a process of its own: what one folder does to a process meets no other.

Where tests of one file change what another file of the folder stands on (tests/walls), each file has its own process.
Each process has its own servers and data folders, so as many run at once as there are cores, four at most; `LANES=1`
runs them one after the other. Ends with the sum of all, and with exit code 1 when anything failed, was skipped, or a
process ran no test.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parent.parent
ALONE = ("walls",)
LONGEST_FIRST = ("races", "pages", "days", "web", "faults", "house", "web_look", "canary", "remittance", "service")
MOST_LANES = 4  # each needs about 1.5 GB


def groups() -> list[list[str]]:
    """Return the paths of each process, those that take longest first, so that no lane ends long after the others."""
    tests = ROOT / "tests"
    folders = {path.name: path for path in sorted(tests.iterdir()) if any(path.glob("test_*.py"))}
    found = []
    for name in sorted(folders, key=lambda name: (*LONGEST_FIRST, name).index(name)):
        files = [str(path.relative_to(ROOT)) for path in sorted(folders[name].glob("test_*.py"))]
        found += [[path] for path in files] if name in ALONE else [[str(folders[name].relative_to(ROOT))]]
    found.append([str(path.relative_to(ROOT)) for path in sorted(tests.glob("test_*.py"))])
    return found


def lanes() -> int:
    """Return how many processes run at once."""
    return int(os.environ.get("LANES") or min(MOST_LANES, os.cpu_count() or 1))


def run(paths: list[str]) -> tuple[list[str], float, subprocess.CompletedProcess[str]]:
    """Run one process to its end; return its paths, its seconds, and what it said."""
    began = monotonic()
    command = [sys.executable, "-m", "pytest", "-q", *paths]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return paths, monotonic() - began, done


def results() -> Iterator[tuple[list[str], float, subprocess.CompletedProcess[str]]]:
    """Run all; yield each as it ends."""
    pool = ThreadPoolExecutor(lanes())
    try:
        for future in as_completed([pool.submit(run, paths) for paths in groups()]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)  # Ctrl-C starts none that waits


def main() -> int:
    """Run them; return the exit code."""
    passed = failed = 0
    for paths, seconds, done in results():
        print(f"== {' '.join(paths)} ({seconds:.0f} s)", flush=True)
        print(done.stdout[-20_000:] if done.returncode else done.stdout.strip().splitlines()[-1], flush=True)
        counted = {
            word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error|skipped)", done.stdout[-400:])
        }
        passed += counted.get("passed", 0)
        # A test that did not run proves nothing.
        failed += sum(counted.get(word, 0) for word in ("failed", "error", "skipped"))
        if done.returncode and not (counted.get("failed") or counted.get("error")):
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

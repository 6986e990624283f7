"""Every test, folder by folder, each in a process of its own: what one folder does to a process meets no other.

Where tests of one file change what another file of the folder stands on (tests/walls), each file has its own process.
Ends with the sum of all, and with exit code 1 when anything failed, was skipped, or a process ran no test.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALONE = ("walls",)


def groups() -> list[list[str]]:
    """Return the paths of each process: the files beside the folders, then folder by folder."""
    tests = ROOT / "tests"
    found = [[str(path.relative_to(ROOT)) for path in sorted(tests.glob("test_*.py"))]]
    for folder in sorted(path for path in tests.iterdir() if any(path.glob("test_*.py"))):
        files = [str(path.relative_to(ROOT)) for path in sorted(folder.glob("test_*.py"))]
        found += [[path] for path in files] if folder.name in ALONE else [[str(folder.relative_to(ROOT))]]
    return found


def main() -> int:
    """Run them; return the exit code."""
    passed = failed = 0
    for paths in groups():
        print(f"== {' '.join(paths)}", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", *paths]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
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

"""`make check`: every check runs, each failure is named at the end, exit 1 when there was one."""

import subprocess
import sys
import time

CHECKS = {
    "lint": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "types": ["-m", "mypy"],
    "import rules": ["-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-logo"],
    "migrations": ["-m", "tools.check_migrations"],
    "translations": ["-m", "tools.check_translations"],
}


def main() -> int:
    """Run them all, in this order; the exit code."""
    failed = []
    for name, words in CHECKS.items():
        print(f"== {name}", flush=True)
        begun = time.monotonic()
        if subprocess.run([sys.executable, *words], check=False).returncode != 0:
            failed.append(name)
        print(f"   {time.monotonic() - begun:.1f} s", flush=True)
    print(f"check: failed: {', '.join(failed)}" if failed else "check: everything passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""What the night's `verify` found, kept in the data folder: the scheduler writes it, the web server's `/metrics` reads it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from .domain.clock import real_now

VERDICT = "verify.json"


def write(folder: Path, invariants: int, wrong: int) -> None:
    """Keep the verdict, in one step, with the real time."""
    file = folder / VERDICT
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    verdict = {"at": int(real_now().timestamp()), "invariants": invariants, "wrong": wrong}
    draft.write_text(json.dumps(verdict) + "\n", "utf-8")
    os.replace(draft, file)


def read(folder: Path) -> dict[str, int] | None:
    """Return the last night's `at` (Unix seconds), `invariants` and `wrong`; None where none was kept here."""
    try:
        found = json.loads((folder / VERDICT).read_text("utf-8"))
        return {name: int(found[name]) for name in ("at", "invariants", "wrong")}
    except (OSError, ValueError, TypeError, KeyError):
        return None

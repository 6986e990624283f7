"""The whole product as `make run` starts it, in a folder of its own, for a picture or a day's script."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "practice-pages-1"  # noqa: S105 - of a practice installation that ends with its folder
ENOUGH = 60  # seconds to end


@dataclass(frozen=True)
class Product:
    """Where it answers, where its data is, and what its commands need in their environment."""

    address: str
    folder: Path
    environment: dict[str, str]

    def command(self, *words: str) -> str:
        """Run an `egestion` command on it; what it prints. Raises CalledProcessError."""
        found = [str(Path(sys.executable).with_name("egestion")), *words]
        done = subprocess.run(found, env=self.environment, capture_output=True, text=True, timeout=120, check=True)
        return done.stdout


@contextmanager
def running(folder: Path, *, past: bool = True) -> Iterator[Product]:
    """Start `egestion run` on ports nobody uses and wait until it says that it is ready; stop it afterwards.

    Without its `past` it is there sooner.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EGESTION_")}
    environment |= {
        "EGESTION_DATA_DIR": str(folder),
        "EGESTION_PORT": str(_free()),
        "EGESTION_BANK_PORT": str(_free()),
        "EGESTION_PRACTICE_PASSWORD": PASSWORD,
    }
    if not past:
        environment["EGESTION_DEMO"] = "0"
    egestion = str(Path(sys.executable).with_name("egestion"))
    log = folder.parent / f"{folder.name}.log"
    with log.open("w") as out:
        process = subprocess.Popen([egestion, "run"], env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        while "ready: " not in log.read_text():
            try:
                process.wait(0.3)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"the product did not start:\n{log.read_text()[-3000:]}")
        yield Product(f"http://127.0.0.1:{environment['EGESTION_PORT']}", folder, environment)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(ENOUGH)
        except subprocess.TimeoutExpired:
            process.kill()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

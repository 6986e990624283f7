"""The migrations make exactly what the models say: a database of its own, every migration, then autogenerate."""

import os
import sys
import tempfile
from pathlib import Path

from app.supervisor.temporary import temporary_servers
from config import load


def main() -> int:
    """1 when autogenerate would still write something, each difference one line."""
    from app.supervisor.provision import differences, initialise

    with tempfile.TemporaryDirectory(prefix="egestion-check-") as folder:
        settings = load({"EGESTION_DATA_DIR": folder, "PATH": os.environ.get("PATH", "")})
        with temporary_servers(settings):
            initialise(settings, print)
            found = differences(settings)
        for line in found:
            print(line)
        print("models and migrations differ" if found else f"models and migrations agree ({Path('migrations')})")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

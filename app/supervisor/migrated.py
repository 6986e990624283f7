"""Whether the last run on this data folder already applied the migrations there are: a file and one query tell, without
the second that importing alembic takes.
"""

import hashlib
import json
from pathlib import Path

import psycopg

from config import Settings

from .provision import current_revision

VERSIONS = Path(__file__).parent.parent.parent / "migrations" / "versions"


class Migrations:
    """`run/migrated`: a digest of the migrations' files, and the revision the database had after `init`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.path = settings.data_dir / "run" / "migrated"

    def applied(self) -> bool:
        """True when files and database are as they were after the last good `init`; False in every doubt."""
        try:
            known = json.loads(self.path.read_text("utf-8"))
            return bool(known == self._present())
        except (OSError, ValueError, psycopg.Error):
            return False

    def remember(self) -> None:
        """Write down what is applied now."""
        self.path.write_text(json.dumps(self._present()) + "\n", "utf-8")

    def _present(self) -> dict[str, str | None]:
        digest = hashlib.sha256()
        for file in sorted(VERSIONS.glob("*.py")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
        return {"files": digest.hexdigest(), "revision": current_revision(self.settings)}

"""Where the system's chromium is: its name differs from one distribution to the next."""

from __future__ import annotations

import shutil
from pathlib import Path

CHROMIUM = Path(next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), "/usr/bin/chromium"))

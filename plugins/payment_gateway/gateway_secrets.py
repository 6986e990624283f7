"""The secrets of gateway accounts: never in the database, read from a closed file or from the environment."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from app.domain.errors import NotSent
from app.domain.text import N_

FOLDER = "gateway"  # below Settings.secrets_dir
FROM_ENVIRONMENT = "env:"
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")

# What was read of a file, as long as it stays the same file.
_seen: dict[Path, tuple[tuple[int, int, int], str]] = {}


class AccountUnusable(NotSent):
    """A gateway account cannot be used as it is set up: nothing was sent.

    Whoever asked for a payment reads that much; `found` (an English msgid) and `facts` say what an administrator must
    mend: they name files and variables, and go to the log, the doctor and the administrator's screen only.
    """

    def __init__(self, found: str, **facts: str) -> None:
        super().__init__(
            why=N_("The gateway account cannot be used as it is set up; an administrator must look at it.")
        )
        self.found, self.facts = found, facts

    def detail(self) -> str:
        """Return what was found, in English, for the log and the doctor."""
        return self.found % self.facts


def is_secret_name(name: str) -> bool:
    """Whether the name is one a secret can have: a file's name without a folder, or `env:` and a variable's."""
    if name.startswith(FROM_ENVIRONMENT):
        return bool(_VARIABLE.fullmatch(name[len(FROM_ENVIRONMENT) :]))
    return bool(_FILE.fullmatch(name))


def read_secret(secrets_dir: Path, name: str) -> str:
    """Return the secret a gateway account names: the file `<secrets_dir>/gateway/<name>`, or the variable of `env:NAME`.

    A file must be closed to everybody but its owner (0600). Raises AccountUnusable, which names the place, never a value.
    """
    if not is_secret_name(name):
        raise AccountUnusable(N_("The gateway account names no possible secret."))
    if name.startswith(FROM_ENVIRONMENT):
        variable = name[len(FROM_ENVIRONMENT) :]
        value = os.environ.get(variable, "").strip()
        if not value:
            raise AccountUnusable(N_("The environment variable %(place)s is not set."), place=variable)
        return value
    return _read_file(secrets_dir / FOLDER / name)


def _read_file(path: Path) -> str:
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or stat.S_IMODE(status.st_mode) & 0o077:
            raise AccountUnusable(N_("The file %(place)s must be closed to others (0600)."), place=str(path))
        mark = (status.st_ino, status.st_mtime_ns, status.st_size)
        known = _seen.get(path)
        if known is not None and known[0] == mark:
            return known[1]
        value = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise AccountUnusable(N_("The file %(place)s cannot be read."), place=str(path)) from None
    if not value:
        raise AccountUnusable(N_("The file %(place)s is empty."), place=str(path))
    _seen[path] = (mark, value)
    return value

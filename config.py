"""Every setting of the service, read from the environment once, with safe defaults (interface.md "Environment").

`app.flask_config` makes Flask's configuration of them, `app.supervisor.refusals` says why production may not start.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import quote

# The plug-ins, in order: the only declaration (docs/plugins.md). EGESTION_PLUGINS, separated by blanks, replaces it.
ADDON_MANAGERS = ("plugins.payment_gateway.PaymentGateway",)
ROLES = ("owner", "app", "check", "purge")
DATABASE_NAME = "egestion"
SMTP_URL = r"smtps?://(?:[^@/\s]+@)?[^@/:\s]+(?::\d{1,5})?/?"
_new_key = partial(secrets.token_hex, 32)
SOCKET_FOLDER_LIMIT = 107 - len("/.s.PGSQL.5432.lock")  # bytes that a Unix socket's address may have left


class ConfigError(ValueError):
    """A setting that cannot be used: one line that names the variable and what it wants."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, checked. Secrets are left out of the repr so that no log or traceback shows them."""

    env: Literal["practice", "production"]
    host: str
    port: int
    bank_port: int
    bank_url: str | None  # where the practice bank listens; None in production
    data_dir: Path
    database_url: str = field(repr=False)  # the app role
    owner_url: str | None = field(repr=False)  # migrates
    check_url: str | None = field(repr=False)  # reads everything (verify)
    purge_url: str | None = field(repr=False)  # removes whole aggregates
    redis_url: str = field(repr=False)
    embedded_database: bool
    embedded_queue: bool
    secret_key: str = field(repr=False)
    card_keys: tuple[tuple[int, bytes], ...] = field(repr=False)  # (version, 32 bytes); the first writes
    smtp_url: str | None = field(repr=False)  # None: mails are kept as .eml in outbox_dir (practice)
    mail_from: str  # the address mails come from
    practice_password: str | None = field(repr=False)
    demo: bool  # whether the practice merchants get their past at the first start
    not_found_after: int  # seconds (domain.md section 2, answer 25)
    gateway_deadline: int  # seconds one call of a gateway may take, all in all; practice may shorten it
    plugins: tuple[str, ...]
    tls_proxy: bool
    proxy_hops: int
    hosts: tuple[str, ...]  # names the service answers to beside the loopback ones
    given: frozenset[str]  # the EGESTION_ variables that were set, for the refusals

    @property
    def practice(self) -> bool:
        """True on the practice installation, the only one with clock, practice bank and printed logins."""
        return self.env == "practice"

    @property
    def secrets_dir(self) -> Path:
        """Folder of the secrets (0700); gateway secrets are in its folder `gateway`."""
        return self.data_dir / "secrets"

    @property
    def outbox_dir(self) -> Path:
        """Folder of kept mails (.eml) when no SMTP server is set."""
        return self.data_dir / "outbox"

    @property
    def clock_file(self) -> Path:
        """The one offset of the business clock."""
        return self.data_dir / "clock.json"

    @property
    def socket_dir(self) -> Path:
        """Folder of the embedded servers' sockets."""
        return socket_folder(self.data_dir)


def socket_folder(data_dir: Path) -> Path:
    """Folder of a data folder's Unix sockets: inside, or under /tmp where the address is too long or has blanks in it."""
    inside = data_dir / "sockets"
    plain = re.fullmatch(r"[\w./-]+", str(inside), re.ASCII)  # redis-py misreads blanks
    if plain and len(os.fsencode(inside)) <= SOCKET_FOLDER_LIMIT:
        return inside
    return Path("/tmp") / f"egestion-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]}"  # noqa: S108 - checked 0700 before use


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Practice creates the missing secrets in the data folder; raises ConfigError, one line."""
    env = os.environ if env is None else env
    mode = env.get("EGESTION_ENV", "practice")
    if mode not in ("practice", "production"):
        raise ConfigError(f"EGESTION_ENV is {mode!r}: it must be practice or production")
    data_dir = Path(env.get("EGESTION_DATA_DIR") or "var").absolute()
    practice = mode == "practice"
    keep = SecretFolder(data_dir / "secrets")
    bank_port = _port(env, "EGESTION_BANK_PORT", 8081)
    tls_proxy = _switch(env, "EGESTION_TLS_PROXY")
    host = env.get("EGESTION_BIND") or "127.0.0.1"
    if not tls_proxy and host not in ("127.0.0.1", "::1", "localhost"):
        raise ConfigError(f"EGESTION_BIND={host}: without EGESTION_TLS_PROXY=1 the server listens on loopback only")
    urls, embedded = _database_urls(env, data_dir, keep)

    def own(name: str, new: Callable[[], str]) -> str:
        return keep.read_or_create(name, new) if practice else ""

    card_key = env.get("EGESTION_CARD_KEY") or own("card_key", lambda: f"1:{_new_key()}")
    return Settings(
        env="practice" if practice else "production",
        host=host,
        port=_port(env, "EGESTION_PORT", 8080),
        bank_port=bank_port,
        bank_url=f"http://127.0.0.1:{bank_port}" if practice else None,
        data_dir=data_dir,
        database_url=urls["app"] or "",
        owner_url=urls["owner"],
        check_url=urls["check"],
        purge_url=urls["purge"],
        redis_url=env.get("EGESTION_REDIS_URL") or f"unix://{quote(str(socket_folder(data_dir) / 'valkey.sock'))}",
        embedded_database=embedded,
        embedded_queue=not env.get("EGESTION_REDIS_URL"),
        secret_key=env.get("EGESTION_SECRET_KEY") or own("secret_key", _new_key),
        card_keys=parse_card_keys(card_key) if card_key else (),
        smtp_url=_shaped(env, "EGESTION_SMTP_URL", SMTP_URL, "smtp[s]://[user:password@]host:port"),
        mail_from=_shaped(env, "EGESTION_MAIL_FROM", r"[\w.+-]+@[\w.-]+", "name@domain") or "e-gestion@localhost",
        practice_password=env.get("EGESTION_PRACTICE_PASSWORD") or own("practice_password", _new_password) or None,
        demo=practice and _switch(env, "EGESTION_DEMO", "1"),
        not_found_after=_whole(env, "EGESTION_NOT_FOUND_AFTER", 60 if practice else 600),
        gateway_deadline=max(1, _whole(env, "EGESTION_GATEWAY_DEADLINE", 25)) if practice else 25,
        plugins=tuple(env["EGESTION_PLUGINS"].split()) if "EGESTION_PLUGINS" in env else ADDON_MANAGERS,
        tls_proxy=tls_proxy,
        proxy_hops=_whole(env, "EGESTION_PROXY", 1 if tls_proxy else 0),
        hosts=tuple(env.get("EGESTION_HOSTS", "").replace(",", " ").split()),
        given=frozenset(name for name, value in env.items() if name.startswith("EGESTION_") and value),
    )


def parse_card_keys(text: str) -> tuple[tuple[int, bytes], ...]:
    """`2:<64 hex>,1:<64 hex>` -> ((2, 32 bytes), (1, 32 bytes)); raises ConfigError without repeating the key."""
    keys: list[tuple[int, bytes]] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*([1-9]\d{0,4}):([0-9a-fA-F]{64})\s*", part)
        if match is None:
            raise ConfigError("EGESTION_CARD_KEY must be <version>:<64 hex digits>, several separated by commas")
        keys.append((int(match[1]), bytes.fromhex(match[2])))
    if len({version for version, _ in keys}) != len(keys):
        raise ConfigError("EGESTION_CARD_KEY names a version twice")
    return tuple(keys)


class SecretFolder:
    """The folder of secrets: 0700, one file a secret, 0600; a file is written once and never changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> str | None:
        """The secret, or None when there is none (or it cannot be read)."""
        try:
            return (self.folder / name).read_text("utf-8").strip() or None
        except OSError:
            return None

    def read_or_create(self, name: str, new: Callable[[], str]) -> str:
        """The secret; made on first use. Two processes at once end with the same one. Raises ConfigError."""
        path = self.folder / name
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            if not path.exists():
                draft = path.with_name(f".{name}.{secrets.token_hex(4)}")
                draft.touch(mode=0o600, exist_ok=False)
                draft.write_text(new() + "\n", "utf-8")
                try:
                    os.link(draft, path)  # atomic and refuses to overwrite, unlike rename
                except FileExistsError:
                    pass
                finally:
                    draft.unlink()
            return path.read_text("utf-8").strip()
        except OSError as error:
            raise ConfigError(f"EGESTION_DATA_DIR: cannot use {error.filename}: {error.strerror}") from None


def _database_urls(env: Mapping[str, str], data_dir: Path, keep: SecretFolder) -> tuple[dict[str, str | None], bool]:
    """The URL of each role, and whether the database is the embedded one (no EGESTION_DATABASE_URL)."""
    names = {role: f"EGESTION_DATABASE_{role.upper()}_URL" for role in ROLES} | {"app": "EGESTION_DATABASE_URL"}
    given = {role: _psycopg(env.get(name) or None, name) for role, name in names.items()}
    if given["app"]:
        return given, False
    if any(given.values()):
        raise ConfigError("EGESTION_DATABASE_URL is not set, although a URL of another role is")
    host = quote(str(socket_folder(data_dir)), safe="/")
    urls: dict[str, str | None] = {}
    for role in ROLES:
        password = keep.read_or_create(f"db_{role}", _new_key)
        urls[role] = f"postgresql+psycopg://egestion_{role}:{password}@/{DATABASE_NAME}?host={host}"
    return urls, True


def _psycopg(url: str | None, name: str) -> str | None:
    """The URL with the driver SQLAlchemy needs; only PostgreSQL will do."""
    if url is None:
        return None
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ConfigError(f"{name} must be postgresql://user:password@host:port/database")
    return f"postgresql+psycopg://{rest}"


def _shaped(env: Mapping[str, str], name: str, pattern: str, shape: str) -> str | None:
    """The text, when it has the shape. Raises ConfigError without repeating it: it may hold a password."""
    text = env.get(name) or None
    if text is not None and not re.fullmatch(pattern, text, re.ASCII):  # redis-py misreads blanks
        raise ConfigError(f"{name} must be {shape}")
    return text


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ConfigError(f"{name}={text!r}: it must be a whole number")
    return int(text)


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    port = _whole(env, name, default)
    if not 1 <= port <= 65535:
        raise ConfigError(f"{name}={port}: a port is 1 to 65535")
    return port


def _switch(env: Mapping[str, str], name: str, default: str = "0") -> bool:
    text = (env.get(name) or default).lower()
    if text not in ("0", "1", "no", "yes"):
        raise ConfigError(f"{name}={text!r}: it must be 1 or 0")
    return text in ("1", "yes")


def _new_password() -> str:
    """Easy to type, and with the letter and digit that trust.md asks of every password."""
    return f"practice-{secrets.randbelow(9000) + 1000}-{secrets.randbelow(9000) + 1000}"

"""`egestion doctor`: each check one line, OK or PROBLEM, with what to do."""

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config import ConfigError, Settings

from . import database_health, probe, valkey
from .postgres import reason
from .refusals import refusals
from .runfile import running
from .services import practice_bank

LEAST_FREE = 1024**3  # bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, whether it is right, and what was found or what to do."""

    check: str
    right: bool
    text: str

    def __str__(self) -> str:
        return f"{'OK     ' if self.right else 'PROBLEM'} {self.check}: {self.text}"


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding; a check that itself fails is a finding too."""
    for check in (_settings, _folder, _secrets, _space, *database_health.CHECKS, _queue, _workers, _run, _mail, _words):
        try:
            yield from (Finding(*found) for found in check(settings))
        except (ConfigError, OSError) as error:
            yield Finding(check.__name__.strip("_"), False, str(error))
        except psycopg.Error as error:
            yield Finding(check.__name__.strip("_"), False, reason(error))


def examine_plugins(settings: Settings) -> Iterator[Finding]:
    """What plug-ins look at, in the application as it would start; why it would not is a finding."""
    from app import create_app
    from app.domain.errors import OperationInFlight
    from app.plugin import PluginError, registry

    try:
        app = create_app(settings)
        with app.app_context():
            if not registry().has_desk:
                yield Finding("gateway", False, "none is installed: no order can be sent (EGESTION_PLUGINS names none)")
            for name, examination in sorted(registry().examinations.items()):
                try:
                    yield from (Finding(*found) for found in examination())
                except OperationInFlight:
                    yield Finding(name, False, "busy: something else works on the same rows; ask again in a moment")
                except Exception as error:  # noqa: BLE001 - one examination's trouble must not hide the others
                    yield Finding(name, False, f"could not be examined: {type(error).__name__}")
    except (ConfigError, PluginError) as error:
        yield Finding("plug-ins", False, str(error))


Check = Callable[[Settings], Iterator[tuple[str, bool, str]]]


def _settings(settings: Settings) -> Iterator[tuple[str, bool, str]]:
    found = refusals(settings)
    for text in found:
        yield "settings", False, text
    if not found:
        yield "settings", True, f"{settings.env}, plug-ins: {', '.join(settings.plugins) or 'none'}"


def _folder(settings: Settings) -> Iterator[tuple[str, bool, str]]:
    folder = settings.data_dir
    try:
        probe_file = folder / ".doctor"
        probe_file.touch()
        probe_file.unlink()
    except OSError as error:
        yield "data folder", False, f"{folder}: {error.strerror}: choose another EGESTION_DATA_DIR or mend its rights"
    else:
        yield "data folder", True, str(folder)


def _secrets(settings: Settings) -> Iterator[tuple[str, bool, str]]:
    files = list(settings.secrets_dir.rglob("*")) if settings.secrets_dir.exists() else []
    open_ones = [path for path in (settings.secrets_dir, *files) if path.exists() and _open_to_others(path)]
    for path in open_ones:
        yield "secrets", False, f"others can read {path}: chmod go= {path}"
    if not open_ones:
        yield "secrets", True, f"{sum(path.is_file() for path in files)} files, closed to others"


def _open_to_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _space(settings: Settings) -> Iterator[tuple[str, bool, str]]:
    free = shutil.disk_usage(settings.data_dir).free
    text = f"{free / 1024**3:.1f} GiB free" + ("" if free > LEAST_FREE else ": make room, below 1 GiB nothing is safe")
    yield "disk", free > LEAST_FREE, text


def _queue(settings: Settings) -> Iterator[tuple[str, bool, str]]:
    right = valkey.answers(settings.redis_url)
    where = "embedded" if settings.embedded_queue else "external"
    wrong = "start it: make run" if settings.embedded_queue else "start it, or correct EGESTION_REDIS_URL"
    yield "queue", right, f"{where}, answers" if right else f"{where}, does not answer: {wrong}"


def _workers(settings: Settings) -> Iterator[tuple[str, bool, str]]:
    from .worker import count_workers

    if valkey.answers(settings.redis_url):
        count = count_workers(settings)
        yield "workers", count > 0, f"{count} alive" + ("" if count else ": start one, egestion worker")


def _run(settings: Settings) -> Iterator[tuple[str, bool, str]]:
    holder = running(settings)
    yield "run", True, holder or "no run on this data folder (single roles may run elsewhere)"
    if holder is None:
        return
    status = probe.http_status(settings.host, settings.port, "/health")
    yield "web", status == 200, f"/health answers {status}" if status else "does not answer: see log/web.log"
    if practice_bank(settings) is not None:
        alive = probe.answers("127.0.0.1", settings.bank_port)
        yield "practice bank", alive, f"port {settings.bank_port}" if alive else "does not answer: see log/bank.log"


def _mail(settings: Settings) -> Iterator[tuple[str, bool, str]]:
    from urllib.parse import urlsplit

    if settings.smtp_url is None:
        yield "mail", settings.practice, f"kept as .eml in {settings.outbox_dir}"
        return
    if "EGESTION_MAIL_FROM" not in settings.given:
        yield (
            "mail",
            False,
            f"EGESTION_MAIL_FROM is not set: mails come from {settings.mail_from}, which servers refuse",
        )
    parts = urlsplit(settings.smtp_url)
    port = parts.port or (465 if parts.scheme == "smtps" else 25)
    alive = probe.answers(parts.hostname or "", port, 3)
    where = f"{parts.hostname}:{port}"
    yield "mail", alive, where if alive else f"{where} does not answer: correct EGESTION_SMTP_URL"


def _words(settings: Settings) -> Iterator[tuple[str, bool, str]]:
    folder = Path(__file__).parent.parent / "translations"
    missing = [po.parent.parent.name for po in folder.glob("*/LC_MESSAGES/*.po") if not po.with_suffix(".mo").exists()]
    yield "languages", not missing, f"not compiled: {', '.join(missing)}: make run compiles" if missing else "fr, en"

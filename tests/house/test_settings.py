"""Settings: every variable of interface.md, safe defaults, one clear line for what cannot be used."""

from pathlib import Path

import pytest

from app.supervisor import doctor
from app.supervisor.refusals import refusals
from config import ConfigError, SecretFolder, load, socket_folder

KEY = "2:" + "ab" * 32 + ",1:" + "cd" * 32


def test_practice_needs_nothing_and_keeps_what_it_made(tmp_path: Path) -> None:
    first = load({"EGESTION_DATA_DIR": str(tmp_path / "var")})
    again = load({"EGESTION_DATA_DIR": str(tmp_path / "var")})
    assert first == again
    assert (first.port, first.bank_port, first.not_found_after, first.host) == (8080, 8081, 60, "127.0.0.1")
    assert first.embedded_database
    assert first.embedded_queue
    assert first.card_keys[0][0] == 1
    assert len(first.card_keys[0][1]) == 32
    password = first.practice_password or ""
    assert 12 <= len(password) <= 128
    assert any(c.isdigit() for c in password)
    assert any(c.isalpha() for c in password)


def test_secrets_are_closed_to_others_and_never_in_the_repr(tmp_path: Path) -> None:
    settings = load({"EGESTION_DATA_DIR": str(tmp_path)})
    assert settings.secrets_dir.stat().st_mode & 0o777 == 0o700
    for file in settings.secrets_dir.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.read_text().strip() not in repr(settings)


def test_a_secret_is_written_once(tmp_path: Path) -> None:
    folder = SecretFolder(tmp_path / "secrets")
    assert folder.read_or_create("a", lambda: "first") == "first"
    assert folder.read_or_create("a", lambda: "second") == "first"
    assert [path.name for path in folder.folder.iterdir()] == ["a"]


def test_urls_of_external_servers(tmp_path: Path) -> None:
    settings = load(
        {
            "EGESTION_DATA_DIR": str(tmp_path),
            "EGESTION_DATABASE_URL": "postgresql://app:secret@db.example:5432/egestion",
            "EGESTION_REDIS_URL": "redis://queue.example:6379/1",
        }
    )
    assert settings.database_url == "postgresql+psycopg://app:secret@db.example:5432/egestion"
    assert settings.owner_url is None
    assert not settings.embedded_database
    assert not settings.embedded_queue
    assert "secret@" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("EGESTION_ENV", "staging", "practice or production"),
        ("EGESTION_PORT", "http", "whole number"),
        ("EGESTION_PORT", "70000", "1 to 65535"),
        ("EGESTION_CARD_KEY", "1:abc", "64 hex"),
        ("EGESTION_CARD_KEY", KEY + "," + KEY, "twice"),
        ("EGESTION_SMTP_URL", "mail.example", "smtp[s]://"),
        ("EGESTION_DATABASE_URL", "mysql://x/y", "postgresql://"),
        ("EGESTION_DATABASE_OWNER_URL", "postgresql://x/y", "EGESTION_DATABASE_URL is not set"),
        ("EGESTION_TLS_PROXY", "perhaps", "1 or 0"),
        ("EGESTION_BIND", "0.0.0.0", "loopback only"),  # noqa: S104 - refused
        ("EGESTION_NOT_FOUND_AFTER", "-1", "whole number"),
    ],
)
def test_one_line_names_the_variable(tmp_path: Path, name: str, value: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({"EGESTION_DATA_DIR": str(tmp_path), name: value})
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "abc" not in str(caught.value)


def test_a_folder_that_nobody_can_write() -> None:
    with pytest.raises(ConfigError, match="EGESTION_DATA_DIR: cannot use /proc"):
        load({"EGESTION_DATA_DIR": "/proc/egestion/var"})


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(ConfigError, match="EGESTION_DATA_DIR: cannot use"):
        load({"EGESTION_DATA_DIR": str(tmp_path / "var")})


def test_sockets_of_a_long_folder_go_to_a_short_one(tmp_path: Path) -> None:
    short, long = Path("/srv/egestion"), Path("/srv") / ("x" * 100)
    assert socket_folder(short) == short / "sockets"
    assert len(str(socket_folder(long))) < 80
    assert str(socket_folder(Path("/srv/un clone/var"))).startswith("/tmp/egestion-")  # noqa: S108 - what it answers
    assert socket_folder(long) == socket_folder(long) != socket_folder(long / "y")


def test_production_says_everything_it_refuses(tmp_path: Path) -> None:
    load({"EGESTION_DATA_DIR": str(tmp_path)})  # a practice installation was here before
    kept = SecretFolder(tmp_path / "secrets")
    settings = load(
        {
            "EGESTION_ENV": "production",
            "EGESTION_DATA_DIR": str(tmp_path),
            "EGESTION_SECRET_KEY": kept.read("secret_key") or "",
            "EGESTION_CARD_KEY": kept.read("card_key") or "",
            "EGESTION_PRACTICE_PASSWORD": "practice-1234",
            "EGESTION_BANK_PORT": "8081",
            "EGESTION_DATABASE_URL": "postgresql://postgres@localhost/egestion",
        }
    )
    found = "\n".join(refusals(settings))
    for word in ("SECRET_KEY", "CARD_KEY", "PRACTICE_PASSWORD", "BANK_PORT", "SMTP_URL", "TLS_PROXY", "superuser"):
        assert word in found
    assert settings.bank_url is None


def test_production_with_everything_starts(tmp_path: Path) -> None:
    settings = load(
        {
            "EGESTION_ENV": "production",
            "EGESTION_DATA_DIR": str(tmp_path),
            "EGESTION_SECRET_KEY": "0123456789abcdef" * 4,
            "EGESTION_CARD_KEY": KEY,
            "EGESTION_SMTP_URL": "smtps://user:pass@mail.example:465",
            "EGESTION_MAIL_FROM": "e-gestion@shop.example",
            "EGESTION_TLS_PROXY": "1",
        }
    )
    assert refusals(settings) == []
    assert [version for version, _ in settings.card_keys] == [2, 1]
    assert (settings.not_found_after, settings.gateway_deadline, settings.proxy_hops) == (600, 25, 1)


def test_mails_by_smtp_come_from_a_named_address(tmp_path: Path) -> None:
    given = {"EGESTION_DATA_DIR": str(tmp_path), "EGESTION_SMTP_URL": "smtp://127.0.0.1:9"}
    sentence = "EGESTION_MAIL_FROM is not set"
    assert sentence in "\n".join(refusals(load(given | {"EGESTION_ENV": "production"})))
    assert sentence in "\n".join(text for _name, right, text in doctor._mail(load(given)) if not right)
    named = given | {"EGESTION_MAIL_FROM": "e-gestion@shop.example"}
    assert sentence not in "\n".join(refusals(load(named | {"EGESTION_ENV": "production"})))
    assert sentence not in "\n".join(text for _name, _right, text in doctor._mail(load(named)))


def test_production_demands_its_keys(tmp_path: Path) -> None:
    found = refusals(load({"EGESTION_ENV": "production", "EGESTION_DATA_DIR": str(tmp_path)}))
    assert "EGESTION_SECRET_KEY is not set" in found
    assert "EGESTION_CARD_KEY is not set" in found

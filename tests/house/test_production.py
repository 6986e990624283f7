"""Production does not start on what practice left in the database; the commands say what is wrong by exit code."""

import subprocess

from app.supervisor.refusals import database_refusals
from config import Settings, load


def test_practice_accounts_and_passwords_are_named(clean: Settings, command: str, environment: dict[str, str]) -> None:
    production = load(
        {
            "EGESTION_ENV": "production",
            "EGESTION_DATA_DIR": str(clean.data_dir),
            "EGESTION_SECRET_KEY": "0123456789abcdef" * 4,
            "EGESTION_CARD_KEY": "1:" + "ab" * 32,
            "EGESTION_SMTP_URL": "smtp://127.0.0.1:1",
            "EGESTION_TLS_PROXY": "1",
        }
    )
    assert database_refusals(production) == []
    subprocess.run([command, "init"], env=environment, check=True, capture_output=True)  # practice: merchants, logins
    found = database_refusals(production)
    assert f"a gateway account points at the practice bank: 002001000000001 at {clean.bank_url}" in "\n".join(found)
    assert "user clerk still has the practice password: disable it or change its password" in found
    assert database_refusals(clean) == []


def call(command: str, environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([command, *words], env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_exit_codes_of_the_clock(clean: Settings, command: str, environment: dict[str, str]) -> None:
    assert call(command, environment, "clock", "show").returncode == 0
    for words in (("advance", "tomorrow"), ("set", "soon"), ("advance",), ("turn",)):
        wrong = call(command, environment, "clock", *words)
        assert wrong.returncode == 2
        assert "Traceback" not in wrong.stderr
    assert "offset +1 day, 0:00:00, 86400 s" in call(command, environment, "clock", "advance", "1d").stdout
    ahead = call(command, environment, "clock", "set", "2037-05-06T07:08:09Z")
    assert ahead.stdout.startswith("2037-05-06T07:08:"), "what is printed is the business time that was set"
    back = call(command, environment, "clock", "set", "2020-01-01")
    assert back.returncode == 1
    assert back.stderr.startswith("Error: business time was used until ")
    refused = call(command, environment | {"EGESTION_ENV": "production"}, "clock", "advance", "1d")
    assert refused.returncode == 1
    assert "practice only" in refused.stderr
    assert call(command, environment, "clock", "reset").returncode == 0


def test_help_everywhere(command: str, environment: dict[str, str]) -> None:
    for words in ((), ("run",), ("init",), ("doctor",), ("clock",), ("clock", "set"), ("worker",), ("scheduler",)):
        shown = call(command, environment, *words, "--help")
        assert shown.returncode == 0
        assert shown.stdout.startswith("Usage: egestion")
    assert call(command, environment, "no-such-command").returncode == 2

"""`egestion users`: what cannot be is one line that names the field, exit 2, and nothing is stored."""

import os
import subprocess

import psycopg
import pytest

from app.supervisor.postgres import superuser_url
from config import DATABASE_NAME, Settings

GOOD = {"--profile": "Clerk", "--email": "nina@example.test", "--password": "practice-5678-9999"}


def users(command: str, environment: dict[str, str], *words: str | bytes) -> "subprocess.CompletedProcess[str]":
    found = subprocess.run(
        [command, "users", *words], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in found.stderr
    return found


def add(command: str, environment: dict[str, str], name: str, **other: str) -> "subprocess.CompletedProcess[str]":
    options = GOOD | {f"--{option.replace('_', '-')}": value for option, value in other.items()}
    return users(command, environment, "add", name, *(word for pair in options.items() for word in pair))


@pytest.mark.slow
def test_what_cannot_be_names_its_field_and_stores_nothing(
    clean: Settings, command: str, environment: dict[str, str]
) -> None:
    odd = os.fsdecode(b"n\xffna")
    wrong = [
        ("username", add(command, environment, " ")),
        ("username", add(command, environment, odd)),
        ("username", add(command, environment, "x" * 300)),
        ("email", add(command, environment, "nina", email="nobody")),
        ("first-name", add(command, environment, "nina", first_name="Ni\x07na")),
        ("last-name", add(command, environment, "nina", last_name="x" * 300)),
        ("username", add(command, environment, "4970100000000006")),
        ("first-name", add(command, environment, "nina", first_name="4970 1000 0000 0006")),
        ("email", add(command, environment, "nina", email="4970100000000006@example.test")),
        ("merchant", add(command, environment, "nina", merchant=odd)),
        ("password", add(command, environment, "nina", password="short")),
        ("username", users(command, environment, "disable", odd)),
    ]
    for field, answer in wrong:
        assert answer.returncode == 2, (field, answer.stderr)
        assert answer.stderr.startswith(f"Error: {field}: "), answer.stderr
        assert answer.stderr.count("\n") == 1
        assert "4970" not in answer.stderr
    with psycopg.connect(superuser_url(clean, DATABASE_NAME)) as connection:
        assert connection.execute("SELECT count(*) FROM ab_user").fetchone() == (0,)

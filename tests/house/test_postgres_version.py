"""Which PostgreSQL is demanded: README, doctor and the SQL for a DBA say the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.supervisor import database_health, roles
from config import Settings, load

HOUSE = Path(__file__).parent.parent.parent


def test_readme_and_printed_sql_name_the_oldest() -> None:
    sentence = f"PostgreSQL {roles.OLDEST} or newer"
    assert sentence in (HOUSE / "README.md").read_text("utf-8")
    assert sentence in roles.print_sql("egestion").splitlines()[0]


def test_what_the_sql_needs_is_no_newer_than_that() -> None:
    needs = {"LOCALE_PROVIDER builtin": 17, "WITH INHERIT": 16}
    text = roles.print_sql("egestion")
    assert max(version for words, version in needs.items() if words in text) == roles.OLDEST


@pytest.mark.parametrize(("version", "right"), [(160009, False), (170000, True), (180006, True)])
def test_the_doctor_refuses_what_is_older(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int, right: bool
) -> None:
    class Server:
        info = SimpleNamespace(server_version=version)

        def execute(self, *_words: Any) -> Any:
            return SimpleNamespace(fetchone=lambda: None)

    @contextmanager
    def connect(_settings: Settings) -> Iterator[Server]:
        yield Server()

    monkeypatch.setattr(database_health, "_connect", connect)
    found = {
        name: (fine, text) for name, fine, text in database_health._server(load({"EGESTION_DATA_DIR": str(tmp_path)}))
    }
    assert found["PostgreSQL"][0] is right
    assert right or f"needs {roles.OLDEST} or newer" in found["PostgreSQL"][1]

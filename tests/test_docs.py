"""The documents name files and commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PATHS = re.compile(r"`((?:app|plugins|tests|tools|docs|benchmarks|migrations)/[\w./-]+)`")
LINKS = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_a_document_names_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    named = {name.rstrip("/.") for name in PATHS.findall(text)}
    missing = sorted(name for name in named if not (ROOT / name).exists())
    linked = sorted(link for link in LINKS.findall(text) if not (document.parent / link).exists())
    assert (missing, linked) == ([], [])


def test_every_command_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    targets = {a or b for a, b in re.findall(r"`make (\w+)`|^make (\w+)", text, re.M)}
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert targets <= set(re.findall(r"^(\w+):", makefile, re.M)), targets


def test_every_card_that_makes_the_practice_bank_behave_is_where_the_readme_says() -> None:
    assert "docs/practice-bank.md" in (ROOT / "README.md").read_text("utf-8")
    told = (ROOT / "docs/practice-bank.md").read_text("utf-8")
    source = (ROOT / "plugins/payment_gateway/simulator/scenarios.py").read_text("utf-8")
    numbers = set(re.findall(r'^    "(\d{16})":', source, re.M))
    assert len(numbers) > 10
    assert numbers == {found.replace(" ", "") for found in re.findall(r"^\| (4970(?: \d{4}){3}) \|", told, re.M)}


def test_what_the_readme_tells_a_newcomer_to_press_is_what_the_pages_say() -> None:
    day = (ROOT / "README.md").read_text("utf-8").split("## A first day")[1].split("\n## ")[0]
    names = set(re.findall("“([^”]+)”", " ".join(day.split())))
    texts = (ROOT / "app/translations/en/LC_MESSAGES/messages.po").read_text("utf-8")
    assert len(names) > 12
    assert sorted(name for name in names if f'msgid "{name}"' not in texts) == []

"""Files stay small (architecture.md "Tree"): none above 250 lines, half of the product's below 80; a long one is split by noun."""

from __future__ import annotations

from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
MOST, HALF_BELOW = 250, 80
PRODUCT, BESIDE = ("app", "plugins"), ("tests", "benchmarks", "tools")


def lengths(*folders: str) -> dict[str, int]:
    """Lines of every Python file of these folders."""
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}


def test_no_file_is_too_long() -> None:
    assert {name: count for name, count in lengths(*PRODUCT, *BESIDE).items() if count > MOST} == {}


def test_half_of_the_product_s_files_are_short() -> None:
    assert median(lengths(*PRODUCT).values()) <= HALF_BELOW

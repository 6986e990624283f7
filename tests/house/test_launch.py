"""How root's servers become somebody else, and still get through folders that are closed to that user."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from app.supervisor import process
from app.supervisor.folders import server_user


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A program in a folder that only its owner may enter."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    shutil.copy(shutil.which("id") or "/usr/bin/id", folder / "id")
    return folder


def test_the_servers_user_reaches_closed_folders_but_writes_only_its_own(closed: Path, tmp_path: Path) -> None:
    user = server_user(closed / "pg", closed / "id")
    if os.geteuid() != 0:
        assert user is None  # an ordinary user's servers run as that user
        return
    assert user is not None
    assert user.uid != 0
    assert user.reach
    script = (
        f'test -x "{closed}/id" && "{closed}/id" -u && grep CapEff: /proc/self/status; '
        f'touch "{closed}/new" || echo refused'
    )
    done = run(tmp_path, script, user)
    assert done[0] == str(user.uid)
    kept = int(done[1].split()[1], 16)
    assert kept in (1 << 1, 1 << 2)  # DAC_OVERRIDE only where a container has no DAC_READ_SEARCH to give
    assert done[-1] == "refused" or kept == 1 << 1


def test_without_need_no_capability_is_kept(tmp_path: Path) -> None:
    user = server_user(Path("/var/pg"), Path("/bin/sh"))
    if os.geteuid() != 0:
        assert user is None
        return
    assert user is not None
    assert not user.reach
    assert run(tmp_path, "grep CapEff: /proc/self/status; id -u; id -G", user) == [
        "CapEff:\t0000000000000000",
        str(user.uid),
        str(user.gid),
    ]


def run(tmp_path: Path, script: str, user: process.User) -> list[str]:
    log = tmp_path / "log"
    child = process.start(["/bin/sh", "-c", script], log=log, user=user, cwd=Path("/"))
    child.wait(20)
    return [line for line in log.read_text().splitlines() if "Permission denied" not in line]


def test_a_child_of_a_dead_parent_does_not_start(tmp_path: Path) -> None:
    words = [str(process.LAUNCHER), str(2**22 + 1), str(int(signal.SIGTERM)), "-1", "-1", "0", "/bin/echo", "started"]
    done = subprocess.run(["/usr/bin/env", "python3", "-I", "-S", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")

"""The supervisor: children live again when they die, end with it however it ends, and no stranger is ever hit."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.supervisor import process
from app.supervisor.children import LOG_LIMIT, Child, Supervisor, turn_over
from app.supervisor.folders import prepare
from app.supervisor.runfile import ChildList, RunLock, running
from config import ConfigError, Settings, load

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = load({"EGESTION_DATA_DIR": str(tmp_path)})
    prepare(found)
    return found


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(settings: Settings, said: list[str]) -> Iterator[Supervisor]:
    found = Supervisor(settings.data_dir / "log", ChildList(settings), said.append)
    yield found
    found.stop_all()


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    return process.identity(pid) is not None


def test_a_killed_child_lives_again(supervisor: Supervisor, said: list[str]) -> None:
    first = supervisor.add(Child("sleeper", SLEEPER)).pid
    os.kill(first, signal.SIGKILL)

    def again() -> bool:
        supervisor.look()
        return supervisor.pid("sleeper") not in (None, first)

    until(again)
    assert "sleeper was killed by signal 9" in said[0]


def test_a_child_that_cannot_live_is_tried_ever_more_slowly(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.add(Child("broken", (sys.executable, "-c", "raise SystemExit(3)")))

    def thrice() -> bool:
        supervisor.look()
        return len(said) == 3

    until(thrice)
    assert [line.split(" in ")[1].split()[0] for line in said] == ["0.2", "0.4", "0.8"]
    assert "ended with code 3" in said[0]


def test_what_a_dead_child_left_is_ended_before_the_next(supervisor: Supervisor, tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    text = f"import subprocess, sys; p = subprocess.Popen({list(SLEEPER)!r}); open({str(note)!r}, 'w').write(str(p.pid)); p.wait()"
    master = supervisor.add(Child("master", (sys.executable, "-c", text))).pid
    until(lambda: note.exists() and note.read_text())
    grandchild = int(note.read_text())
    os.kill(master, signal.SIGKILL)
    until(lambda: supervisor.look() or not alive(grandchild))


def test_stopping_is_by_tier_and_patient_only_so_long(
    supervisor: Supervisor, settings: Settings, said: list[str]
) -> None:
    server = supervisor.add(Child("server", SLEEPER, tier=0)).pid
    stubborn = supervisor.add(Child("stubborn", STUBBORN, tier=1, patience=0.3)).pid
    until(lambda: (settings.data_dir / "log" / "stubborn.log").read_text().strip() == "up")
    supervisor.stop_all()
    assert not alive(server)
    assert not alive(stubborn)
    assert said == ["stubborn does not stop: killed"]
    assert json.loads(supervisor.listed.path.read_text()) == {}


RUN = """
import sys, time
sys.path.insert(0, {root!r})
from app.supervisor.children import Child, Supervisor
from app.supervisor.runfile import ChildList, RunLock
from config import load
settings = load({{"EGESTION_DATA_DIR": {data!r}}})
lock = RunLock(settings); lock.take()
supervisor = Supervisor(settings.data_dir / "log", ChildList(settings), print)
supervisor.add(Child("sleeper", {sleeper!r}))
supervisor.add(Child("stubborn", {stubborn!r}))
print("ready", flush=True)
supervisor.watch()
"""


def test_a_killed_run_leaves_at_most_what_the_next_one_ends(settings: Settings) -> None:
    root = str(Path(__file__).parents[2])
    text = RUN.format(root=root, data=str(settings.data_dir), sleeper=SLEEPER, stubborn=STUBBORN)
    first = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    assert first.stdout.readline() == "ready\n"
    until(lambda: (settings.data_dir / "log" / "stubborn.log").read_text().strip() == "up")
    assert (running(settings) or "").startswith(f"pid {first.pid}, http://127.0.0.1:8080")
    with pytest.raises(ConfigError, match="already running on this data folder: pid"):
        RunLock(settings).take()
    children = json.loads((settings.data_dir / "run" / "children.json").read_text())
    first.kill()
    first.wait()
    first.stdout.close()
    until(lambda: not alive(children["sleeper"][0]))  # the kernel tells children that their parent died
    assert alive(children["stubborn"][0])
    assert running(settings) is None
    assert ChildList(settings).stop_leftovers({"stubborn": signal.SIGKILL}) == ["stubborn"]
    assert not alive(children["stubborn"][0])


def test_a_stranger_with_the_number_of_a_child_is_left_alone(settings: Settings) -> None:
    stranger = subprocess.Popen(SLEEPER)
    path = settings.data_dir / "run" / "children.json"
    path.write_text(json.dumps({"web": [stranger.pid, "another boot:123"], "worker-1": [2**22 + 1, "x:1"]}))
    assert ChildList(settings).stop_leftovers({}) == []
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_list_cut_in_half_stops_nothing(settings: Settings) -> None:
    (settings.data_dir / "run" / "children.json").write_text('{"web": [12')
    assert ChildList(settings).stop_leftovers({}) == []


def test_long_logs_are_turned_over(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab") as writer:
        writer.truncate(LOG_LIMIT + 1)
        turn_over(log)
        writer.write(b"after\n")
    assert log.read_bytes().strip(b"\0") == b"after\n"
    assert (tmp_path / "web.log.1").stat().st_size == LOG_LIMIT + 1

"""Commands that are asked to stop, in real processes: the exit status, and that nothing is left of them."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from reference.commands.grade import UNFENCED
from reference.processes import deaf_children, hear_the_parent, pool_of, spread_over

SLOW = """
import time
class Dense:
    def __init__(self, n_in, n_out):
        time.sleep(60)
    def forward(self, x):
        return x
"""
ASSIGNMENT = 'title = "x"\n[[question]]\nsymbol = "Dense"\npair = "dense"\npoints = 1\nseconds = 100\n'
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")


def descendants(of: int) -> set[int]:
    """All processes that a process has started, and those that they have."""
    found: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            found[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
    below = {of}
    while more := {child for child, parent in found.items() if parent in below} - below:
        below |= more
    return below - {of}


def command_of(process: int) -> str:
    """Its command line; "" once it has ended, or where nobody has asked for its status yet."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""


def wait_for(what: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def _listen() -> None:
    """A shell that starts the tests in the background has them ignore Ctrl-C, and nohup a closed terminal."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def ended(folder: Path, number: int, busy: Callable[[set[int]], bool], *arguments: str, **more: str) -> tuple[int, str]:
    """The exit status of a command that gets a signal once `busy(its processes)`, and what it says. All that it has
    started must end."""
    temporary = folder / "tmp"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", "from reference.cli import main; main()", *arguments],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(temporary), **more},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_listen,
    )
    try:
        assert wait_for(lambda: busy(descendants(process.pid)))
        below = descendants(process.pid)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert wait_for(lambda: not any(command_of(each) for each in below), 5)
    return process.returncode, errors.removeprefix(f"{UNFENCED}\n")


def stopped(folder: Path, number: int, busy: Callable[[set[int]], bool], *arguments: str, **more: str) -> int:
    """The exit status of a command that is asked to stop once `busy(its processes)`. Nothing may be left of it."""
    status, said = ended(folder, number, busy, *arguments, **more)
    assert said == "crosscheck: stopped\n"
    assert list((folder / "tmp").iterdir()) == []
    return status


def submissions_run(count: int) -> Callable[[set[int]], bool]:
    return lambda below: sum("worker.main" in command_of(each) for each in below) >= count


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("jobs", [1, 2])
def test_grade_leaves_nothing_behind(tmp_path: Path, number: int, status: int, jobs: int) -> None:
    (tmp_path / "hw.toml").write_text(ASSIGNMENT)
    (tmp_path / "in").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "in" / f"{name}.py").write_text(f"# {name}\n{SLOW}")
    busy = submissions_run(jobs)
    assert stopped(tmp_path, number, busy, "grade", "in", "-a", "hw.toml", "--jobs", str(jobs)) == status


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("seconds", [0, 8])
@pytest.mark.parametrize("deep", [0, 100])
def test_bench_leaves_nothing_behind(number: int, status: int, seconds: float, deep: int) -> None:
    """Stopped while the process that measures is being started, and while it measures; also where the path of the
    temporary folder is too long for the socket of a fork server."""

    def busy(below: set[int]) -> bool:
        if begun := any("forkserver" in command_of(each) or "spawn_main" in command_of(each) for each in below):
            time.sleep(seconds)
        return begun

    with tempfile.TemporaryDirectory(prefix="c" * deep) as folder:
        assert stopped(Path(folder), number, busy, "bench", "--mode", "torch") == status


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_check_leaves_nothing_behind(tmp_path: Path, number: int, status: int) -> None:
    (tmp_path / "a.py").write_text(SLOW)
    assert stopped(tmp_path, number, submissions_run(1), "check", "a.py", "--time", "100") == status


def test_without_bubblewrap_nothing_is_left_either(tmp_path: Path) -> None:
    (tmp_path / "hw.toml").write_text(ASSIGNMENT)
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(f"# {name}\n{SLOW}")
    (tmp_path / "none").mkdir()
    where = str(tmp_path / "none")
    asked = ("grade", "a.py", "b.py", "-a", "hw.toml", "--jobs", "2")
    assert stopped(tmp_path, signal.SIGTERM, submissions_run(2), *asked, PATH=where) == 143


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_parity_leaves_nothing_behind(tmp_path: Path, number: int, status: int) -> None:
    def busy(below: set[int]) -> bool:
        return sum("spawn_main" in command_of(each) for each in below) == 2

    assert stopped(tmp_path, number, busy, "parity", "--jobs", "2") == status


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("command", ["migrate", "train"])
def test_others_that_spread_their_work_leave_nothing_behind(
    tmp_path: Path, command: str, number: int, status: int
) -> None:
    def busy(below: set[int]) -> bool:
        return sum("spawn_main" in command_of(each) for each in below) == 2

    assert stopped(tmp_path, number, busy, command, "--jobs", "2", XDG_CACHE_HOME=str(tmp_path / "kept")) == status


@pytest.mark.parametrize("command", ["parity", "migrate", "train"])
def test_what_a_killed_command_has_started_ends(tmp_path: Path, command: str) -> None:
    def busy(below: set[int]) -> bool:
        return sum("spawn_main" in command_of(each) for each in below) == 2

    kept = str(tmp_path / "kept")
    status, _ = ended(tmp_path, signal.SIGKILL, busy, command, "--jobs", "2", XDG_CACHE_HOME=kept)
    assert status == -signal.SIGKILL
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_a_killed_grade_has_started_ends(tmp_path: Path) -> None:
    (tmp_path / "hw.toml").write_text(ASSIGNMENT)
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(f"# {name}\n{SLOW}")
    asked = ("grade", "a.py", "b.py", "-a", "hw.toml", "--jobs", "2", "--format", "json")
    assert ended(tmp_path, signal.SIGKILL, submissions_run(2), *asked)[0] == -signal.SIGKILL


def leave(ends: bool) -> None:
    """What a process does that leaves a file, and ends, if asked, in a way that nobody is told of."""
    Path(tempfile.mkstemp(".py", "__autograph_generated_file")[1]).write_text("1")
    if ends:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("spread", [spread_over, pool_of])
@pytest.mark.parametrize("end", [None, KeyboardInterrupt, BrokenProcessPool])
def test_what_processes_leave_in_temporary_files_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spread: Callable[..., Any], end: type[BaseException] | None
) -> None:
    def work() -> None:
        with spread(1, hear_the_parent) as pool:
            with deaf_children():
                pool.submit(leave, end is BrokenProcessPool).result()
            (folder,) = tmp_path.iterdir()
            assert [each.suffix for each in folder.iterdir()] == [".py"]  # it is there while it is needed
            if end is not None:
                raise end

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with contextlib.nullcontext() if end is None else pytest.raises(end):
        work()
    assert list(tmp_path.iterdir()) == []

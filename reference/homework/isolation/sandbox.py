"""How the process apart is started: fenced in by bubblewrap where it works, by resource limits everywhere."""

import contextlib
import functools
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent
# where NumPy is, without a tenth of a second for importing it: the process is started before that
SITE = Path(str(getattr(importlib.util.find_spec("numpy"), "origin", ""))).parents[1]
INSIDE = Path("/crosscheck")
BOOT = "import sys; sys.path[:0] = sys.argv[1:]; import numpy; from worker.main import main; del sys.path[:2]; main()"
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
ENVIRONMENT = {**dict.fromkeys(THREADS, "1"), "LANG": "C.UTF-8"}
SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/etc/ld.so.cache", "/etc/alternatives")

Fence = Literal["bubblewrap", "limits only"]


@dataclass(frozen=True)
class Limits:
    """What a submission may use. `seconds` counts for one list of steps, and once more for loading.

    `output_kb` of what it prints in one step are kept; at 64 times as much it is stopped. It may start no process;
    `processes` counts the one it is in.
    """

    seconds: float = 10
    memory_mb: int = 2048
    processes: int = 1
    output_kb: int = 256


@dataclass(frozen=True)
class Started:
    """A process that waits to be told what to load, in a folder of its own."""

    fence: Fence
    folder: tempfile.TemporaryDirectory[str]
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Ends the process and everything it has started, and removes its folder."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        self.process.wait()
        self.folder.cleanup()


def start(fence: Fence, allow: Sequence[str] = ()) -> Started:
    """Start a process apart; nothing is waited for."""
    folder = tempfile.TemporaryDirectory(prefix="crosscheck-", ignore_cleanup_errors=True)
    try:
        process = subprocess.Popen(
            command(fence, allow),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            cwd=folder.name,
            bufsize=0,
            start_new_session=True,
        )
    except BaseException:
        folder.cleanup()
        raise
    return Started(fence, folder, process)


@contextlib.contextmanager
def started_ahead() -> Iterator[Started]:
    """One that starts while its checker is imported. Whether bubblewrap works shows when it is asked something."""
    started = start("bubblewrap" if shutil.which("bwrap") else "limits only")
    try:
        yield started
    finally:
        if started.process.returncode is None:  # nobody has taken it
            started.stop()


def packages(allow: Sequence[str]) -> list[Path]:
    """The installed packages a submission may import: NumPy, SciPy, or all where a framework is allowed."""
    if allow:
        return [SITE]
    names = ("numpy", "numpy.libs", "scipy", "scipy.libs")
    return [SITE / name for name in names if (SITE / name).is_dir()]


def readable(allow: Sequence[str]) -> list[str]:
    """The folders the process may read."""
    python = [sys.base_prefix, sys.base_exec_prefix]
    return list(dict.fromkeys([*python, *map(str, packages(allow))]))


def command(fence: Fence, allow: Sequence[str] = ()) -> list[str]:
    """How the process is started. Under bubblewrap it sees Python, NumPy and an empty folder, and no network."""
    python = [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", BOOT]
    if fence == "limits only":
        return [*python, str(FOLDER), str(SITE)]
    return [*_bubblewrap(allow), "--", *python, str(INSIDE), str(SITE)]


def _bubblewrap(allow: Sequence[str]) -> list[str]:
    """The fence: everything unshared, a few folders read-only, a private one to write in."""
    program = shutil.which("bwrap")
    assert program is not None
    environment = Path(sys.executable).parents[1] / "pyvenv.cfg"  # tells Python where its library is
    shown = [*SYSTEM, *readable(allow), str(Path(sys.executable)), str(environment)]
    # TensorFlow asks the system for its processors
    system = ["--proc", "/proc", "--ro-bind-try", "/sys/devices/system", "/sys/devices/system"] if allow else []
    links = [str(Path(sys.executable).resolve())]
    binds = [part for path in dict.fromkeys([*shown, *links]) for part in ("--ro-bind-try", path, path)]
    return [
        program,
        *("--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"),
        *(part for name, value in ENVIRONMENT.items() for part in ("--setenv", name, value)),
        *("--dev", "/dev", "--tmpfs", "/tmp"),
        *binds,
        *system,
        *("--ro-bind", str(FOLDER / "worker"), str(INSIDE / "worker")),
        *("--remount-ro", "/", "--chdir", "/tmp"),
    ]


@functools.cache
def fence() -> Fence:
    """Whether bubblewrap is there and works: asked once, by starting Python in it."""
    if shutil.which("bwrap") is None:
        return "limits only"
    test = [*_bubblewrap(()), "--", sys.executable, "-I", "-S", "-c", "pass"]
    try:
        done = subprocess.run(test, capture_output=True, timeout=20, env=ENVIRONMENT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "limits only"
    return "bubblewrap" if done.returncode == 0 else "limits only"

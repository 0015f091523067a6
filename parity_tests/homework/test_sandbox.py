"""Submissions that misbehave: each ends as a named reason, the checker never hangs, and the next run works."""

import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reference.homework.isolation import sandbox
from reference.homework.isolation.process import Call, Failure, Limits, Opaque, Result, Stopped, Worker
from reference.homework.reading.source import read_submission

SITE = str(sandbox.SITE)
FINE = "def fine():\n    return np.arange(3).sum().item()\n"
FENCES = ["limits only", *(["bubblewrap"] if sandbox.fence() == "bubblewrap" else [])]
LIMITS = Limits(seconds=2, memory_mb=640)


@pytest.fixture(params=FENCES)
def fence(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sandbox, "fence", lambda: request.param)
    return str(request.param)


def load(folder: Path, limits: Limits = LIMITS, **bodies: str) -> Worker:
    """A submission with a function for each body, which misbehaves, and `fine()`, which does not."""
    functions = [f"def {name}():\n{textwrap.indent(textwrap.dedent(body), '    ')}\n" for name, body in bodies.items()]
    path = folder / "work.py"
    path.write_text("\n".join(["import numpy as np\nimport sys, os\n", *functions, FINE]))
    return Worker(read_submission(path), limits)


def outcome(worker: Worker, name: str = "act") -> Result | Failure | Stopped:
    try:
        [result] = worker.run([Call(name)])
    except Stopped as stopped:
        return stopped
    return result


def still_works(worker: Worker) -> bool:
    [result] = worker.run([Call("fine")])
    return isinstance(result, Result) and result.value == 3


def named(deed: str) -> str:
    return deed.replace(" ", "_")


@pytest.fixture(scope="module", params=FENCES)
def worker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """One process for all that is refused and all that is stopped, one after the other: each must leave it usable."""
    bodies = {named(deed): body for deed, body in {**REFUSED, **{k: v[0] for k, v in ENDS.items()}}.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "fence", lambda: request.param)
        made = load(tmp_path_factory.mktemp("sandbox"), **bodies)
    with made:
        assert made.fenced == request.param
        assert made.names >= set(bodies)
        yield made


REFUSED = {
    "connects": "import socket\nsocket.create_connection(('127.0.0.1', 80), timeout=1)",
    "looks up": "import socket\nsocket.getaddrinfo('localhost', 80)",
    "listens": "import socket\ns = socket.socket()\ns.bind(('', 0))",
    "downloads": "import urllib.request\nurllib.request.urlopen('http://127.0.0.1/')",
    "writes": "open('/etc/crosscheck-was-here', 'w').write('x')",
    "writes home": "open(os.path.expanduser('~/crosscheck-was-here'), 'w').write('x')",
    "reads accounts": "return open('/etc/shadow').read()",
    "reads users": "return open('/etc/passwd').read()",
    "reads memory": "return open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "reads environment": "return open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "loads with numpy": "return np.fromfile('/etc/passwd', np.uint8)",
    "maps with numpy": "return np.array(np.memmap('/etc/passwd'))",
    "lists": "return os.listdir('/root')",
    "forks": "while True: os.fork()",
    "starts": "import subprocess\nsubprocess.run(['true'], check=True)",
    "spawns": "import multiprocessing\np = multiprocessing.Process(target=print)\np.start()",
    "spawns unseen": "import multiprocessing.util as u\nu.spawnv_passfds(b'/bin/true', [b'true'], [])",
    "shell": "if os.system('true'): raise PermissionError",
    "becomes": "os.execv('/bin/true', ['true'])",
    "makes": "os.mkdir('/crosscheck-was-here')",
    "removes": "os.remove('/etc/hostname')",
    "asks": "input('name?')",
    "leaves": "sys.exit(0)",
    "interrupts": "raise KeyboardInterrupt",
    "recurses": "def f(): return f()\nf()",
    "allocates": "return np.ones(1 << 30)",
    "hoards": "held = []\nwhile True: held.append(np.empty(1 << 20))",
    "scratch": "import scratch.dense\nscratch.dense.Dense(3, 4)",
    "reference": "import reference.compare\nreference.compare.allowed(3)",
    "torch": "import torch\ntorch.ones(3)",
    "torch by path": f"sys.path.append({SITE!r})\nimport importlib\nimportlib.import_module('torch').ones(3)",
}


@pytest.mark.parametrize("deed", REFUSED)
def test_what_is_refused_fails_with_a_name(worker: Worker, deed: str) -> None:
    result = outcome(worker, named(deed))
    assert isinstance(result, Failure), result
    assert result.type
    if deed not in ("leaves", "interrupts"):
        assert result.message or result.type == "PermissionError"
    assert result.line is not None
    assert still_works(worker)
    for folder in ("/etc", "/", "~"):
        assert not Path(folder, "crosscheck-was-here").expanduser().exists()


def test_the_expected_values_are_out_of_reach(tmp_path: Path, fence: str) -> None:
    """The file of a colleague in the same folder, and the checker's own code."""
    (tmp_path / "solution.txt").write_text("42")
    reads = [tmp_path / "solution.txt", Path(sandbox.__file__), Path(sandbox.__file__).parents[1] / "compare.py"]
    for path in reads:
        with load(tmp_path, act=f"return open({str(path)!r}).read()") as worker:
            result = outcome(worker)
            assert isinstance(result, Failure)
            assert result.type in ("Breach", "FileNotFoundError")


ENDS = {
    "loops": ("while True: pass", "time"),
    "sleeps": ("import time\ntime.sleep(100)", "time"),
    "catches": ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", "time"),
    "computes": ("a = np.ones((3000, 3000))\nwhile True: a = a @ a", "time"),
    "prints": ("while True: print('x' * 100000)", "output"),
    "prints errors": ("while True: sys.stderr.write('x' * 100000)", "output"),
    "exits": ("os._exit(0)", "exit"),
    "aborts": ("os.abort()", "memory"),
    "is killed": ("import signal\nsignal.raise_signal(signal.SIGKILL)", "memory"),
    "crashes": ("import ctypes\nctypes.string_at(0)", "memory"),
    "closes": ("os.closerange(3, 100)", "exit"),
    "forges": (
        "for n in range(3, 99):\n  try: os.write(n, b'\\0' * 7 + b'\\1' + b'\\0' * 8 + b'x')\n  except OSError: pass",
        "exit",
    ),
    "floods": (
        "for n in range(3, 99):\n  try:\n    while True: os.write(n, b'\\xff' * 65536)\n  except OSError: pass",
        "exit",
    ),
    "writes much": ("with open('big', 'wb') as f:\n    while True: f.write(bytes(1 << 20))", "output"),
}


@pytest.mark.parametrize("deed", ENDS)
def test_what_does_not_end_is_stopped_with_a_reason(worker: Worker, deed: str) -> None:
    result = outcome(worker, named(deed))
    if deed == "writes much":
        assert isinstance(result, Failure), result
        assert result.type == "OSError"
    else:
        assert isinstance(result, Stopped), result
        assert result.reason == ENDS[deed][1]
        assert result.detail
    assert still_works(worker)


def test_a_gigabyte_of_print_is_stopped_and_a_little_is_cut(tmp_path: Path, fence: str) -> None:
    with load(tmp_path, act="for _ in range(1000): print('x' * (1 << 20))") as worker:
        stopped = outcome(worker)
        assert isinstance(stopped, Stopped)
        assert stopped.reason == "output"
    with load(tmp_path, Limits(output_kb=1), act="print('x' * 50000)\nos.write(1, b'y' * 1000)\nreturn 1") as worker:
        result = outcome(worker)
        assert isinstance(result, Result)
        assert result.stdout == "x" * 1024


HARMLESS = {
    "objects": ("return np.array([None, print], dtype=object)", Opaque("array of object")),
    "replaces numpy": (
        "np.ndarray = None\nnp.asarray = None\nnp.shares_memory = None\nnp.seterr = None\nnp.generic = int\nreturn 5",
        5,
    ),
    "replaces streams": ("sys.stdout = None\nsys.stderr = open(os.devnull, 'w')\nreturn 5", 5),
    "replaces builtins": (
        "import builtins\nbuiltins.print = builtins.isinstance = builtins.len = None\nreturn 5",
        None,
    ),
    "raises when deleted": (
        "class D:\n    def __del__(self): raise ValueError\nd = D()\ndel d\nreturn 5",
        5,
    ),
    "lives on when deleted": (
        "class D:\n    def __del__(self):\n        import builtins\n        builtins.kept = self\nD()\nreturn 5",
        5,
    ),
    "a hostile text": (
        "class E(Exception):\n    def __str__(self): raise E\nraise E",
        None,
    ),
    "a hostile repr": ("class K:\n    def __repr__(self): os._exit\n    __hash__ = None\nreturn {(1, 2): K()}", None),
    "a deep list": ("x = []\nfor _ in range(100000): x = [x]\nreturn x", None),
    "a hostile dict": (
        "class D(dict):\n  def items(self): raise ValueError\n  def __iter__(self): raise ValueError\nreturn D(a=1)",
        {"a": 1},
    ),
    "threads": ("import threading\nt = threading.Thread(target=lambda: None)\nt.start()\nt.join()\nreturn 5", 5),
    "a private file": ("open('mine.txt', 'w').write('12')\nreturn open('mine.txt').read()", "12"),
    "warnings as errors": ("import warnings\nwarnings.simplefilter('error')\nnp.seterr(all='raise')\nreturn 5", 5),
}


@pytest.mark.parametrize("deed", HARMLESS)
def test_what_is_only_odd_gets_an_answer(tmp_path: Path, fence: str, deed: str) -> None:
    body, value = HARMLESS[deed]
    with load(tmp_path, act=body) as worker:
        for _ in range(2):
            result = outcome(worker)
            if value is not None:
                assert isinstance(result, Result), result
                assert result.value == value
            else:
                assert isinstance(result, Result | Failure | Stopped)
        if deed != "replaces builtins":
            assert still_works(worker)


def test_what_was_tried_is_told(tmp_path: Path) -> None:
    body = "try: open('/etc/passwd', 'a')\nexcept OSError: pass\nimport socket\nsocket.create_connection(('', 1))"
    with load(tmp_path, act=body) as worker:
        assert isinstance(outcome(worker), Failure)
        assert "it tried to write the file passwd" in worker.tried
        assert "it tried to open a network connection" in worker.tried


def test_nothing_is_left_behind(tmp_path: Path, fence: str) -> None:
    with load(tmp_path, act="open('mine.txt', 'w').write('12')\nreturn os.getcwd()") as worker:
        result = outcome(worker)
        assert isinstance(result, Result)
        process = worker._pipe.process  # type: ignore[union-attr]
        folder = Path(worker._pipe.started.folder.name)  # type: ignore[union-attr]
        assert folder.is_dir()
    assert process.returncode is not None
    assert not folder.exists()


def test_the_process_knows_nothing_of_the_environment(
    tmp_path: Path, fence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "42")
    with load(tmp_path, act="return dict(os.environ)") as worker:
        result = outcome(worker)
        assert isinstance(result, Result)
        assert "A_SECRET" not in result.value
        assert result.value["OMP_NUM_THREADS"] == "1"


@pytest.mark.skipif("bubblewrap" not in FENCES, reason="bubblewrap is not installed or does not work here")
def test_under_bubblewrap_there_is_no_other_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "fence", lambda: "bubblewrap")
    body = "return [p for p in sys.argv[1].split() if os.path.exists(p)], os.getpid()"
    paths = f"{tmp_path} /home /proc /etc/passwd {Path(sandbox.__file__)} {sandbox.SITE / 'torch'}"
    with load(tmp_path, act=body.replace("sys.argv[1]", repr(paths))) as worker:
        result = outcome(worker)
        assert isinstance(result, Result)
        assert result.value[0] == []
        assert result.value[1] < 10


def test_the_process_ends_with_the_checker(tmp_path: Path, fence: str) -> None:
    """A checker that is killed leaves no process that runs on."""
    path = tmp_path / "work.py"
    path.write_text("def act(x):\n    return 1\n")
    script = f"""
import os, sys
from pathlib import Path
from reference.homework.isolation import sandbox
sandbox.fence = lambda: {fence!r}
from reference.homework.isolation.process import Worker
from reference.homework.reading.source import read_submission
worker = Worker(read_submission(Path({str(path)!r}))).__enter__()
print(worker._pipe.process.pid, flush=True)
os._exit(0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    pid = int(done.stdout)
    for _ in range(200):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the process is still there")

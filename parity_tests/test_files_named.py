"""Files that options name: none that is read is written over, and what cannot be used is told in one line."""

import errno
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import ONE_LINE, invoke

from reference.errors import RequestError
from reference.homework.reading.source import read_submission
from reference.migration.build import Reference
from reference.report import migration_site

RIGHT = "import numpy as np\nclass ReLU:\n    def forward(self, x):\n        return np.maximum(x, 0)\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(RIGHT)
    Path("how.toml").write_text("[ReLU]\npair = 'relu'\n")
    Path("in").mkdir()
    Path("in/b.py").write_text(RIGHT)
    Path("noise").write_bytes(bytes(range(128, 256)))
    assert invoke("assignment new hw.toml").exit_code == 0
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        "check a.py --json a.py",
        "check a.py --json in/../a.py",
        "check a.py --adapter how.toml --json how.toml",
        "assignment show hw.toml --json hw.toml",
        "grade a.py -a hw.toml --json a.py",
        "grade in -a hw.toml --json in/b.py",
        "grade in -a hw.toml --out in/b.py",
        "grade in -a hw.toml --json hw.toml",
        "grade in -a hw.toml --results r --out r --format csv",
        "grade in -a hw.toml --out s.csv --json s.csv --format csv",
        "grade in -a hw.toml --results hw.toml",
        "compare a.py in/b.py --json in/b.py",
        "migrate dense --json m --markdown m",
        "run --json crosscheck-out/report.html",
    ],
)
def test_no_file_that_is_needed_is_written_over(here: Path, command: str) -> None:
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}

    if command.startswith("run"):
        Path("crosscheck-out").mkdir()
    before = files()
    result = invoke(command)
    assert result.exit_code == 2, result.output
    assert ONE_LINE.fullmatch(result.stderr.removeprefix(result.stderr.partition("crosscheck: ")[0])), result.stderr
    assert "which would be lost. Name another file" in result.stderr
    assert files() == before


@pytest.mark.usefixtures("here")
def test_other_files_in_the_same_folder_may_be_written() -> None:
    assert invoke("grade in -a hw.toml --results in/r.sqlite --json in/b.json --out in/b.txt").exit_code in (0, 1)
    assert Path("in/b.py").read_text() == RIGHT
    assert Path("in/b.txt").read_text().startswith(" in/b.py")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("check a.py --adapter noise", "noise cannot be read as an adapter: it is no text in UTF-8"),
        ("check a.py --adapter gone", "gone cannot be read as an adapter: no such file or directory"),
        ("check a.py --seed 4294967296", "4294967296 is not in the range 0<=x<=4294967295"),
        ("run --seed 4294967296", "4294967296 is not in the range 0<=x<=4294967295"),
        ("check a.py --cell x", "'x' is not a whole number"),
        ("check /dev/null", "/dev/null is a pipe or a device: save the code to a .py or .ipynb file"),
        ("adapter how.toml", "how.toml defines no class and no function: nothing to adapt"),
        ("compare how.toml:model gone.py", "there is no file gone.py"),
        ("assignment new x.toml --from noise", "noise is not UTF-8 text, as TOML must be"),
        ("assignment new x.toml --from how.toml", "how.toml, top level"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(command: str, said: str) -> None:
    result = invoke(command)
    assert result.exit_code == 2
    assert ONE_LINE.fullmatch(result.stderr), result.stderr
    assert said in result.stderr
    assert not Path("x.toml").exists()


@pytest.mark.usefixtures("here")
def test_the_largest_seed_can_be_used() -> None:
    assert "1 right" in invoke("check a.py::ReLU --seed 4294967295").stdout


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """`crosscheck` with this line of arguments and redirections."""
    return subprocess.run(["bash", "-c", program(command)], capture_output=True, text=True, check=False)


def program(command: str) -> str:
    return f"{shlex.quote(sys.executable)} -c 'from reference.cli import main; main()' {command}"


def test_a_full_disk_is_told_in_plain_words() -> None:
    for command in ("list", "--help", "check --help", "--version"):
        done = shell(f"{command} > /dev/full")
        assert (done.returncode, done.stderr) == (
            2,
            "crosscheck: the output cannot be written: no space left on device\n",
        )


@pytest.mark.skipif(sys.platform == "win32", reason="it needs a limit on the size of files")
@pytest.mark.parametrize("command", ["assignment new new.toml", "list --json new.json"])
def test_nothing_is_left_of_a_file_that_does_not_fit(here: Path, command: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 1; {program(command)}"],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stdout
    assert ONE_LINE.fullmatch(done.stderr), done.stderr
    assert "cannot be written: file too large" in done.stderr
    assert [each.name for each in here.iterdir() if "new" in each.name] == []


@pytest.mark.skipif(sys.platform == "win32", reason="it needs a limit on the size of files")
def test_no_room_for_temporary_files_is_told_in_one_line(here: Path) -> None:
    command = ["bash", "-c", f"ulimit -f 0; {program('check a.py')}"]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("crosscheck: No usable temporary directory found in ['")
    assert ONE_LINE.fullmatch(done.stderr)


def test_a_site_that_does_not_fit_is_told_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(migration_site, "write_whole", full)
    with pytest.raises(RequestError, match=r"/site cannot be written: no space left on device. Name another"):
        migration_site.write_site(tmp_path / "site", Reference((), (), (), 0.0))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("list >&-", 0),
        ("list <&-", 0),
        ("list 2>&-", 0),
        ("--help >&- 2>&-", 0),
        ("nosuch 2>&-", 2),
        ("nosuch 2> /dev/full", 2),
        ("list > /dev/full 2>&1", 2),
    ],
)
def test_streams_that_are_closed_or_full_change_no_status(command: str, status: int) -> None:
    done = shell(command)
    assert (done.returncode, done.stderr) == (status, "")


def test_four_times_as_much_code_takes_about_four_times_as_long(tmp_path: Path) -> None:
    file, seconds = tmp_path / "a.py", []
    for count in (4_000, 16_000):
        file.write_text("x = 1\n" * count)
        begun = time.process_time()
        assert len(read_submission(file).units) == count
        seconds.append(time.process_time() - begun)
    assert seconds[1] < 8 * seconds[0]  # 20 times where each statement looks through all before it


@pytest.mark.usefixtures("here")
def test_more_code_than_anyone_writes_is_refused() -> None:
    Path("a.py").write_text("x = 1\n" * 1_000_000)
    result = invoke("check a.py")
    assert result.exit_code == 2
    assert "a.py has 5 MB of code, more than the 4 that are read" in result.stderr

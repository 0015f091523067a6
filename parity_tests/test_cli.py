"""The command line: exit status, one-line errors, what it imports."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from command_line import ONE_LINE, invoke, process

import reference.frameworks
from reference import registry
from reference.cli import COMMANDS, main
from reference.errors import RequestError
from scratch.data import DataError
from scratch.dense import Dense

HEAVY = {"torch", "tensorflow", "keras", "matplotlib", "sklearn", "einops", "numpy", "rich"}


# starting


@pytest.mark.parametrize("arguments", [["--help"], ["parity", "--help"], ["list", "--help"], []])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from reference.cli import main\n"
        "try: main()\n"
        f"finally: print(sorted({HEAVY} & set(sys.modules)), file=sys.stderr)"
    )
    done = process(*arguments, code=code)
    assert done.stdout.startswith("Usage: crosscheck")
    assert done.stderr == "[]\n"
    assert done.returncode == (0 if arguments else 2)


def test_a_list_starts_no_framework() -> None:
    code = (
        "import sys; from reference.cli import main\n"
        "try: main()\n"
        "finally: print(sorted({'torch', 'keras', 'tensorflow'} & set(sys.modules)), file=sys.stderr)"
    )
    done = process("list", code=code)
    assert (done.returncode, done.stderr) == (0, "[]\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help(name: str) -> None:
    done = invoke(f"{name} --help")
    assert done.exit_code == 0
    assert f"Usage: crosscheck {name}" in done.stdout


# what cannot be carried out


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("nonsense", "no command is called 'nonsense', expected "),
        ("chek x.py", "no command is called 'chek'. Close: check."),
        ("Parity", "no command is called 'Parity'. Close: parity"),
        ("check x.py --lagn ja", "no such option '--lagn'. Did you mean one of: '--as', '--lang'?  (crosscheck check"),
        ("check x.py --time soon", "'soon' is not a number"),
        ("check x.py --json -", "--json - would be a file called -. Name another, /dev/stdout for standard output"),
        ("--nonsense", "no such option"),
        ("list --nonsense", "no such option"),
        ("migrate --too keras", "Did you mean '--to'?  (crosscheck migrate --help)"),
        ("list extra", "unexpected extra argument"),
        ("parity conv2", "no pair is called 'conv2'. Close: conv2d"),
        ("parity 'nothing*'", "no pair matches 'nothing*'"),
        ("parity --cases -3", "-3 is not in the range"),
        ("parity --cases many", "'many' is not a whole number"),
        ("parity --seed -1", "-1 is not in the range"),
        ("parity --jobs 0", "0 is not in the range"),
        ("parity --framework jax", "'jax' is not one of 'torch', 'keras'"),
        ("parity --dtype float16", "'float16' is not one of 'float64', 'float32'"),
        ("parity dense --case plane", "no case of dense is called 'plane'. Close: plain"),
        ("parity dense --case randomX", "no case of dense is called 'randomX'"),
        ("parity dense --framework derivative --dtype float32", "nothing to check"),
        ("parity --json /nonexistent/x.json", "there is no folder /nonexistent. Make it"),
        ("list --json .", ". is a folder, expected a file"),
    ],
)
def test_what_cannot_be_carried_out_is_one_line_and_2(command: str, said: str) -> None:
    done = invoke(command)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert ONE_LINE.fullmatch(done.stderr)
    assert said in done.stderr


def test_a_file_that_looks_like_options_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["crosscheck", "check", "-work.py"])
    assert "For the file" not in invoke("check -work.py").stderr
    (tmp_path / "-work.py").touch()
    assert invoke("check -work.py").stderr.endswith("For the file: ./-work.py  (crosscheck check --help)\n")


def test_a_link_to_itself_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop.py").symlink_to("loop.py")
    for command in ("check loop.py", "check loop.py --json loop.json", "adapter loop.py", "grade loop.py -a rnn-mnist"):
        done = invoke(command)
        assert (done.exit_code, done.stdout) == (2, "")
        assert ONE_LINE.fullmatch(done.stderr)
        assert "there is no " in done.stderr


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (RequestError("x came,\n  y was expected"), 2, "crosscheck: x came, y was expected\n"),
        (DataError("no images there"), 2, "crosscheck: no images there\n"),
        (ImportError("libcuda is missing"), 2, "crosscheck: libcuda is missing\n"),
        (KeyError("w"), 2, "crosscheck: stopped by a defect of its own: KeyError: 'w'  (crosscheck --debug"),
        (KeyboardInterrupt(), 130, "crosscheck: stopped\n"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_error_shows_a_traceback(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, said: str
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(registry, "pairs", fail)
    done = invoke("list")
    assert done.exit_code == status
    assert done.stderr.startswith(said)
    assert ONE_LINE.fullmatch(done.stderr)


@pytest.mark.parametrize(("command", "environment"), [("--debug list", {}), ("list", {"CROSSCHECK_DEBUG": "1"})])
def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, command: str, environment: dict[str, str]) -> None:
    def fail() -> None:
        raise KeyError("w")

    monkeypatch.setattr(registry, "pairs", fail)
    done = CliRunner().invoke(main, command.split(), env=environment)
    assert done.exit_code == 2
    assert "Traceback" in done.stderr
    assert "in fail" in done.stderr


def test_a_missing_framework_tells_both_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(reference.frameworks._PACKAGES, "torch", ("a_package_nobody_has",))
    done = invoke("parity dense")
    assert done.exit_code == 2
    assert ONE_LINE.fullmatch(done.stderr)
    assert "pip install 'crosscheck[torch]'" in done.stderr
    assert "--framework keras --framework derivative --framework contract" in done.stderr
    assert invoke("parity dense --case plain --framework derivative --framework contract").exit_code == 0


@pytest.mark.usefixtures("layer_changed")
def test_a_pair_that_breaks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def backward(self: Dense, dy: Any) -> Any:
        raise ValueError("half written")

    monkeypatch.setattr(Dense, "backward", backward)
    done = invoke("parity dense --case plain --framework contract")
    assert done.exit_code == 2
    assert ONE_LINE.fullmatch(done.stderr)
    assert "dense could not be checked: ValueError: half written" in done.stderr


def test_right_and_wrong_are_told_apart_where_there_is_ascii_only(tmp_path: Path) -> None:
    file = tmp_path / "é.py"
    file.write_text("class ReLU:\n    def forward(self, x):\n        return x * (x > 0)\nclass Sigmoid:\n    pass\n")
    code = "import sys; sys.stdout.reconfigure(encoding='ascii'); from reference.cli import main; main()"
    done = process("check", str(file), code=code)
    marks = [line.split()[0] for line in done.stdout.splitlines() if "ReLU" in line or "Sigmoid" in line]
    assert marks == ["~", "+"], done.stdout + done.stderr
    assert "?.py: 1 right, 1 unfinished" in done.stdout


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"set -o pipefail; {sys.executable} -c 'from reference.cli import main; main()' list | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 141)  # as fast as it is read, or as shells have it
    assert re.fullmatch(r" \d+ pairs · \d+ families\n", done.stdout)
    assert done.stderr == ""

"""The command line: exit status, one-line errors, what is printed and what is written."""

import json
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

import reference.frameworks
from reference import parity, registry
from reference.cli import COMMANDS, main
from reference.commands import checks
from reference.commands.parity import DTYPES, JUDGES
from reference.compare import Finding
from reference.errors import RequestError
from reference.pair import Twin
from reference.parity import Check
from reference.report import terminal
from reference.report.json import parity_document, write_json
from scratch.data import DataError
from scratch.dense import Dense

HEAVY = {"torch", "tensorflow", "keras", "matplotlib", "sklearn", "einops", "numpy", "rich"}
ONE_LINE = re.compile(r"crosscheck: [^\n]+\n")


def run(command: str) -> Result:
    return CliRunner().invoke(main, shlex.split(command))


def process(*arguments: str, code: str = "from reference.cli import main; main()") -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def assert_narrow(output: str) -> None:
    wide = [line for line in output.splitlines() if len(line) > 80 and not line.startswith(" repeat: ")]
    assert wide == []


@pytest.fixture
def wrong_dw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dense with half of its gradient."""
    right = Dense.backward

    def backward(self: Dense, dy: Any) -> Any:
        dx = right(self, dy)
        self.grads["w"] = self.grads["w"] / 2
        return dx

    monkeypatch.setattr(Dense, "backward", backward)


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
    done = run(f"{name} --help")
    assert done.exit_code == 0
    assert f"Usage: crosscheck {name}" in done.stdout


# what cannot be carried out


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("nonsense", "no command is called 'nonsense', expected "),
        ("--nonsense", "no such option"),
        ("list --nonsense", "no such option"),
        ("list extra", "unexpected extra argument"),
        ("parity conv2", "no pair is called 'conv2'. Close: conv2d"),
        ("parity 'nothing*'", "no pair matches 'nothing*'"),
        ("parity --cases -3", "-3 is not in the range"),
        ("parity --cases many", "not a valid integer"),
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
    done = run(command)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert ONE_LINE.fullmatch(done.stderr)
    assert said in done.stderr


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
    done = run("list")
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
    done = run("parity dense")
    assert done.exit_code == 2
    assert ONE_LINE.fullmatch(done.stderr)
    assert "pip install 'crosscheck[torch]'" in done.stderr
    assert "--framework keras --framework derivative --framework contract" in done.stderr
    assert run("parity dense --case plain --framework derivative --framework contract").exit_code == 0


def test_a_pair_that_breaks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def backward(self: Dense, dy: Any) -> Any:
        raise ValueError("half written")

    monkeypatch.setattr(Dense, "backward", backward)
    done = run("parity dense --case plain --framework contract")
    assert done.exit_code == 2
    assert ONE_LINE.fullmatch(done.stderr)
    assert "dense could not be checked: ValueError: half written" in done.stderr


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"set -o pipefail; {sys.executable} -c 'from reference.cli import main; main()' list | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 141)  # as fast as it is read, or as shells have it
    assert re.fullmatch(r" \d+ pairs · \d+ families\n", done.stdout)
    assert done.stderr == ""


# crosscheck list


def test_list_shows_every_pair(tmp_path: Path) -> None:
    done = run(f"list --json {tmp_path / 'pairs.json'}")
    assert done.exit_code == 0
    assert_narrow(done.stdout)
    document = json.loads((tmp_path / "pairs.json").read_text())
    assert document["schema"] == "crosscheck.list/1"
    assert [each["pair"] for each in document["pairs"]] == list(registry.pairs())
    for each in document["pairs"]:
        assert each.keys() == {"pair", "kind", "twins", "reason"}
        assert each["twins"].keys() == {"torch", "keras"}
        assert re.search(rf"^ +{each['pair']} .*\d$", done.stdout, re.MULTILINE)


# crosscheck parity


def test_the_options_offer_what_there_is() -> None:
    assert JUDGES == parity.JUDGES
    assert DTYPES == parity.DTYPES


def test_all_agree_is_0_and_said_first() -> None:
    done = run("parity dense --case plain --seed 3")
    assert (done.exit_code, done.stderr) == (0, "")
    first = done.stdout.splitlines()[0]
    assert re.match(r" 7 checks agree · 0 disagree · 1 pair · torch \d\S+, keras \d\S+ · seed 3", first)
    assert re.search(r"^ dense +1 +7 +\w+ +float\d\d +\w+ +\S+ \(\S+\)", done.stdout, re.MULTILINE)
    assert_narrow(done.stdout)


def test_a_broken_layer_is_1_with_the_vote_and_a_command_that_repeats_it(wrong_dw: None) -> None:
    done = run("parity dense --cases 1 --framework torch --dtype float64")
    assert done.exit_code == 1
    assert_narrow(done.stdout)
    blocks = done.stdout.removesuffix("\n\n").split("\n\n")
    assert re.match(r" 9 of 9 checks disagree · 1 pair · torch", blocks[0])
    assert len(blocks) == 10
    said = " ".join(blocks[1].split())
    assert said.startswith("dense · torch · float64 · plain (seed 7) y agrees")
    assert "dw DISAGREES" in said
    assert "keras and the numerical derivative side with torch: scratch stands alone" in said
    for block in (blocks[1], blocks[9]):
        repeat = block.splitlines()[-1].removeprefix(" repeat: crosscheck ")
        again = run(repeat)
        assert again.exit_code == 1
        assert again.stdout.split("\n\n")[1].rstrip() == block.rstrip()


def test_a_random_case_repeats_however_many_are_drawn(wrong_dw: None) -> None:
    done = run("parity dense --framework derivative --cases 0 --case random31")
    assert done.exit_code == 1
    assert "dense · derivative · float64 · random31   (seed 7)" in done.stdout
    assert "torch and keras side with the numerical derivative" in " ".join(done.stdout.split())


def test_parity_json(tmp_path: Path, wrong_dw: None) -> None:
    path = tmp_path / "parity.json"
    assert run(f"parity dense --case plain --framework torch --framework contract --json {path}").exit_code == 1
    document = json.loads(path.read_text())
    assert document.keys() == {"schema", "seed", "summary", "checks"}
    assert (document["schema"], document["seed"]) == ("crosscheck.parity/1", 7)
    assert document["summary"].keys() == {"checks", "agree", "disagree", "seconds"}
    assert [document["summary"][key] for key in ("checks", "agree", "disagree")] == [4, 2, 2]
    for check in document["checks"]:
        assert check.keys() == {"pair", "framework", "dtype", "case", "agree", "quantities"}
        assert check["agree"] == all(quantity["agree"] for quantity in check["quantities"])
        for quantity in check["quantities"]:
            assert quantity.keys() == {"name", "max_abs", "max_rel", "ulp", "allowed", "agree"}
    assert list(tmp_path.iterdir()) == [path]


def test_json_has_null_for_what_is_no_number_and_names_problems() -> None:
    findings = (
        Finding("y", False, max_abs=float("inf"), max_rel=float("nan"), ulp=float("inf"), allowed=8.0),
        Finding("dx", False, problem="has shape (3,), expected (4,)"),
    )
    document = parity_document([Check("dense", "torch", "float64", "plain", findings, 7)], 7, 0.5)
    y, dx = json.loads(json.dumps(document, allow_nan=False))["checks"][0]["quantities"]
    assert y == {"name": "y", "max_abs": None, "max_rel": None, "ulp": None, "allowed": 8.0, "agree": False}
    assert dx["problem"] == "has shape (3,), expected (4,)"


def test_json_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text("before")
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"x": float("nan")})
    assert path.read_text() == "before"
    link = tmp_path / "link.json"
    link.symlink_to(path)
    write_json(link, {"x": 1})
    assert link.is_symlink()
    assert json.loads(path.read_text()) == {"x": 1}
    assert sorted(tmp_path.iterdir()) == [path, link]


def test_names_may_be_patterns_and_come_in_one_order() -> None:
    names = [pair.name for pair in checks.select(["relu", "*pool2d", "relu"])]
    assert names == [name for name in registry.pairs() if name == "relu" or name.endswith("pool2d")]
    assert list(checks.select([])) == list(registry.pairs().values())


def test_pairs_that_were_not_checked_are_named() -> None:
    done = run("parity dense sgd --framework contract")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1].endswith("not checked, for nothing asked for applies to them: sgd")


def test_processes_find_what_one_process_finds() -> None:
    request = parity.Request(checks.select(["dense", "relu"]), ("contract",), draws=1, seed=7)
    here = list(map(str, checks.run(request, jobs=1)))
    assert len(here) > 20
    assert sorted(map(str, checks.run(request, jobs=2))) == sorted(here)


def test_what_breaks_in_another_process_is_told_here() -> None:
    request = parity.Request(checks.select(["dense", "relu"]), ("contract",), dtypes=("float63",))
    with pytest.raises(RuntimeError, match=r"(dense|relu) could not be checked: TypeError: .*float63"):
        list(checks.run(request, jobs=2))


# the report


def outcome(*found: Check, **changes: Any) -> checks.Outcome:
    pairs = tuple(registry.find(name) for name in dict.fromkeys(check.pair for check in found))
    return replace(checks.Outcome(found, pairs, ("torch 1.0", "keras 2.0"), 7, 3661.4), **changes)


def printed(capsys: pytest.CaptureFixture[str], *found: Check, **changes: Any) -> str:
    terminal.print_parity(outcome(*found, **changes), lambda check, finding: None)
    text = capsys.readouterr().out
    assert_narrow(text)
    return text


def dense_check(case: str, *findings: Finding) -> Check:
    return Check("dense", "keras", "float64", case, findings, 7)


WRONG = Finding("dw", False, 0.5, 0.5, 2e15, 24, (2, 0), -0.4127, -0.3994)


def test_many_disagreements_are_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, *(dense_check(f"random{i}", WRONG) for i in range(1234)))
    assert text.startswith(" 1,234 of 1,234 checks disagree ")
    assert text.count("DISAGREES") == terminal.SHOWN
    assert text.endswith(" and 1,214 more; --json FILE writes all of them\n")


def test_one_disagreement(capsys: pytest.CaptureFixture[str]) -> None:
    long_case = "a-case-with-a-name-much-longer-than-others-have-" * 2
    text = printed(capsys, dense_check("plain", replace(WRONG, agree=True)), dense_check(long_case, WRONG))
    assert text.startswith(" 1 of 2 checks disagrees ")
    assert "dw  DISAGREES  2.0e15 ulp (24) at [2, 0]: scratch -0.4127, keras -0.3994\n" in text
    repeat = f" repeat: crosscheck parity dense --framework keras --dtype float64 --seed 7 --case {long_case}\n"
    assert repeat in text


def test_values_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, dense_check("plain", replace(WRONG, got=1.00000001, want=1.0)))
    assert "scratch 1.00000001, keras 1\n" in text


def test_a_problem_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, dense_check("plain", Finding("y", False, problem="has shape [1, 2], expected (2,)")))
    assert "y  DISAGREES  has shape [1, 2], expected (2,)\n" in text


def test_initializers_are_in_standard_errors(capsys: pytest.CaptureFixture[str]) -> None:
    found = Finding("mean", False, 0.1, 0.1, 7.5, 5.0, got=0.1, want=0.2)
    text = printed(capsys, Check("he_normal", "torch", "float64", "tall", (found,), 7))
    assert "7.5 s.e. (5)" in text
    agreeing = Check("he_normal", "torch", "float64", "tall", (replace(found, agree=True, ulp=2.5),), 7)
    text = printed(capsys, agreeing)
    assert "2.5 s.e. (5)" in text
    assert "s.e.: standard errors" in text


def test_what_is_not_exact_is_said_with_what_was_shown(capsys: pytest.CaptureFixture[str]) -> None:
    none = Twin(None, likeness="none", reason="nobody has written one")
    inexact = Twin(None, likeness="inexact", reason="its variance is that of N - 1")
    pair = replace(registry.find("dense"), torch=none, keras=inexact)
    shown = Finding("y", True, 0.1, 0.0312, 1e14, 24, reason="differs as declared")
    text = printed(capsys, dense_check("shown", shown), dense_check("plain", Finding("y", True)), pairs=(pair,))
    assert "dense  torch has no counterpart: nobody has written one\n" in text
    assert "dense  keras, y by 3 % of its largest element: its variance is that of N - 1\n" in text
    assert "1.0e14" not in text  # a declared difference is not the worst of a family


@pytest.mark.parametrize("columns", [60, 40])
def test_narrow_terminals_lose_columns_not_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setattr(terminal, "console", lambda: Console(width=columns, highlight=False))
    terminal.print_parity(outcome(dense_check("plain", replace(WRONG, agree=True, ulp=3.0))), lambda *_: None)
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= columns
    assert re.search(r"^ dense .* dw  float64  keras  3 \(24\)", text, re.MULTILINE)

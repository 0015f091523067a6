"""crosscheck assignment new, list and show."""

import re
import shlex
from pathlib import Path

from assignment_text import GOOD, SYSTEMS, written
from click.testing import CliRunner, Result

from reference.cli import main
from reference.homework.grading.assignment import find, load, new
from reference.homework.grading.possible import require_known


def run(command: str) -> Result:
    return CliRunner().invoke(main, shlex.split(command))


def test_new_writes_a_commented_assignment_that_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    done = run(f"assignment new {path}")
    assert (done.exit_code, str(path) in done.stdout) == (0, True)
    made = load(path)
    require_known(made)
    assert len(made.questions) == 3
    text = path.read_text()
    keys = {key for line in text.splitlines() for key in re.findall(r"^(\w+) =", line)}
    assert keys >= {"title", "seed", "seconds", "tolerance", "allow", "symbol", "tag", "pair", "points", "partial"}
    assert sum(line.startswith("#") for line in text.splitlines()) >= 10


def test_new_draws_a_seed_of_its_own() -> None:
    seeds = {re.search(r"^seed = (\d+)$", new(), re.MULTILINE)[1] for _ in range(4)}  # type: ignore[index]
    assert len(seeds) == 4


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("precious")
    done = run(f"assignment new {path}")
    assert (done.exit_code, path.read_text()) == (2, "precious")
    assert done.stderr == f"crosscheck: {path} is there already and is left alone. Name another file\n"


def test_new_from_a_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    assert run(f"assignment new {path} --from rnn-mnist").exit_code == 0
    assert load(path).questions == find("rnn-mnist").questions
    assert load(path).seed != find("rnn-mnist").seed


def test_new_to_standard_output(tmp_path: Path) -> None:
    done = run("assignment new")
    path = tmp_path / "printed.toml"
    path.write_text(done.stdout)
    assert (done.exit_code, load(path).title) == (0, "Layers by hand")


def test_list_and_show() -> None:
    listed = run("assignment list")
    assert listed.exit_code == 0
    assert [
        line.split()[0] for line in listed.stdout.splitlines() if line.split()[:1] and line.split()[0] in SYSTEMS
    ] == (SYSTEMS)
    shown = run("assignment show rnn-mnist")
    assert shown.exit_code == 0
    assert "5 questions · 50 points" in shown.stdout
    assert "backward_propagation" in shown.stdout


def test_no_command_shows_a_seed(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    file = tmp_path / "shown.json"
    done = run(f"assignment show {path} --json {file}")
    assert done.exit_code == 0
    assert "31415" not in done.stdout + file.read_text()


def test_a_wrong_file_is_one_line_and_2(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("points = 10", 'points = "ten"'))
    done = run(f"assignment show {path}")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"crosscheck: {path}, [[question]] 1, points: got 'ten', expected a number\n"

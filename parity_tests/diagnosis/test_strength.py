"""The measure of the suite's strength, and that it tells a weak suite from a strong one."""

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from reference import sides
from reference.diagnosis import mutation, suite, workers
from reference.diagnosis.equivalence import reason_of, rules
from reference.diagnosis.mutants import Mutant, mutants
from reference.diagnosis.strength import Planted, Verdict, planted, sampled
from reference.diagnosis.suite import Endless, Question, killer
from reference.pair import Case, Pair
from reference.registry import find, pairs
from scratch.layer import Array

SAMPLE = 60
# of what is killed or survives
LEAST = 0.95


@pytest.fixture(scope="module")
def changes() -> list[Planted]:
    return planted(list(pairs().values()))


def test_nearly_every_mutant_of_a_sample_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "mutation.json"
    names = ["tanh", "softmax", "dense", "layer_norm", "huber", "simple_rnn", "conv1d", "max_pool1d", "sgd"]
    args = [*names, "--sample", str(SAMPLE), "--jobs", "1", "--json", str(file)]
    ran = CliRunner().invoke(mutation.command, args, standalone_mode=False)
    found = json.loads(file.read_text())
    assert found["schema"] == "crosscheck.mutation/1"
    assert found["mutants"] == SAMPLE == found["killed"] + found["equivalent"] + len(found["survived"])
    assert found["killed"] / (SAMPLE - found["equivalent"]) >= LEAST, found["survived"]
    assert ran.return_value == (1 if found["survived"] else 0)


@pytest.mark.parametrize("state", ["killed", "equivalent", "survived"])
def test_only_a_mutant_that_survives_makes_the_exit_status_1(
    state: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mutation, "verdicts", lambda some, jobs: (Verdict(each.mutant.id, state) for each in some))
    file = tmp_path / "mutation.json"
    ran = CliRunner().invoke(mutation.command, ["tanh", "--sample", "3", "--json", str(file)], standalone_mode=False)
    found = json.loads(file.read_text())
    assert ran.return_value == (1 if state == "survived" else 0)
    assert found == {
        "schema": "crosscheck.mutation/1",
        "mutants": 3,
        "killed": 3 if state == "killed" else 0,
        "equivalent": 3 if state == "equivalent" else 0,
        "survived": found["survived"],
    }
    assert len(found["survived"]) == (3 if state == "survived" else 0)
    for each in found["survived"]:
        assert each.keys() == {"id", "kind", "line", "before", "after", "pairs"}
        assert f"survives: {each['id']}" in ran.output


def test_a_sample_is_always_the_same(changes: list[Planted]) -> None:
    first, second = (sampled(changes, SAMPLE) for _ in range(2))
    assert [each.mutant.id for each in first] == [each.mutant.id for each in second]
    assert len({each.mutant.id for each in first}) == SAMPLE


def backward_of_softmax() -> list[Mutant]:
    """The mutants of its gradient that multiply, drop or double something, not those that break."""
    kinds = {"sign", "factor-repeated"}
    return [m for m in mutants(find("softmax").layer) if m.method == "backward" and m.kind in kinds]


def killed(pair: Pair, some: list[Mutant]) -> int:
    return sum(bool(killer([(pair, mutant)])) for mutant in some)


def test_a_cotangent_of_ones_lets_mutants_survive(monkeypatch: pytest.MonkeyPatch) -> None:
    pair, some = replace(find("softmax"), cases=find("softmax").cases[:1]), backward_of_softmax()
    assert killed(pair, some) == len(some) >= 3
    right = sides.make_arrays

    def of_ones(pair: Pair, case: Case, seed: int) -> sides.Arrays:
        arrays = right(pair, case, seed)
        return replace(arrays, dy=np.ones_like(arrays.dy))

    monkeypatch.setattr(sides, "make_arrays", of_ones)
    assert killed(replace(pair, name=pair.name), some) < len(some)


def test_what_no_case_runs_survives() -> None:
    pair = find("simple_rnn")
    weak = replace(pair, cases=tuple(case for case in pair.cases if case.name == "sequences"))
    mutant = next(m for m in mutants(pair.layer) if m.method == "_masked_output")
    assert killer([(weak, mutant)]) == ""


def test_every_rule_of_equivalence_is_about_some_mutant(changes: list[Planted]) -> None:
    mutants = [change.mutant for change in changes]
    assert [rule for rule in rules() if not any(map(rule.matches, mutants))] == []
    assert sum(bool(reason_of(mutant)) for mutant in mutants) < len(mutants) / 40


def test_what_the_complex_step_alone_runs_is_asked_of_it() -> None:
    """Sigmoid's bound is for complex numbers only."""
    pair = find("sigmoid")
    mutant = next(m for m in mutants(pair.layer) if m.statement == "x = np.minimum(x, -700)")
    assert killer([(pair, mutant)]).endswith("derivative float64")
    smooth_no_more = replace(pair, cases=tuple(case for case in pair.cases if not case.smooth))
    assert killer([(smooth_no_more, mutant)]) == ""


def in_a_process(task: int) -> int:
    if task == 2:
        os.kill(os.getpid(), signal.SIGSEGV)
    return task


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_crash_is_a_result_and_the_others_go_on(jobs: int) -> None:
    found = sorted(workers.spread(in_a_process, [[1, 2, 3], [4]], jobs, lambda task, how: -task))
    assert found == [-2, 1, 3, 4]


def test_an_error_of_our_own_is_no_result() -> None:
    def broken(task: int) -> int:
        raise KeyError(task)

    with pytest.raises(RuntimeError, match="KeyError"):
        list(workers.spread(broken, [[1]], 1, lambda task, how: 0))


def never() -> None:
    with suite._limited(0.1):
        while True:
            pass


def test_a_check_does_not_take_the_end_of_its_time_for_a_disagreement() -> None:
    class Slow(find("tanh").layer):  # type: ignore[misc]
        def forward(self, x: Array) -> Array:
            never()
            return x

    with pytest.raises(Endless):
        Question(find("tanh"), find("tanh").cases[0], "contract", "float64").refuses(Slow)


def test_a_loop_without_end_ends() -> None:
    start = time.process_time()
    with pytest.raises(Endless):
        never()
    assert time.process_time() - start < 5

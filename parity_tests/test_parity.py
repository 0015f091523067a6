"""Every pair agrees with every judge, in both dtypes, on its declared cases and on some random ones."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import reference.frameworks
import reference.parity
from reference.compare import Finding, allowed_ulp
from reference.edges import every_case
from reference.frameworks import MissingFramework
from reference.pair import FRAMEWORKS, Array, Case, Pair
from reference.parity import DTYPES, Check, check, drawn, judges_of
from reference.registry import pairs
from reference.sides import Arrays, Side, prepare, twin_side
from reference.vote import find_case

DRAWS = 4
SEED = 0


def trials() -> Iterator[Any]:
    """A test for each case, of all judges in both dtypes: a test for each check would cost as much as the check."""
    for name, pair in pairs().items():
        drawn = [f"random{index}" for index in range(DRAWS)] if pair.draw else []
        for case in (*(case.name for case in every_case(pair)), *drawn):
            yield pytest.param(pair, case, id=f"{name}-{case}", marks=pytest.mark.xdist_group(name))


TRIALS = list(trials())


@pytest.mark.parametrize(("pair", "name"), TRIALS)
def test_agrees(pair: Pair, name: str) -> None:
    case = find_case(pair, name, SEED)
    assert case is not None
    asked = [(judge, dtype) for dtype in DTYPES for judge in judges_of(pair, case, dtype)]
    assert asked
    checks = [check(pair, case, judge, dtype, SEED) for judge, dtype in asked]
    failed = [checked for checked in checks if not checked.agree]
    assert not failed, "\n".join(map(explained, failed))


def explained(checked: Check) -> str:
    """Every quantity that disagrees, and what repeats the check."""
    unit = "standard errors" if pairs()[checked.pair].kind == "initializer" else "ulp"
    lines = [described(finding, unit) for finding in checked.findings if not finding.agree]
    return "\n".join(["", *lines, checked.command])


def described(finding: Finding, unit: str) -> str:
    """A disagreement: where, both values, how far apart they are and how far they may be."""
    if finding.problem:
        return f"{finding.name} {finding.problem}"
    place = f"{finding.name}[{', '.join(map(str, finding.index))}]" if finding.index else finding.name
    error = f"{finding.max_abs:.3g}, {finding.ulp:.3g} {unit} where {finding.allowed:.3g} are allowed"
    return f"{place} is {finding.got!r}, expected {finding.want!r}; off by {error}"


def test_every_pair_is_held_to_both_frameworks() -> None:
    """A case may leave a framework out, a pair only where it says that there is no twin."""
    asked = {(name, f) for name, pair in pairs().items() for case in pair.cases for f in case.frameworks}
    twins = {(name, f) for name, pair in pairs().items() for f in FRAMEWORKS if pair.twin(f).likeness != "none"}
    assert twins <= asked


def test_ids_are_unique() -> None:
    ids = [trial.id for trial in TRIALS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("ours", "theirs", "agree", "asked"),
    [(0.5, 0, True, False), (3, 0, False, True), (3, 1, True, True), (5, 1, False, True), (500, 1e6, False, True)],
)
def test_a_framework_excuses_a_multiple_of_its_own_error(
    ours: float, theirs: float, agree: bool, asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In float32, both off by so many times what is allowed anyway; it is asked only where that matters."""
    pair, seed, calls = pairs()["dense"], 11, []
    case = pair.cases[0]
    allowed = allowed_ulp(prepare(pair, case, seed).arrays.longest) * float(np.finfo(np.float32).eps)

    def off(y: Array, times: float) -> Array:
        return (y + times * allowed * max(np.abs(y).max(), sensitivity)).astype(y.dtype)

    sensitivity = prepare(pair, case, seed).sensitivity["y"]

    class Off(pair.layer):  # type: ignore[misc, name-defined]
        def forward(self, x: Array) -> Array:
            return off(super().forward(x), ours)

    def twin(pair: Pair, case: Case, arrays: Arrays, dtype: str, judge: str) -> Side:
        side = twin_side(pair, case, arrays, dtype, judge)
        if dtype == "float32":
            calls.append(judge)
            side["y"] = off(side["y"], theirs)
        return side

    monkeypatch.setattr(reference.parity, "twin_side", twin)
    reference.parity._rounded.cache_clear()
    agrees = check(pair, case, "torch", "float32", seed, Off).agree
    reference.parity._rounded.cache_clear()
    assert agrees == agree
    assert bool(calls) == asked


@pytest.mark.parametrize(
    ("judge", "build"),
    [
        ("torch", lambda torch, o: lambda weights: torch.optim.SGD(weights, lr=o.lr)),
        ("keras", lambda keras, o: keras.optimizers.SGD(o.lr)),
    ],
)
def test_a_twin_that_keeps_no_average_of_the_weights_is_no_twin(judge: str, build: Any) -> None:
    pair = pairs()["sgd"]
    forgetful = replace(pair, **{judge: replace(getattr(pair, judge), build=build)})
    case = Case("average", {}, {"lr": 0.1, "ema_momentum": 0.9})
    assert check(pair, case, judge).agree
    (found, *_) = check(forgetful, case, judge).findings
    assert not found.agree
    assert found.problem == f"is kept by scratch alone, not by the twin in {judge}"


@pytest.mark.parametrize("judge", FRAMEWORKS)
@pytest.mark.parametrize("name", [name for name, pair in pairs().items() if pair.kind == "optimizer"])
def test_every_optimizer_and_its_twins_average_the_weights(name: str, judge: str) -> None:
    """Whatever it does at a step, or puts in the place of one."""
    pair = pairs()[name]
    averaged = {"ema_momentum": 0.9, "ema_overwrite_frequency": 3}
    case = Case("averaged", {}, {**pair.cases[0].options, **averaged})
    failed = check(pair, case, judge)
    assert failed.agree, explained(failed)

    class Forgets(pair.layer):  # type: ignore[misc, name-defined]
        def _average(self, *args: Any) -> None:
            pass

    class NeverOverwrites(pair.layer):  # type: ignore[misc, name-defined]
        def __init__(self, *args: Any, ema_overwrite_frequency: int, **options: Any) -> None:
            super().__init__(*args, **options)

    for wrong in (Forgets, NeverOverwrites):
        assert not check(pair, case, judge, layer=wrong).agree, wrong.__name__


@pytest.mark.parametrize("judge", FRAMEWORKS)
def test_what_float32_cannot_show_of_rounding_is_no_mistake(judge: str) -> None:
    """Ftrl's n'**p - n**p, where n' is n in float32 and not in float64; every wrong Ftrl is wrong there too."""
    pair = pairs()["ftrl"]
    case = drawn(pair, 35, 7)
    right = check(pair, case, judge, seed=7)
    assert right.agree, explained(right)

    class SquaresInSingle(pair.layer):  # type: ignore[misc, name-defined]
        def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
            super().update(w, g, state)
            state["n"] = state["n"].astype(np.float32).astype(w.dtype)

    class ShrinkageForgotten(pair.layer):  # type: ignore[misc, name-defined]
        def __init__(self, *args: Any, shrinkage: float = 0.0, **options: Any) -> None:
            super().__init__(*args, **options)

    class RootForPower(pair.layer):  # type: ignore[misc, name-defined]
        def __init__(self, *args: Any, lr_power: float = -0.5, **options: Any) -> None:
            super().__init__(*args, **options)

    for wrong in (SquaresInSingle, ShrinkageForgotten, RootForPower):
        found = [finding for finding in check(pair, case, judge, seed=7, layer=wrong).findings if not finding.agree]
        assert {finding.name[0] for finding in found} == {"a", "d"}, wrong.__name__


@pytest.mark.parametrize("judge", FRAMEWORKS)
def test_what_a_saturated_layer_loses_in_float32_is_no_mistake(judge: str) -> None:
    """Of 1 - h**2, and no more than that: not what half precision makes of h, nor a factor."""
    pair = pairs()["simple_rnn_dropout"]
    case = drawn(pair, 7, 13)
    right = check(pair, case, judge, "float32", 13)
    assert right.agree, explained(right)

    class Halves(pair.layer):  # type: ignore[misc, name-defined]
        def backward(self, dy: Array) -> Any:
            return tuple(np.float16(d).astype(d.dtype) for d in super().backward(dy))

    class AFactor(pair.layer):  # type: ignore[misc, name-defined]
        def backward(self, dy: Array) -> Any:
            return tuple(1.001 * d for d in super().backward(dy))

    for wrong in (Halves, AFactor):
        assert not check(pair, case, judge, "float32", 13, wrong).agree, wrong.__name__


@pytest.mark.parametrize("judge", FRAMEWORKS)
def test_a_missing_framework_fails(judge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not skipped, and not taken for a disagreement of the layer either."""
    monkeypatch.setitem(reference.frameworks._PACKAGES, judge, ("no_such_package",))
    pair = pairs()["dense"]
    for layer in (None, pair.layer):
        with pytest.raises(MissingFramework, match=f"{judge} was asked for"):
            check(pair, pair.cases[0], judge, layer=layer)


def test_collecting_imports_no_framework() -> None:
    code = (
        "import sys, test_parity, test_wrong_layers\n"
        "print(sorted({'torch', 'keras', 'tensorflow'} & sys.modules.keys()))"
    )
    here = Path(__file__).parent
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

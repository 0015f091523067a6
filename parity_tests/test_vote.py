"""Who stands alone on a disagreement."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reference.pair import Pair, Twin
from reference.parity import check
from reference.registry import find
from reference.vote import NUMERICAL, Vote, find_case, vote
from scratch.dense import Dense
from scratch.optimizers import SGD

OURS = "submission"


class HalfOfDw(Dense):
    def backward(self, dy: Any) -> Any:
        dx = super().backward(dy)
        self.grads["w"] = self.grads["w"] / 2
        return dx


class NanInDb(Dense):
    def backward(self, dy: Any) -> Any:
        dx = super().backward(dy)
        self.grads["b"] = np.full_like(self.grads["b"], np.nan)
        return dx


class Transposed(Dense):
    def forward(self, *inputs: Any) -> Any:
        return super().forward(*inputs).T


class Breaks(Dense):
    def backward(self, dy: Any) -> Any:
        raise RuntimeError("not written")


class WithoutComplexStep(HalfOfDw):
    """Throws the imaginary part away, so that its derivative would look like zero."""

    def forward(self, *inputs: Any) -> Any:
        y = super().forward(*inputs)
        return y.astype(np.float64) if np.iscomplexobj(y) else y


class HalfStep(SGD):
    def step(self, params: Any, grads: Any) -> None:
        super().step(params, {name: g / 2 for name, g in grads.items()})


def votes(pair: Pair, judge: str, layer: Any, case: str = "plain", dtype: str = "float64") -> list[Vote | None]:
    found = find_case(pair, case, seed=7)
    assert found is not None
    checked = check(pair, found, judge, dtype, 7, layer)
    wrong = [finding for finding in checked.findings if not finding.agree]
    assert wrong
    return [vote(pair, found, checked, finding, layer, OURS if layer else "scratch") for finding in wrong]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_wrong_gradient_stands_alone_against_all_others(dtype: str) -> None:
    (found,) = votes(find("dense"), "keras", HalfOfDw, dtype=dtype)
    assert found is not None
    assert found.alone == OURS
    assert found.beside == {"scratch": "keras", "torch": "keras", NUMERICAL: "keras"}
    assert found.sentence.endswith(f"side with keras: {OURS} stands alone")
    assert found.values[OURS] == pytest.approx(found.values["keras"] / 2, rel=1e-5)


def test_the_numerical_derivative_is_asked_at_a_place_even_if_it_was_compared_along_directions() -> None:
    (found,) = votes(find("dense"), "derivative", HalfOfDw)
    assert found is not None
    assert found.quantity == "dw"
    assert len(found.index) == 2
    assert found.alone == OURS
    assert found.theirs == NUMERICAL


def test_nan_stands_alone() -> None:
    (found,) = votes(find("dense"), "torch", NanInDb)
    assert found is not None
    assert found.alone == OURS


def doubled(pair: Pair) -> Pair:
    """The pair with a twin in PyTorch that doubles its output."""

    def build(torch: Any, options: Any) -> Any:
        assert pair.torch.build is not None
        module = pair.torch.build(torch, options)
        module.register_forward_hook(lambda _, inputs, y: 2 * y)
        return module

    return replace(pair, torch=replace(pair.torch, build=build))


def test_a_framework_can_stand_alone() -> None:
    found, *gradients = votes(doubled(find("dense")), "torch", None)
    assert found is not None
    assert found.quantity == "y"
    assert found.sentence == "keras sides with scratch: torch stands alone"
    assert {each.alone for each in gradients if each} == {"torch"}


def test_one_who_stands_alone_is_only_named_when_all_others_agree() -> None:
    (found,) = votes(doubled(find("dense")), "keras", HalfOfDw)
    assert found is not None
    assert found.alone == ""
    assert "torch sides with neither" in found.sentence


def test_a_side_that_raises_is_silent() -> None:
    def build(torch: Any, options: Any) -> Any:
        raise OSError("no such kernel")

    pair = replace(find("dense"), torch=Twin(build))
    (found,) = votes(pair, "keras", HalfOfDw)
    assert found is not None
    assert found.silent == {"torch": "OSError: no such kernel"}
    assert found.alone == OURS


def test_a_layer_without_a_complex_step_has_no_numerical_derivative() -> None:
    (found,) = votes(find("dense"), "torch", WithoutComplexStep)
    assert found is not None
    assert "ComplexWarning" in found.silent[NUMERICAL]
    assert found.alone == OURS


@pytest.mark.parametrize("layer", [Transposed, Breaks])
def test_there_is_no_vote_where_there_are_no_numbers(layer: Any) -> None:
    assert set(votes(find("dense"), "torch", layer)) == {None}


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # keras.Variable under NumPy 2
def test_an_optimizer_is_put_to_the_other_framework() -> None:
    found = votes(find("sgd"), "torch", HalfStep)[0]
    assert found is not None
    assert found.sentence == f"keras sides with torch: {OURS} stands alone"


def test_a_random_case_is_found_however_many_are_drawn() -> None:
    case = find_case(find("dense"), "random123", seed=7)
    assert case is not None
    assert case.name == "random123"
    assert find_case(find("dense"), "random", seed=7) is None
    assert find_case(find("dense"), "nothing", seed=7) is None

"""What is kept of the answers to changed code is what would be answered again."""

import numpy as np
import pytest

from reference.diagnosis import answered
from reference.diagnosis.answered import Answered
from reference.diagnosis.bench import changed
from reference.diagnosis.evidence import Evidence, Found, undrawn
from reference.diagnosis.mutants import mutants
from reference.diagnosis.pairing import together
from reference.registry import pairs
from reference.sides import make_arrays, scratch_side
from scratch.initializers import GlorotUniform
from scratch.multi_head_attention import MultiHeadAttention


def evidence(name: str, *, gradients: bool, seed: int = 0) -> Evidence:
    """The right answers of a pair, called wrong."""
    pair = pairs()[name]
    case = pair.cases[0]
    arrays = make_arrays(pair, case, seed)
    side = scratch_side(pair, case, arrays, "float64")
    found = {n: Found(a, a, True) for n, a in side.items() if gradients or n == "y"}
    return Evidence(pair, case, arrays, found)


@pytest.mark.parametrize("name", ["multi_head_attention", "dense", "gru"])
def test_the_output_alone_is_that_of_the_whole(name: str) -> None:
    alone, whole = evidence(name, gradients=False), evidence(name, gradients=True)
    assert alone.output_only
    assert not whole.output_only
    first, second = alone.side(), whole.side()
    assert first is not None
    assert second is not None
    assert set(first) == {"y"} < set(second)
    np.testing.assert_array_equal(first["y"], second["y"])


def test_weights_are_drawn_again_afterwards() -> None:
    with undrawn():
        assert not GlorotUniform()((3, 4), 0).any()
    assert GlorotUniform()((3, 4), 0).any()


def test_answers_are_asked_for_once_of_one_problem() -> None:
    answered._kept.clear()
    one, other = mutants(MultiHeadAttention)[:2]
    asked = []

    def answer() -> dict[str, np.ndarray]:
        asked.append(1)
        return {"y": np.zeros(3)}

    for problem in (evidence("multi_head_attention", gradients=False) for _ in range(2)):
        Answered(problem).side(one, other, answer)
    assert len(asked) == 1
    Answered(evidence("multi_head_attention", gradients=False, seed=1)).side(one, other, answer)
    Answered(evidence("multi_head_attention", gradients=False)).side(other, one, answer)
    assert len(asked) == 3
    Answered(evidence("multi_head_attention", gradients=True)).side(one, other, answer)
    Answered(evidence("multi_head_attention", gradients=True)).side(one, other, answer)
    assert len(asked) == 5  # gradients are not kept
    assert len(answered._kept) <= answered.MOST_PROBLEMS


def test_two_changes_of_a_function_are_compiled_once() -> None:
    one, *others = (changed("x", m, {}, 0) for m in mutants(MultiHeadAttention)[:40])
    both = [together(one, other) for other in others]
    again = [together(one, other) for other in others]
    same = [a.change is b.change for a, b in zip(both, again, strict=True) if a is not None and b is not None]
    assert any(same)

"""Many samples: what is computed in pieces, or otherwise from some size on, is computed alike for few and for many."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reference.compare import allowed_ulp, compare
from reference.pair import Array, Case, Pair
from reference.registry import find, pairs
from reference.sides import Arrays, gradient_name, prepare, scratch_side
from scratch.layer import Layer

# an odd number, so that no piece ends where the samples start anew
TIMES = 97

# where samples are not apart from each other: what the batch has to do with each of them
TOGETHER = {
    "softmax-columns": "along the batch",
    "log_softmax-columns": "along the batch",
    "sparsemax-columns": "along the batch",
    "sparsemax-first": "along the batch",
    "unit_norm-columns": "along the batch",
    "embedding-scaled-by-frequency": "by how often a token is in the batch",
    "batch_norm1d-batch1": "by the moments of the batch, which one sample has not",
}

# whose samples lie one after the other, of unequal lengths
RAGGED = ("ragged_embedding_bag",)

# what takes no batch, or makes one number of it
APART = ("optimizer", "schedule", "initializer", "loss")


def _has_samples(pair: Pair, arrays: Arrays) -> bool:
    """Whether all inputs and the output have a first axis, of one size, and finite numbers."""
    every = [*arrays.inputs.values(), arrays.dy]
    return (
        (pair.name in RAGGED or len({len(a) if a.ndim else 0 for a in every}) == 1)
        and arrays.dy.ndim > 1
        and all(np.isfinite(a).all() for a in every)
    )


def differing(pair: Pair, case: Case, layer: Callable[..., Any] | None = None) -> list[str]:
    """What is not alike when the batch is given TIMES over: outputs and gradients of inputs repeat, those of weights
    add up."""
    prepared = prepare(pair, case, 0)
    few = prepared.arrays
    inputs = {name: _many(x) for name, x in few.inputs.items()}
    many = replace(few, inputs=inputs, dy=_many(few.dy))
    alone, got = (scratch_side(pair, case, each, "float64", layer) for each in (few, many))
    want = {name: _many(alone[name]) for name in ("y", *map(gradient_name, inputs)) if name in alone}
    want |= {key: TIMES * alone[key] for key in map(gradient_name, few.params)}
    allowed, moved = allowed_ulp(many.longest), prepared.amplification
    return [
        name
        for name, value in want.items()
        if not compare(name, got[name], value, allowed, scale=TIMES * moved.get(name, 0.0)).agree
    ]


def _many(array: Array) -> Array:
    return np.concatenate([array] * TIMES)


@pytest.mark.parametrize("pair", [pair for pair in pairs().values() if pair.kind not in APART], ids=str)
def test_many_samples_are_as_few(pair: Pair) -> None:
    cases = [case for case in pair.cases if _has_samples(pair, prepare(pair, case, 0).arrays)]
    assert cases
    differ = [f"{pair.name}-{case.name}" for case in cases if differing(pair, case)]
    assert differ == [f"{pair.name}-{case.name}" for case in cases if f"{pair.name}-{case.name}" in TOGETHER]


class PiecesOverlap(Layer):
    """Halves the last of more than 64 samples, as a piece that is counted twice might."""

    def forward(self, *inputs: Array) -> Array:
        y = super().forward(*inputs)
        if len(y) > 64:
            y[-1] /= 2
        return y


class FirstPieceOnly(Layer):
    """Takes the gradient of weights from the first 64 samples."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        if len(dy) > 64:
            super().backward(np.where(np.arange(len(dy)).reshape(-1, *[1] * (dy.ndim - 1)) < 64, dy, 0))
        return dx


@pytest.mark.parametrize("mistake", [PiecesOverlap, FirstPieceOnly])
@pytest.mark.parametrize("name", ["dense", "conv2d", "lstm", "layer_norm", "prelu", "embedding"])
def test_a_mistake_from_some_size_on_shows(name: str, mistake: type[Layer]) -> None:
    pair: Any = find(name)
    wrong = type(mistake.__name__, (mistake, pair.layer), {})
    assert differing(pair, pair.cases[1], wrong)
    assert not differing(pair, pair.cases[1])

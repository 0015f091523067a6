"""Cases at the edges of what a pair declares: wrong layers that only a NaN, an infinity, tiny numbers or many show."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reference.edges import EDGES, MANY, SINGLE, edge_cases, every_case
from reference.pair import FRAMEWORKS
from reference.parity import cases_of, check
from reference.registry import find, pairs
from reference.report.nature import left_out
from scratch.layer import Array, Layer


class NanToNumber(Layer):
    """Makes numbers of NaN, as np.nan_to_num does."""

    def forward(self, *inputs: Array) -> Array:
        y = super().forward(*inputs)
        return np.where(np.isnan(y), np.asarray(0, y.dtype), y)


class NanFromInput(Layer):
    """Takes a NaN in its first input for 0."""

    def forward(self, x: Array, *others: Array) -> Array:
        return super().forward(np.where(np.isnan(x), np.asarray(0, x.dtype), x), *others)


class NanFromOthers(Layer):
    """Takes a NaN in its other inputs for 0."""

    def forward(self, x: Array, *others: Array) -> Array:
        return super().forward(x, *(np.where(np.isnan(z), np.asarray(0, z.dtype), z) for z in others))


class SpreadsNan(Layer):
    """Adds 0 times the whole input, which is nothing but for a NaN."""

    def forward(self, x: Array, *others: Array) -> Array:
        y = super().forward(x, *others)
        return y + 0 * x.sum()


class ClipsInput(Layer):
    """Clips its first input to what no case has."""

    def forward(self, x: Array, *others: Array) -> Array:
        return super().forward(np.minimum(x, np.asarray(1e7, x.dtype)), *others)


class ClipsFromBelow(Layer):
    """Lifts its first input to what no case has."""

    def forward(self, x: Array, *others: Array) -> Array:
        return super().forward(np.maximum(x, np.asarray(-1e7, x.dtype)), *others)


class DropsTheSmall(Layer):
    """Makes 0 of what is smaller than any number a case has."""

    def forward(self, x: Array, *others: Array) -> Array:
        return super().forward(np.where(np.abs(x) < 1e-12, np.asarray(0, x.dtype), x), *others)


class InBlocks(Layer):
    """Takes 64 samples at a time, and leaves out what is left of more than one block."""

    def forward(self, x: Array, *others: Array) -> Array:
        y = super().forward(x, *others)
        if len(x) > 64:
            y[len(x) // 64 * 64 :] = 0
        return y


class InBlocksOfRows(InBlocks):
    """Takes 64 rows at a time, vectors whole."""

    def forward(self, x: Array, *others: Array) -> Array:
        return super().forward(x, *others) if x.ndim > 1 else super(InBlocks, self).forward(x, *others)


class SqueezesOne(Layer):
    """Halves what it gives for a single sample, whose axis it takes for none."""

    def forward(self, x: Array, *others: Array) -> Array:
        y = super().forward(x, *others)
        return y / 2 if x.ndim > 1 and len(x) == 1 else y


class ZerosToOne(Layer):
    """Takes a sample of zeros for one of ones."""

    def forward(self, x: Array, *others: Array) -> Array:
        nothing = ~x.reshape(len(x), -1).any(axis=1)
        return super().forward(np.where(nothing.reshape(-1, *[1] * (x.ndim - 1)), np.ones_like(x), x), *others)


class GradientInBlocks(Layer):
    """Has gradients of its input for 128 samples only."""

    def backward(self, dy: Array) -> Array:
        dx: Array = super().backward(dy)
        dx[128:] = 0
        return dx


SEVERAL = ("dense", "conv2d", "lstm", "layer_norm", "avg_pool2d", "mean_squared_error")
OTHERS = {"add": "nan-b", "bilinear": "nan-z", "dot_product_attention": "nan-v", "concatenate": "nan-b"}
SEEN = [
    *((name, NanToNumber, "nan") for name in (*SEVERAL, "gru", "batch_norm1d", "dot_product_attention", "unit_norm")),
    *((name, NanFromInput, "nan") for name in (*SEVERAL, "flatten", "conv2d_transpose", "local_response_norm")),
    *(
        (name, SpreadsNan, "nan")
        for name in ("dense", "conv2d", "avg_pool2d", "local_response_norm", "unit_norm", "add")
    ),
    *((name, ClipsInput, "infinities") for name in ("dense", "conv2d", "flatten", "up_sampling2d", "add")),
    *(
        (name, ClipsFromBelow, "infinities")
        for name in ("dense", "conv2d", "flatten", "up_sampling2d", "identity", "add")
    ),
    *(
        (name, InBlocks, MANY)
        for name in ("dense", "conv2d", "lstm", "relu", "batch_norm1d", "embedding", "embedding_bag")
    ),
    *((name, InBlocksOfRows, MANY) for name in ("relu", "gelu", "softmax", "layer_norm")),
    *((name, GradientInBlocks, MANY) for name in ("dense", "conv2d", "avg_pool2d", "tanh")),
    *((name, NanFromOthers, edge) for name, edge in OTHERS.items()),
    *((name, SqueezesOne, SINGLE) for name in ("softmax", "unit_norm", "ctc", "pairwise_distance", "conv_lstm1d")),
    *((name, ZerosToOne, "tiny") for name in ("dense", "rms_norm", "unit_norm", "conv2d", "lstm", "add")),
    *((name, DropsTheSmall, "tiny") for name in ("avg_pool2d", "flatten", "up_sampling2d", "lp_pool1d")),
]


@pytest.mark.parametrize(
    ("name", "mistake", "edge"),
    [pytest.param(*each, id=f"{each[0]}-{each[1].__name__}", marks=pytest.mark.xdist_group(each[0])) for each in SEEN],
)
def test_every_framework_sees_it_at_the_edge(name: str, mistake: type[Layer], edge: str) -> None:
    pair: Any = find(name)
    wrong: Callable[..., Any] = type(mistake.__name__, (mistake, pair.layer), {})
    case = next(each for each in every_case(pair) if each.name == edge)
    for framework in case.frameworks:
        assert check(pair, case, framework).agree
        assert not check(pair, case, framework, layer=wrong).agree


@pytest.mark.parametrize("pair", pairs().values(), ids=str)
def test_the_edges_of_a_pair(pair: Any) -> None:
    declared, edges = {case.name for case in pair.cases}, {case.name for case in edge_cases(pair)}
    assert not declared & edges
    assert {edge.partition("-")[0] for edge in edges} <= {*EDGES, MANY, SINGLE}
    assert pair.spares.keys() <= {*EDGES, MANY, SINGLE}
    assert all(reason for spared in pair.spares.values() for reason in spared.values())
    assert {framework for spared in pair.spares.values() for framework in spared} <= set(FRAMEWORKS)
    # what is spared would be asked otherwise
    assert not pair.spares.keys() & declared
    assert [case.name for case in cases_of(pair, 0, 0)] == [case.name for case in every_case(pair)]


@pytest.mark.parametrize("name", [name for name, pair in pairs().items() if pair.spares])
def test_what_is_spared_disagrees(name: str) -> None:
    """A spared edge is one where the framework says something else for one of some seeds, or refuses.

    What some processors do cannot be seen on all.
    """
    pair = find(name)
    for edge, spared in pair.spares.items():
        case = next(each for each in edge_cases(replace(pair, spares={})) if each.name == edge)
        for framework in [name for name, reason in spared.items() if not reason.startswith("on some processors")]:
            assert any(_disagrees(pair, case, framework, seed) for seed in range(12)), (edge, framework)


def _disagrees(pair: Any, case: Any, framework: str, seed: int) -> bool:
    try:
        return any(not check(pair, case, framework, dtype, seed).agree for dtype in ("float64", "float32"))
    except Exception:
        return True


def test_what_is_spared_is_said_with_its_reason() -> None:
    said = left_out([find("cnn"), find("bilinear")])
    texts = {(remark.pairs, remark.about): remark.texts for remark in said}
    assert "TensorFlow's max-pooling" in texts["cnn", "nan not in keras"][0]
    assert "NaN" in texts["bilinear", "infinities not in torch"][0]

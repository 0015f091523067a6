"""Activations and their twins."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import constant, listed, mixed, normal, tied, with_infinities, with_nan
from reference.pair import Case, Pair, Twin
from scratch.activations import Identity, ReLU, Sigmoid, Softmax, Tanh

ELEMENTWISE = (
    Case("vector", {"x": normal(7)}),
    Case("batch", {"x": normal(4, 6)}),
    Case("images", {"x": normal(2, 5, 4, 3)}),
    Case("one", {"x": normal(1, 1)}),
    Case("large", {"x": mixed(4, 6, scale=100.0)}),
    Case("huge", {"x": mixed(3, 5, scale=1e5)}),
    Case("tiny", {"x": normal(4, 6, scale=1e-9)}),
    Case("kink", {"x": tied(4, 6)}, smooth=False),
    Case("zero", {"x": constant(3, 4)}, smooth=False),
    Case("infinities", {"x": with_infinities(4, 6)}, smooth=False),
    Case(
        "nan",
        {"x": with_nan(4, 6)},
        only=("y",),
        smooth=False,
        reason="the slope at NaN is arbitrary: where PyTorch's ReLU passes the gradient, Keras' stops it",
    ),
)


def draw_elementwise(rng: np.random.Generator) -> Case:
    """Any rank, any scale."""
    shape = rng.integers(1, 7, rng.integers(1, 5)).tolist()
    return Case("", {"x": mixed(*shape, scale=float(10 ** rng.uniform(-3, 3)))})


def _elementwise(name: str, layer: type, torch: str, keras: str, **more: Any) -> Pair:
    """A pair of an activation that both frameworks have as a function of one argument."""

    def in_torch(framework: Any, o: SimpleNamespace) -> Any:
        return getattr(framework.nn, torch)()

    def in_keras(framework: Any, o: SimpleNamespace) -> Any:
        return framework.layers.Activation(keras)

    more = {"cases": ELEMENTWISE, **more}
    return Pair(name, layer, Twin(in_torch), Twin(in_keras), kind="activation", draw=draw_elementwise, **more)


IDENTITY = _elementwise("identity", Identity, "Identity", "linear")
RELU = _elementwise(
    "relu", ReLU, "ReLU", "relu", notes=("At the kink the slope is 0 in all three; max(x, 0) written out differs.",)
)
SIGMOID = _elementwise("sigmoid", Sigmoid, "Sigmoid", "sigmoid")
TANH = _elementwise("tanh", Tanh, "Tanh", "tanh")


def _draw_softmax(rng: np.random.Generator) -> Case:
    shape = rng.integers(2, 7, rng.integers(1, 5)).tolist()
    axis = int(rng.integers(-len(shape), len(shape)))
    return Case("", {"x": normal(*shape, scale=float(10 ** rng.uniform(-2, 0.5)))}, {"axis": axis})


SOFTMAX = Pair(
    "softmax",
    Softmax,
    torch=Twin(lambda torch, o: torch.nn.Softmax(dim=o.axis)),
    keras=Twin(lambda keras, o: keras.layers.Softmax(axis=o.axis)),
    kind="activation",
    cases=(
        Case("rows", {"x": normal(4, 6)}),
        Case("vector", {"x": normal(5)}),
        Case("columns", {"x": normal(4, 6)}, {"axis": 0}),
        Case("middle", {"x": normal(3, 5, 4)}, {"axis": 1}),
        Case("rank3", {"x": normal(2, 3, 5)}),
        Case("channels", {"x": normal(2, 4, 3, 5)}, {"axis": 3}),
        Case(
            "one-class", {"x": normal(3, 1)}, frameworks=("torch",), reason="Keras warns that this is likely a mistake"
        ),
        Case("large", {"x": mixed(4, 6, scale=1000.0)}),
        Case("shifted", {"x": listed([1e4, 1e4 + 1, 1e4 - 2])}),
        Case("equal", {"x": constant(3, 5, value=2.0)}),
        Case("minus-infinity", {"x": listed([-math.inf, 0.0, 1.0, -2.0])}, smooth=False),
        Case("plus-infinity", {"x": listed([math.inf, 0.0, 1.0])}, smooth=False),
        Case("nan", {"x": listed([math.nan, 0.0, 1.0])}, smooth=False),
    ),
    draw=_draw_softmax,
)

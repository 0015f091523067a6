"""Activations made of pieces, and their twins."""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, constant, listed, mixed, normal, tied, with_infinities, with_nan
from reference.pair import Case, Options, Pair, Slot, Twin
from reference.pairs.activations import (
    KINKS,
    composed,
    elementwise,
    elementwise_cases,
    glue,
    keras_function,
    nan_case,
)
from scratch.rectifiers import HardSigmoid, HardSwish, HardTanh, LeakyReLU, PiecewiseReLU, PReLU, ReLU6


def between(low: float, high: float, name: str) -> Callable[[np.random.Generator], Options]:
    """Draws the option `name`; as TensorFlow rounds it to float32, it is such a number."""
    return lambda rng: {name: float(np.float32(rng.uniform(low, high)))}


def _draw_piecewise(rng: np.random.Generator) -> Options:
    # Keras rounds all of them to float32, so they are such numbers
    threshold, cap, slope = (float(np.float32(rng.uniform(0, high))) for high in (2.0, 5.0, 0.5))
    return {
        "threshold": choose(rng, 0.0, threshold),
        "max_value": choose(rng, None, cap),
        "negative_slope": choose(rng, 0.0, slope),
    }


def nan_dropped(options: Options | None = None) -> tuple[Case, Case]:
    """NaN gives NaN in PyTorch; in Keras it compares as not above the threshold, and gives what lies below."""
    reason = "Keras' own gives 0 for NaN, or whatever else lies below the threshold"
    return (
        nan_case(options, frameworks=("torch",), reason=f"{reason}; the slope at NaN is arbitrary"),
        Case(
            "nan-keras",
            {"x": listed([math.nan, 0.0, 1.0])},
            options or {},
            smooth=False,
            frameworks=("keras",),
            only=("y",),
            differs={"y": 1.0},
            reason=reason,
        ),
    )


_ALL = {"max_value": 3.0, "negative_slope": 0.25, "threshold": 0.5}
PIECEWISE_RELU = elementwise(
    "piecewise_relu",
    PiecewiseReLU,
    composed(
        "torch",
        "piecewise_relu",
        "max_value",
        "negative_slope",
        "threshold",
        reason="PyTorch has the cap in Hardtanh, the slope in LeakyReLU, the threshold in Threshold, not together",
    ),
    lambda keras, o: keras.layers.ReLU(**vars(o)),
    cases=(
        *elementwise_cases(_ALL),
        nan_case(_ALL),
        *nan_dropped({"max_value": 3.0, "threshold": 0.5})[1:],
        Case(
            "cap-rounded",
            {"x": listed(KINKS)},
            {"max_value": 2.7},
            smooth=False,
            frameworks=("keras",),
            differs={"y": 1e-9},
            reason="Keras rounds the cap and the threshold to float32",
        ),
        Case("plain", {"x": listed(KINKS)}, smooth=False),
        Case("plain-infinities", {"x": with_infinities(4, 6)}, smooth=False),
        Case("cap", {"x": listed(KINKS)}, {"max_value": 2.0}, smooth=False),
        Case("cap-0", {"x": normal(3, 5)}, {"max_value": 0.0}),
        Case("cap-slope", {"x": listed(KINKS)}, {"max_value": 2.0, "negative_slope": 0.125}, smooth=False),
        Case("slope", {"x": mixed(3, 5, scale=10.0)}, {"negative_slope": 0.125}),
        Case("threshold", {"x": listed(KINKS)}, {"threshold": 0.5}, smooth=False),
        Case("threshold-slope", {"x": listed(KINKS)}, {"threshold": 0.5, "negative_slope": 0.3}, smooth=False),
        Case(
            "cap-at-6",
            {"x": listed(KINKS)},
            {"max_value": 6.0},
            smooth=False,
            frameworks=("keras",),
            differs={"dx": 0.01},
            reason="Keras turns max_value=6 into ReLU6, whose slope at 6 is 0; with any other cap it is 1",
        ),
    ),
    draw_options=_draw_piecewise,
)

_IN_FLOAT32 = "TensorFlow keeps the slope in float32, so 0.2 is not 0.2 in float64"
LEAKY_RELU = elementwise(
    "leaky_relu",
    LeakyReLU,
    lambda torch, o: torch.nn.LeakyReLU(o.negative_slope),
    lambda keras, o: keras.layers.LeakyReLU(negative_slope=o.negative_slope),
    cases=(
        *elementwise_cases({"negative_slope": 0.25}),
        nan_case({"negative_slope": 0.25}),
        Case("slope-0", {"x": normal(3, 5)}, {"negative_slope": 0.0}),
        Case("slope-above-1", {"x": normal(3, 5)}, {"negative_slope": 1.5}),
        Case("default", {"x": normal(3, 5)}, frameworks=("torch",), reason=_IN_FLOAT32),
        Case(
            "slope-below-0",
            {"x": normal(3, 5)},
            {"negative_slope": -0.5},
            frameworks=("torch",),
            reason="Keras refuses it",
        ),
        *(
            Case(
                f"slope-0.2-{framework}",
                {"x": mixed(3, 5, scale=10.0)},
                {"negative_slope": 0.2},
                frameworks=(framework,),
                differs=differs,
                reason=_IN_FLOAT32,
            )
            for framework, differs in (("torch", {}), ("keras", {"y": 1e-11, "dx": 1e-11}))
        ),
    ),
    draw_options=between(0.01, 0.5, "negative_slope"),
    notes=("The slope is 0.01 in PyTorch, 0.3 in Keras' layer and 0.2 in Keras' function unless given.",),
)


def _torch_prelu(torch: Any, o: SimpleNamespace) -> Any:
    if any(n > 1 for n in o.shape[:-1]):
        from reference.migration.glue.torch.activations import PReLU as Places

        return Places(o.shape)
    return torch.nn.PReLU(math.prod(o.shape))


def _keras_prelu(keras: Any, o: SimpleNamespace) -> Any:
    return keras.layers.PReLU(shared_axes=[axis for axis, n in enumerate(o.shape, 1) if n == 1] or None)


def _draw_prelu(rng: np.random.Generator) -> Case:
    shape = rng.integers(2, 6, rng.integers(1, 4))
    slopes = np.where(rng.random(len(shape)) < 0.5, 1, shape)
    return Case("", {"x": normal(int(rng.integers(1, 6)), *shape.tolist())}, {"shape": tuple(slopes.tolist())})


_PRELU_SLOTS = {"w": Slot("weight", "... -> (...)")}
PRELU = Pair(
    "prelu",
    PReLU,
    torch=Twin(
        _torch_prelu,
        slots=_PRELU_SLOTS,
        layout={"x": "n ... c -> n c ...", "y": "n ... c -> n c ..."},
    ),
    keras=Twin(_keras_prelu, slots={"w": Slot("alpha")}),
    kind="activation",
    starts={"w": lambda o, w, every: 0.25},
    cases=(
        Case("vector", {"x": normal(5, 7)}, {"shape": (7,)}),
        Case("shared", {"x": normal(5, 7)}, {"shape": (1,)}),
        Case("batch1", {"x": normal(1, 7)}, {"shape": (7,)}),
        Case("sequence", {"x": normal(2, 5, 4)}, {"shape": (1, 4)}),
        Case("channels", {"x": normal(2, 5, 4, 3)}, {"shape": (1, 1, 3)}),
        Case("one-slope", {"x": normal(2, 5, 4, 3)}, {"shape": (1, 1, 1)}),
        Case("every-place", {"x": normal(2, 5, 4, 3)}, {"shape": (5, 4, 3)}),
        Case("rows", {"x": normal(2, 5, 4, 3)}, {"shape": (5, 1, 3)}),
        Case("large", {"x": mixed(4, 6, scale=100.0)}, {"shape": (6,)}),
        Case(
            "infinities",
            {"x": with_infinities(4, 6)},
            {"shape": (6,)},
            smooth=False,
            only=("y", "dx"),
            reason="the gradient of w is an infinity here, and what is left of two of either sign there",
        ),
        Case("nan", {"x": with_nan(4, 6)}, {"shape": (6,)}, smooth=False, only=("y",), reason="as for ReLU"),
        Case("no-axes", {"x": normal(7)}, {"shape": ()}, twins={"torch": Twin(_torch_prelu, _PRELU_SLOTS)}),
        Case(
            "kink-torch",
            {"x": tied(4, 6)},
            {"shape": (6,)},
            smooth=False,
            frameworks=("torch",),
            reason="at 0 Keras' slope is 0, of max(x, 0) - w max(-x, 0)",
        ),
        Case(
            "kink-keras",
            {"x": constant(4, 6)},
            {"shape": (6,)},
            smooth=False,
            frameworks=("keras",),
            differs={"dx": 0.5},
            reason="at 0 Keras' slope is 0, of max(x, 0) - w max(-x, 0)",
        ),
    ),
    draw=_draw_prelu,
    notes=("Slopes start at 0.25 in PyTorch, at 0 in Keras.",),
)

RELU6 = elementwise("relu6", ReLU6, "ReLU6", "relu6")

_HARD_TANH_BOUNDS = "at its bounds Keras' hard_tanh has the slope 1"
HARD_TANH = elementwise(
    "hard_tanh",
    HardTanh,
    lambda torch, o: torch.nn.Hardtanh(o.low, o.high),
    lambda keras, o: (
        keras_function("hard_tanh")(keras, o)
        if (o.low, o.high) == (-1, 1)
        else glue("keras", "hard_tanh", "low", "high")(keras, o)
    ),
    cases=(
        *elementwise_cases(torch_only={"kink": _HARD_TANH_BOUNDS}),
        nan_case(),
        Case("bounds", {"x": listed(KINKS)}, {"low": -3.0, "high": 0.5}, smooth=False),
        Case("bounds-above-0", {"x": normal(4, 6)}, {"low": 0.25, "high": 1.5}),
        Case(
            "kink-keras",
            {"x": listed(KINKS)},
            smooth=False,
            frameworks=("keras",),
            differs={"dx": 0.01},
            reason=_HARD_TANH_BOUNDS,
        ),
    ),
    draw_options=lambda rng: {"low": float(rng.uniform(-3, 0)), "high": float(rng.uniform(0.1, 3))},
)

_SIXTH = "the gradient of PyTorch's own has 1/6 rounded to float32"
HARD_SIGMOID = elementwise(
    "hard_sigmoid",
    HardSigmoid,
    composed("torch", "hard_sigmoid", reason=_SIXTH),
    "hard_sigmoid",
    cases=(
        *elementwise_cases(),
        nan_case(),
        Case(
            "torch-own",
            {"x": normal(4, 6)},
            frameworks=("torch",),
            twins={"torch": Twin(lambda torch, o: torch.nn.Hardsigmoid())},
            differs={"dx": 1e-9},
            reason=_SIXTH,
        ),
    ),
    notes=("Up to Keras 2 it was min(max(0.2 x + 0.5, 0), 1).",),
)

_HARD_SWISH_SLOPE = "PyTorch has the slope of the piece, Keras 0 times infinity"
HARD_SWISH = elementwise(
    "hard_swish",
    HardSwish,
    "Hardswish",
    "hard_swish",
    cases=(
        *elementwise_cases(at_infinity=_HARD_SWISH_SLOPE),
        nan_case(),
        Case(
            "minus-infinity",
            {"x": listed([-math.inf, 0.0, 1.0])},
            smooth=False,
            frameworks=("keras",),
            reason=_HARD_SWISH_SLOPE,
        ),
    ),
    notes=("On a GPU PyTorch rounds 1/6 to float32 whatever the dtype: it is right to 3e-8 only there.",),
)

"""Smooth activations and their twins."""

import math

import numpy as np

from reference.fills import constant, listed, mixed, normal
from reference.pair import Case, Options, Pair, Twin
from reference.pairs.activations import (
    KINKS,
    away,
    composed,
    elementwise,
    elementwise_cases,
    far_below_case,
    glue,
    keras_function,
    nan_case,
    tail_case,
)
from scratch.smooth_activations import (
    CELU,
    ELU,
    GELU,
    SELU,
    Exponential,
    LogSigmoid,
    Mish,
    SiLU,
    Softplus,
    Softsign,
    Squareplus,
    TanhShrink,
)

_TINY = "TensorFlow computes exp(x) - 1, whose digits cancel near 0"


def _tiny_keras(options: Options | None = None) -> Case:
    return Case(
        "tiny-keras",
        {"x": normal(4, 6, scale=1e-9)},
        options or {},
        frameworks=("keras",),
        differs={"y": 1e-11},
        reason=_TINY,
    )


_NO_SLOPE = "infinity times 0, which PyTorch and Keras come to in different places"

ELU_PAIR = elementwise(
    "elu",
    ELU,
    lambda torch, o: torch.nn.ELU(o.alpha),
    lambda keras, o: keras.layers.ELU(alpha=o.alpha),
    cases=(
        *elementwise_cases({"alpha": 0.7}, torch_only={"tiny": _TINY}),
        _tiny_keras({"alpha": 0.7}),
        nan_case(),
        far_below_case(),
        Case("alpha-1", {"x": listed(KINKS)}, smooth=False),
        Case("alpha-below-0", {"x": normal(4, 6)}, {"alpha": -0.5}),
        Case("alpha-0", {"x": normal(4, 6)}, {"alpha": 0.0}),
    ),
    draw_options=lambda rng: {"alpha": float(rng.uniform(0.1, 2.0))},
)

_SELU_AT_0 = "at 0 the slope of Keras' SELU is that of its right side, 1.05, not 1.76"
SELU_PAIR = elementwise(
    "selu",
    SELU,
    "SELU",
    "selu",
    cases=(
        *elementwise_cases(torch_only={"kink": _SELU_AT_0, "zero": _SELU_AT_0, "tiny": _TINY}),
        _tiny_keras(),
        nan_case(),
        far_below_case(),
        Case(
            "zero-keras",
            {"x": constant(3, 4)},
            smooth=False,
            frameworks=("keras",),
            differs={"dx": 0.3},
            reason=_SELU_AT_0,
        ),
    ),
)

_CELU_ROUNDED = "the gradient of PyTorch's own has 1/alpha rounded to float32"
_CELU_AT_0 = "at 0 Keras adds the slopes of both sides, which is 2"
CELU_PAIR = elementwise(
    "celu",
    CELU,
    composed("torch", "celu", "alpha", reason=_CELU_ROUNDED),
    keras_function("celu", alpha="alpha"),
    cases=(
        *elementwise_cases({"alpha": 1.3}, torch_only={"kink": _CELU_AT_0, "zero": _CELU_AT_0}),
        nan_case(),
        far_below_case(),
        Case(
            "zero-keras",
            {"x": constant(3, 4)},
            smooth=False,
            frameworks=("keras",),
            differs={"dx": 0.3},
            reason=_CELU_AT_0,
        ),
        *(
            Case(
                f"torch-own-{alpha}",
                {"x": normal(4, 6)},
                {"alpha": alpha},
                frameworks=("torch",),
                twins={"torch": Twin(lambda torch, o: torch.nn.CELU(o.alpha))},
                differs=differs,
                reason=_CELU_ROUNDED,
            )
            for alpha, differs in ((0.5, {}), (1.3, {"dx": 1e-9}))
        ),
    ),
    draw_options=lambda rng: {"alpha": float(rng.uniform(0.1, 2.0))},
)

_ERF = "TensorFlow's erf of infinity is NaN"
_GELU_ROUNDED = "TensorFlow rounds the constants of GELU to float32"
GELU_PAIR = elementwise(
    "gelu",
    GELU,
    lambda torch, o: torch.nn.GELU("tanh" if o.approximate else "none"),
    composed("keras", "gelu", "approximate", reason=_GELU_ROUNDED),
    cases=(
        # far from 0 central differences have no digits left
        *elementwise_cases(scales=(10.0, 300.0), at_infinity=_NO_SLOPE, torch_only={"infinities": _ERF}),
        nan_case(),
        Case("tanh", {"x": normal(4, 6)}, {"approximate": True}),
        Case("tanh-large", {"x": mixed(3, 5, scale=1e3)}, {"approximate": True}),
        *(
            Case(
                f"keras-own-{'tanh' if approximate else 'exact'}",
                {"x": normal(4, 6)},
                {"approximate": approximate},
                frameworks=("keras",),
                twins={"keras": Twin(keras_function("gelu", approximate="approximate"))},
                differs={"y": 1e-11, "dx": 1e-11},
                reason=_GELU_ROUNDED,
            )
            for approximate in (False, True)
        ),
    ),
    draw_options=lambda rng: {"approximate": bool(rng.integers(2))},
    largest=0.0,
    # math.erfc takes real numbers only
    derivative="central",
    notes=("keras.ops.gelu is the approximate one unless told otherwise, keras.activations.gelu the exact one.",),
)

# Their slopes contain x (1 - s), where s is nearly 1: for x of about 30 that is 30 times the rounding error of s, and
# every sigmoid rounds differently. Far above, s is 1.
SILU = elementwise(
    "silu",
    SiLU,
    "SiLU",
    "silu",
    cases=(*elementwise_cases(scales=(5.0, 1e5), at_infinity=_NO_SLOPE), nan_case(), tail_case(-1)),
    largest=0.5,
)
MISH = elementwise(
    "mish",
    Mish,
    "Mish",
    "mish",
    # so far below, the complex step has not the digits that the slope has
    cases=(*elementwise_cases(scales=(2.5, 1e5), at_infinity=_NO_SLOPE), nan_case(), tail_case(-1, smooth=False)),
    largest=0.0,
)

SOFTPLUS = elementwise(
    "softplus",
    Softplus,
    # above 40, exp(-x) is less than half an ulp of x even in float64, so there is nothing left to add
    lambda torch, o: torch.nn.Softplus(o.beta, min(o.threshold, 40.0)),
    lambda keras, o: (
        keras_function("softplus")(keras, o)
        if (o.beta, o.threshold) == (1.0, math.inf)
        else glue("keras", "softplus", "beta", "threshold")(keras, o)
    ),
    cases=(
        *elementwise_cases(),
        nan_case(),
        far_below_case(),
        tail_case(-1),
        Case("beta", {"x": normal(4, 6)}, {"beta": 2.5}),
        Case("above-20", {"x": listed([20.5, 21.0, 22.0])}),
        Case("threshold-20", {"x": listed([-25.0, 0.0, 19.0, 20.5, 25.0, 30.0])}, {"threshold": 20.0}),
        Case("threshold-low", {"x": listed([-2.0, 1.0, 1.5, 2.5, 3.0])}, {"beta": 0.5, "threshold": 1.0}),
        Case("at-threshold", {"x": listed([1.0, 2.0, 3.0])}, {"beta": 0.5, "threshold": 1.0}, smooth=False),
    ),
    draw_options=lambda rng: {
        "beta": float(rng.uniform(0.3, 3.0)),
        "threshold": float(rng.choice([1.0, 20.0, math.inf])),
    },
    notes=("PyTorch's threshold is 20 unless told otherwise: above, y is off by up to 2e-9.",),
)

SOFTSIGN = elementwise(
    "softsign",
    Softsign,
    "Softsign",
    "softsign",
    cases=(*elementwise_cases(at_infinity="where PyTorch has infinity by infinity, Keras has 0"), nan_case()),
)

LOG_SIGMOID = elementwise(
    "log_sigmoid",
    LogSigmoid,
    "LogSigmoid",
    "log_sigmoid",
    cases=(*elementwise_cases(), nan_case(), tail_case(1)),
)


def _draw_away(rng: np.random.Generator) -> Case:
    return Case("", {"x": away(*rng.integers(1, 7, rng.integers(1, 5)).tolist())})


# near 0 nothing is left of x - tanh(x) but rounding errors
TANH_SHRINK = Pair(
    "tanh_shrink",
    TanhShrink,
    torch=Twin(lambda torch, o: torch.nn.Tanhshrink()),
    keras=Twin(lambda keras, o: keras.layers.Activation("tanh_shrink")),
    kind="activation",
    cases=(
        *(Case("x".join(map(str, shape)), {"x": away(*shape)}) for shape in ((7,), (4, 6), (2, 5, 4, 3), (1, 1))),
        *(case for case in elementwise_cases() if case.name in ("large", "huge", "kink", "zero", "infinities")),
        nan_case(),
    ),
    draw=_draw_away,
)

SQUAREPLUS = elementwise(
    "squareplus",
    Squareplus,
    composed("torch", "squareplus", "b", reason="PyTorch has none"),
    keras_function("squareplus", b="b"),
    cases=(*elementwise_cases(), nan_case(), Case("b-1", {"x": normal(3, 5)}, {"b": 1.0})),
    draw_options=lambda rng: {"b": float(rng.uniform(0.1, 8.0))},
)

EXPONENTIAL: Pair = elementwise(
    "exponential",
    Exponential,
    lambda torch, o: torch.exp,
    "exponential",
    cases=(*elementwise_cases(scales=(10.0, 30.0)), nan_case(), far_below_case()),
    largest=1.0,
)

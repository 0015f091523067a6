"""Losses of single numbers, and their twins."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, constant, listed, mixed, normal, positive, tied
from reference.pair import Case, Input, Options, Pair, Twin
from reference.pairs.activations import away
from reference.pairs.losses import KERAS_REDUCTIONS, REDUCTIONS, composed, fixed
from scratch.regression_losses import (
    GaussianNLL,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    PoissonNLL,
    SmoothL1,
)

Fill = Callable[..., Input]


def torch_own(make: Callable[[Any, SimpleNamespace, str], Any]) -> Twin:
    """A loss of PyTorch's own, made with a reduction; it has no average along the last axis."""

    def build(torch: Any, o: SimpleNamespace) -> Any:
        if not o.per_sample or o.reduction == "mean":
            return make(torch, o, o.reduction)
        from reference.migration.glue.torch.losses import reduced

        return reduced(make(torch, o, "none"), o.reduction, per_sample=True)

    return Twin(build)


def keras_own(make: Callable[[Any, SimpleNamespace], Callable[..., Any]]) -> Twin:
    """A loss of Keras' own; it always averages along the last axis, so elements get one of their own."""

    def build(keras: Any, o: SimpleNamespace) -> Any:
        loss = make(keras, o)(reduction=KERAS_REDUCTIONS[o.reduction])
        if o.per_sample or o.reduction == "mean":
            return lambda p, t: loss(t, p)
        return lambda p, t: loss(t[..., None], p[..., None])

    return Twin(build)


def pointwise_cases(p: Fill, t: Fill, options: Options | None = None) -> tuple[Case, ...]:
    """Every reduction, of elements and of samples, and shapes. Draws of `t` are targets."""
    o = options or {}
    return (
        *(
            Case(
                f"{'samples' if per_sample else 'elements'}-{reduction}",
                {"p": p(4, 6), "t": fixed(t(4, 6))},
                {**o, "per_sample": per_sample, "reduction": reduction},
            )
            for reduction in REDUCTIONS
            for per_sample in (False, True)
        ),
        Case("vector", {"p": p(7), "t": fixed(t(7))}, {**o, "reduction": "sum"}),
        Case("batch1", {"p": p(1, 5), "t": fixed(t(1, 5))}, o),
        Case("rank3", {"p": p(2, 3, 5), "t": fixed(t(2, 3, 5))}, {**o, "per_sample": True, "reduction": "none"}),
    )


def draw_pointwise(
    p: Fill, t: Fill, options: Callable[[np.random.Generator], Options] | None = None
) -> Callable[[np.random.Generator], Case]:
    """Any shape and reduction."""

    def draw(rng: np.random.Generator) -> Case:
        shape = rng.integers(1, 7, rng.integers(1, 4)).tolist()
        o = {"reduction": choose(rng, *REDUCTIONS), "per_sample": bool(rng.integers(2))}
        return Case("", {"p": p(*shape), "t": fixed(t(*shape))}, o | dict(options(rng) if options else {}))

    return draw


def _option(name: str, low: float, high: float) -> Callable[[np.random.Generator], Options]:
    return lambda rng: {name: float(rng.uniform(low, high))}


_EQUAL = {"p": tied(4, 6), "t": fixed(tied(4, 6))}

MEAN_SQUARED_ERROR = Pair(
    "mean_squared_error",
    MeanSquaredError,
    torch=torch_own(lambda torch, o, reduction: torch.nn.MSELoss(reduction=reduction)),
    keras=keras_own(lambda keras, o: keras.losses.MeanSquaredError),
    kind="loss",
    cases=(
        *pointwise_cases(normal, normal),
        Case("equal", {"p": constant(3, 4), "t": fixed(constant(3, 4))}),
        Case("large", {"p": mixed(4, 6, scale=1e4), "t": fixed(normal(4, 6))}),
    ),
    draw=draw_pointwise(normal, normal),
    notes=(
        "Where the shapes are (n, 1) and (n,) PyTorch warns and computes n times n losses, Keras drops the axis of 1.",
    ),
)

MEAN_ABSOLUTE_ERROR = Pair(
    "mean_absolute_error",
    MeanAbsoluteError,
    torch=torch_own(lambda torch, o, reduction: torch.nn.L1Loss(reduction=reduction)),
    keras=keras_own(lambda keras, o: keras.losses.MeanAbsoluteError),
    kind="loss",
    cases=(*pointwise_cases(normal, normal), Case("equal", _EQUAL, smooth=False)),
    draw=draw_pointwise(normal, normal),
)

HUBER = Pair(
    "huber",
    Huber,
    torch=torch_own(lambda torch, o, reduction: torch.nn.HuberLoss(reduction=reduction, delta=o.delta)),
    keras=keras_own(lambda keras, o: lambda reduction: keras.losses.Huber(delta=o.delta, reduction=reduction)),
    kind="loss",
    cases=(
        *pointwise_cases(normal, normal, {"delta": 0.75}),
        Case("delta-1", {"p": normal(3, 5, scale=2), "t": fixed(normal(3, 5))}),
        Case("at-delta", _EQUAL, {"delta": 1.0}, smooth=False),
        Case("large", {"p": mixed(4, 6, scale=1e4), "t": fixed(normal(4, 6))}, {"delta": 2.5}),
    ),
    draw=draw_pointwise(normal, normal, _option("delta", 0.2, 3.0)),
)

SMOOTH_L1 = Pair(
    "smooth_l1",
    SmoothL1,
    torch=torch_own(lambda torch, o, reduction: torch.nn.SmoothL1Loss(reduction=reduction, beta=o.beta)),
    keras=composed("keras", "smooth_l1", "beta", reason="Keras' Huber with delta=beta, divided by beta"),
    kind="loss",
    cases=(
        *pointwise_cases(normal, normal, {"beta": 0.75}),
        Case("beta-1", {"p": normal(3, 5, scale=2), "t": fixed(normal(3, 5))}),
        Case("at-beta", _EQUAL, {"beta": 1.0}, smooth=False),
    ),
    draw=draw_pointwise(normal, normal, _option("beta", 0.2, 3.0)),
)


def _near_zero(*shape: int) -> Input:
    return Input(shape, lambda rng, size: rng.uniform(-0.5, 0.5, size))


_LOG2 = "Keras has log 2 in float32"
LOG_COSH = Pair(
    "log_cosh",
    LogCosh,
    torch=composed("torch", "log_cosh", reason="PyTorch has none"),
    keras=composed("keras", "log_cosh", reason=_LOG2),
    kind="loss",
    # where prediction and target are near each other, rounding errors are all that is left of the loss
    cases=(
        *pointwise_cases(away, _near_zero),
        Case("large", {"p": mixed(4, 6, scale=1e4), "t": fixed(normal(4, 6))}),
        Case(
            "keras-own",
            {"p": away(4, 6), "t": fixed(_near_zero(4, 6))},
            frameworks=("keras",),
            twins={"keras": keras_own(lambda keras, o: keras.losses.LogCosh)},
            differs={"y": 1e-10},
            reason=_LOG2,
        ),
    ),
    draw=draw_pointwise(away, _near_zero),
)

MEAN_ABSOLUTE_PERCENTAGE_ERROR = Pair(
    "mean_absolute_percentage_error",
    MeanAbsolutePercentageError,
    torch=composed("torch", "mean_absolute_percentage_error", reason="PyTorch has none"),
    keras=keras_own(lambda keras, o: keras.losses.MeanAbsolutePercentageError),
    kind="loss",
    cases=(
        *pointwise_cases(normal, away),
        Case("equal", {"p": listed([1.0, -2.0, 0.5]), "t": fixed(listed([1.0, -1.5, 0.5]))}, smooth=False),
        Case("zero", {"p": normal(3, 4), "t": fixed(constant(3, 4))}),
    ),
    draw=draw_pointwise(normal, away),
)

MEAN_SQUARED_LOGARITHMIC_ERROR = Pair(
    "mean_squared_logarithmic_error",
    MeanSquaredLogarithmicError,
    torch=composed("torch", "mean_squared_logarithmic_error", reason="PyTorch has none"),
    keras=keras_own(lambda keras, o: keras.losses.MeanSquaredLogarithmicError),
    kind="loss",
    cases=(
        *pointwise_cases(positive, positive),
        Case(
            "negative",
            {"p": normal(4, 6), "t": fixed(normal(4, 6))},
            frameworks=("torch",),
            reason="below epsilon it shows that Keras has it in float32, by 1e-15",
        ),
        Case(
            "at-epsilon",
            {"p": listed([1e-7, 0.5, -1.0]), "t": fixed(listed([0.25, 0.5, 1.0]))},
            smooth=False,
            frameworks=("torch",),
            reason="Keras has epsilon in float32",
        ),
        Case("large", {"p": mixed(4, 6, scale=1e4), "t": fixed(positive(4, 6))}),
    ),
    draw=draw_pointwise(positive, positive),
)


def _counts(*shape: int) -> Input:
    """Whole numbers from 0 to 6."""
    return Input(shape, lambda rng, size: rng.integers(0, 7, size).astype(np.float64))


def _keras_poisson(keras: Any, o: SimpleNamespace) -> Any:
    if not o.log_input and not o.full and o.epsilon == 1e-7:
        build = keras_own(lambda keras, o: keras.losses.Poisson).build
    else:
        build = composed("keras", "poisson_nll", "log_input", "full", "epsilon", reason="its options").build
    assert build is not None
    return build(keras, o)


POISSON_NLL = Pair(
    "poisson_nll",
    PoissonNLL,
    torch=torch_own(
        lambda torch, o, reduction: torch.nn.PoissonNLLLoss(
            log_input=o.log_input, full=o.full, eps=o.epsilon, reduction=reduction
        )
    ),
    keras=Twin(_keras_poisson),
    kind="loss",
    cases=(
        *pointwise_cases(positive, _counts),
        Case("log-input", {"p": normal(4, 6), "t": fixed(_counts(4, 6))}, {"log_input": True}),
        Case("full", {"p": positive(4, 6), "t": fixed(_counts(4, 6))}, {"full": True}),
        Case("full-between", {"p": positive(4, 6), "t": fixed(positive(4, 6))}, {"full": True}),
        Case(
            "log-input-full",
            {"p": normal(4, 6), "t": fixed(_counts(4, 6))},
            {"log_input": True, "full": True, "reduction": "none"},
        ),
        Case("epsilon", {"p": positive(3, 5), "t": fixed(_counts(3, 5))}, {"epsilon": 0.25}),
        Case("zero", {"p": constant(3, 5), "t": fixed(_counts(3, 5))}, smooth=False),
    ),
    draw=draw_pointwise(
        positive,
        _counts,
        lambda rng: {
            "log_input": bool(rng.integers(2)),
            "full": bool(rng.integers(2)),
            "epsilon": choose(rng, 1e-7, 1e-3),
        },
    ),
    notes=("PyTorch takes the logarithm of the mean unless told otherwise, and has an epsilon of 1e-8.",),
)


def _gaussian(*shape: int) -> dict[str, Input]:
    return {"m": normal(*shape), "t": fixed(normal(*shape)), "v": positive(*shape)}


def _draw_gaussian(rng: np.random.Generator) -> Case:
    shape = rng.integers(1, 7, rng.integers(1, 4)).tolist()
    return Case("", _gaussian(*shape), {"full": bool(rng.integers(2)), "reduction": choose(rng, *REDUCTIONS)})


GAUSSIAN_NLL = Pair(
    "gaussian_nll",
    GaussianNLL,
    torch=Twin(lambda torch, o: torch.nn.GaussianNLLLoss(full=o.full, eps=o.epsilon, reduction=o.reduction)),
    keras=composed("keras", "gaussian_nll", "full", "epsilon", reason="Keras has none"),
    kind="loss",
    cases=(
        *(
            Case(f"{'full-' if full else ''}{reduction}", _gaussian(4, 6), {"full": full, "reduction": reduction})
            for full in (False, True)
            for reduction in REDUCTIONS
        ),
        Case("vector", _gaussian(7)),
        Case("batch1", _gaussian(1, 5)),
        Case(
            "clamped",
            {"m": normal(2, 4), "t": fixed(normal(2, 4)), "v": listed([0.5, 0.0, 0.25, 2.0])},
            {"epsilon": 0.3},
            smooth=False,
        ),
        Case("no-variance", {"m": normal(2, 3), "t": fixed(normal(2, 3)), "v": listed([0.5, 0.0, 2.0])}, smooth=False),
    ),
    draw=_draw_gaussian,
)

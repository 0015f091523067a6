"""Thresholds, shrinkages and sparse activations, and their twins."""

from reference.fills import listed, normal
from reference.pair import Case
from reference.pairs.activations import KINKS, composed, elementwise, elementwise_cases, keras_function, nan_case
from reference.pairs.rectifiers import between, nan_dropped
from scratch.thresholds import HardShrink, SoftShrink, SparsePlus, SparseSigmoid, Threshold

_THRESHOLD = {"threshold": 0.5, "otherwise": -2.0}
THRESHOLD = elementwise(
    "threshold",
    Threshold,
    lambda torch, o: torch.nn.Threshold(o.threshold, o.otherwise),
    keras_function("threshold", threshold="threshold", default_value="otherwise"),
    cases=(
        *elementwise_cases(_THRESHOLD),
        *nan_dropped(_THRESHOLD),
        Case("default", {"x": listed(KINKS)}, smooth=False),
        Case("threshold-below-0", {"x": listed(KINKS)}, {"threshold": -0.75, "otherwise": 2.0}, smooth=False),
        Case("otherwise-above", {"x": listed(KINKS)}, {"threshold": 0.5, "otherwise": 3.0}, smooth=False),
    ),
    draw_options=lambda rng: {"threshold": float(rng.uniform(-1, 1)), "otherwise": float(rng.uniform(-3, 3))},
)

_NONE = Case("threshold-0", {"x": normal(3, 5)}, {"threshold": 0.0})
HARD_SHRINK = elementwise(
    "hard_shrink",
    HardShrink,
    lambda torch, o: torch.nn.Hardshrink(o.threshold),
    keras_function("hard_shrink", threshold="threshold"),
    cases=(*elementwise_cases(), *nan_dropped(), Case("wide", {"x": normal(3, 5)}, {"threshold": 1.25}), _NONE),
    draw_options=between(0.05, 2.0, "threshold"),
)

SOFT_SHRINK = elementwise(
    "soft_shrink",
    SoftShrink,
    lambda torch, o: torch.nn.Softshrink(o.threshold),
    keras_function("soft_shrink", threshold="threshold"),
    cases=(*elementwise_cases(), *nan_dropped(), Case("wide", {"x": normal(3, 5)}, {"threshold": 1.25}), _NONE),
    draw_options=between(0.05, 2.0, "threshold"),
)

SPARSE_PLUS = elementwise(
    "sparse_plus",
    SparsePlus,
    composed("torch", "sparse_plus", reason="PyTorch has none"),
    "sparse_plus",
    cases=(*elementwise_cases(at_infinity="0 times infinity in Keras"), nan_case()),
)

SPARSE_SIGMOID = elementwise(
    "sparse_sigmoid",
    SparseSigmoid,
    composed("torch", "sparse_sigmoid", reason="PyTorch has none"),
    "sparse_sigmoid",
    cases=(
        *elementwise_cases(),
        nan_case(),
        # so near 1 that y is 1 in float32
        Case("beside-1", {"x": listed([1 - 2.0**-24, 0.5])}, smooth=False),
    ),
)

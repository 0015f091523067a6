"""Initializers and their twins: the same distribution, not the same numbers."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import normal
from reference.pair import Case, Pair, Slot, Twin
from scratch.initializers import Gaussian, GlorotUniform, HeNormal, HeUniform, XavierNormal

TORCH_LAYOUT = {"w": Slot("weight", "... n_in n_out -> n_out n_in ...")}

SHAPES = (
    Case("dense", {"w": normal(300, 170)}),
    Case("tall", {"w": normal(40, 1100)}),
    Case("convolution", {"w": normal(5, 4, 30, 70)}),
)


def _draw(rng: np.random.Generator) -> Case:
    taps = rng.integers(1, 6, rng.integers(0, 4)).tolist()
    fans = rng.integers(60, 200, 2).tolist()
    return Case("", {"w": normal(*taps, *fans)})


def _pair(
    name: str,
    layer: Any,
    torch: Callable[[Any, SimpleNamespace], Any],
    keras: Callable[[Any, SimpleNamespace, int], Any],
    **more: Any,
) -> Pair:
    """`torch(init, o)` gives an in-place function of torch.nn.init; `keras(keras, o, seed)` an initializer."""
    return Pair(
        name,
        layer,
        Twin(lambda framework, o: torch(framework.nn.init, o), TORCH_LAYOUT),
        Twin(lambda framework, o: lambda seed: keras(framework, o, seed)),
        kind="initializer",
        **{"cases": SHAPES, "draw": _draw, **more},
    )


def _scaled(scale: float, mode: str, distribution: str) -> Callable[[Any, SimpleNamespace, int], Any]:
    def build(keras: Any, o: SimpleNamespace, seed: int) -> Any:
        return keras.initializers.VarianceScaling(scale, mode, distribution, seed=seed)

    return build


GLOROT_UNIFORM = _pair(
    "glorot_uniform",
    GlorotUniform,
    lambda init, o: init.xavier_uniform_,
    lambda keras, o, seed: keras.initializers.GlorotUniform(seed),
)
HE_UNIFORM = _pair(
    "he_uniform",
    HeUniform,
    lambda init, o: lambda w: init.kaiming_uniform_(w, nonlinearity="relu"),
    lambda keras, o, seed: keras.initializers.HeUniform(seed),
)
HE_NORMAL = _pair(
    "he_normal",
    HeNormal,
    lambda init, o: lambda w: init.kaiming_normal_(w, nonlinearity="relu"),
    _scaled(2.0, "fan_in", "untruncated_normal"),
    notes=("Keras' HeNormal is truncated at two deviations; its VarianceScaling with untruncated_normal is this one.",),
)
XAVIER_NORMAL = _pair(
    "xavier_normal",
    XavierNormal,
    lambda init, o: lambda w: init.kaiming_normal_(w, nonlinearity="linear"),
    _scaled(1.0, "fan_in", "untruncated_normal"),
    notes=("The 1 / sqrt(n_in) of many courses. xavier_normal_ and GlorotNormal divide by the mean of both fans.",),
)
GAUSSIAN = _pair(
    "gaussian",
    Gaussian,
    lambda init, o: lambda w: init.normal_(w, 0.0, o.sigma),
    lambda keras, o, seed: keras.initializers.RandomNormal(0.0, o.sigma, seed),
    cases=(*SHAPES, Case("sigma1", {"w": normal(200, 90)}, {"sigma": 1.0})),
)

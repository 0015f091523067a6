"""Initializers and their twins: the same distribution, not the same numbers.

A torch twin's builder gives a function of an empty tensor, a Keras twin's a function of a seed that gives an
initializer.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Pair, Slot, Twin
from scratch.initializers import (
    TRUNCATED_DEVIATION,
    Gaussian,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Orthogonal,
    TruncatedNormal,
    Uniform,
    VarianceScaling,
    XavierNormal,
    fans,
)

TORCH_LAYOUT = {"w": Slot("weight", "... n_in n_out -> n_out n_in ...")}

SHAPES = (
    Case("dense", {"w": normal(200, 110)}),
    Case("tall", {"w": normal(30, 800)}),
    Case("convolution", {"w": normal(5, 4, 20, 50)}),
)

TorchInit = Callable[[Any, SimpleNamespace], Any]
KerasInit = Callable[[Any, SimpleNamespace, int], Any]


def random_shape(rng: np.random.Generator) -> tuple[int, ...]:
    """That of a dense layer or a convolution."""
    return (*rng.integers(1, 4, rng.integers(0, 3)).tolist(), *rng.integers(50, 120, 2).tolist())


def _draw(rng: np.random.Generator) -> Case:
    return Case("", {"w": normal(*random_shape(rng))})


def pair(name: str, initializer: Any, torch: TorchInit, keras: KerasInit, **more: Any) -> Pair:
    """`torch(init, o)` gives an in-place function of torch.nn.init; `keras(keras, o, seed)` an initializer."""
    return Pair(
        name,
        initializer,
        Twin(lambda framework, o: torch(framework.nn.init, o), TORCH_LAYOUT),
        Twin(lambda framework, o: lambda seed: keras(framework, o, seed)),
        kind="initializer",
        **{"cases": SHAPES, "draw": _draw, **more},
    )


# ---- distributions with given numbers


def _draw_normal(rng: np.random.Generator) -> Case:
    options = {"sigma": float(10 ** rng.uniform(-3, 1)), "mean": float(rng.choice([0.0, 0.0, 0.3]))}
    return Case("", {"w": normal(*random_shape(rng))}, options)


def _draw_uniform(rng: np.random.Generator) -> Case:
    low, high = sorted(float(x) for x in rng.normal(size=2))
    return Case("", {"w": normal(*random_shape(rng))}, {"low": low, "high": high})


def _draw_gain(rng: np.random.Generator) -> Case:
    return Case("", {"w": normal(*random_shape(rng))}, {"gain": choose(rng, 0.5, 1.0, math.sqrt(2))})


RANDOM_UNIFORM = pair(
    "random_uniform",
    Uniform,
    lambda init, o: lambda w: init.uniform_(w, o.low, o.high),
    lambda keras, o, seed: keras.initializers.RandomUniform(o.low, o.high, seed),
    cases=(*SHAPES, Case("from-zero", {"w": normal(150, 90)}, {"low": 0.0, "high": 1.0})),
    draw=_draw_uniform,
    notes=("Without numbers, uniform_ is from 0 to 1 and RandomUniform from -0.05 to 0.05.",),
)
GAUSSIAN = pair(
    "gaussian",
    Gaussian,
    lambda init, o: lambda w: init.normal_(w, o.mean, o.sigma),
    lambda keras, o, seed: keras.initializers.RandomNormal(o.mean, o.sigma, seed),
    cases=(
        *SHAPES,
        Case("sigma1", {"w": normal(200, 90)}, {"sigma": 1.0}),
        Case("mean", {"w": normal(200, 90)}, {"sigma": 0.1, "mean": 0.02}),
    ),
    draw=_draw_normal,
    notes=("Without numbers, normal_ has the deviation 1 and RandomNormal 0.05.",),
)
TRUNCATED_NORMAL = pair(
    "truncated_normal",
    TruncatedNormal,
    # its bounds are numbers, not deviations
    lambda init, o: lambda w: init.trunc_normal_(w, o.mean, o.sigma, o.mean - 2 * o.sigma, o.mean + 2 * o.sigma),
    lambda keras, o, seed: keras.initializers.TruncatedNormal(o.mean, o.sigma, seed),
    cases=(
        *SHAPES,
        Case("sigma1", {"w": normal(200, 90)}, {"sigma": 1.0}),
        Case("mean", {"w": normal(200, 90)}, {"sigma": 0.1, "mean": 0.02}),
        Case(
            "torch-own-bounds",
            {"w": normal(200, 110)},
            only=("deviation",),
            frameworks=("torch",),
            differs={"deviation": 0.1},
            twins={
                "torch": Twin(lambda torch, o: lambda w: torch.nn.init.trunc_normal_(w, o.mean, o.sigma), TORCH_LAYOUT)
            },
            reason="the bounds of trunc_normal_ are -2 and 2, whatever the deviation; Keras cuts at two deviations",
        ),
    ),
    draw=_draw_normal,
)
ORTHOGONAL = pair(
    "orthogonal",
    Orthogonal,
    lambda init, o: lambda w: init.orthogonal_(w, o.gain),
    lambda keras, o, seed: keras.initializers.Orthogonal(o.gain, seed),
    cases=(
        *SHAPES,
        Case("square", {"w": normal(120, 120)}, {"gain": math.sqrt(2)}),
        # so large that signs which are not random show
        Case("large", {"w": normal(900, 840)}),
    ),
    draw=_draw_gain,
)

# ---- scaled by the fans


# as none of the named initializers is scaled
OTHERWISE = {"scale": 0.7, "mode": "fan_out"}
OTHER_FAN = Case("other-fan", {"w": normal(5, 4, 20, 50)}, OTHERWISE)


def _truncated(init: Any, w: Any, o: SimpleNamespace) -> Any:
    fan_out, fan_in, *taps = w.shape
    fan_in, fan_out = fans((*taps, fan_in, fan_out))
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[o.mode]
    sigma = math.sqrt(o.scale / fan) / TRUNCATED_DEVIATION
    return init.trunc_normal_(w, 0.0, sigma, -2 * sigma, 2 * sigma)


def _torch_variance(init: Any, o: SimpleNamespace) -> Any:
    """kaiming_*_ with the gain of a leaky ReLU, sqrt(2 / (1 + a**2)), for a scale up to 2."""
    if o.distribution == "truncated_normal":
        return lambda w: _truncated(init, w, o)
    if o.mode == "fan_avg":
        named = {"uniform": init.xavier_uniform_, "normal": init.xavier_normal_}[o.distribution]
        return lambda w: named(w, gain=math.sqrt(o.scale))
    named = {"uniform": init.kaiming_uniform_, "normal": init.kaiming_normal_}[o.distribution]
    return lambda w: named(w, a=math.sqrt(2 / o.scale - 1), mode=o.mode, nonlinearity="leaky_relu")


def _keras_variance(keras: Any, o: SimpleNamespace, seed: int) -> Any:
    distribution = "untruncated_normal" if o.distribution == "normal" else o.distribution
    return keras.initializers.VarianceScaling(o.scale, o.mode, distribution, seed=seed)


def _torch_scaled(initializer: type[VarianceScaling], name: str, **given: Any) -> TorchInit:
    """The function called `name`, or the one for any scale where options ask for another than the initializer's own."""

    def build(init: Any, o: SimpleNamespace) -> Any:
        if initializer(**vars(o)) != initializer():
            return _torch_variance(init, o)
        return lambda w: getattr(init, name)(w, **given)

    return build


def _keras_scaled(initializer: type[VarianceScaling], name: str) -> KerasInit:
    """The class called `name`, which is truncated where it is normal, or VarianceScaling for anything else."""
    own = initializer()
    own = own if own.distribution == "uniform" else replace(own, distribution="truncated_normal")

    def build(keras: Any, o: SimpleNamespace, seed: int) -> Any:
        return (
            getattr(keras.initializers, name)(seed=seed)
            if initializer(**vars(o)) == own
            else _keras_variance(keras, o, seed)
        )

    return build


def _normal_pair(name: str, initializer: type[VarianceScaling], torch: TorchInit, keras: str) -> Pair:
    """A normal distribution, truncated in Keras and not in PyTorch; both as options."""
    truncated = {"distribution": "truncated_normal"}
    own = Twin(lambda framework, o: lambda seed: getattr(framework.initializers, keras)(seed=seed))

    def draw(rng: np.random.Generator) -> Case:
        return Case("", {"w": normal(*random_shape(rng))}, choose(rng, {}, truncated))

    return pair(
        name,
        initializer,
        torch,
        _keras_scaled(initializer, keras),
        cases=(
            *SHAPES,
            *(Case(f"truncated-{case.name}", case.inputs, truncated) for case in SHAPES[:2]),
            replace(OTHER_FAN, name="truncated-other-fan", options={**OTHERWISE, **truncated}),
            OTHER_FAN,
            Case(
                "keras-own-class",
                {"w": normal(200, 110)},
                only=("tails",),
                frameworks=("keras",),
                differs={"tails": 0.01},
                twins={"keras": own},
                reason=f"Keras' {keras} is truncated at two deviations; two in a hundred numbers are beyond that",
            ),
        ),
        draw=draw,
        notes=(f"Keras' {keras} is truncated at two deviations and widened to make up for it, PyTorch's is not.",),
    )


def _uniform_pair(name: str, initializer: type[VarianceScaling], torch: TorchInit, keras: str) -> Pair:
    return pair(name, initializer, torch, _keras_scaled(initializer, keras), cases=(*SHAPES, OTHER_FAN))


GLOROT_UNIFORM = _uniform_pair(
    "glorot_uniform", GlorotUniform, _torch_scaled(GlorotUniform, "xavier_uniform_"), "GlorotUniform"
)
GLOROT_NORMAL = _normal_pair(
    "glorot_normal", GlorotNormal, _torch_scaled(GlorotNormal, "xavier_normal_"), "GlorotNormal"
)
HE_UNIFORM = _uniform_pair(
    "he_uniform", HeUniform, _torch_scaled(HeUniform, "kaiming_uniform_", nonlinearity="relu"), "HeUniform"
)
HE_NORMAL = _normal_pair(
    "he_normal", HeNormal, _torch_scaled(HeNormal, "kaiming_normal_", nonlinearity="relu"), "HeNormal"
)
LECUN_UNIFORM = _uniform_pair(
    "lecun_uniform",
    LecunUniform,
    _torch_scaled(LecunUniform, "kaiming_uniform_", nonlinearity="linear"),
    "LecunUniform",
)
LECUN_NORMAL = _normal_pair(
    "lecun_normal", LecunNormal, _torch_scaled(LecunNormal, "kaiming_normal_", nonlinearity="linear"), "LecunNormal"
)
XAVIER_NORMAL = pair(
    "xavier_normal",
    XavierNormal,
    _torch_scaled(XavierNormal, "kaiming_normal_", nonlinearity="linear"),
    _keras_variance,
    cases=(*SHAPES, OTHER_FAN),
    notes=("The 1 / sqrt(n_in) of many courses. xavier_normal_ and GlorotNormal divide by the mean of both fans.",),
)


def _draw_variance(rng: np.random.Generator) -> Case:
    options = {
        "scale": float(rng.uniform(0.1, 2)),
        "mode": choose(rng, "fan_in", "fan_out", "fan_avg"),
        "distribution": choose(rng, "uniform", "normal", "truncated_normal"),
    }
    return Case("", {"w": normal(*random_shape(rng))}, options)


VARIANCE_SCALING = pair(
    "variance_scaling",
    VarianceScaling,
    _torch_variance,
    _keras_variance,
    cases=(
        *(
            Case(f"{distribution}-{mode}", {"w": normal(3, 3, 35, 80)}, {"mode": mode, "distribution": distribution})
            for mode in ("fan_in", "fan_out", "fan_avg")
            for distribution in ("uniform", "normal", "truncated_normal")
        ),
        Case("scaled", {"w": normal(200, 110)}, {"scale": 0.4}),
        Case("one-input", {"w": normal(1, 5000)}),
        Case("vector", {"w": normal(6000)}, frameworks=("keras",), reason="PyTorch has no fan of a vector"),
    ),
    draw=_draw_variance,
    notes=("kaiming_uniform_ with a = sqrt(5), the default of PyTorch's layers, is the scale 1 / 3.",),
)

"""Initializers that give the same numbers every time, and their twins."""

from reference.fills import normal
from reference.pair import Case
from reference.pairs.initializers import pair, random_shape
from scratch.constant_initializers import Constant, Identity, Ones, Zeros

_SMALL = (
    Case("matrix", {"w": normal(7, 5)}),
    Case("vector", {"w": normal(11)}),
    Case("many", {"w": normal(2, 3, 4, 5)}),
)

CONSTANT = pair(
    "constant",
    Constant,
    lambda init, o: lambda w: init.constant_(w, o.value),
    lambda keras, o, seed: keras.initializers.Constant(o.value),
    cases=(
        *_SMALL,
        Case("tenth", {"w": normal(4, 3)}, {"value": 0.1}),
        Case("negative", {"w": normal(13)}, {"value": -2.5}),
    ),
    draw=lambda rng: Case("", {"w": normal(*random_shape(rng))}, {"value": float(rng.normal())}),
)
ZEROS = pair(
    "zeros", Zeros, lambda init, o: init.zeros_, lambda keras, o, seed: keras.initializers.Zeros(), cases=_SMALL
)
ONES = pair("ones", Ones, lambda init, o: init.ones_, lambda keras, o, seed: keras.initializers.Ones(), cases=_SMALL)
IDENTITY = pair(
    "identity_matrix",
    Identity,
    lambda init, o: lambda w: o.gain * init.eye_(w),
    lambda keras, o, seed: keras.initializers.Identity(o.gain),
    cases=(
        Case("square", {"w": normal(6, 6)}),
        Case("wide", {"w": normal(3, 8)}, {"gain": 2.0}),
        Case("tall", {"w": normal(9, 4)}, {"gain": -0.5}),
    ),
    draw=lambda rng: Case("", {"w": normal(*rng.integers(1, 30, 2).tolist())}, {"gain": float(rng.normal())}),
    notes=("torch.nn.init.eye_ has no gain.",),
)

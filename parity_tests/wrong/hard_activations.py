"""Wrong versions of the activations made of pieces: those between bounds, and the sparse ones."""

import numpy as np

from scratch.layer import Array
from scratch.rectifiers import HardSigmoid, HardSwish, HardTanh, ReLU6
from scratch.thresholds import SparsePlus, SparseSigmoid
from wrong import Versions
from wrong.activations import CONTRACT, SingleInside
from wrong.common import ANY, made_by
from wrong.rectifiers import COMMON, ClosedAtKinks, OneBelow, OpenAtKinks
from wrong.tails import AroundZero

# ---- between bounds


class SixForgotten(ReLU6):
    """max(x, 0), without a cap."""

    def value(self, x: Array) -> Array:
        return np.maximum(x, 0)


class CappedAtOne(ReLU6):
    """min(max(x, 0), 1)."""

    def value(self, x: Array) -> Array:
        return np.clip(x, 0, 1)


class BoundsForgotten(HardTanh):
    """Always between -1 and 1."""

    def value(self, x: Array) -> Array:
        return np.clip(x, -1, 1)


class Smooth(HardTanh):
    """The tanh itself."""

    def value(self, x: Array) -> Array:
        return np.tanh(x)


class SlopeOfSmooth(HardTanh):
    """The slope of tanh."""

    def slope(self, x: Array, y: Array) -> Array:
        return 1 - np.tanh(x) ** 2


class Keras2(HardSigmoid):
    """min(max(0.2 x + 0.5, 0), 1), as up to Keras 2."""

    def value(self, x: Array) -> Array:
        return np.clip(0.2 * x + 0.5, 0, 1)


class SlopeOfKeras2(HardSigmoid):
    """Has the slope 0.2."""

    def slope(self, x: Array, y: Array) -> Array:
        return 0.2 * ((x > -3) & (x < 3))


class NotDividedBySix(HardSigmoid):
    """Runs from 0 to 6."""

    def value(self, x: Array) -> Array:
        return super().value(x) * 6


class GateOnly(HardSwish):
    """The gate without x."""

    def value(self, x: Array) -> Array:
        return super().value(x) / np.where(x == 0, 1, x)


class ProductRuleForgotten(HardSwish):
    """The slope is the gate; the gate's own slope is left out."""

    def slope(self, x: Array, y: Array) -> Array:
        return np.clip(x + 3, 0, 6) / 6


class SmoothSwish(HardSwish):
    """x sigmoid(x)."""

    def value(self, x: Array) -> Array:
        return x / (1 + np.exp(-x))


# ---- sparse


class Halved(SparsePlus):
    """(x + 1)**2 / 2 between."""

    def value(self, x: Array) -> Array:
        return np.where(x < 1, np.maximum(x + 1, 0) ** 2 / 2, x)


class NeverLinear(SparsePlus):
    """A parabola above 1 too."""

    def value(self, x: Array) -> Array:
        return np.maximum(x + 1, 0) ** 2 / 4


class SlopeNotCapped(SparsePlus):
    """The slope of the parabola above 1 too."""

    def slope(self, x: Array, y: Array) -> Array:
        return np.maximum(x + 1, 0) / 2


class FromZero(SparseSigmoid):
    """min(max(x / 2, 0), 1)."""

    def value(self, x: Array) -> Array:
        return np.clip(x / 2, 0, 1)


class TwiceAsSteep(SparseSigmoid):
    """The slope is 1."""

    def slope(self, x: Array, y: Array) -> Array:
        return (x > -1) & (x < 1)


WRONG = {
    "relu6": Versions(
        outputs=(*made_by(ReLU6, (SingleInside,)), SixForgotten, CappedAtOne),
        gradients=made_by(ReLU6, (*COMMON, OneBelow)),
        kinks=made_by(ReLU6, (OpenAtKinks, ClosedAtKinks)),
        contract=made_by(ReLU6, (*ANY, *CONTRACT)),
    ),
    "hard_tanh": Versions(
        outputs=(*made_by(HardTanh, (SingleInside,)), BoundsForgotten, Smooth, AroundZero),
        gradients=(*made_by(HardTanh, COMMON), SlopeOfSmooth),
        kinks=made_by(HardTanh, (OpenAtKinks, ClosedAtKinks)),
        contract=made_by(HardTanh, (*ANY, *CONTRACT)),
    ),
    "hard_sigmoid": Versions(
        outputs=(*made_by(HardSigmoid, (SingleInside,)), Keras2, NotDividedBySix),
        gradients=(*made_by(HardSigmoid, COMMON), SlopeOfKeras2),
        kinks=made_by(HardSigmoid, (OpenAtKinks, ClosedAtKinks)),
        contract=made_by(HardSigmoid, (*ANY, *CONTRACT)),
    ),
    "hard_swish": Versions(
        outputs=(*made_by(HardSwish, (SingleInside,)), GateOnly, SmoothSwish),
        gradients=(*made_by(HardSwish, (*COMMON, OneBelow)), ProductRuleForgotten),
        kinks=made_by(HardSwish, (OpenAtKinks, ClosedAtKinks)),
        contract=made_by(HardSwish, (*ANY, *CONTRACT)),
    ),
    "sparse_plus": Versions(
        outputs=(*made_by(SparsePlus, (SingleInside,)), Halved, NeverLinear),
        gradients=(*made_by(SparsePlus, (*COMMON, OneBelow)), SlopeNotCapped),
        contract=made_by(SparsePlus, (*ANY, *CONTRACT)),
    ),
    "sparse_sigmoid": Versions(
        outputs=(*made_by(SparseSigmoid, (SingleInside,)), FromZero),
        gradients=(*made_by(SparseSigmoid, COMMON), TwiceAsSteep),
        kinks=made_by(SparseSigmoid, (OpenAtKinks, ClosedAtKinks)),
        contract=made_by(SparseSigmoid, (*ANY, *CONTRACT)),
    ),
}

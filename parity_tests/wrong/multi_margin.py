"""Wrong versions of the loss of margins to every wrong class."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.margin_losses import MultiMargin
from wrong import Versions
from wrong.common import ANY, made_by
from wrong.losses import COMMON_GRADIENTS, OF_CLASSES, ColumnsForRows, IndicesOneOff


class RightCounted(MultiMargin):
    """The right class has a share in the loss as well, which is the margin."""

    def reduce(self, losses: Array, total: Array | float | None = None) -> Array:
        return super().reduce(losses + self.factor[..., 0] * self.margin**self.p, total)


class LargestOnly(MultiMargin):
    """Of the wrong classes the largest alone, as Keras' CategoricalHinge."""

    def forward(self, x: Array, t: Array) -> Array:
        super().forward(x, t)
        return self.reduce((self.factor * self.excess**self.p).max(axis=-1))


class MarginFixed(MultiMargin):
    """The margin is always 1."""

    def __init__(self, *, margin: float = 1.0, **options: Any) -> None:
        super().__init__(**options)


class NeverZero(MultiMargin):
    """Right scores that are far ahead are rewarded."""

    def forward(self, x: Array, t: Array) -> Array:
        super().forward(x, t)
        excess = (1 - self.t) * (self.margin + x - (self.t * x).sum(axis=-1, keepdims=True))
        return self.reduce((self.factor * excess**self.p).sum(axis=-1))


class NeverSquared(MultiMargin):
    """Takes no notice of p."""

    def __init__(self, *, p: Any = 1, **options: Any) -> None:
        super().__init__(**options)


class WeightSquared(MultiMargin):
    """The weight is squared with the margin, as PyTorch's documentation has it."""

    def forward(self, x: Array, t: Array) -> Array:
        super().forward(x, t)
        weight = (self.t * (1 if self.class_weights is None else np.asarray(self.class_weights))).sum(axis=-1)
        return self.reduce((self.factor * self.excess**self.p).sum(axis=-1) * weight ** (self.p - 1))


class WeightOfWrong(MultiMargin):
    """Each margin has the weight of the wrong class."""

    def _factor(self, x: Array) -> Array:
        factor = super()._factor(x)
        if self.class_weights is None:
            return factor
        return np.asarray(self.class_weights, x.real.dtype) / (x.shape[-1] if self.over_classes else 1)


class WeightsForgotten(MultiMargin):
    """Takes no notice of the class weights."""

    def __init__(self, *, class_weights: Any = None, **options: Any) -> None:
        super().__init__(**options)


class AlwaysOverClasses(MultiMargin):
    """The sum is always divided by the number of classes."""

    def __init__(self, *, over_classes: bool = True, **options: Any) -> None:
        super().__init__(**options)


class OverWrongClasses(MultiMargin):
    """The sum is divided by the number of wrong classes."""

    def _factor(self, x: Array) -> Array:
        classes = x.shape[-1]
        return super()._factor(x) * (classes / max(classes - 1, 1) if self.over_classes else 1)


class RightNotTaken(MultiMargin):
    """The right class gets no gradient."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return super().backward(dy) * (1 - self.t)


class RightOnce(MultiMargin):
    """The right class loses one share, however many margins are broken."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        dx = super().backward(dy)
        return np.where(self.t == 1, np.sign(dx) * np.abs(dx * (1 - self.t)).max(axis=-1, keepdims=True), dx)


class MaskForgotten(MultiMargin):
    """Margins that are kept have a gradient too."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        self.excess = np.where(self.excess > 0, self.excess, 1) * (1 - self.t)
        return super().backward(dy)


class TwoForgotten(MultiMargin):
    """The slope of the square lacks its 2."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return super().backward(dy) / self.p


class NotOverClasses(MultiMargin):
    """The gradient is not divided by the number of classes."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return super().backward(dy) * (self.t.shape[-1] if self.over_classes else 1)


class PassesAtKink(MultiMargin):
    """The gradient passes where a margin is kept just so."""

    def forward(self, x: Array, t: Array) -> Array:
        loss = super().forward(x, t)
        at = self.margin + x - (self.t * x).sum(axis=-1, keepdims=True) == 0
        self.excess = np.where(at & (self.t != 1), np.finfo(x.real.dtype).tiny, self.excess)
        return loss


WRONG = {
    "multi_margin": Versions(
        outputs=(
            *made_by(MultiMargin, (*OF_CLASSES, IndicesOneOff, ColumnsForRows)),
            *(RightCounted, LargestOnly, MarginFixed, NeverZero, NeverSquared, WeightSquared, WeightOfWrong),
            *(WeightsForgotten, AlwaysOverClasses, OverWrongClasses),
        ),
        gradients=(
            *made_by(MultiMargin, COMMON_GRADIENTS),
            *(RightNotTaken, RightOnce, MaskForgotten, TwoForgotten, NotOverClasses),
        ),
        kinks=(PassesAtKink,),
        contract=made_by(MultiMargin, ANY),
    )
}

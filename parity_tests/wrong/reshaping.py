"""Wrong versions of the layers that only move numbers."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.reshaping import Flatten, Permute, RepeatVector, Reshape
from wrong import Versions
from wrong.common import GRADIENTS, LINEAR, made_by


class Fortran(Flatten):
    """The first axis runs fastest."""

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return x.reshape(len(x), -1, order="F")


class ChannelsFirst(Flatten):
    """The channels come before the rest, as PyTorch lays images out."""

    def forward(self, x: Array) -> Array:
        return super().forward(np.moveaxis(x, -1, 1)) if x.ndim > 2 else super().forward(x)

    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        return np.moveaxis(dx, 1, -1).copy() if dx.ndim > 2 else dx


class BatchSwallowed(Flatten):
    """The batch becomes part of the one axis."""

    def forward(self, x: Array) -> Array:
        return super().forward(x).reshape(1, -1)


class LastAxisKept(Flatten):
    """Every axis but the last becomes one."""

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return x.reshape(-1, x.shape[-1]).copy()


class Reversed(Flatten):
    """The axes are reversed before they become one."""

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return x.transpose(0, *range(x.ndim - 1, 0, -1)).reshape(len(x), -1).copy()


class BackwardFortran(Flatten):
    """The gradient is laid out with the first axis running fastest."""

    def backward(self, dy: Array) -> Array:
        return dy.reshape(self.shape, order="F").copy()


class BackwardForgotten(Flatten):
    """The gradient stays flat."""

    def backward(self, dy: Array) -> Array:
        return dy.copy()


class BackwardChannelsFirst(Flatten):
    """The gradient is laid out with the channels before the rest."""

    def backward(self, dy: Array) -> Array:
        batch, *places, channels = self.shape
        return np.moveaxis(dy.reshape(batch, channels, *places), 1, -1).copy()


class ViewOfInput(Flatten):
    """Returns a view of the input."""

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return x.reshape(len(x), -1)


class ViewOfCotangent(Flatten):
    """Returns a view of the cotangent."""

    def backward(self, dy: Array) -> Array:
        return dy.reshape(self.shape)


class ReshapesInput(Flatten):
    """Changes the shape of the input itself."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        x.resize(y.shape, refcheck=False)
        return y


class ReshapesFortran(Reshape):
    """The first axis runs fastest."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return x.reshape(y.shape, order="F").copy()


class ReshapesFortranWithin(Reshape):
    """The first axis of each sample runs fastest."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return np.stack([sample.reshape(y.shape[1:], order="F") for sample in x])


class TargetReversed(Reshape):
    """The shape is read from its end."""

    def __init__(self, shape: Any) -> None:
        super().__init__(shape)
        self.target = self.target[::-1]


class SamplesMixed(Reshape):
    """The numbers of all samples run into each other."""

    def forward(self, x: Array) -> Array:
        return super().forward(np.ascontiguousarray(x.reshape(-1, len(x)).T).reshape(x.shape))


class TransposesInstead(Reshape):
    """The axes are reversed on the way."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x.transpose(0, *range(x.ndim - 1, 0, -1)))
        self.shape = x.shape
        return y


class ReshapesBackFortran(Reshape):
    """The gradient is laid out with the first axis running fastest."""

    def backward(self, dy: Array) -> Array:
        return dy.reshape(self.shape, order="F").copy()


class CountsFromZero(Permute):
    """Axes are rolled on by one, as if they were counted from 0."""

    def __init__(self, axes: Any) -> None:
        super().__init__(axes)
        rank = len(self.order) - 1
        self.order = (0, *(axis % rank + 1 for axis in axes))


class PermutesBackwards(Permute):
    """Axis i of x becomes axis `axes[i]` of y, instead of the other way round."""

    def __init__(self, axes: Any) -> None:
        super().__init__(axes)
        self.order = tuple(int(i) for i in np.argsort(self.order))


class ReshapesInsteadOfTransposing(Permute):
    """The numbers stay where they are and only the shape changes."""

    def forward(self, x: Array) -> Array:
        return x.reshape(super().forward(x).shape).copy()


class ReversesAxes(Permute):
    """The axes are reversed, whatever was asked for, where the shape allows it."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return np.ascontiguousarray(x.T).reshape(y.shape)


class SamplesReversed(Permute):
    """The samples come out in the opposite order."""

    def forward(self, x: Array) -> Array:
        return super().forward(x)[::-1].copy()


class BackwardPermutesAgain(Permute):
    """The gradient is permuted as the input was: right only where that undoes itself."""

    def backward(self, dy: Array) -> Array:
        return dy.transpose(self.order).reshape([dy.shape[i] for i in np.argsort(self.order)]).copy()


class BackwardReshapes(Permute):
    """The gradient gets the right shape, but its numbers stay where they are."""

    def backward(self, dy: Array) -> Array:
        return dy.reshape(super().backward(dy).shape).copy()


class RepeatsFeatures(RepeatVector):
    """Every feature is repeated, instead of the vector."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return np.repeat(x, self.n, axis=1).reshape(y.shape)


class RepeatsSamples(RepeatVector):
    """The samples follow each other along time."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return np.tile(x, (self.n, 1)).reshape(y.shape)


class OnlyOnce(RepeatVector):
    """The vector comes at the first step, then zeros."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        y[:, 1:] = 0
        return y


class SharedOut(RepeatVector):
    """The vector is divided among the steps."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) / self.n


class GradientAveraged(RepeatVector):
    """The gradient is the mean over the steps."""

    def backward(self, dy: Array) -> Array:
        return dy.mean(axis=1)


class GradientOfLast(RepeatVector):
    """The gradient is that of the last step."""

    def backward(self, dy: Array) -> Array:
        return dy[:, -1].copy()


WRONG = {
    "flatten": Versions(
        outputs=(Fortran, ChannelsFirst, BatchSwallowed, LastAxisKept, Reversed),
        gradients=(*(BackwardFortran, BackwardForgotten, BackwardChannelsFirst, *made_by(Flatten, GRADIENTS)),),
        contract=(*made_by(Flatten, LINEAR), ViewOfInput, ViewOfCotangent, ReshapesInput),
    ),
    "reshape": Versions(
        outputs=(ReshapesFortran, ReshapesFortranWithin, TargetReversed, SamplesMixed, TransposesInstead),
        gradients=(ReshapesBackFortran, *made_by(Reshape, GRADIENTS)),
        contract=made_by(Reshape, LINEAR),
    ),
    "permute": Versions(
        outputs=(CountsFromZero, PermutesBackwards, ReshapesInsteadOfTransposing, ReversesAxes, SamplesReversed),
        gradients=(BackwardPermutesAgain, BackwardReshapes, *made_by(Permute, GRADIENTS)),
        contract=made_by(Permute, LINEAR),
    ),
    "repeat_vector": Versions(
        outputs=(RepeatsFeatures, RepeatsSamples, OnlyOnce, SharedOut),
        gradients=(GradientAveraged, GradientOfLast, *made_by(RepeatVector, GRADIENTS)),
        contract=made_by(RepeatVector, LINEAR),
    ),
}

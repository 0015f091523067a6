"""Wrong versions of small networks: layers one after the other, around a shortcut, and side by side."""

from typing import Any

import numpy as np

from reference.pairs.network import branches, residual, sequential
from scratch.activations import Identity, ReLU, Sigmoid
from scratch.dense import Dense
from scratch.layer import Array
from scratch.merging import Add, Average, Concatenate
from scratch.network import Branches, Residual, Sequential
from scratch.recurrent import SimpleRNN
from wrong import Versions, recurrent_states
from wrong.common import GRADIENTS, made_by
from wrong.composites import (
    FirstPartFrozen,
    LastPartFrozen,
    TurnsToFloat64,
    UpdatesWeights,
    recast,
    within,
)


class BiasTwice(Dense):
    """The bias is added twice."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) + self.params.get("b", 0)


class Negated(Dense):
    """The sign of the result is lost."""

    def forward(self, x: Array) -> Array:
        return -super().forward(x)


class WeightAveraged(Dense):
    """The gradients of the weights are averaged over the batch."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        self.grads = {name: g / len(dy) for name, g in self.grads.items()}
        return dx


class ActivationAtEnd(Sequential):
    """The output passes through a ReLU."""

    def forward(self, *inputs: Array) -> Array:
        return np.maximum(super().forward(*inputs), 0)


class EachLayerAverages(Sequential):
    """Every layer divides by the batch size."""

    def backward(self, dy: Array) -> Any:
        for layer in reversed(self.layers):
            dy = layer.backward(dy / len(dy))
        return dy


class SecondLayerSkipped(Sequential):
    """The backward pass leaves out the activation after the first layer."""

    def backward(self, dy: Array) -> Any:
        for layer in reversed((self.layers[0], *self.layers[2:])):
            dy = layer.backward(dy)
        return dy


# ---- a shortcut


class NoShortcut(Residual):
    """The shortcut is left out."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return self.parts["main"].forward(x)


class ShortcutTwice(Residual):
    """The shortcut is added twice."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) + self.parts["shortcut"].forward(x)


class ShortcutSubtracted(Residual):
    """The shortcut is subtracted."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) - 2 * self.parts["shortcut"].forward(x)


class ActivationAfterAdding(Residual):
    """A ReLU follows the sum."""

    def forward(self, x: Array) -> Array:
        return np.maximum(super().forward(x), 0)


class Halved(Residual):
    """The mean of main path and shortcut is taken."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) / 2


class MainGradientOnly(Residual):
    """The gradient of the input is that of the main path."""

    def backward(self, dy: Array) -> Any:
        self.parts["shortcut"].backward(dy)
        return self.parts["main"].backward(dy)


class ShortcutGradientOnly(Residual):
    """The gradient of the input is that of the shortcut."""

    def backward(self, dy: Array) -> Any:
        self.parts["main"].backward(dy)
        return self.parts["shortcut"].backward(dy)


class CotangentShared(Residual):
    """Main path and shortcut get half of the cotangent each."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy / 2)


class CotangentAlsoMain(Residual):
    """The shortcut gets what comes out of the main path instead of the cotangent, where the sizes allow it."""

    def backward(self, dy: Array) -> Any:
        dx = self.parts["main"].backward(dy)
        return dx + self.parts["shortcut"].backward(dx if dx.shape == dy.shape else dy)


# ---- side by side


class BranchesReversed(Branches):
    """The branches are joined in the opposite order."""

    def forward(self, x: Array) -> Array:
        self.parts = dict(reversed(self.parts.items()))
        return super().forward(x)


class OneAfterTheOther(Branches):
    """Each branch reads the output of the one before, where the sizes allow it."""

    def forward(self, x: Array) -> Array:
        outputs, given = [], x
        for part in self.parts.values():
            outputs.append(part.forward(given))
            given = outputs[-1] if outputs[-1].shape == x.shape else x
        return self.merge.forward(*outputs)


class FirstBranchDoubled(Branches):
    """The first branch counts twice."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        first, *others = (part.forward(x) for part in self.parts.values())
        return self.merge.forward(2 * first, *others)


class AddsAverages(Branches):
    """The mean is taken where the sum is asked for."""

    def forward(self, x: Array) -> Array:
        self.merge = Average() if isinstance(self.merge, Add) else self.merge
        return super().forward(x)


class FirstBranchGradient(Branches):
    """The gradient of the input is that of the first branch."""

    def backward(self, dy: Array) -> Any:
        dys = self.merge.backward(dy)
        dxs = [part.backward(d) for part, d in zip(self.parts.values(), dys, strict=True)]
        return dxs[0]


class LastBranchGradient(Branches):
    """The gradient of the input is that of the last branch."""

    def backward(self, dy: Array) -> Any:
        dys = self.merge.backward(dy)
        dxs = [part.backward(d) for part, d in zip(self.parts.values(), dys, strict=True)]
        return dxs[-1]


class InputGradientAveraged(Branches):
    """The gradient of the input is the mean over the branches."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy) / len(self.parts)


class SplitInHalf(Branches):
    """Joined outputs are taken apart one place too early."""

    def backward(self, dy: Array) -> Any:
        return super().backward(np.roll(dy, 1, -1) if isinstance(self.merge, Concatenate) else dy)


BESIDE = (UpdatesWeights, TurnsToFloat64)
ANY = (FirstPartFrozen, LastPartFrozen, *GRADIENTS)
WRONG = {
    "sequential": Versions(
        (
            *recast(sequential, ActivationAtEnd),
            *within(sequential, "0", BiasTwice, Negated),
            *within(sequential, "1", Identity, ReLU),
            *within(sequential, "2", *made_by(SimpleRNN, recurrent_states.OUTPUTS[3:4])),
            *within(sequential, "3", BiasTwice),
        ),
        (
            *recast(sequential, EachLayerAverages, SecondLayerSkipped, *made_by(Sequential, ANY)),
            *within(sequential, "2", *made_by(SimpleRNN, recurrent_states.GRADIENTS[:3])),
            *within(sequential, "3", WeightAveraged),
        ),
        contract=recast(sequential, *made_by(Sequential, BESIDE)),
    ),
    "residual": Versions(
        (
            *recast(residual, NoShortcut, ShortcutTwice, ShortcutSubtracted, ActivationAfterAdding, Halved),
            *within(residual, "main.0", BiasTwice),
            *within(residual, "main.1", Identity, Sigmoid),
        ),
        (
            *recast(residual, MainGradientOnly, ShortcutGradientOnly, CotangentShared, CotangentAlsoMain),
            *recast(residual, *made_by(Residual, GRADIENTS)),
            *within(residual, "main.2", WeightAveraged),
            *within(residual, "main", SecondLayerSkipped),
        ),
        contract=recast(residual, *made_by(Residual, BESIDE)),
    ),
    "branches": Versions(
        (
            *recast(branches, BranchesReversed, OneAfterTheOther, FirstBranchDoubled, AddsAverages),
            *within(branches, "0.1", Identity),
            *within(branches, "1", BiasTwice),
        ),
        (
            *recast(branches, FirstBranchGradient, LastBranchGradient, InputGradientAveraged, SplitInHalf),
            *recast(branches, *made_by(Branches, GRADIENTS)),
            *within(branches, "1", WeightAveraged),
        ),
        contract=recast(branches, *made_by(Branches, BESIDE)),
    ),
}

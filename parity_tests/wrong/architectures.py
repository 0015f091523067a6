"""Wrong versions of well-known networks: a part of them wrong, or parts wrongly put together."""

from typing import Any

import numpy as np

from scratch.activations import Identity, ReLU, Sigmoid
from scratch.architectures import bilstm_classifier, inception_block, lenet5, residual_block
from scratch.convolution import Conv2D
from scratch.embedding import Embedding
from scratch.layer import Array
from scratch.lstm import LSTM
from scratch.network import Branches, Sequential
from scratch.normalisation import BatchNorm
from scratch.pooling import AvgPool2D
from scratch.reshaping import Flatten
from wrong import Versions, recurrent_states
from wrong.bidirectional import BackInReadingOrder, CotangentInTimeOrder, InputGradientOfFirst, LastRow
from wrong.common import GRADIENTS, made_by
from wrong.composites import FirstPartFrozen, TurnsToFloat64, UpdatesWeights, recast, within
from wrong.network_parts import (
    ActivationAtEnd,
    BiasTwice,
    BranchesReversed,
    CotangentShared,
    EachLayerAverages,
    FirstBranchGradient,
    LastBranchGradient,
    MainGradientOnly,
    NoShortcut,
    SecondLayerSkipped,
    ShortcutGradientOnly,
    WeightAveraged,
)


class KernelFlipped(Conv2D):
    """The kernel is flipped, as in mathematics."""

    def forward(self, x: Array) -> Array:
        own = self.params
        self.params = {**own, "w": own["w"][::-1, ::-1]}
        y = super().forward(x)
        self.params = own
        return y


class ShiftedInput(Conv2D):
    """The picture is shifted by a row, as by padding on one side only."""

    def forward(self, x: Array) -> Array:
        return super().forward(np.roll(x, 1, axis=1))


class KernelAveraged(Conv2D):
    """The gradient of the kernel is averaged over the batch."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        self.grads["w"] = self.grads["w"] / len(dy)
        return dx


class ColumnsFirst(Flatten):
    """The channels run slowest, as in PyTorch."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return np.moveaxis(x, -1, 1).reshape(len(x), -1)


class SumsWindows(AvgPool2D):
    """Pooling adds instead of averaging."""

    def forward(self, x: Array) -> Array:
        return 4 * super().forward(x)


class Uncentred(BatchNorm):
    """The mean is not subtracted."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) + 1


class StatisticsOfRunning(BatchNorm):
    """Normalises with the running statistics in training too."""

    def forward(self, x: Array) -> Array:
        self.training = False
        return super().forward(x)


class MomentumOfPyTorch(BatchNorm):
    """The momentum is taken for the share of the new."""

    def forward(self, x: Array) -> Array:
        self.momentum = 0.1
        return super().forward(x)


class StatisticsConstant(BatchNorm):
    """The gradient takes mean and variance for constants."""

    def backward(self, dy: Array) -> Any:
        own, self.of_batch = self.of_batch, False
        dx = super().backward(dy)
        self.of_batch = own
        return dx


class NextToken(Embedding):
    """Looks up the next row of the table."""

    def forward(self, x: Array) -> Array:
        return super().forward((x + 1) % len(self.params["w"]))


class LastOccurrence(Embedding):
    """Of the places that looked up a row only the last counts in its gradient."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        self.grads["w"] = np.zeros_like(self.params["w"])
        self.grads["w"][self.x] = dy
        return back


BESIDE = (UpdatesWeights, TurnsToFloat64)
WHOLE = made_by(Sequential, (FirstPartFrozen, *GRADIENTS))
MAIN, SHORTCUT = "0.main", "0.shortcut"
STATES = recurrent_states
WRONG = {
    "lenet5": Versions(
        (
            *recast(lenet5, ActivationAtEnd),
            *within(lenet5, "0", KernelFlipped, ShiftedInput),
            *within(lenet5, "1", ReLU, Sigmoid),
            *within(lenet5, "2", SumsWindows),
            *within(lenet5, "6", ColumnsFirst),
            *within(lenet5, "11", BiasTwice),
        ),
        (
            *recast(lenet5, EachLayerAverages, SecondLayerSkipped, *WHOLE),
            *within(lenet5, "3", KernelAveraged),
            *within(lenet5, "9", WeightAveraged),
        ),
        contract=recast(lenet5, *made_by(Sequential, BESIDE)),
    ),
    "residual_block": Versions(
        (
            *within(residual_block, "0", NoShortcut),
            *within(residual_block, "1", Identity),
            *within(residual_block, f"{MAIN}.0", KernelFlipped, ShiftedInput),
            *within(residual_block, f"{MAIN}.1", Uncentred, StatisticsOfRunning, MomentumOfPyTorch),
            *within(residual_block, f"{MAIN}.2", Identity),
        ),
        (
            *within(residual_block, "0", MainGradientOnly, ShortcutGradientOnly, CotangentShared),
            *within(residual_block, f"{MAIN}.1", StatisticsConstant),
            *within(residual_block, f"{SHORTCUT}.0", KernelAveraged),
            *recast(residual_block, *WHOLE),
        ),
        contract=recast(residual_block, *made_by(Sequential, BESIDE)),
    ),
    "inception_block": Versions(
        (
            *recast(inception_block, BranchesReversed),
            *within(inception_block, "three.2", KernelFlipped, ShiftedInput),
            *within(inception_block, "five.1", Identity),
            *within(inception_block, "pool.0", Identity),
            *within(inception_block, "pool.2", Identity),
        ),
        (
            *recast(inception_block, FirstBranchGradient, LastBranchGradient, *made_by(Branches, GRADIENTS)),
            *within(inception_block, "five.2", KernelAveraged),
            *within(inception_block, "three", SecondLayerSkipped),
        ),
        contract=recast(inception_block, *made_by(Branches, BESIDE)),
    ),
    "bilstm_classifier": Versions(
        (
            *recast(bilstm_classifier, ActivationAtEnd),
            *within(bilstm_classifier, "0", NextToken),
            *within(bilstm_classifier, "1", BackInReadingOrder),
            *within(bilstm_classifier, "2", LastRow),
            *within(bilstm_classifier, "1.forward", *made_by(LSTM, (STATES.BiasTwice,))),
            *within(bilstm_classifier, "2.backward", *made_by(LSTM, (STATES.BackwardsIgnored,))),
        ),
        (
            *recast(bilstm_classifier, *WHOLE),
            *within(bilstm_classifier, "0", LastOccurrence),
            *within(bilstm_classifier, "1", CotangentInTimeOrder),
            *within(bilstm_classifier, "2", InputGradientOfFirst),
            *within(bilstm_classifier, "2.forward", *made_by(LSTM, (STATES.NoTimeGradient,))),
            *within(bilstm_classifier, "3", WeightAveraged),
        ),
        contract=recast(bilstm_classifier, *made_by(Sequential, BESIDE)),
    ),
}

"""Wrong versions of one layer at every time step."""

from typing import Any

import numpy as np

from reference.pairs.time_distributed import frames
from scratch.activations import Identity
from scratch.convolution import Conv2D
from scratch.layer import Array
from scratch.time_distributed import TimeDistributed
from wrong import Versions
from wrong.common import GRADIENTS, made_by
from wrong.composites import TurnsToFloat64, UpdatesWeights, recast, within


class BatchForTime(TimeDistributed):
    """Takes the steps of the result in the order of samples: batch and time exchanged before they are flattened."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x.swapaxes(0, 1))
        return y.reshape(*x.shape[:2], *y.shape[2:])


class FirstStepOnly(TimeDistributed):
    """Every step gives the result of the first."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return np.broadcast_to(y[:, :1], y.shape).copy()


class SumsOverTime(TimeDistributed):
    """Each step adds to the result of the steps before."""

    def forward(self, x: Array) -> Array:
        return np.add.accumulate(super().forward(x), axis=1)


class AveragesSteps(TimeDistributed):
    """The input is the mean over all steps."""

    def forward(self, x: Array) -> Array:
        return super().forward(np.broadcast_to(x.mean(axis=1, keepdims=True), x.shape))


class StepsReversed(TimeDistributed):
    """The steps come out in reversed order."""

    def forward(self, x: Array) -> Array:
        return super().forward(x)[:, ::-1].copy()


class LastStepGradient(TimeDistributed):
    """Only the cotangent of the last step is used."""

    def backward(self, dy: Array) -> Any:
        last = np.zeros_like(dy)
        last[:, -1] = dy[:, -1]
        return super().backward(last)


class GradientPerStep(TimeDistributed):
    """The gradients of the weights are averaged over the steps."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        part = self.layer.parts["0"]  # type: ignore[attr-defined]
        part.grads = {name: g / dy.shape[1] for name, g in part.grads.items()}
        return dx


class CotangentOrder(TimeDistributed):
    """The cotangent is flattened with time before batch."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy.swapaxes(0, 1))


class StepsReversedBack(TimeDistributed):
    """The gradient of the input has the steps in reversed order."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy)[:, ::-1].copy()


class BiasMissing(Conv2D):
    """The bias is left out."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) - self.params.get("b", 0)


WRONG = {
    "time_distributed": Versions(
        (
            *recast(frames, BatchForTime, FirstStepOnly, SumsOverTime, AveragesSteps, StepsReversed),
            *within(frames, "layer.0", BiasMissing),
            *within(frames, "layer.1", Identity),
        ),
        recast(
            frames,
            *(LastStepGradient, GradientPerStep, CotangentOrder, StepsReversedBack),
            *made_by(TimeDistributed, GRADIENTS),
        ),
        contract=recast(frames, *made_by(TimeDistributed, (UpdatesWeights, TurnsToFloat64))),
    ),
}

"""Mistakes with masks that every recurrent layer can make; put before the layer they are made in."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.recurrent import Recurrent
from wrong.conditions import ZerosForwardsOnly
from wrong.recurrent_states import (
    NoTimeGradient,
    StartGetsZero,
    StartIgnored,
    TruncatedAtTwo,
    kept_of,
    masks_of,
    states_of,
)


class MaskIgnored(Recurrent):
    """Every step is read, whatever the mask says."""

    def forward(self, x: Array, *given: Array) -> Array:
        return super().forward(x, *states_of(given), *kept_of(given))


class SingleStepRead(Recurrent):
    """A sequence of a single step is read, whatever the mask says."""

    def forward(self, x: Array, *given: Array) -> Array:
        return super().forward(x, *((*states_of(given), *kept_of(given)) if x.shape[1] == 1 else given))


class MaskInverted(Recurrent):
    """Reads the steps that the mask leaves out: True taken for masked, as PyTorch's attention does."""

    def forward(self, x: Array, *given: Array) -> Array:
        return super().forward(x, *states_of(given), *(~mask for mask in masks_of(given)), *kept_of(given))


class MaskAsLengths(Recurrent):
    """Takes from the mask only how many steps there are, and reads that many from the start."""

    def forward(self, x: Array, *given: Array) -> Array:
        lengths = (np.arange(mask.shape[1]) < mask.sum(axis=1, keepdims=True) for mask in masks_of(given))
        return super().forward(x, *states_of(given), *lengths, *kept_of(given))


class InputsZeroed(Recurrent):
    """Masked steps are read as zeros instead of being skipped."""

    def forward(self, x: Array, *given: Array) -> Array:
        for mask in masks_of(given):
            x = x * mask[..., None]
        return super().forward(x, *states_of(given), *kept_of(given))


class MaskNotReversed(Recurrent):
    """Going backwards, the mask is read from its start."""

    def forward(self, x: Array, *given: Array) -> Array:
        masks = (mask[:, ::-1] if self.go_backwards else mask for mask in masks_of(given))
        return super().forward(x, *states_of(given), *masks, *kept_of(given))


class ZerosForRepeats(Recurrent):
    """The output of masked steps is always zero, as that of PyTorch's packed sequences."""

    def forward(self, x: Array, *given: Array) -> Array:
        self.zero_output = True
        return super().forward(x, *given)


class RepeatsForZeros(Recurrent):
    """The output of masked steps is never zero, though asked for."""

    def forward(self, x: Array, *given: Array) -> Array:
        self.zero_output = False
        return super().forward(x, *given)


class StartShown(Recurrent):
    """Before the first step that is read, the output is the initial state."""

    def _masked_output(self, mask: Array) -> Array:
        y = super()._masked_output(mask)
        return y if self.zero_output else np.where(np.logical_or.accumulate(mask), y, self.history[0][:1])


class SkippedGradientLost(Recurrent):
    """The gradient of the states is lost at the steps that were skipped."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        # what the layer receives at the next step is zero where this one was skipped
        if t + 1 < len(self.a) and self.mask is not None:
            dstates = tuple(np.where(self.mask[t + 1], d, 0) for d in dstates)
        return super().step_back(t, *dstates)


class RepeatedGradientLost(Recurrent):
    """The cotangent of a repeated output is dropped."""

    def backward(self, dy: Array) -> Any:
        own, self.zero_output = self.zero_output, True
        back = super().backward(dy)
        self.zero_output = own
        return back


class UnmaskedGradient(Recurrent):
    """The backward pass goes through the skipped steps as through all others."""

    def backward(self, dy: Array) -> Any:
        own, self.mask = self.mask, None
        back = super().backward(dy)
        self.mask = own
        return back


OUTPUTS = (
    *(StartIgnored, MaskIgnored, SingleStepRead, MaskInverted, MaskAsLengths, InputsZeroed, MaskNotReversed),
    *(ZerosForRepeats, RepeatsForZeros, StartShown, ZerosForwardsOnly),
)
GRADIENTS = (
    *(NoTimeGradient, TruncatedAtTwo, StartGetsZero),
    *(SkippedGradientLost, RepeatedGradientLost, UnmaskedGradient),
)

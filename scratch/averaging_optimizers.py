"""Optimizers that average the weights they have been through."""

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np

from scratch.layer import Array
from scratch.optimizers import Optimizer, State, kept


@dataclass(eq=False)
class ASGD(Optimizer):
    """w <- (1 - lambd eta) w - eta g;  ax <- ax + mu (w - ax), at step t = 1, 2, ... with

    eta = lr / (1 + lambd lr (t - 1))**alpha, where lr is that of the step before, and mu = 1 / max(1, t - 1 - t0).
    Until t0 the average ax is w itself, from then on the mean of all w; `averages` has it. Polyak and Juditsky (1992),
    with the rates of Xu (2011); PyTorch.
    """

    AVERAGED: ClassVar[tuple[str, ...]] = ("ema", "ax")

    _: KW_ONLY
    lambd: float = 1e-4
    alpha: float = 0.75
    t0: float = 1e6

    def update(self, w: Array, g: Array, state: State) -> None:
        lr = kept(state, "lr", np.empty(()), self.lr)
        eta = lr / (1 + self.lambd * lr * (self.t - 1)) ** self.alpha
        w *= 1 - self.lambd * eta
        w -= eta * g
        ax = kept(state, "ax", w)
        ax += (w - ax) / max(1.0, self.t - 1 - self.t0)
        lr[...] = self.lr

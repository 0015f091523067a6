"""Optimizers that step by the sign of a gradient, not by its size."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from scratch.layer import Array
from scratch.optimizers import Optimizer, State, average, kept, require_below_one


@dataclass(eq=False)
class Lion(Optimizer):
    """w <- w - lr sign(beta_1 m + (1 - beta_1) g);  m <- beta_2 m + (1 - beta_2) g, from 0. Chen et al. (2023)."""

    lr: float = 0.001
    _: KW_ONLY
    beta_1: float = 0.9
    beta_2: float = 0.99

    def __post_init__(self) -> None:
        super().__post_init__()
        require_below_one(self, "beta_1", "beta_2")

    def update(self, w: Array, g: Array, state: State) -> None:
        m = kept(state, "m", w)
        w -= self.lr * np.sign(self.beta_1 * m + (1 - self.beta_1) * g)
        average(state, "m", g, self.beta_2)


@dataclass(eq=False)
class Rprop(Optimizer):
    """w <- w - d sign(g), with a step size d for every weight that is lr at first and then

    d <- increase d, up to `largest`, where g has the sign it had; d <- decrease d, down to `smallest`, where it has the
    other, and there the weight rests for one step, after which its gradient counts as 0. Riedmiller and Braun (1993);
    the rest is the "iRprop-" of Igel and Huesken (2000). An lr that changes later changes nothing.
    """

    _: KW_ONLY
    decrease: float = 0.5
    increase: float = 1.2
    smallest: float = 1e-6
    largest: float = 50.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.decrease < 1 < self.increase:
            raise ValueError(f"decrease is {self.decrease}, increase {self.increase}, expected below 1 and above 1")

    def update(self, w: Array, g: Array, state: State) -> None:
        d = kept(state, "d", w, self.lr)
        turn = np.sign(g * kept(state, "g", w))
        factor = np.where(turn > 0, self.increase, np.where(turn < 0, self.decrease, 1.0)).astype(w.dtype)
        d[...] = np.clip(d * factor, self.smallest, self.largest)
        g = np.where(turn < 0, 0, g)
        w -= d * np.sign(g)
        state["g"] = g

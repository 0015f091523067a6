"""Optimizers: from gradients to the next weights."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from scratch.layer import Array


class Optimizer:
    """`step(params, grads)` changes every array of `params` in place.

    The state of a weight is kept under its name, so the same dict of weights is given at every step. `lr` may be
    changed between steps. `clip_value` limits each gradient element to [-clip_value, clip_value] first.
    """

    def __init__(self, lr: float, *, clip_value: float | None = None) -> None:
        if lr < 0:
            raise ValueError(f"lr is {lr}, expected at least 0")
        self.lr = lr
        self.clip_value = clip_value
        self.t = 0
        self.state: dict[str, dict[str, Array]] = {}

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        """One step. Raises ValueError when a weight has no gradient or one of another shape."""
        self.t += 1
        for name, w in params.items():
            g = grads.get(name)
            if g is None or g.shape != w.shape:
                got = "none" if g is None else f"one of shape {g.shape}"
                raise ValueError(f"{name} has shape {w.shape} and needs a gradient of that shape, got {got}")
            if self.clip_value is not None:
                g = np.clip(g, -self.clip_value, self.clip_value)
            self.update(w, g, self.state.setdefault(name, {}))

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        """Change `w` in place, given its gradient `g` and the state kept for it."""
        raise NotImplementedError(f"{type(self).__name__}.update is not written")


def clip_by_value(grads: Mapping[str, Array], limit: float) -> None:
    """Limit every element of every gradient to [-limit, limit], in place."""
    for g in grads.values():
        np.clip(g, -limit, limit, out=g)


class SGD(Optimizer):
    """w <- w - lr g"""

    def __init__(self, lr: float = 0.01, *, clip_value: float | None = None) -> None:
        super().__init__(lr, clip_value=clip_value)

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        w -= self.lr * g


class Adam(Optimizer):
    """m <- beta_1 m + (1 - beta_1) g;  v <- beta_2 v + (1 - beta_2) g**2, both from 0; at step t = 1, 2, ...

    epsilon_on="corrected": w <- w - lr m^ / (sqrt(v^) + epsilon), m^ = m / (1 - beta_1**t), v^ = v / (1 - beta_2**t).
    Algorithm 1 of Kingma and Ba (2015); PyTorch.

    epsilon_on="raw": w <- w - lr_t m / (sqrt(v) + epsilon), lr_t = lr sqrt(1 - beta_2**t) / (1 - beta_1**t).
    The "epsilon hat" of the paper's section 2; Keras. Both agree when one epsilon is sqrt(1 - beta_2**t) times
    the other, so no constant makes them equal.
    """

    def __init__(
        self,
        lr: float = 0.001,
        *,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        epsilon_on: Literal["corrected", "raw"] = "corrected",
        clip_value: float | None = None,
    ) -> None:
        super().__init__(lr, clip_value=clip_value)
        if not (0 <= beta_1 < 1 and 0 <= beta_2 < 1):
            raise ValueError(f"beta_1 is {beta_1} and beta_2 is {beta_2}, expected both in [0, 1)")
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.epsilon, self.epsilon_on = epsilon, epsilon_on

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        m = state.setdefault("m", np.zeros_like(w))
        v = state.setdefault("v", np.zeros_like(w))
        m += (1 - self.beta_1) * (g - m)
        v += (1 - self.beta_2) * (g * g - v)
        correction_1, root_2 = 1 - self.beta_1**self.t, np.sqrt(1 - self.beta_2**self.t)
        epsilon = self.epsilon * (root_2 if self.epsilon_on == "corrected" else 1.0)
        w -= float(self.lr * root_2 / correction_1) * m / (np.sqrt(v) + float(epsilon))

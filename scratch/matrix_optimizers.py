"""Optimizers that look at a weight as a whole: at its norm, its rows and columns, its singular values."""

import math
import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Literal

import numpy as np

from scratch.adam_optimizers import Adam
from scratch.layer import Array
from scratch.optimizers import Optimizer, State, average, require_below_one


@dataclass(eq=False)
class Lamb(Optimizer):
    """w <- w - lr ||w|| / ||r|| r, with Adam's r = m^ / (sqrt(v^) + epsilon); the ratio is 1 where a norm is 0.

    Each weight moves by lr times its own norm. You et al. (2020), algorithm 2, with phi(z) = z and decoupled weight
    decay (`decoupled`), which the paper adds to r.
    """

    lr: float = 0.001
    _: KW_ONLY
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-6

    def __post_init__(self) -> None:
        super().__post_init__()
        require_below_one(self, "beta_1", "beta_2")

    def update(self, w: Array, g: Array, state: State) -> None:
        m = average(state, "m", g, self.beta_1) / (1 - self.beta_1**self.t)
        v = average(state, "v", g * g, self.beta_2) / (1 - self.beta_2**self.t)
        r = m / (np.sqrt(v) + self.epsilon)
        size, step = norm(w), norm(r)
        w -= self.lr * (size / step if size > 0 and step > 0 else 1.0) * r


@dataclass(eq=False)
class Adafactor(Optimizer):
    """w <- w - max(epsilon_2, rms(w)) min(lr, 1 / sqrt(t)) u / max(1, rms(u) / clip_threshold), at step t = 1, 2, ...

    u = g / sqrt(v), where v is the average v <- beta v + (1 - beta) g**2, from 0, with beta = 1 - t**beta_2_decay.
    Of a weight with two axes or more, v is put together from the averages of the means over its last axis, `rows`, and
    over the one before, `columns`: v = rows columns / mean(rows). rms is the root of the mean square. Shazeer and Stern
    (2018), algorithms 4 and 5, where lr is 0.01.

    epsilon_on="squares": g**2 + epsilon_1 in the place of g**2. The paper; Keras.
    epsilon_on="root": sqrt(v) and mean(rows) are epsilon_1 at least. PyTorch.
    """

    lr: float = 0.01
    _: KW_ONLY
    beta_2_decay: float = -0.8
    epsilon_1: float = 1e-30
    epsilon_2: float = 1e-3
    epsilon_on: Literal["squares", "root"] = "squares"
    clip_threshold: float = 1.0

    def update(self, w: Array, g: Array, state: State) -> None:
        root = np.sqrt(self.second_moment(g, state))
        u = g / (np.maximum(root, self.epsilon_1) if self.epsilon_on == "root" else root)
        alpha = max(self.epsilon_2, rms(w)) * min(self.lr, 1 / math.sqrt(self.t))
        w -= alpha / max(1.0, rms(u) / self.clip_threshold) * u

    def second_moment(self, g: Array, state: State) -> Array:
        beta = 1 - self.t**self.beta_2_decay
        squares = g * g + self.epsilon_1 if self.epsilon_on == "squares" else g * g
        if g.ndim < 2:
            return average(state, "v", squares, beta)
        rows = average(state, "rows", squares.mean(axis=-1, keepdims=True), beta)
        columns = average(state, "columns", squares.mean(axis=-2, keepdims=True), beta)
        # with epsilon_1 on the squares the mean is no less anyway; a product of rows and columns could be 0
        return rows / np.maximum(rows.mean(axis=-2, keepdims=True), self.epsilon_1) * columns


@dataclass(eq=False)
class Muon(Optimizer):
    """Of a matrix: v <- momentum v + g, from 0;  w <- w - lr scale o(g + momentum v), or o(v) without `nesterov`,

    where o brings the singular values near 1, by `iterations` of x <- a x + (b s + c s s) x, s = x x^T, Newton and
    Schulz, from x / (||x|| + epsilon). Jordan et al. (2024). `scale` is sqrt(max(1, rows / columns)) as "original", and
    rms_rate sqrt(max(rows, columns)) as "rms", after Liu et al. (2025). Rows are the first axis.

    epsilon_on="sum": as above; Keras. epsilon_on="average": v <- momentum v + (1 - momentum) g, and o of
    (1 - momentum) g + momentum v, from x / max(||x||, epsilon); PyTorch.

    Weights that are no matrices are stepped by Adam with epsilon_on="raw", its lr being adam_ratio lr, as in Keras; and
    those in whose name one of the regular expressions in `exclude` is found: "(?i)embedding" is exclude_embeddings.
    """

    lr: float = 0.001
    _: KW_ONLY
    momentum: float = 0.95
    nesterov: bool = True
    coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315)
    iterations: int = 5
    epsilon: float = 1e-7
    epsilon_on: Literal["sum", "average"] = "sum"
    scale: Literal["original", "rms", "none"] = "original"
    rms_rate: float = 0.2
    beta_1: float = 0.9
    beta_2: float = 0.999
    adam_epsilon: float = 1e-7
    adam_ratio: float = 1.0
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        require_below_one(self, "momentum")
        self.adam = Adam(beta_1=self.beta_1, beta_2=self.beta_2, epsilon=self.adam_epsilon, epsilon_on="raw")

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        found = {name for name in params for each in self.exclude if re.search(each, name)}
        self.by_adam = [params[name] for name in found]
        super().step(params, grads)

    def update(self, w: Array, g: Array, state: State) -> None:
        if w.ndim != 2 or any(w is each for each in self.by_adam):
            self.adam.lr, self.adam.t = self.lr * self.adam_ratio, self.t
            self.adam.update(w, g, state)
            return
        share = 1 - self.momentum if self.epsilon_on == "average" else 1.0
        v = state["v"] = self.momentum * state.get("v", np.zeros_like(w)) + share * g
        x = share * g + self.momentum * v if self.nesterov else v
        size = max(norm(x), self.epsilon) if self.epsilon_on == "average" else norm(x) + self.epsilon
        w -= self.lr * self.factor(*w.shape) * orthogonalised(x / size, self.coefficients, self.iterations)

    def factor(self, rows: int, columns: int) -> float:
        if self.scale == "rms":
            return self.rms_rate * math.sqrt(max(rows, columns))
        return math.sqrt(max(1, rows / columns)) if self.scale == "original" else 1.0


def orthogonalised(x: Array, coefficients: tuple[float, float, float], iterations: int) -> Array:
    """x with its singular values, which are at most 1, brought near 1."""
    a, b, c = coefficients
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x  # the same on either side, and s is small on the short one
    for _ in range(iterations):
        s = x @ x.T
        x = a * x + (b * s + c * s @ s) @ x
    return x.T if tall else x


def norm(x: Array) -> float:
    """sqrt(sum x**2)"""
    return math.sqrt(np.sum(x * x))


def rms(x: Array) -> float:
    """sqrt(mean x**2)"""
    return math.sqrt(np.mean(x * x))

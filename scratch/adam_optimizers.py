"""Adam and what came of it: a moving average of the gradients, divided by their size."""

import math
from dataclasses import KW_ONLY, dataclass
from typing import Literal

import numpy as np

from scratch.layer import Array
from scratch.optimizers import Optimizer, State, average, kept, require_below_one


@dataclass(eq=False)
class Adam(Optimizer):
    """m <- beta_1 m + (1 - beta_1) g;  v <- beta_2 v + (1 - beta_2) g**2, both from 0; at step t = 1, 2, ...

    epsilon_on="corrected": w <- w - lr m^ / (sqrt(v^) + epsilon), m^ = m / (1 - beta_1**t), v^ = v / (1 - beta_2**t).
    Algorithm 1 of Kingma and Ba (2015); PyTorch.

    epsilon_on="raw": w <- w - lr_t m / (sqrt(v) + epsilon), lr_t = lr sqrt(1 - beta_2**t) / (1 - beta_1**t).
    The "epsilon hat" of the paper's section 2; Keras. Both agree when one epsilon is sqrt(1 - beta_2**t) times
    the other, so no constant makes them equal.
    """

    lr: float = 0.001
    _: KW_ONLY
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    epsilon_on: Literal["corrected", "raw"] = "corrected"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_below_one(self, "beta_1", "beta_2")

    def update(self, w: Array, g: Array, state: State) -> None:
        m = average(state, "m", g, self.beta_1)
        v = self.second_moment(g, state)
        correction_1, root_2 = 1 - self.beta_1**self.t, math.sqrt(1 - self.beta_2**self.t)
        epsilon = self.epsilon * (root_2 if self.epsilon_on == "corrected" else 1.0)
        w -= self.lr * root_2 / correction_1 * m / (np.sqrt(v) + epsilon)

    def second_moment(self, g: Array, state: State) -> Array:
        return average(state, "v", g * g, self.beta_2)


@dataclass(eq=False)
class AMSGrad(Adam):
    """Adam with the largest v so far in the place of v, before its bias is corrected. Reddi et al. (2018)."""

    def second_moment(self, g: Array, state: State) -> Array:
        v = super().second_moment(g, state)
        state["v_max"] = np.maximum(state.get("v_max", v), v)
        return state["v_max"]


@dataclass(eq=False)
class AdamW(Adam):
    """Adam with decoupled weight decay: w <- w - lr weight_decay w, then Adam's step. Loshchilov and Hutter (2019)."""

    _: KW_ONLY
    weight_decay: float = 0.01
    decoupled: bool = True


@dataclass(eq=False)
class Adamax(Optimizer):
    """m <- beta_1 m + (1 - beta_1) g;  u <- max(beta_2 u, |g|), both from 0;  w <- w - lr / (1 - beta_1**t) m / u

    Kingma and Ba (2015), algorithm 2, which has no epsilon. epsilon_on="norm": u <- max(beta_2 u, |g| + epsilon), as
    in PyTorch. epsilon_on="denominator": m / (u + epsilon), as in Keras.
    """

    lr: float = 0.002
    _: KW_ONLY
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    epsilon_on: Literal["norm", "denominator"] = "norm"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_below_one(self, "beta_1", "beta_2")

    def update(self, w: Array, g: Array, state: State) -> None:
        on_norm, on_denominator = (self.epsilon, 0.0) if self.epsilon_on == "norm" else (0.0, self.epsilon)
        m = average(state, "m", g, self.beta_1)
        u = np.maximum(self.beta_2 * kept(state, "u", w), np.abs(g) + on_norm)
        state["u"] = u
        w -= self.lr / (1 - self.beta_1**self.t) * m / (u + on_denominator)


@dataclass(eq=False)
class Nadam(Optimizer):
    """m and v as in Adam;  w <- w - lr m^ / (sqrt(v^) + epsilon), v^ = v / (1 - beta_2**t),

    m^ = mu_{t+1} m / (1 - mu_1 ... mu_{t+1}) + (1 - mu_t) g / (1 - mu_1 ... mu_t),
    mu_t = beta_1 (1 - 0.96**(t momentum_decay) / 2). Dozat (2016), where momentum_decay is 0.004; in Keras it is 1.
    """

    lr: float = 0.002
    _: KW_ONLY
    beta_1: float = 0.9
    beta_2: float = 0.999
    momentum_decay: float = 0.004
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        require_below_one(self, "beta_1", "beta_2")

    def mu(self, t: int) -> float:
        return self.beta_1 * (1 - 0.96 ** (t * self.momentum_decay) / 2)

    def update(self, w: Array, g: Array, state: State) -> None:
        m = average(state, "m", g, self.beta_1)
        v = average(state, "v", g * g, self.beta_2)
        mu, mu_next = self.mu(self.t), self.mu(self.t + 1)
        product = float(state.get("product", 1.0)) * mu
        state["product"] = np.array(product)
        m_hat = mu_next / (1 - product * mu_next) * m + (1 - mu) / (1 - product) * g
        w -= self.lr * m_hat / (np.sqrt(v / (1 - self.beta_2**self.t)) + self.epsilon)


@dataclass(eq=False)
class RAdam(Optimizer):
    """m and v as in Adam;  w <- w - lr r_t m^ sqrt(1 - beta_2**t) / (sqrt(v) + epsilon), m^ = m / (1 - beta_1**t),

    r_t = sqrt((rho_t - 4) (rho_t - 2) rho / ((rho - 4) (rho - 2) rho_t)), rho = 2 / (1 - beta_2) - 1,
    rho_t = rho - 2 t beta_2**t / (1 - beta_2**t). While rho_t is 5 or less: w <- w - lr m^. Liu et al. (2020).
    """

    lr: float = 0.001
    _: KW_ONLY
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        require_below_one(self, "beta_1", "beta_2")

    def update(self, w: Array, g: Array, state: State) -> None:
        m = average(state, "m", g, self.beta_1)
        v = average(state, "v", g * g, self.beta_2)
        m_hat = m / (1 - self.beta_1**self.t)
        correction_2 = 1 - self.beta_2**self.t
        rho = 2 / (1 - self.beta_2) - 1
        rho_t = rho - 2 * self.t * self.beta_2**self.t / correction_2
        if rho_t > 5:
            r = math.sqrt((rho_t - 4) * (rho_t - 2) * rho / ((rho - 4) * (rho - 2) * rho_t))
            m_hat = r * math.sqrt(correction_2) * m_hat / (np.sqrt(v) + self.epsilon)
        w -= self.lr * m_hat

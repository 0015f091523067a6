"""Optimizers that divide by the size of past gradients, each weight by its own."""

from dataclasses import KW_ONLY, dataclass
from typing import Literal

import numpy as np

from scratch.layer import Array
from scratch.optimizers import Optimizer, State, average, kept, require_below_one


@dataclass(eq=False)
class Adagrad(Optimizer):
    """s <- s + g**2, from `initial_accumulator`;  w <- w - lr_t g / (sqrt(s) + epsilon). Duchi et al. (2011).

    lr_t = lr / (1 + (t - 1) lr_decay) at step t = 1, 2, ... With `epsilon_inside` the root it is sqrt(s + epsilon),
    as in Keras; PyTorch has it outside.
    """

    _: KW_ONLY
    initial_accumulator: float = 0.0
    lr_decay: float = 0.0
    epsilon: float = 1e-10
    epsilon_inside: bool = False

    def update(self, w: Array, g: Array, state: State) -> None:
        s = kept(state, "s", w, self.initial_accumulator)
        s += g * g
        lr = self.lr / (1 + (self.t - 1) * self.lr_decay)
        w -= lr * g / root(s, self.epsilon, self.epsilon_inside)


@dataclass(eq=False)
class RMSprop(Optimizer):
    """v <- rho v + (1 - rho) g**2, from 0;  w <- w - lr g / (sqrt(v) + epsilon). Hinton (2012), lecture 6e.

    `centered`: v - a**2 in the place of v, with the mean a <- rho a + (1 - rho) g; Graves (2013). With
    `epsilon_inside` the root it is sqrt(v + epsilon), as in Keras; PyTorch has it outside.

    `momentum` gathers what is divided in a velocity; as in `Momentum`, it is of "gradients" (PyTorch) or of "steps"
    that keep the lr of their time (Keras).
    """

    _: KW_ONLY
    rho: float = 0.99
    momentum: float = 0.0
    centered: bool = False
    epsilon: float = 1e-8
    epsilon_inside: bool = False
    velocity_of: Literal["gradients", "steps"] = "gradients"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_below_one(self, "rho", "momentum")

    def update(self, w: Array, g: Array, state: State) -> None:
        v = average(state, "v", g * g, self.rho)
        if self.centered:
            a = average(state, "a", g, self.rho)
            v = v - a * a
        direction = g / root(v, self.epsilon, self.epsilon_inside)
        velocity = kept(state, "velocity", w)
        velocity *= self.momentum
        velocity += self.lr * direction if self.velocity_of == "steps" else direction
        w -= velocity if self.velocity_of == "steps" else self.lr * velocity


@dataclass(eq=False)
class Adadelta(Optimizer):
    """v <- rho v + (1 - rho) g**2;  d = sqrt(u + epsilon) / sqrt(v + epsilon) g;  u <- rho u + (1 - rho) d**2;
    w <- w - lr d

    v and u start from 0. Zeiler (2012), where lr is 1.
    """

    lr: float = 1.0
    _: KW_ONLY
    rho: float = 0.9
    epsilon: float = 1e-6

    def __post_init__(self) -> None:
        super().__post_init__()
        require_below_one(self, "rho")

    def update(self, w: Array, g: Array, state: State) -> None:
        v = average(state, "v", g * g, self.rho)
        u = kept(state, "u", w)
        d = np.sqrt(u + self.epsilon) / np.sqrt(v + self.epsilon) * g
        average(state, "u", d * d, self.rho)
        w -= self.lr * d


@dataclass(eq=False)
class Ftrl(Optimizer):
    """n <- n + g**2, from `initial_accumulator`, and z <- z + g + 2 shrinkage w - (r' - r) / lr w, from 0, where r is
    n**-lr_power before the step and r' after it;  w <- (clip(z, -l1, l1) - z) / ((r' + beta) / lr + 2 l2)

    Follow the regularised leader: w minimises the sum of all linear losses so far, kept near the earlier weights, plus
    l1 ||w||_1 + l2 ||w||**2. It is 0 where |z| is l1 or less. McMahan et al. (2013), algorithm 1, whose lambda_1 is l1
    and lambda_2 is 2 l2; `shrinkage` is Keras', a gradient of L2 that does not count in n.
    """

    lr: float = 0.001
    _: KW_ONLY
    lr_power: float = -0.5
    initial_accumulator: float = 0.1
    l1: float = 0.0
    l2: float = 0.0
    shrinkage: float = 0.0
    beta: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.lr_power > 0:
            raise ValueError(f"lr_power is {self.lr_power}, expected at most 0")
        for name in ("initial_accumulator", "l1", "l2", "shrinkage"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}, expected at least 0")

    def update(self, w: Array, g: Array, state: State) -> None:
        n, z = kept(state, "n", w, self.initial_accumulator), kept(state, "z", w)
        before = n**-self.lr_power
        n += g * g
        after = n**-self.lr_power
        z += g + 2 * self.shrinkage * w - (after - before) / self.lr * w
        w[...] = (np.clip(z, -self.l1, self.l1) - z) / ((after + self.beta) / self.lr + 2 * self.l2)


def root(s: Array, epsilon: float, inside: bool) -> Array:
    """sqrt(s + epsilon), or sqrt(s) + epsilon."""
    return np.sqrt(s + epsilon) if inside else np.sqrt(s) + epsilon

"""Optimizers with the mistakes that students make, to tell from the numbers which of them was made."""

import math
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from reference.homework.optimizer_rules import ADAM, CorrectedAdam, Correction, Rule
from scratch.adam_optimizers import Adam, AdamW
from scratch.adaptive_optimizers import Adagrad
from scratch.layer import Array
from scratch.optimizers import SGD, Momentum, Nesterov, Optimizer, State, average


@dataclass(eq=False)
class EarlyNesterov(Nesterov):
    """Nesterov's step as w + momentum**2 v - (1 + momentum) lr g, with the new velocity, which is too late."""

    def update(self, w: Array, g: Array, state: State) -> None:
        v = self.velocity(g, state)
        w -= self.momentum**2 * self.lr * v + (1 + self.momentum) * self.lr * g


@dataclass(eq=False)
class VelocityOnly(Nesterov):
    """Nesterov's step without the part of the gradient itself."""

    def update(self, w: Array, g: Array, state: State) -> None:
        w -= self.lr * self.momentum * self.velocity(g, state)


@dataclass(eq=False)
class StoredCorrection(Adam):
    """Adam that keeps the corrected moments in the place of the raw ones: a mistake."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m, v = average(state, "m", g, self.beta_1), average(state, "v", g * g, self.beta_2)
        m /= 1 - self.beta_1**self.t
        v /= 1 - self.beta_2**self.t
        w -= self.lr * m / (np.sqrt(v) + self.epsilon)


@dataclass(eq=False)
class CompoundedRate(Adam):
    """Adam that stores the corrected rate as the rate: a mistake."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        t = self.t + 1
        self.lr *= math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        super().step(params, grads)

    def update(self, w: Array, g: Array, state: State) -> None:
        w -= self.lr * average(state, "m", g, self.beta_1) / (np.sqrt(self.second_moment(g, state)) + self.epsilon)


@dataclass(eq=False)
class CountedOften(Adam):
    """Adam that counts a step for every parameter: a mistake."""

    def update(self, w: Array, g: Array, state: State) -> None:
        steps = self.t
        self.t = self.__dict__.setdefault("counted", 0) + 1
        self.__dict__["counted"] = self.t
        super().update(w, g, state)
        self.t = steps


@dataclass(eq=False)
class Divided(Optimizer):
    """w <- w - lr g / size(accumulated), for the mistakes of AdaGrad and RMSprop."""

    _: KW_ONLY
    size: Callable[[State, Array], Array]

    def update(self, w: Array, g: Array, state: State) -> None:
        w -= self.lr * g / self.size(state, g)


def _mistake(cause: str, needs: str, make: Callable[..., Optimizer], said: str) -> Rule:
    return Rule(said, make, tuple(needs.split()), cause)


def _gathered(grow: Callable[[Array, Array], Array], size: Callable[[Array], Array]) -> Callable[[State, Array], Array]:
    """What a gradient is divided by: `grow` changes the accumulator, `size` is taken of it."""

    def of(state: State, g: Array) -> Array:
        state["s"] = grow(state.get("s", np.zeros_like(g)), g)
        return size(state["s"])

    return of


def _no_root(rho: float, epsilon: float, lr: float) -> Optimizer:
    return Divided(lr, size=_gathered(lambda s, g: rho * s + (1 - rho) * g * g, lambda s: s + epsilon))


def _absolute(epsilon: float, lr: float) -> Optimizer:
    return Divided(lr, size=_gathered(lambda s, g: s + np.abs(g), lambda s: np.sqrt(s) + epsilon))


def _forgetful(epsilon: float, lr: float) -> Optimizer:
    return Divided(lr, size=_gathered(lambda s, g: g * g, lambda s: np.sqrt(s) + epsilon))


def _growing(rho: float, epsilon: float, lr: float) -> Optimizer:
    return Divided(lr, size=_gathered(lambda s, g: s + rho * s + (1 - rho) * g * g, lambda s: np.sqrt(s) + epsilon))


def _adam(cause: str, said: str, correction: Correction) -> Rule:
    return _mistake(cause, ADAM, lambda **o: CorrectedAdam(**o, correction=correction), said)


def _coupled(**settings: Any) -> Optimizer:
    return AdamW(**settings, decoupled=False)


def _late(lr: float, weight_decay: float, **settings: Any) -> Optimizer:
    """AdamW without bias correction."""
    return CorrectedAdam(lr, **settings, correction=lambda a, b, t: (1, 1), decay=lr * weight_decay)


def _from_one(**settings: Any) -> Optimizer:
    return Adagrad(**settings, initial_accumulator=1.0)


NONE = "The moments are not corrected for their start from 0."
MISTAKES: dict[str, list[Rule]] = {
    "adam": [
        _adam("no_bias_correction", NONE, lambda a, b, t: (1, 1)),
        _adam(
            "no_bias_correction",
            "The bias is corrected with 1 - beta, without the exponent t.",
            lambda a, b, t: (1 - a, 1 - b),
        ),
        _adam(
            "no_bias_correction",
            "The second moment is corrected with beta1 instead of beta2.",
            lambda a, b, t: (1 - a**t, 1 - a**t),
        ),
        _adam("no_bias_correction", "The second moment is not corrected.", lambda a, b, t: (1 - a**t, 1)),
        _adam("no_bias_correction", "The first moment is not corrected.", lambda a, b, t: (1, 1 - b**t)),
        _adam(
            "shifted",
            "The bias is corrected for one step more than there were.",
            lambda a, b, t: (1 - a ** (t + 1), 1 - b ** (t + 1)),
        ),
        _mistake(
            "wrong_state", ADAM, StoredCorrection, "The corrected moments are stored in the place of the raw ones."
        ),
        _mistake(
            "overwritten",
            ADAM,
            CompoundedRate,
            "The corrected rate is stored as the rate, so the corrections of all steps multiply.",
        ),
        _mistake("wrong_state", ADAM, CountedOften, "The step is counted once for each parameter."),
    ],
    "adamw": [
        _mistake(
            "other",
            f"{ADAM} weight_decay",
            _coupled,
            "The weight decay is added to the gradient, which is L2 regularisation; AdamW takes it off the weights.",
        ),
        _mistake("no_bias_correction", f"{ADAM} weight_decay", _late, NONE),
    ],
    "adagrad": [
        _mistake("wrong_state", "lr epsilon", _from_one, "The accumulators start from 1 instead of 0."),
        _mistake("overwritten", "lr epsilon", _forgetful, "The squared gradients are not accumulated."),
        _mistake(
            "other", "lr epsilon", _absolute, "The absolute gradients are accumulated in the place of their squares."
        ),
    ],
    "rmsprop": [
        _mistake("other", "lr rho epsilon", _no_root, "The mean square is not put under a root."),
        _mistake("other", "lr rho epsilon", _growing, "The mean square grows by 1 + rho: += in the place of =."),
        _mistake("other", "lr epsilon", Adagrad, "The squares are accumulated without decay, as in AdaGrad."),
    ],
    "nesterov": [
        _mistake(
            "updated_first",
            "lr momentum",
            EarlyNesterov,
            "The velocity is updated before the old one is used.",
        ),
        _mistake("missing_term", "lr momentum", VelocityOnly, "The step of the gradient itself, lr g, is left out."),
        _mistake("missing_term", "lr momentum", Momentum, "It is plain momentum, without the step ahead."),
    ],
    "momentum": [_mistake("missing_term", "lr", SGD, "It keeps no velocity: it is plain gradient descent.")],
}

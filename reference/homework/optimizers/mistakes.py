"""Optimizers with the mistakes that students make, to tell from the numbers which of them was made."""

import math
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from reference.homework.optimizers.rules import ADAM, CorrectedAdam, Correction, Rule
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
class Braked(Momentum):
    """The old velocity counts with the opposite sign: a mistake."""

    def velocity(self, g: Array, state: State) -> Array:
        state["v"] = g - self.momentum * state.get("v", np.zeros_like(g))
        return state["v"]


@dataclass(eq=False)
class SharedVelocity(Momentum):
    """Weights of the same shape share one velocity: a mistake."""

    def velocity(self, g: Array, state: State) -> Array:
        shared: dict[tuple[int, ...], State] = self.__dict__.setdefault("shared", {})
        return super().velocity(g, shared.setdefault(g.shape, {}))


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


def _mistake(cause: str, needs: str, make: Callable[..., Optimizer]) -> Rule:
    return Rule("", make, tuple(needs.split()), cause)


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


def _adam(cause: str, correction: Correction) -> Rule:
    return _mistake(cause, ADAM, lambda **o: CorrectedAdam(**o, correction=correction))


def _coupled(**settings: Any) -> Optimizer:
    return AdamW(**settings, decoupled=False)


def _raw(**settings: Any) -> Optimizer:
    return Adam(**settings, epsilon_on="raw")


def _late(lr: float, weight_decay: float, **settings: Any) -> Optimizer:
    """AdamW without bias correction."""
    return CorrectedAdam(lr, **settings, correction=lambda a, b, t: (1, 1), decay=lr * weight_decay)


def _from_one(**settings: Any) -> Optimizer:
    return Adagrad(**settings, initial_accumulator=1.0)


# each cause is an entry of the catalogue of sentences
MISTAKES: dict[str, list[Rule]] = {
    "adam": [
        _adam("no_bias_correction/none", lambda a, b, t: (1, 1)),
        _adam("no_bias_correction/exponent", lambda a, b, t: (1 - a, 1 - b)),
        _adam("no_bias_correction/beta-1-twice", lambda a, b, t: (1 - a**t, 1 - a**t)),
        _adam("no_bias_correction/second", lambda a, b, t: (1 - a**t, 1)),
        _adam("no_bias_correction/first", lambda a, b, t: (1, 1 - b**t)),
        _adam("shifted/bias-correction", lambda a, b, t: (1 - a ** (t + 1), 1 - b ** (t + 1))),
        _mistake("wrong_state/corrected-kept", ADAM, StoredCorrection),
        _mistake("overwritten/rate", ADAM, CompoundedRate),
        _mistake("wrong_state/counted-often", ADAM, CountedOften),
    ],
    "adamw": [
        _mistake("other/coupled-decay", f"{ADAM} weight_decay", _coupled),
        _mistake("no_bias_correction/none", f"{ADAM} weight_decay", _late),
        _mistake("missing_term/no-decay", ADAM, Adam),
        _mistake("missing_term/no-decay", ADAM, _raw),
    ],
    "adagrad": [
        _mistake("wrong_state/from-one", "lr epsilon", _from_one),
        _mistake("overwritten/squares", "lr epsilon", _forgetful),
        _mistake("other/absolute", "lr epsilon", _absolute),
    ],
    "rmsprop": [
        _mistake("other/no-root", "lr rho epsilon", _no_root),
        _mistake("other/growing", "lr rho epsilon", _growing),
        _mistake("other/no-decay", "lr epsilon", Adagrad),
    ],
    "nesterov": [
        _mistake("updated_first/velocity", "lr momentum", EarlyNesterov),
        _mistake("missing_term/gradient", "lr momentum", VelocityOnly),
        _mistake("missing_term/ahead", "lr momentum", Momentum),
    ],
    "momentum": [
        _mistake("shared_state/shape", "lr momentum", SharedVelocity),
        _mistake("sign/velocity", "lr momentum", Braked),
        _mistake("missing_term/velocity", "lr", SGD),
    ],
}

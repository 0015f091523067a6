"""Optimizers: from gradients to the next weights. Gradient descent and momentum."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import ClassVar, Literal

import numpy as np

from scratch.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from scratch.layer import Array

State = dict[str, Array]


@dataclass(eq=False)
class Optimizer:
    """`step(params, grads)` changes every array of `params` in place.

    The state of a weight is kept under its name, so the same dict of weights is given at every step. `lr` may be
    changed between steps.

    What all optimizers have in common happens in this order:
    - accumulation: the gradients of `accumulation_steps` calls are put together, their mean or their sum as
      `accumulation` says, and only the last of these calls is a step;
    - clipping: `clip_value`, `clip_norm` or `clip_global_norm`, with `clip_epsilon` added to the norm;
    - `maximize`: -g in the place of g, so that steps go uphill;
    - weight decay: g + weight_decay w in the place of g (the gradient of L2 regularisation, weight_decay / 2 ||w||**2);
      or, where it is `decoupled` from the gradient, w - lr weight_decay w in the place of w (Loshchilov and Hutter,
      2019). Both are the same for plain gradient descent only;
    - with `ema_momentum`, an average beside each weight, a <- ema_momentum a + (1 - ema_momentum) w after the step,
      which is w after the first one; every `ema_overwrite_frequency` steps the weight takes its place, w <- a. Keras.
    """

    # what is an average of weights in the state of each
    AVERAGED: ClassVar[tuple[str, ...]] = ("ema",)

    lr: float = 0.01
    _: KW_ONLY
    clip_value: float | None = None
    clip_norm: float | None = None
    clip_global_norm: float | None = None
    clip_epsilon: float = 0.0
    maximize: bool = False
    weight_decay: float = 0.0
    decoupled: bool = False
    accumulation_steps: int = 1
    accumulation: Literal["mean", "sum"] = "mean"
    ema_momentum: float | None = None
    ema_overwrite_frequency: int | None = None
    t: int = field(default=0, init=False)
    state: dict[str, State] = field(default_factory=dict, init=False, repr=False)
    pending: list[Mapping[str, Array]] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        limits = (self.clip_value, self.clip_norm, self.clip_global_norm)
        if sum(limit is not None for limit in limits) > 1:
            raise ValueError("clip_value, clip_norm and clip_global_norm exclude each other, expected at most one")
        for name in ("lr", "clip_value", "clip_norm", "clip_global_norm", "clip_epsilon", "weight_decay"):
            if (getattr(self, name) or 0) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}, expected at least 0")
        if self.accumulation_steps < 1:
            raise ValueError(f"accumulation_steps is {self.accumulation_steps}, expected at least 1")
        if self.ema_momentum is not None:
            require_below_one(self, "ema_momentum")
        if self.ema_overwrite_frequency is not None and (self.ema_momentum is None or self.ema_overwrite_frequency < 1):
            raise ValueError(
                f"ema_overwrite_frequency is {self.ema_overwrite_frequency}, expected at least 1, and an ema_momentum"
            )

    @property
    def averages(self) -> dict[str, Array]:
        """The averages kept beside the weights: "w ema" is that of the weight called w with `ema_momentum`."""
        kinds = [(name, kind) for name in self.state for kind in self.AVERAGED]
        return {f"{name} {kind}": self.state[name][kind] for name, kind in kinds if kind in self.state[name]}

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        """One step. Raises ValueError when a weight has no gradient or one of another shape."""
        given = {name: self._fitting(name, w, grads.get(name)) for name, w in params.items()}
        if self.accumulation_steps > 1:
            self.pending.append({name: g.copy() for name, g in given.items()})
            if len(self.pending) < self.accumulation_steps:
                return
            given = self._accumulated()
        self.t += 1
        for name, g in self._clipped(given).items():
            w = params[name]
            if self.maximize:
                g = -g
            if self.weight_decay and self.decoupled:
                w -= self.lr * self.weight_decay * w
            elif self.weight_decay:
                g = g + self.weight_decay * w
            state = self.state.setdefault(name, {})
            self.update(w, g, state)
            if self.ema_momentum is not None:
                self._average(w, state, self.ema_momentum)

    def update(self, w: Array, g: Array, state: State) -> None:
        """Change `w` in place, given its gradient `g` and the state kept for it."""
        raise NotImplementedError(f"{type(self).__name__}.update is not written")

    def _average(self, w: Array, state: State, momentum: float) -> None:
        a = kept(state, "ema", w)
        a[...] = w if self.t == 1 else momentum * a + (1 - momentum) * w
        if self.ema_overwrite_frequency and self.t % self.ema_overwrite_frequency == 0:
            w[...] = a

    def _fitting(self, name: str, w: Array, g: Array | None) -> Array:
        if g is None or g.shape != w.shape:
            got = "none" if g is None else f"one of shape {g.shape}"
            raise ValueError(f"{name} has shape {w.shape} and needs a gradient of that shape, got {got}")
        return g

    def _accumulated(self) -> dict[str, Array]:
        parts = len(self.pending) if self.accumulation == "mean" else 1
        total = {name: np.add.reduce([grads[name] for grads in self.pending]) / parts for name in self.pending[0]}
        self.pending = []
        return total

    def _clipped(self, grads: Mapping[str, Array]) -> Mapping[str, Array]:
        if self.clip_value is not None:
            return clip_by_value(grads, self.clip_value)
        if self.clip_norm is not None:
            return clip_by_norm(grads, self.clip_norm, self.clip_epsilon)
        if self.clip_global_norm is not None:
            return clip_by_global_norm(grads, self.clip_global_norm, self.clip_epsilon)
        return grads


def require_below_one(optimizer: Optimizer, *names: str) -> None:
    """Raise ValueError unless these settings are in [0, 1)."""
    for name in names:
        if not 0 <= getattr(optimizer, name) < 1:
            raise ValueError(f"{name} is {getattr(optimizer, name)}, expected it in [0, 1)")


def kept(state: State, name: str, like: Array, start: float = 0.0) -> Array:
    """The array called `name` in the state of a weight, which at first is full of `start`."""
    if name not in state:
        state[name] = np.full_like(like, start)
    return state[name]


def average(state: State, name: str, value: Array, beta: float) -> Array:
    """a <- beta a + (1 - beta) value: the moving average called `name`, which starts from 0."""
    a = kept(state, name, value)
    a += (1 - beta) * (value - a)
    return a


@dataclass(eq=False)
class SGD(Optimizer):
    """w <- w - lr g"""

    def update(self, w: Array, g: Array, state: State) -> None:
        w -= self.lr * g


@dataclass(eq=False)
class Momentum(Optimizer):
    """The velocity v starts from 0, and `velocity_of` says what it gathers.

    "gradients": v <- momentum v + (1 - dampening) g;  w <- w - lr v. PyTorch.
    "steps": v <- momentum v + (1 - dampening) lr g;  w <- w - v. Sutskever et al. (2013); Keras.
    Both are the same until lr changes: then a gradient keeps the lr of its time in "steps" only.

    The first gradient is not dampened, as in PyTorch. v <- beta v + (1 - beta) g from v = 0, as some courses have it,
    is this with dampening 0 and lr (1 - beta) in the place of lr.
    """

    _: KW_ONLY
    momentum: float = 0.9
    dampening: float = 0.0
    velocity_of: Literal["gradients", "steps"] = "gradients"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_below_one(self, "momentum", "dampening")

    def update(self, w: Array, g: Array, state: State) -> None:
        v = self.velocity(g, state)
        w -= v if self.velocity_of == "steps" else self.lr * v

    def velocity(self, g: Array, state: State) -> Array:
        gained = self.lr * g if self.velocity_of == "steps" else g
        if "v" not in state:
            state["v"] = np.array(gained)  # what is made of a 0-d array is none, and would not be added to
            return state["v"]
        v = state["v"]
        v *= self.momentum
        v += (1 - self.dampening) * gained
        return v


@dataclass(eq=False)
class Nesterov(Momentum):
    """The velocity of Momentum, looked ahead by one step; `velocity_of` as there.

    "gradients": w <- w - lr (g + momentum v). PyTorch.
    "steps": w <- w - (lr g + momentum v). Sutskever et al. (2013), with the weights where they look ahead to; Keras.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.dampening:
            raise ValueError(f"dampening is {self.dampening}, Nesterov's momentum has none")

    def update(self, w: Array, g: Array, state: State) -> None:
        v = self.velocity(g, state)
        w -= self.lr * g + self.momentum * v if self.velocity_of == "steps" else self.lr * (g + self.momentum * v)

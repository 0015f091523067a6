"""A learning rate that decays with the steps, which any optimizer may offer: each rule with it, as it is documented."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.homework.optimizers.rules import Rule
from scratch.layer import Array
from scratch.optimizers import Optimizer

SETTING = "lr_decay"
# the share of the rate that is left, of the decay and the number of steps that were taken before
Left = Callable[[float, int], float]
# their velocity is of gradients, or of steps: the same as long as the rate is
VELOCITIES = ("momentum", "nesterov")
FROM_0: Mapping[str, Left] = {
    "rate / (1 + decay t), t from 0": lambda decay, t: 1 / (1 + decay * t),
    "rate exp(-decay t), t from 0": lambda decay, t: float(np.exp(-decay * t)),
    "rate decay**t, t from 0": lambda decay, t: decay**t,
    "rate (1 - decay)**t, t from 0": lambda decay, t: (1 - decay) ** t,
}
FROM_1: Mapping[str, Left] = {
    "rate / (1 + decay t), t from 1": lambda decay, t: 1 / (1 + decay * (t + 1)),
    "rate exp(-decay t), t from 1": lambda decay, t: float(np.exp(-decay * (t + 1))),
}
MISTAKES: Mapping[str, Left] = {
    "rate_decay/early": FROM_1["rate / (1 + decay t), t from 1"],
    "rate_decay/linear": lambda decay, t: 1 - decay * t,
    "rate_decay/compounded": lambda decay, t: float(np.prod([1 / (1 + decay * i) for i in range(t + 1)])),
    "rate_decay/none": lambda decay, t: 1.0,
    "rate_decay/twice": lambda decay, t: 1 / (1 + 2 * decay * t),
    "rate_decay/grows": lambda decay, t: 1 + decay * t,
}


@dataclass(eq=False)
class Slowed(Optimizer):
    """An optimizer whose rate is `left` of its own; where `scaled`, it is the gradient that is multiplied by it."""

    inner: Optimizer | None = None
    left: Callable[[int], float] = lambda t: 1.0
    scaled: bool = False
    taken: int = 0

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        assert self.inner is not None
        left = self.left(self.taken)
        if self.scaled:
            self.inner.step(params, {name: left * g for name, g in grads.items()})
        else:
            self.inner.lr = self.lr * left
            self.inner.step(params, grads)
        self.taken += 1


def slowed(rule: Rule, pair: str, *, counted: bool) -> Iterator[Rule]:
    """A rule with a rate that decays, in every convention; from the whole rate where it counts the steps made."""
    for said, left in (FROM_0 if counted else {**FROM_0, **FROM_1}).items():
        yield from _both(rule, pair, said, left)


def mistaken(rule: Rule, pair: str) -> Iterator[Rule]:
    """A rule with a rate that decays and the mistakes that students make in it."""
    for cause, left in MISTAKES.items():
        yield from _both(rule, pair, "", left, cause)


def _both(rule: Rule, pair: str, said: str, left: Left, cause: str = "") -> Iterator[Rule]:
    for scaled in (False, True) if pair in VELOCITIES else (False,):
        yield _with_decay(rule, said, left, scaled, cause)


def _with_decay(rule: Rule, said: str, left: Left, scaled: bool, cause: str) -> Rule:
    def make(lr_decay: float, **settings: Any) -> Optimizer:
        own = {"lr_decay": 0.0} if SETTING in rule.needs else {}
        inner = rule.make(**settings, **own)
        return Slowed(settings["lr"], inner=inner, left=lambda t: left(lr_decay, t), scaled=scaled)

    needs = tuple(dict.fromkeys((*rule.needs, SETTING)))
    return Rule("; ".join(filter(None, (rule.said, said))), make, needs, cause)

"""Optimizers side by side: the same weights, the same gradients, every step."""

from collections.abc import Callable
from typing import Any

from reference.compare import Finding, allowed_ulp, compare
from reference.frameworks import framework
from reference.pair import Array, Case, Pair
from reference.sides import generator

STEPS = 200
LOOK_AT = (1, 2, 3, 10, 100, 101, 102, STEPS)
SHAPES = {"a": (3, 5), "b": (7,)}

# A float32 trajectory may drift from the float64 one by this multiple of what the framework's own does.
FLOAT32_MULTIPLE = 4.0

Weights = dict[str, Array]


def optimizer_findings(
    pair: Pair, case: Case, judge: str, dtype: str, seed: int, optimizer: Callable[..., Any] | None
) -> list[Finding]:
    """The weights after some of 200 steps, on two weights of different shape, lr halved after 100 steps.

    The gradients are random, of sizes from 1e-9 to 10, so that an epsilon in another place shows.
    """
    rng = generator(seed, pair.name, case.name)
    start = {name: rng.standard_normal(shape) for name, shape in SHAPES.items()}
    sizes = {name: 10.0 ** rng.uniform(-9, 1, shape) for name, shape in SHAPES.items()}
    grads = [{name: size * rng.standard_normal(size.shape) for name, size in sizes.items()} for _ in range(STEPS)]

    options = pair.options(case)
    twin, adapter = pair.twin(judge), framework(judge)
    make = optimizer or pair.layer

    def twins(dtype: str) -> Weights:
        weights = [w.astype(dtype) for w in start.values()]
        stepper = adapter.stepper(twin, options, dtype, weights)
        return _watch(stepper, lambda: dict(zip(SHAPES, stepper.values(), strict=True)), grads, options.lr, dtype)

    weights = {name: w.astype(dtype) for name, w in start.items()}
    ours = make(**case.options)
    got = _watch(_Scratch(ours, weights), lambda: weights, grads, options.lr, dtype)
    truth, allowed = twins("float64"), allowed_ulp(STEPS)
    drift = dict.fromkeys(truth, 0.0)
    if dtype == "float32":
        drift = {name: compare(name, w, truth[name], allowed).ulp for name, w in twins(dtype).items()}
    return [
        compare(name, got[name], truth[name], max(allowed, FLOAT32_MULTIPLE * drift[name]), dtype) for name in truth
    ]


class _Scratch:
    """A scratch optimizer with the interface of the frameworks' steppers."""

    def __init__(self, optimizer: Any, weights: Weights) -> None:
        self.optimizer, self.weights = optimizer, weights

    def set_lr(self, lr: float) -> None:
        self.optimizer.lr = lr

    def step(self, grads: list[Array]) -> None:
        self.optimizer.step(self.weights, dict(zip(self.weights, grads, strict=True)))


def _watch(stepper: Any, values: Callable[[], Weights], grads: list[Weights], lr: float, dtype: str) -> Weights:
    """Run all steps; the weights after the steps in LOOK_AT, by names such as "a after 10"."""
    seen: Weights = {}
    for t, step in enumerate(grads, start=1):
        if t == STEPS // 2 + 1:
            stepper.set_lr(lr / 2)
        stepper.step([g.astype(dtype) for g in step.values()])
        if t in LOOK_AT:
            seen |= {f"{name} after {t}": w.copy() for name, w in values().items()}
    return seen

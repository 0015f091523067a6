"""Wrong versions of SGD, and the mistakes that any optimizer can make."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.optimizers import SGD, Optimizer
from wrong import Versions
from wrong.common import made_by
from wrong.late import LateAround, taken_for
from wrong.surroundings import AROUND_A_STEP, AVERAGES


class RateFrozen(Optimizer):
    """The learning rate is the one given at the start, whatever `lr` is set to later."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.first = self.lr

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        self.lr = self.first
        super().step(params, grads)


class RateDecays(Optimizer):
    """The learning rate decays by 1 / (1 + 1e-4 t)."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        lr = self.lr
        self.lr = lr / (1 + 1e-4 * self.t)
        super().step(params, grads)
        self.lr = lr


class Ascends(Optimizer):
    """Adds the step."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        before = w.copy()
        super().update(w, g, state)
        w[...] = 2 * before - w


class NeverClips(Optimizer):
    """Takes no notice of `clip_value`."""

    def __init__(self, *args: Any, clip_value: float | None = None, **options: Any) -> None:
        super().__init__(*args, **options)


class ClipsNorm(Optimizer):
    """Limits the norm of a gradient instead of its elements."""

    def __init__(self, *args: Any, clip_value: float | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.limit = clip_value

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        norm = float(np.linalg.norm(g))
        super().update(w, g * min(1.0, self.limit / norm) if self.limit else g, state)


class ClipsAbove(Optimizer):
    """Limits large gradients from above only."""

    def __init__(self, *args: Any, clip_value: float | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.limit = clip_value

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        super().update(w, g if self.limit is None else np.minimum(g, self.limit), state)


class LastWeightForgotten(Optimizer):
    """The loop over the weights ends one early."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        super().step({name: params[name] for name in list(params)[:-1]}, grads)


class FirstElementOnly(Optimizer):
    """Of a vector, only the first element moves."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        super().update(w, g if w.ndim != 1 else np.where(np.arange(len(g)) == 0, g, 0), state)


class WeightDecays(Optimizer):
    """Decays the weights too."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        super().update(w, g + 1e-4 * w, state)


class Rebinds(Optimizer):
    """Puts new arrays into the dict it is given, so that whoever holds the old ones sees no step."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        new = {name: w.copy() for name, w in params.items()}
        super().step(new, grads)
        dict.update(params, new)  # type: ignore[arg-type]


class ScalesGivenGradients(Optimizer):
    """Multiplies the gradients that it was given by the learning rate in place, after the step."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        super().step(params, grads)
        for g in grads.values():
            g *= self.lr


class ByOrder(Optimizer):
    """Takes the gradients of each shape in the order in which they come, whatever their names."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        left = list(grads.values())
        matched = {}
        for name, w in params.items():
            place = next(i for i, g in enumerate(left) if g.shape == w.shape)
            matched[name] = left.pop(place)
        super().step(params, matched)


class FirstThree(Optimizer):
    """Steps three weights and no more."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        super().step({name: params[name] for name in list(params)[:3]}, grads)


class NumbersLeft(Optimizer):
    """A weight that is a single number stays as it is."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        if w.ndim:
            super().update(w, g, state)


class SkipsWithoutGradient(Optimizer):
    """Leaves out a step of a weight whose gradient is all zero, and what the step would have done to the state."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        if g.any():
            super().update(w, g, state)


ANY_STEP = (
    *(RateFrozen, RateDecays, Ascends, LastWeightForgotten, FirstElementOnly, WeightDecays, Rebinds),
    *(ScalesGivenGradients, ByOrder, FirstThree, NumbersLeft),
)


COMMON = (*ANY_STEP, *AROUND_A_STEP, NeverClips, ClipsNorm, ClipsAbove)


class Averages(SGD):
    """Divides the gradient by its length, which the loss has already done."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        super().update(w, g / (len(g) if g.ndim else 1), state)


class HasMomentum(SGD):
    """Has a momentum of 0.9."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        v = state.setdefault("v", np.zeros_like(w))
        v *= 0.9
        v += g
        w -= self.lr * v


class SignOnly(SGD):
    """Steps by the sign of the gradient."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        w -= self.lr * np.sign(g)


class NormPerWeight(SGD):
    """The norm of all gradients together is limited weight by weight."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clip_norm, self.clip_global_norm = self.clip_norm or self.clip_global_norm, None


class NormOfAll(SGD):
    """The norm of each gradient is limited for all of them together."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clip_norm, self.clip_global_norm = None, self.clip_norm or self.clip_global_norm


class NormWithoutEpsilon(SGD):
    """Nothing is added to the norm that gradients are divided by."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clip_epsilon = 0.0


class DecayCountedTwice(SGD):
    """The gradient of the decay is that of weight_decay ||w||**2, without the half."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.weight_decay *= 2


class DecayAddedInPlace(SGD):
    """The gradient of the decay is added to the array that was given, which the caller may still read."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        decay = self.weight_decay
        if decay and not self.decoupled and self.accumulation_steps == 1 and self._clipped(grads) is grads:
            for name, w in params.items():
                grads[name][...] += decay * w
            self.weight_decay = 0.0
        super().step(params, grads)
        self.weight_decay = decay


class DecayWithoutRate(SGD):
    """Decoupled decay takes weight_decay of the weights, not lr times it."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        if self.decoupled:
            for w in params.values():
                w *= 1 - self.weight_decay * (1 - self.lr)
        super().step(params, grads)


class SumForMean(SGD):
    """Accumulated gradients are summed where their mean is asked for."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.accumulation = "sum"


class PendingKept(SGD):
    """Accumulated gradients are not dropped after the step."""

    def _accumulated(self) -> dict[str, Array]:
        kept = list(self.pending)
        total = super()._accumulated()
        self.pending = kept[1:]
        return total


AROUND = (
    *(NormPerWeight, NormOfAll, NormWithoutEpsilon, DecayCountedTwice, DecayAddedInPlace, DecayWithoutRate),
    *(SumForMean, PendingKept),
)
LATE = (
    *(*taken_for("maximize", False, LateAround), *taken_for("clip_value", None, LateAround)),
    *(*taken_for("clip_global_norm", None, LateAround), *taken_for("weight_decay", 0.0, LateAround)),
    *(*taken_for("accumulation", "mean", LateAround), *taken_for("ema_overwrite_frequency", None, LateAround)),
)
WRONG = {
    "sgd": Versions(outputs=(*made_by(SGD, (*COMMON, *AVERAGES, *LATE)), Averages, HasMomentum, SignOnly, *AROUND))
}

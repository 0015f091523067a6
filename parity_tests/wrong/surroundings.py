"""Mistakes in what surrounds the step of any optimizer: accumulation, clipping, going uphill, weight decay."""

from collections.abc import Mapping

from scratch.layer import Array
from scratch.optimizers import Optimizer


class DecayClipped(Optimizer):
    """The gradient of the decay is added before clipping."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        decay = self.weight_decay
        if decay and not self.decoupled:
            grads = {name: g + decay * params[name] for name, g in grads.items()}
            self.weight_decay = 0.0
        super().step(params, grads)
        self.weight_decay = decay


class DecaysAtEveryCall(Optimizer):
    """Weights decay at every call, also where gradients are only gathered."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        super().step(params, grads)
        if self.decoupled and self.pending:
            for w in params.values():
                w *= 1 - self.lr * self.weight_decay


class DecaysMatricesOnly(Optimizer):
    """Biases and numbers do not decay, where that is decoupled from the gradient."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        if w.ndim < 2 and self.decoupled:
            w /= 1 - self.lr * self.weight_decay
        super().update(w, g, state)


class RegularisesMatricesOnly(Optimizer):
    """Biases and numbers do not decay, where that is part of the gradient."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        super().update(w, g - self.weight_decay * w if w.ndim < 2 and not self.decoupled else g, state)


class MaximizeIgnored(Optimizer):
    """Goes downhill, whatever is asked for."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.maximize = False


class DecayTurnedToo(Optimizer):
    """Uphill, the weights grow where they should decay."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.weight_decay *= -1 if self.maximize and not self.decoupled else 1


class NormNeverLimited(Optimizer):
    """Takes no notice of the limits of norms."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clip_norm = self.clip_global_norm = None


class StepsAtEveryCall(Optimizer):
    """Takes no notice of `accumulation_steps`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.accumulation_steps = 1


class StepsACopy(Optimizer):
    """Steps what `ravel` makes of a weight, which is the weight itself only where it lies in order in memory."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        super().update(w.ravel(), g.ravel(), state)


class ReadsAcross(Optimizer):
    """Takes the elements of weight and gradient as they lie in memory, which may be in another order in each."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        super().update(w, g.ravel(order="K").reshape(w.shape, order="F" if w.flags.f_contiguous else "C"), state)


AROUND_A_STEP = (
    *(DecayClipped, DecaysAtEveryCall, MaximizeIgnored, DecayTurnedToo, NormNeverLimited, StepsAtEveryCall),
    *(StepsACopy, ReadsAcross, DecaysMatricesOnly, RegularisesMatricesOnly),
)

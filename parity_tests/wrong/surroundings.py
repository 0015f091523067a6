"""Mistakes in what surrounds the step of any optimizer: accumulation, clipping, uphill, weight decay, averages."""

from collections.abc import Mapping

from scratch.layer import Array
from scratch.optimizers import Optimizer, State


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


# ---- the average of `ema_momentum`


class AverageFromZero(Optimizer):
    """The average starts from 0, not from the weights."""

    def _average(self, w: Array, state: State, momentum: float) -> None:
        super()._average(w, state, momentum)
        if self.t == 1:
            state["ema"] *= 1 - momentum


class AverageFromTheStart(Optimizer):
    """The average starts from the weights before the first step."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        self.first = vars(self).get("first") or {name: w.copy() for name, w in params.items()}
        super().step(params, grads)
        if self.t == 1 and self.ema_momentum is not None and not self.pending:
            for name, w in self.first.items():
                a = self.state[name]["ema"]
                a += self.ema_momentum * (w - a)


class AverageTurned(Optimizer):
    """The new weights have the share that the average should keep."""

    def _average(self, w: Array, state: State, momentum: float) -> None:
        super()._average(w, state, 1 - momentum)


class AverageOfCalls(Optimizer):
    """The average is taken at calls that only gather gradients too."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        super().step(params, grads)
        if self.t and self.pending and self.ema_momentum is not None:
            for name, w in params.items():
                self._average(w, self.state[name], self.ema_momentum)


class AverageOneLate(Optimizer):
    """The average takes in the weights before the step."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        self.before = {id(w): w.copy() for w in params.values()}
        super().step(params, grads)

    def _average(self, w: Array, state: State, momentum: float) -> None:
        super()._average(w, state, momentum)
        if self.t > 1:
            state["ema"] += (1 - momentum) * (self.before[id(w)] - w)


class NeverOverwrites(Optimizer):
    """The average never takes the place of the weights."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.ema_overwrite_frequency = None


class OverwritesOneLate(Optimizer):
    """The average takes the place of the weights a step later, counted from the first step."""

    def _average(self, w: Array, state: State, momentum: float) -> None:
        often, self.ema_overwrite_frequency = self.ema_overwrite_frequency, None
        super()._average(w, state, momentum)
        self.ema_overwrite_frequency = often
        if often and self.t > 1 and (self.t - 1) % often == 0:
            w[...] = state["ema"]


class OverwritesOnce(Optimizer):
    """The average takes the place of the weights once."""

    def _average(self, w: Array, state: State, momentum: float) -> None:
        often = self.ema_overwrite_frequency
        self.ema_overwrite_frequency = often if often and self.t <= often else None
        super()._average(w, state, momentum)
        self.ema_overwrite_frequency = often


class AverageStartsAgain(Optimizer):
    """After it has taken the place of the weights the average starts anew from the weights of the next step."""

    def _average(self, w: Array, state: State, momentum: float) -> None:
        often = self.ema_overwrite_frequency
        super()._average(w, state, 0.0 if often and self.t % often == 1 else momentum)


AVERAGES = (
    *(AverageFromZero, AverageFromTheStart, AverageTurned, AverageOfCalls, AverageOneLate),
    *(NeverOverwrites, OverwritesOneLate, OverwritesOnce, AverageStartsAgain),
)

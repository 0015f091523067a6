"""PyTorch's schedules in Keras, where it has none."""

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
from keras import ops


class Composed(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule that is written as `rate(step, o)`, in float64."""

    def __init__(self, o: SimpleNamespace) -> None:
        super().__init__()
        self.options = SimpleNamespace(
            **{name: np.float64(value) if isinstance(value, float) else value for name, value in vars(o).items()}
        )

    def __call__(self, step: Any) -> Any:
        return self.rate(ops.cast(step, "float64"), self.options)

    def rate(self, step: Any, o: SimpleNamespace) -> Any:
        raise NotImplementedError


def cosine(start: Any, end: Any, share: Any) -> Any:
    return end + (start - end) * 0.5 * (ops.cos(np.float64(math.pi) * share) + 1)


def linear(start: Any, end: Any, share: Any) -> Any:
    return start + (end - start) * share


class PeriodicCosine(keras.optimizers.schedules.CosineDecay):
    """CosineDecay that rises again after its steps, as CosineAnnealingLR does: a wave there and back."""

    def __call__(self, step: Any) -> Any:
        place = ops.mod(step, 2 * self.decay_steps)
        return super().__call__(ops.minimum(place, 2 * self.decay_steps - place))


class InverseSquareRoot(Composed):
    def rate(self, step: Any, o: SimpleNamespace) -> Any:
        return o.lr * ops.minimum((step + 1) / o.warmup, ops.sqrt(o.warmup / (step + 1)))


class OneCycle(Composed):
    """OneCycleLR: phases end one step early, and the step that is the end of one still belongs to it."""

    def rate(self, step: Any, o: SimpleNamespace) -> Any:
        low = o.lr / o.start_divisor
        blend = cosine if o.shape == "cos" else linear
        peak, last = o.rise * o.steps - 1, o.steps - 1
        phases = [(0.0, peak, low, o.lr)]
        if o.three_phases:
            phases += [(peak, 2 * peak, o.lr, low), (2 * peak, last, low, low / o.end_divisor)]
        else:
            phases += [(peak, last, o.lr, low / o.end_divisor)]
        rate = blend(*phases[-1][2:], (step - phases[-1][0]) / (last - phases[-1][0]))
        for begin, end, start, goal in reversed(phases[:-1]):
            rate = ops.where(step <= end, blend(start, goal, (step - begin) / (end - begin)), rate)
        return rate


class Cyclic(Composed):
    """CyclicLR, with its three shapes."""

    def rate(self, step: Any, o: SimpleNamespace) -> Any:
        period = o.rise + o.fall
        cycle, place = ops.floor(step / period), ops.mod(step, period)
        share = ops.where(place <= o.rise, place / o.rise, (period - place) / o.fall)
        height = 1.0
        if o.shape == "triangular2":
            height = ops.power(0.5, cycle)
        elif o.shape == "exp_range":
            height = ops.power(o.rate, step)
        return linear(o.lr, o.max_lr, share * height)


class InTurn(keras.optimizers.schedules.LearningRateSchedule):
    """SequentialLR: lr times schedules one after the other, each of which begins at 0."""

    def __init__(self, parts: Sequence[Any], milestones: Sequence[int], lr: float) -> None:
        super().__init__()
        self.parts, self.milestones, self.lr = parts, milestones, np.float64(lr)

    def __call__(self, step: Any) -> Any:
        rate = self.parts[0](step)
        for milestone, part in zip(self.milestones, self.parts[1:], strict=True):
            rate = ops.where(step >= milestone, part(ops.maximum(step - milestone, 0)), rate)
        return self.lr * rate


class AtOnce(keras.optimizers.schedules.LearningRateSchedule):
    """ChainedScheduler: lr times the product of schedules."""

    def __init__(self, parts: Sequence[Any], lr: float) -> None:
        super().__init__()
        self.parts, self.lr = parts, np.float64(lr)

    def __call__(self, step: Any) -> Any:
        return math.prod((part(step) for part in self.parts), start=self.lr)


class RelativePlateau(keras.callbacks.ReduceLROnPlateau):
    """ReduceLROnPlateau whose threshold is a share of the best so far, as PyTorch's is by default."""

    def _is_improvement(self, monitor_value: Any, reference_value: Any) -> Any:
        if reference_value is None:
            return True
        # min_delta is negative where lower is better
        return self.monitor_op(monitor_value, reference_value * (1 + self.min_delta))

"""PyTorch's optimizers in Keras, where the two differ, and what surrounds a step: clipping, accumulation, decay."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
from keras import ops

# Keras casts these to the dtype of the weights, and on the way rounds Python numbers to float32 whatever that dtype is;
# numbers of NumPy keep their digits
CAST = ("beta_1", "beta_2", "momentum", "initial_accumulator_value", "epsilon_2")


def made(kind: Any, o: SimpleNamespace, **options: Any) -> Any:
    """An optimizer of this kind, with clipping, accumulation and weight decay as `o` has them."""
    l2 = o.weight_decay and not o.decoupled
    like_torch = l2 or o.clip_epsilon or o.maximize
    accumulates, averages = o.accumulation_steps > 1, o.ema_momentum is not None
    beside = (*([LikeTorch] if like_torch else []), *([AverageOfSteps] if accumulates and averages else []))
    if beside:
        kind = type(f"{kind.__name__}Like", (*beside, kind), {})
    if averages:
        options |= {"use_ema": True, "ema_momentum": o.ema_momentum}
        options |= {"ema_overwrite_frequency": o.ema_overwrite_frequency}
    exact = {name: np.float64(value) if name in CAST else value for name, value in options.items()}
    optimizer = kind(
        o.lr,
        clipvalue=o.clip_value,
        clipnorm=o.clip_norm,
        global_clipnorm=o.clip_global_norm,
        weight_decay=np.float64(o.weight_decay) if o.weight_decay and o.decoupled else None,
        gradient_accumulation_steps=o.accumulation_steps if accumulates else None,
        # Keras takes the mean of what it accumulates
        loss_scale_factor=1 / o.accumulation_steps if o.accumulation == "sum" and accumulates else None,
        **exact,
    )
    if like_torch:
        optimizer.l2, optimizer.clip_epsilon = np.float64(o.weight_decay if l2 else 0.0), o.clip_epsilon
        optimizer.uphill = o.maximize
    return optimizer


class LikeTorch:
    """Beside an optimizer's class: weight decay that is added to the gradient, an epsilon in clipping by norm, and
    steps uphill.
    """

    l2: Any
    clip_epsilon: float
    uphill: bool

    def _clip_gradients(self: Any, grads: list[Any]) -> Any:
        if self.clipnorm:
            return [self._limited([g], self.clipnorm)[0] for g in grads]
        if self.global_clipnorm:
            return self._limited(grads, self.global_clipnorm)
        return super()._clip_gradients(grads)  # type: ignore[misc]

    def _limited(self, grads: list[Any], limit: float) -> list[Any]:
        norm = ops.sqrt(sum(ops.sum(ops.square(g)) for g in grads))
        return [g * ops.minimum(1.0, limit / (norm + self.clip_epsilon)) for g in grads]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        gradient = (-gradient if self.uphill else gradient) + ops.cast(self.l2, variable.dtype) * variable
        super().update_step(gradient, variable, learning_rate)  # type: ignore[misc]


class AverageOfSteps:
    """Beside an optimizer's class: the average of `use_ema` is of the weights after each step, and overwrites them at
    steps, where Keras does both whenever it is given gradients, those that it only gathers too.
    """

    def _update_model_variables_moving_average(self: Any, variables: Any) -> None:
        average = super()._update_model_variables_moving_average  # type: ignore[misc]
        self._at_steps(lambda: average(variables))

    def _overwrite_model_variables_with_average_value(self: Any, variables: Any) -> None:
        overwrite = super()._overwrite_model_variables_with_average_value  # type: ignore[misc]
        self._at_steps(lambda: overwrite(variables))

    def _at_steps(self: Any, act: Any) -> None:
        ops.cond((self._iterations + 1) % self.gradient_accumulation_steps == 0, act, lambda: None)


class Composed(keras.optimizers.Optimizer):
    """An optimizer that is written as the `update` of one variable: it returns the step to subtract.

    `defaults` has its options; `slots` names its variables, beside which the variable itself is "w".
    """

    slots: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = {}

    def __init__(self, learning_rate: float = 0.01, **options: Any) -> None:
        common = ("clipvalue", "clipnorm", "global_clipnorm", "weight_decay", "gradient_accumulation_steps")
        average = ("use_ema", "ema_momentum", "ema_overwrite_frequency")
        kept = {name: options.pop(name) for name in (*common, "loss_scale_factor", *average) if name in options}
        super().__init__(learning_rate, **kept)
        self.options = SimpleNamespace(**{**self.defaults, **options})

    def build(self, variables: Any) -> None:
        super().build(variables)
        self.kept = {name: self.add_optimizer_variables(variables, name) for name in self.slots}

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        index = self._get_variable_index(variable)
        slots = {"w": variable, **{name: variables[index] for name, variables in self.kept.items()}}
        t = ops.cast(self.iterations + 1, variable.dtype)
        options = {
            name: ops.cast(np.float64(value), variable.dtype) if isinstance(value, float) else value
            for name, value in vars(self.options).items()
        }
        self.assign_sub(variable, self.update(gradient, slots, learning_rate, t, SimpleNamespace(**options)))

    def update(self, g: Any, slots: dict[str, Any], lr: Any, t: Any, o: SimpleNamespace) -> Any:
        raise NotImplementedError

    def mean(self, slot: Any, value: Any, beta: float) -> Any:
        """Take `value` into the moving average in `slot`; the average."""
        return self.put(slot, slot + (value - slot) * (1 - beta))

    def put(self, slot: Any, value: Any) -> Any:
        self.assign(slot, value)
        return value


class TorchMomentum(Composed):
    """SGD whose velocity gathers gradients instead of steps, with dampening of all but the first."""

    slots = ("velocity",)

    def update(self, g: Any, slots: dict[str, Any], lr: Any, t: Any, o: SimpleNamespace) -> Any:
        gained = lr * g if o.velocity_of == "steps" else g
        kept = gained * (1 - o.dampening * ops.cast(t > 1, g.dtype))
        v = self.put(slots["velocity"], o.momentum * slots["velocity"] + kept)
        step = gained + o.momentum * v if o.nesterov else v
        return step if o.velocity_of == "steps" else lr * step


class TorchAdam(keras.optimizers.Adam):
    """Adam with PyTorch's epsilon, which is added to the root of v after the bias correction.

    Keras adds epsilon to the uncorrected root, so its epsilon has to be smaller by sqrt(1 - beta_2**t) at step t.
    Betas are NumPy's float64: Keras rounds Python's numbers to float32 in the bias correction.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, np.float64(beta_1), np.float64(beta_2), epsilon, **options)

    @property
    def epsilon(self) -> Any:
        # beta_2 stays a Python number here: as a tensor it would be rounded to float32 first
        step = ops.cast(self.iterations + 1, self.learning_rate.dtype)
        return self.corrected_epsilon * ops.sqrt(1 - float(self.beta_2) ** step)

    @epsilon.setter
    def epsilon(self, value: float) -> None:
        self.corrected_epsilon = value


class TorchAdagrad(Composed):
    """Adagrad with epsilon outside the root, and with a learning rate that decays."""

    slots = ("sum",)

    def update(self, g: Any, slots: dict[str, Any], lr: Any, t: Any, o: SimpleNamespace) -> Any:
        s = self.put(slots["sum"], slots["sum"] + ops.cast(t == 1, g.dtype) * o.initial_accumulator + ops.square(g))
        return lr / (1 + (t - 1) * o.lr_decay) * g / _root(s, o)


class TorchRMSprop(Composed):
    """PyTorch's RMSprop: epsilon outside the root, and a velocity of gradients; or either as Keras has it."""

    slots = ("v", "mean", "velocity")
    defaults: Mapping[str, Any] = {
        "rho": 0.99,
        "epsilon": 1e-8,
        "momentum": 0.0,
        "centered": False,
        "epsilon_inside": False,
        "velocity_of": "gradients",
    }

    def update(self, g: Any, slots: dict[str, Any], lr: Any, t: Any, o: SimpleNamespace) -> Any:
        v = self.mean(slots["v"], ops.square(g), o.rho)
        if o.centered:
            v = v - ops.square(self.mean(slots["mean"], g, o.rho))
        direction = (lr * g if o.velocity_of == "steps" else g) / _root(v, o)
        velocity = self.put(slots["velocity"], o.momentum * slots["velocity"] + direction)
        return velocity if o.velocity_of == "steps" else lr * velocity


class TorchAdamax(Composed):
    """Adamax with epsilon added to the size of the gradient, under the maximum."""

    slots = ("m", "norm")

    def update(self, g: Any, slots: dict[str, Any], lr: Any, t: Any, o: SimpleNamespace) -> Any:
        m = self.mean(slots["m"], g, o.beta_1)
        norm = self.put(slots["norm"], ops.maximum(o.beta_2 * slots["norm"], ops.abs(g) + o.epsilon))
        return lr / (1 - o.beta_1**t) * m / norm


class TorchNadam(Composed):
    """Nadam with a momentum decay; and with 0.96 in the dtype of the weights, which Keras rounds to float32."""

    slots = ("m", "v", "product")

    def update(self, g: Any, slots: dict[str, Any], lr: Any, t: Any, o: SimpleNamespace) -> Any:
        mu, mu_next = (o.beta_1 * (1 - 0.96 ** (step * o.momentum_decay) / 2) for step in (t, t + 1))
        product = self.put(slots["product"], mu * (slots["product"] + ops.cast(t == 1, g.dtype)))
        m, v = self.mean(slots["m"], g, o.beta_1), self.mean(slots["v"], ops.square(g), o.beta_2)
        m_hat = mu_next * m / (1 - product * mu_next) + (1 - mu) * g / (1 - product)
        return lr * m_hat / (ops.sqrt(v / (1 - o.beta_2**t)) + o.epsilon)


class RAdam(Composed):
    """RAdam, which Keras has not."""

    slots = ("m", "v")

    def update(self, g: Any, slots: dict[str, Any], lr: Any, t: Any, o: SimpleNamespace) -> Any:
        m, v = self.mean(slots["m"], g, o.beta_1), self.mean(slots["v"], ops.square(g), o.beta_2)
        m_hat, correction_2 = m / (1 - o.beta_1**t), 1 - o.beta_2**t
        longest = 2 / (1 - o.beta_2) - 1
        length = longest - 2 * t * o.beta_2**t / correction_2
        rectified = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        # where it is short the root is of a negative number, and not used
        adaptive = ops.sqrt(ops.maximum(rectified, 0.0) * correction_2) / (ops.sqrt(v) + o.epsilon)
        return lr * m_hat * ops.where(length > 5, adaptive, 1.0)


class Rprop(Composed):
    """Rprop, which Keras has not."""

    slots = ("g", "size")

    def update(self, g: Any, slots: dict[str, Any], lr: Any, t: Any, o: SimpleNamespace) -> Any:
        turn = g * slots["g"]
        factor = ops.where(turn > 0, o.increase, ops.where(turn < 0, o.decrease, ops.ones_like(g)))
        size = (slots["size"] + ops.cast(t == 1, g.dtype) * lr) * factor
        size = self.put(slots["size"], ops.clip(size, o.smallest, o.largest))
        return size * ops.sign(self.put(slots["g"], ops.where(turn < 0, ops.zeros_like(g), g)))


class ASGD(Composed):
    """ASGD, which Keras has not."""

    slots = ("ax", "rate")
    defaults: Mapping[str, Any] = {"lambd": 1e-4, "alpha": 0.75, "t0": 1e6}

    def update(self, g: Any, slots: dict[str, Any], lr: Any, t: Any, o: SimpleNamespace) -> Any:
        before = ops.where(t == 1, lr, slots["rate"])
        step = before / (1 + o.lambd * before * (t - 1)) ** o.alpha * (o.lambd * slots["w"] + g)
        mu = 1 / ops.maximum(1.0, t - 1 - o.t0)
        self.put(slots["ax"], slots["ax"] + ops.where(mu < 1, mu, 1.0) * (slots["w"] - step - slots["ax"]))
        self.put(slots["rate"], ops.full_like(g, lr))
        return step


def _root(s: Any, o: SimpleNamespace) -> Any:
    return ops.sqrt(s + o.epsilon) if o.epsilon_inside else ops.sqrt(s) + o.epsilon

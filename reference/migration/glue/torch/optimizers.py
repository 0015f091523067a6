"""Keras' optimizers in PyTorch, where the two differ, and what surrounds a step: clipping, accumulation, decay."""

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

# what clip_grad_norm_ adds to the norm
CLIP_EPSILON = 1e-6


def made(kind: Any, o: SimpleNamespace, *hooks: Any, **options: Any) -> Callable[[Any], Any]:
    """A function of the weights that gives an optimizer of this kind, with weight decay as `o` has it.

    Each hook is run before a step, as `Optimizer.register_step_pre_hook` does.
    """
    decoupled = o.weight_decay if o.decoupled else 0.0
    if o.weight_decay and not o.decoupled:
        options["weight_decay"] = o.weight_decay
    if o.maximize:
        options["maximize"] = True

    def make(weights: Any) -> Any:
        optimizer = kind(weights, lr=o.lr, **options)
        for hook in [*hooks, DecoupledDecay(decoupled)] if decoupled else hooks:
            optimizer.register_step_pre_hook(hook)
        if o.ema_momentum is not None:
            optimizer.register_step_post_hook(MovingAverage(o.ema_momentum, o.ema_overwrite_frequency))
        return optimizer

    return make


def clip_gradients(weights: Iterable[Any], o: SimpleNamespace) -> None:
    """Clip the gradients of weights as Keras' clipvalue, clipnorm or global_clipnorm, before a step."""
    weights = list(weights)
    if o.clip_value is not None:
        torch.nn.utils.clip_grad_value_(weights, o.clip_value)
    elif o.clip_norm is not None:
        for w in weights:
            _clip_norm([w], o.clip_norm, o.clip_epsilon)
    elif o.clip_global_norm is not None:
        _clip_norm(weights, o.clip_global_norm, o.clip_epsilon)


def _clip_norm(weights: list[Any], limit: float, epsilon: float) -> None:
    if epsilon == CLIP_EPSILON:
        torch.nn.utils.clip_grad_norm_(weights, limit)
        return
    norm = torch.nn.utils.get_total_norm([w.grad for w in weights])
    for w in weights:
        w.grad.mul_(torch.clamp(limit / (norm + epsilon), max=1.0))


class DecoupledDecay:
    """w <- w - lr weight_decay w before the step, which Keras has for every optimizer and PyTorch for the Adams."""

    def __init__(self, weight_decay: float) -> None:
        self.weight_decay = weight_decay

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def __call__(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        for group in optimizer.param_groups:
            for w in group["params"]:
                w.mul_(1 - group["lr"] * self.weight_decay)


class MovingAverage:
    """Keras' use_ema: `optimizer.register_step_post_hook(MovingAverage(0.99))` keeps an average of every weight.

    It is `optimizer.state[weight]["ema"]`, begins with the weight after the first step, and takes the weight's place
    every `overwrite_frequency` steps.
    """

    def __init__(self, momentum: float = 0.99, overwrite_frequency: int | None = None) -> None:
        self.momentum, self.overwrite_frequency, self.t = momentum, overwrite_frequency, 0

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def __call__(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        self.t += 1
        for w in [w for group in optimizer.param_groups for w in group["params"]]:
            slots = optimizer.state[w]
            if self.t == 1:
                slots["ema"] = w.clone()
            get_ema_multi_avg_fn(self.momentum)([slots["ema"]], [w], self.t)
            if self.overwrite_frequency and self.t % self.overwrite_frequency == 0:
                w.copy_(slots["ema"])


def averages(optimizer: Any, weights: list[Any]) -> dict[str, list[Any]]:
    """The averages of these weights that an optimizer keeps, by kind; none before its first step."""
    kinds = {kind: [optimizer.state.get(w, {}).get(kind) for w in weights] for kind in ("ema", "ax")}
    return {kind: some for kind, some in kinds.items() if all(average is not None for average in some)}


class VelocityOfSteps:
    """Keras' velocity, which gathers steps instead of gradients.

    PyTorch multiplies by lr at the end, so what is in the buffer is rescaled whenever lr changes.
    """

    def __init__(self) -> None:
        self.lr: float | None = None

    def __call__(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        (group,) = optimizer.param_groups
        if self.lr not in (None, group["lr"]):
            for slots in optimizer.state.values():
                slots["momentum_buffer"].mul_(self.lr / group["lr"])
        self.lr = group["lr"]


class RawEpsilon:
    """Keras' epsilon of Adam, which is added to the root of v before the bias correction.

    PyTorch adds epsilon to the corrected root, so its epsilon has to be larger by 1 / sqrt(1 - beta_2**t) at step t.
    """

    def __init__(self, epsilon: float) -> None:
        self.epsilon = epsilon

    def __call__(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        t = max((int(slots["step"]) for slots in optimizer.state.values()), default=0) + 1
        for group in optimizer.param_groups:
            group["eps"] = self.epsilon / (1 - group["betas"][1] ** t) ** 0.5


class Composed(torch.optim.Optimizer):
    """An optimizer that is written as the `update` of one weight, in place."""

    def __init__(self, weights: Any, lr: float, **options: Any) -> None:
        super().__init__(weights, {"lr": lr, "maximize": False, "weight_decay": 0.0, **options})

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for w in group["params"]:
                slots = self.state[w]
                slots["step"] = slots.get("step", 0) + 1
                g = -w.grad if group["maximize"] else w.grad
                self.update(w, g.add(w, alpha=group["weight_decay"]) if group["weight_decay"] else g, slots, group)

    def update(self, w: Any, g: Any, slots: dict[str, Any], group: dict[str, Any]) -> None:
        raise NotImplementedError

    @staticmethod
    def slot(slots: dict[str, Any], name: str, w: Any) -> Any:
        """The tensor of this name, zeros at first."""
        return slots.setdefault(name, torch.zeros_like(w))


class KerasAdam(torch.optim.Adam):
    """Keras' Adam: epsilon is added to the root of v before the bias correction, and weight decay is decoupled."""

    def __init__(
        self,
        weights: Any,
        lr: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(weights, lr, (beta_1, beta_2), epsilon)
        self.register_step_pre_hook(RawEpsilon(epsilon))
        if weight_decay:
            self.register_step_pre_hook(DecoupledDecay(weight_decay))


class KerasRMSprop(Composed):
    """Keras' RMSprop: epsilon inside the root. Its velocity is PyTorch's; alpha is Keras' rho."""

    def __init__(self, weights: Any, lr: float = 0.001, **options: Any) -> None:
        super().__init__(weights, lr, **{"alpha": 0.9, "eps": 1e-7, "centered": False, "momentum": 0.0, **options})

    def update(self, w: Any, g: Any, slots: dict[str, Any], group: dict[str, Any]) -> None:
        v = self.slot(slots, "square_avg", w).mul_(group["alpha"]).addcmul_(g, g, value=1 - group["alpha"])
        if group["centered"]:
            v = v - self.slot(slots, "grad_avg", w).lerp_(g, 1 - group["alpha"]).square()
        direction = g / (v + group["eps"]).sqrt()
        if group["momentum"]:
            direction = self.slot(slots, "momentum_buffer", w).mul_(group["momentum"]).add_(direction)
        w.sub_(direction, alpha=group["lr"])


class KerasAdamax(Composed):
    """Adamax with epsilon added to the norm where it divides."""

    def update(self, w: Any, g: Any, slots: dict[str, Any], group: dict[str, Any]) -> None:
        beta_1, beta_2 = group["betas"]
        m = self.slot(slots, "exp_avg", w).lerp_(g, 1 - beta_1)
        u = self.slot(slots, "exp_inf", w)
        torch.maximum(u.mul_(beta_2), g.abs(), out=u)
        w.addcdiv_(m, u + group["eps"], value=-group["lr"] / (1 - beta_1 ** slots["step"]))


class Lion(Composed):
    """Lion, which PyTorch has not."""

    def update(self, w: Any, g: Any, slots: dict[str, Any], group: dict[str, Any]) -> None:
        beta_1, beta_2 = group["betas"]
        m = self.slot(slots, "exp_avg", w)
        w.sub_(m.mul(beta_1).add(g, alpha=1 - beta_1).sign(), alpha=group["lr"])
        m.mul_(beta_2).add_(g, alpha=1 - beta_2)


class Ftrl(Composed):
    """Ftrl, which PyTorch has not."""

    def update(self, w: Any, g: Any, slots: dict[str, Any], group: dict[str, Any]) -> None:
        lr, power = group["lr"], -group["lr_power"]
        n = slots.setdefault("accumulator", torch.full_like(w, group["initial_accumulator"]))
        z = self.slot(slots, "linear", w)
        before = n.pow(power)
        after = n.addcmul_(g, g).pow(power)
        z.add_(g).add_(w, alpha=2 * group["shrinkage"]).sub_((after - before) / lr * w)
        w.copy_(torch.nn.functional.softshrink(-z, group["l1"]) / ((after + group["beta"]) / lr + 2 * group["l2"]))

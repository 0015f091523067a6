"""Optimizers that look at a weight as a whole, in PyTorch, where it has none, or another than Keras."""

import re
from typing import Any

import torch

from reference.migration.glue.torch.optimizers import Composed


class Lamb(Composed):
    """Lamb, which PyTorch has not."""

    def update(self, w: Any, g: Any, slots: dict[str, Any], group: dict[str, Any]) -> None:
        beta_1, beta_2 = group["betas"]
        m = self.slot(slots, "exp_avg", w).lerp_(g, 1 - beta_1) / (1 - beta_1 ** slots["step"])
        v = self.slot(slots, "exp_avg_sq", w).lerp_(g * g, 1 - beta_2) / (1 - beta_2 ** slots["step"])
        r = m / (v.sqrt() + group["eps"])
        size, step = w.square().sum().sqrt(), r.square().sum().sqrt()
        ratio = torch.where((size > 0) & (step > 0), size / step, 1.0)
        w.sub_(group["lr"] * ratio * r)


class KerasAdafactor(Composed):
    """Adafactor with epsilon added to the squares, as in the paper."""

    def update(self, w: Any, g: Any, slots: dict[str, Any], group: dict[str, Any]) -> None:
        t, (epsilon_1, epsilon_2) = slots["step"], group["eps"]
        squares, share = g.square() + epsilon_1, t ** group["beta2_decay"]
        if w.ndim < 2:
            v = self.slot(slots, "variance", w).lerp_(squares, share)
        else:
            rows = self.slot(slots, "row_var", squares[..., :1]).lerp_(squares.mean(-1, keepdim=True), share)
            columns = self.slot(slots, "col_var", squares[..., :1, :]).lerp_(squares.mean(-2, keepdim=True), share)
            v = rows / rows.mean(-2, keepdim=True) * columns
        u = g / v.sqrt()
        alpha = _rms(w).clamp(min=epsilon_2) * min(group["lr"], t**-0.5)
        w.sub_(alpha * u / (_rms(u) / group["d"]).clamp(min=1.0))


class TorchAdafactor(torch.optim.Adafactor):
    """Adafactor with weight decay that is added to the gradient, where PyTorch's own is decoupled."""

    def __init__(self, weights: Any, lr: float, *, weight_decay: float, **options: Any) -> None:
        super().__init__(weights, lr, **options)
        self.l2 = weight_decay

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            # the gradient is turned round afterwards, the decay is not
            l2 = -self.l2 if group["maximize"] else self.l2
            for w in group["params"]:
                w.grad = w.grad.add(w, alpha=l2)
        super().step(closure)


class Muon(Composed):
    """Muon in the dtype of the weights, where torch.optim.Muon computes in bfloat16; Adam for what is no matrix.

    `eps_on` is "sum" as in Keras or "average" as in PyTorch, `scale` a function of rows and columns. Adam also steps
    the weights in whose name one of the regular expressions in `exclude` is found, where they are given with names.
    """

    def update(self, w: Any, g: Any, slots: dict[str, Any], group: dict[str, Any]) -> None:
        if w.ndim != 2 or self._excluded(w, group):
            self._adam(w, g, slots, group)
            return
        mu, averaged = group["momentum"], group["eps_on"] == "average"
        g = g * (1 - mu) if averaged else g
        v = self.slot(slots, "momentum_buffer", w).mul_(mu).add_(g)
        x = g + mu * v if group["nesterov"] else v
        x = x / (x.norm().clamp(min=group["eps"]) if averaged else x.norm() + group["eps"])
        a, b, c = group["ns_coefficients"]
        for _ in range(group["ns_steps"]):
            gram = x @ x.T
            x = torch.addmm(x, b * gram + c * gram @ gram, x, beta=a)
        w.sub_(x, alpha=group["lr"] * group["scale"](*w.shape))

    @staticmethod
    def _excluded(w: Any, group: dict[str, Any]) -> bool:
        named = zip(group["params"], group.get("param_names", ()), strict=False)
        return any(each is w and re.search(pattern, name) for each, name in named for pattern in group["exclude"])

    def _adam(self, w: Any, g: Any, slots: dict[str, Any], group: dict[str, Any]) -> None:
        t, (beta_1, beta_2) = slots["step"], group["betas"]
        m = self.slot(slots, "exp_avg", w).lerp_(g, 1 - beta_1)
        v = self.slot(slots, "exp_avg_sq", w).lerp_(g * g, 1 - beta_2)
        lr = group["lr"] * group["adam_ratio"] * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
        w.addcdiv_(m, v.sqrt() + group["adam_eps"], value=-lr)


def _rms(x: Any) -> Any:
    return x.square().mean().sqrt()

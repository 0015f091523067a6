"""Keras' optimizers in PyTorch, where the two differ."""

from typing import Any

import torch


class KerasAdam(torch.optim.Adam):
    """Adam with Keras' epsilon, which is added to the root of v before the bias correction.

    PyTorch adds epsilon to the corrected root, so its epsilon has to be larger by 1 / sqrt(1 - beta_2**t) at step t.
    """

    def __init__(self, params: Any, *, eps: float = 1e-7, **kwargs: Any) -> None:
        super().__init__(params, eps=eps, **kwargs)
        self.raw_epsilon = eps

    def step(self, closure: Any = None) -> Any:
        steps = [int(slots["step"]) for slots in self.state.values()]
        t = max(steps, default=0) + 1
        for group in self.param_groups:
            group["eps"] = self.raw_epsilon / (1 - group["betas"][1] ** t) ** 0.5
        return super().step(closure)

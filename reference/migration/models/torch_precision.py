"""PyTorch with constants of float64: the gradients of some functions have them rounded to float32."""

from typing import Any

import torch
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode


def _hardsigmoid(x: Any, inplace: bool = False) -> Any:
    return (x + 3).clamp(0, 6) / 6


def _celu(x: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    return torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0) / alpha))


EXACT: dict[Any, Any] = {F.hardsigmoid: _hardsigmoid, F.celu: _celu, torch.celu: _celu}


class InFullPrecision(TorchFunctionMode):
    """Inside, no function rounds its constants; those that would, where they are called, go to `rounded`."""

    def __init__(self, rounded: set[str]) -> None:
        super().__init__()
        self.rounded = rounded

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func not in EXACT:
            return func(*args, **kwargs)
        self.rounded.add(func.__name__)
        return EXACT[func](*args, **kwargs)

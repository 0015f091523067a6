"""PyTorch's layers that draw at random, with what is drawn given instead."""

from collections.abc import Callable

from torch import Tensor, nn


class Given(nn.Module):
    """`use(x, drawn)` in training, PyTorch's own layer at inference."""

    def __init__(self, own: nn.Module, use: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.own, self.use = own, use

    def forward(self, x: Tensor, drawn: Tensor | None = None) -> Tensor:
        return self.own(x) if drawn is None or not self.training else self.use(x, drawn)

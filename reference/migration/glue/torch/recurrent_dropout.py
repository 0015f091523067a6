"""Keras' recurrent layers with dropout of what they read, in PyTorch, which has none; what is kept is given."""

from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from reference.migration.glue.torch.recurrent import AnyGRU, AnyLSTM, Loop, SimpleRNN


class _Dropping(Loop):
    """Put before a loop: boolean arguments (batch, gates, n), the last ones, are what is kept of x and of h.

    Those of the rates above 0; of one gate for all where only x is dropped.
    """

    # the gates of PyTorch's cell by their places in the masks
    order: ClassVar[tuple[int, ...]] = (0,)

    def __init__(self, *args: Any, dropout: float, recurrent_dropout: float, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rates = (dropout, recurrent_dropout)
        self.factors: list[Tensor | None] = [None, None]

    def forward(self, x: Tensor, *given: Tensor) -> Tensor:
        masks = iter([each for each in given if each.dim() == 3])
        self.factors = [self._factor(x, rate, next(masks, None)) if rate else None for rate in self.rates]
        return super().forward(x, *(each for each in given if each.dim() != 3))

    def _factor(self, x: Tensor, rate: float, kept: Tensor | None) -> Tensor | None:
        if kept is None or not self.training:
            return None
        return (kept if kept.shape[1] == 1 else kept[:, list(self.order)]).to(x.dtype) / (1 - rate)

    def inputs(self, x_t: Tensor) -> Tensor:
        factor, cell = self.factors[0], self.cell
        return super().inputs(x_t) if factor is None else self._gatewise(x_t, factor, cell.weight_ih, cell.bias_ih)

    def recurrent(self, h: Tensor) -> Tensor:
        factor, cell = self.factors[1], self.cell
        return super().recurrent(h) if factor is None else self._gatewise(h, factor, cell.weight_hh, cell.bias_hh)

    def _gatewise(self, v: Tensor, factor: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Each gate's rows of the weight on v times the gate's own factor."""
        rows = weight.split(self.cell.hidden_size)
        factors = factor.expand(-1, len(rows), -1).unbind(1)
        y = torch.cat([F.linear(v * each, w) for each, w in zip(factors, rows, strict=True)], 1)
        return y if bias is None else y + bias


class DroppingSimpleRNN(_Dropping, SimpleRNN):
    """A recurrent layer with the masks of its dropout given."""


class DroppingLSTM(_Dropping, AnyLSTM):
    """An LSTM with the masks of its dropout given, for the gates i f o g."""

    order = (0, 1, 3, 2)


class DroppingGRU(_Dropping, AnyGRU):
    """A GRU with the masks of its dropout given, for the gates z r g."""

    order = (1, 0, 2)

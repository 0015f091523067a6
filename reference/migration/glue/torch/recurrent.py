"""Recurrent layers that PyTorch lacks, or has with other arguments."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SimpleRNN(nn.Module):
    """A recurrent layer with any activation: `torch.nn.RNN` offers tanh and ReLU. Weights as torch.nn.RNNCell's."""

    def __init__(self, n_in: int, n_hidden: int, activation: Any, bias: bool, sequences: bool) -> None:
        super().__init__()
        self.cell = nn.RNNCell(n_in, n_hidden, bias=bias)
        self.activation, self.sequences = activation, sequences

    def forward(self, x: Tensor, h_0: Tensor | None = None) -> Tensor:
        h = x.new_zeros(len(x), self.cell.hidden_size) if h_0 is None else h_0
        steps = []
        for x_t in x.unbind(1):
            h = self.activation(
                F.linear(x_t, self.cell.weight_ih, self.cell.bias_ih)
                + F.linear(h, self.cell.weight_hh, self.cell.bias_hh)
            )
            steps.append(h)
        return torch.stack(steps, 1) if self.sequences else h


class RNN(nn.RNN):
    """torch.nn.RNN, batch first, that gives its outputs (or the last) and takes h_0 without a layer axis."""

    def __init__(self, *args: Any, sequences: bool, **kwargs: Any) -> None:
        super().__init__(*args, batch_first=True, **kwargs)
        self.sequences = sequences

    def forward(self, x: Tensor, h_0: Tensor | None = None) -> Tensor:
        y, last = super().forward(x, None if h_0 is None else h_0[None])
        return y if self.sequences else last[0]

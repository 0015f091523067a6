"""The convolutional LSTM that PyTorch lacks. Arrays are channels first, as PyTorch has them."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from reference.migration.glue.torch import convolution


class ConvLSTM(nn.Module):
    """keras.layers.ConvLSTM1D, 2D or 3D, by `rank`: (batch, channels, time, *spatial) -> the same, or the last step.

    The gates lie in the order i f g o of torch.nn.LSTM. States are (batch, channels, *spatial).
    """

    def __init__(
        self,
        rank: int,
        n_in: int,
        n_out: int,
        kernel: Any,
        stride: Any = 1,
        padding: str = "valid",
        dilation: Any = 1,
        activation: Callable[[Tensor], Tensor] = torch.tanh,
        recurrent_activation: Callable[[Tensor], Tensor] = torch.sigmoid,
        bias: bool = True,
        sequences: bool = False,
        go_backwards: bool = False,
    ) -> None:
        super().__init__()
        same = getattr(convolution, f"SameConv{rank}d")
        of_x = same if padding == "same" else getattr(nn, f"Conv{rank}d")
        self.input = of_x(n_in, 4 * n_out, kernel, stride=stride, dilation=dilation, bias=bias)
        self.recurrent = same(n_out, 4 * n_out, kernel, bias=False)
        self.f, self.sigmoid = activation, recurrent_activation
        self.sequences, self.go_backwards = sequences, go_backwards

    def forward(self, x: Tensor, *states: Tensor) -> Tensor:
        h, c, outputs = *(states or (None, None)), []
        for x_t in reversed(x.unbind(2)) if self.go_backwards else x.unbind(2):
            a = self.input(x_t)
            if h is None:
                h = c = a.new_zeros(a.shape[0], a.shape[1] // 4, *a.shape[2:])
            i, f, g, o = (a + self.recurrent(h)).chunk(4, 1)
            c = self.sigmoid(f) * c + self.sigmoid(i) * self.f(g)
            h = self.sigmoid(o) * self.f(c)
            outputs.append(h)
        return torch.stack(outputs, 2) if self.sequences else outputs[-1]

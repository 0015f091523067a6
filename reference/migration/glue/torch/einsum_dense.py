"""The dense layer of any product, which PyTorch lacks."""

import torch
from torch import Tensor, nn


class EinsumDense(nn.Module):
    """einsum(equation, x, weight) + bias, as keras.layers.EinsumDense with a bias along the last axes."""

    def __init__(self, equation: str, shape: tuple[int, ...], bias: tuple[int, ...]) -> None:
        super().__init__()
        self.equation = equation
        self.weight = nn.Parameter(torch.zeros(shape))
        self.bias = nn.Parameter(torch.zeros(bias)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        y = torch.einsum(self.equation, x, self.weight)
        return y if self.bias is None else y + self.bias

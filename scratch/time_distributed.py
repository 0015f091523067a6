"""One layer at every time step."""

from typing import Any

from scratch.layer import Array, Layer
from scratch.network import Composite


class TimeDistributed(Composite):
    """y_t = layer(x_t), with the same weights at every step.

    x: (batch, time, ...) -> y: (batch, time, ...). The steps of all samples go through the layer as one batch, so
    batch normalisation sees them together. The weights are called "layer.w".
    """

    def __init__(self, layer: Layer) -> None:
        super().__init__({"layer": layer})
        self.layer = layer

    def forward(self, x: Array) -> Array:
        self.layer.input_gradient = self.input_gradient
        self.lead = x.shape[:2]
        y = self.layer.forward(x.reshape(-1, *x.shape[2:]))
        return y.reshape(*self.lead, *y.shape[1:])

    def backward(self, dy: Array) -> Any:
        dx = self.layer.backward(dy.reshape(-1, *dy.shape[2:]))
        return dx.reshape(*self.lead, *dx.shape[1:]) if self.input_gradient else None

"""Recurrent layers one above the other."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from scratch.initializers import Seed
from scratch.layer import Array
from scratch.network import Composite
from scratch.recurrent import Recurrent


class Stacked(Composite):
    """h of each layer is x of the layer above it; the output is that of the topmost.

    x: (batch, time, n_in) -> h: (batch, time, n_hidden), or with `sequences=False` the last step of the topmost only,
    (batch, n_hidden). The weights of layer i are called "i.w_x". `forward(x, *states)`: the states of the lowest layer,
    then of the next. Graves (2013). Raises ValueError for shapes that do not fit.
    """

    def __init__(
        self,
        layer: type[Recurrent],
        n_in: int,
        n_hidden: int,
        *,
        layers: int = 2,
        sequences: bool = True,
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
        **options: Any,
    ) -> None:
        rng = np.random.default_rng(rng)
        options |= {"rng": rng, "dtype": dtype}
        sizes, last = [n_in] + [n_hidden] * (layers - 1), layers - 1
        self.layers = [layer(n, n_hidden, sequences=sequences or i < last, **options) for i, n in enumerate(sizes)]
        super().__init__({str(i): each for i, each in enumerate(self.layers)})

    def forward(self, x: Array, *states: Array) -> Array:
        self.layers[0].input_gradient = self.input_gradient
        each = len(states) // len(self.layers)
        for i, layer in enumerate(self.layers):
            x = layer.forward(x, *states[i * each : (i + 1) * each])
        return x

    def backward(self, dy: Array) -> Any:
        dstates: tuple[Array, ...] = ()
        dx: Any = dy
        for layer in reversed(self.layers):
            dx = layer.backward(dx)
            if isinstance(dx, tuple):
                dx, dstates = dx[0], (*dx[1:], *dstates)
        return (dx, *dstates) if dstates else dx

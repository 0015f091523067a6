"""Convolution that Keras lacks. Arrays are channels last, as Keras has them."""

from typing import Any

import keras
from keras import ops

from scratch.windows import pad_amounts


class Conv2D(keras.layers.Conv2D):
    """Conv2D that also takes PyTorch's padding in numbers, and a stride with a dilation, which Keras refuses."""

    def __init__(
        self, *args: Any, strides: Any = (1, 1), padding: Any = "valid", dilation_rate: Any = (1, 1), **kwargs: Any
    ) -> None:
        self.numbers, self.thinned = padding, tuple(strides)
        both = max(strides) > 1 and max(dilation_rate) > 1
        own = padding in ("valid", "same") and not both
        super().__init__(
            *args,
            strides=1 if both else strides,
            padding=padding if own else "valid",
            dilation_rate=dilation_rate,
            **kwargs,
        )
        self.own, self.both = own, both

    def _pads(self, shape: Any) -> list[tuple[int, int]]:
        return pad_amounts(self.numbers, tuple(shape[1:3]), self.kernel_size, self.thinned, self.dilation_rate)

    def compute_output_shape(self, input_shape: Any) -> Any:
        if self.own:
            return super().compute_output_shape(input_shape)
        sizes = [size + sum(p) for size, p in zip(input_shape[1:3], self._pads(input_shape), strict=True)]
        n, height, width, channels = super().compute_output_shape((input_shape[0], *sizes, input_shape[3]))
        s_h, s_w = self.thinned if self.both else (1, 1)
        return n, (height - 1) // s_h + 1, (width - 1) // s_w + 1, channels

    def call(self, x: Any) -> Any:
        if self.own:
            return super().call(x)
        y = super().call(ops.pad(x, [(0, 0), *self._pads(x.shape), (0, 0)]))
        # at stride 1 every window is computed; the stride then picks every s-th of them
        return y[:, :: self.thinned[0], :: self.thinned[1]] if self.both else y

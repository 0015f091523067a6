"""Normalisation that Keras lacks, or does otherwise. Arrays are channels last, as Keras has them."""

from typing import Any

import keras
from keras import ops


class UnbiasedBatchNormalization(keras.layers.BatchNormalization):
    """BatchNormalization whose moving variance takes the batch's as PyTorch does, multiplied by N / (N - 1)."""

    unbiased = True

    def call(self, x: Any, training: bool = False, mask: Any = None) -> Any:
        kept = self.moving_variance * self.momentum
        y = super().call(x, training=training, mask=mask)
        if training:
            _, batch = ops.moments(x, axes=list(range(len(x.shape) - 1)))
            n = ops.size(x) // x.shape[-1]
            share = ops.cast(n, x.dtype) / ops.cast(n - 1, x.dtype) * (1 - self.momentum)
            self.moving_variance.assign(kept + batch * share)
        return y

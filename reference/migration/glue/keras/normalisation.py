"""Normalisation that Keras lacks, or does otherwise. Arrays are channels last, as Keras has them."""

import math
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


class TrackingInstanceNormalization(keras.layers.GroupNormalization):
    """PyTorch's InstanceNorm with track_running_stats=True; `momentum` is the share kept, 1 - PyTorch's."""

    unbiased = True

    def __init__(self, momentum: float = 0.9, **kwargs: Any) -> None:
        super().__init__(groups=-1, **kwargs)
        self.momentum = momentum

    def build(self, shape: Any) -> None:
        super().build(shape)
        self.moving_mean = self.add_weight((shape[-1],), "zeros", trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight((shape[-1],), "ones", trainable=False, name="moving_variance")

    def call(self, x: Any, training: bool = False) -> Any:
        if not training:
            y = (x - self.moving_mean) * ops.rsqrt(self.moving_variance + self.epsilon)
            y = y * self.gamma if self.scale else y
            return y + self.beta if self.center else y
        mean, variance = ops.moments(x, axes=list(range(1, len(x.shape) - 1)))
        n = math.prod(x.shape[1:-1])
        for kept, new in ((self.moving_mean, mean), (self.moving_variance, variance * (n / (n - 1)))):
            kept.assign(kept * self.momentum + ops.mean(new, axis=0) * (1 - self.momentum))
        return super().call(x)

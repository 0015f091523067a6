"""Layers that only move numbers."""

import numpy as np

from scratch.layer import Array, Layer


class Flatten(Layer):
    """Every axis but the batch becomes one, the last axis running fastest.

    x: (batch, ...) -> y: (batch, features). With channels last the channel runs fastest.
    """

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return np.array(x, order="C").reshape(len(x), -1)

    def backward(self, dy: Array) -> Array:
        return np.array(dy, order="C").reshape(self.shape)

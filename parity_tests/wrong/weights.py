"""Mistakes in the gradients of a weight `w` and a bias `b`, which any convolution can make."""

from typing import Any

from scratch.layer import Array, Layer


class WeightAveraged(Layer):
    """dw is divided by the batch size, db is not."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        self.grads["w"] = self.grads["w"] / len(dy)
        return dx


class OtherBiasGradient(Layer):
    """Base of what goes wrong with the bias alone."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        if "b" in self.grads:
            self.grads["b"] = self.db(dy)
        return dx

    def db(self, dy: Array) -> Array:
        raise NotImplementedError


class BiasAveraged(OtherBiasGradient):
    """The gradient of the bias is averaged over the batch."""

    def db(self, dy: Array) -> Array:
        return dy.mean(axis=0).sum(axis=tuple(range(dy.ndim - 2)))


class BiasAveragedOverPlaces(OtherBiasGradient):
    """The gradient of the bias is averaged over the image."""

    def db(self, dy: Array) -> Array:
        return dy.mean(axis=tuple(range(1, dy.ndim - 1))).sum(axis=0)


class BiasSumsBatchOnly(OtherBiasGradient):
    """The gradient of the bias keeps the image."""

    def db(self, dy: Array) -> Array:
        return dy.sum(axis=0)


WEIGHT_GRADIENTS = (WeightAveraged, BiasAveraged, BiasAveragedOverPlaces)

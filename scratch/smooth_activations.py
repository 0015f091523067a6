"""Smooth activations: exponential linear units, the gated ones of one argument, softplus and its relatives."""

import math

import numpy as np

from scratch.activations import Activation, Sigmoid, Tanh
from scratch.error_function import erfc
from scratch.hyperbolic import tanh
from scratch.layer import Array


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    return Sigmoid().value(x)


def softplus(x: Array) -> Array:
    """log(1 + exp(x)), written so that nothing overflows."""
    return np.maximum(x, 0) + np.log1p(np.exp(np.minimum(x, -x)))


class ELU(Activation):
    """y = x where x > 0, else alpha (exp(x) - 1) (Clevert, Unterthiner and Hochreiter, 2016). At 0: slope alpha."""

    def __init__(self, *, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = alpha

    def value(self, x: Array) -> Array:
        return np.maximum(x, 0) + self.alpha * np.expm1(np.minimum(x, 0))

    def slope(self, x: Array, y: Array) -> Array:
        above = (x > 0).astype(x.dtype)
        return above + (1 - above) * self.alpha * np.exp(np.minimum(x, 0))


class SELU(Activation):
    """y = scale x where x > 0, else scale alpha (exp(x) - 1) (Klambauer et al., 2017).

    With these two constants activations keep mean 0 and variance 1. The slope at 0 is scale alpha, as in PyTorch; in
    Keras it is scale.
    """

    ALPHA = 1.6732632423543772
    SCALE = 1.0507009873554805

    def value(self, x: Array) -> Array:
        return self.SCALE * (np.maximum(x, 0) + self.ALPHA * np.expm1(np.minimum(x, 0)))

    def slope(self, x: Array, y: Array) -> Array:
        above = (x > 0).astype(x.dtype)
        return self.SCALE * (above + (1 - above) * self.ALPHA * np.exp(np.minimum(x, 0)))


class CELU(Activation):
    """y = max(x, 0) + alpha (exp(min(x, 0) / alpha) - 1), whose slope is continuous for every alpha (Barron, 2017)."""

    def __init__(self, *, alpha: float = 1.0) -> None:
        super().__init__()
        if alpha == 0:
            raise ValueError("alpha is 0, expected another number: x is divided by it")
        self.alpha = alpha

    def value(self, x: Array) -> Array:
        return np.maximum(x, 0) + self.alpha * np.expm1(np.minimum(x, 0) / self.alpha)

    def slope(self, x: Array, y: Array) -> Array:
        return np.exp(np.minimum(x, 0) / self.alpha)


def phi(x: Array) -> Array:
    """The distribution function of N(0, 1), erfc(-x / sqrt 2) / 2."""
    return 0.5 * erfc(x * -math.sqrt(0.5))


class GELU(Activation):
    """y = x Phi(x), Phi the distribution function of N(0, 1) (Hendrycks and Gimpel, 2016).

    Phi(x) = erfc(-x / sqrt 2) / 2, or with `approximate` (1 + tanh(sqrt(2 / pi) (x + 0.044715 x**3))) / 2.
    y' = Phi(x) + x Phi'(x).
    """

    CUBIC = 0.044715

    def __init__(self, *, approximate: bool = False) -> None:
        super().__init__()
        self.approximate = approximate

    def _tanh(self, x: Array) -> Array:
        return tanh(math.sqrt(2 / math.pi) * (x + self.CUBIC * x * x * x))

    def value(self, x: Array) -> Array:
        if self.approximate:
            return 0.5 * x * (1 + self._tanh(x))
        return x * phi(x)

    def slope(self, x: Array, y: Array) -> Array:
        if self.approximate:
            t = self._tanh(x)
            inner = math.sqrt(2 / math.pi) * (1 + 3 * self.CUBIC * x * x)
            return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner
        density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
        return phi(x) + x * density


class SiLU(Activation):
    """y = x sigmoid(x), also called swish (Elfwing, Uchibe and Doya, 2018)."""

    def value(self, x: Array) -> Array:
        return x * sigmoid(x)

    def slope(self, x: Array, y: Array) -> Array:
        s = sigmoid(x)
        return s * (1 + x * (1 - s))


class Mish(Activation):
    """y = x tanh(softplus(x)) (Misra, 2019)."""

    def value(self, x: Array) -> Array:
        return x * tanh(softplus(x))

    def slope(self, x: Array, y: Array) -> Array:
        t = tanh(softplus(x))
        return t + x * (1 - t * t) * sigmoid(x)


class Softplus(Activation):
    """y = log(1 + exp(beta x)) / beta; where beta x is above the threshold, y = x.

    Without a threshold (infinity) y is exact. PyTorch's is 20 unless told otherwise, which at 20 is off by 2e-9.
    """

    def __init__(self, *, beta: float = 1.0, threshold: float = math.inf) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def value(self, x: Array) -> Array:
        z = self.beta * x
        return np.where(z > self.threshold, x, softplus(z) / self.beta)

    def slope(self, x: Array, y: Array) -> Array:
        z = self.beta * x
        return np.where(z > self.threshold, np.ones_like(x), sigmoid(z))


class Softsign(Activation):
    """y = x / (1 + |x|); y' = 1 / (1 + |x|)**2."""

    def value(self, x: Array) -> Array:
        return x / (1 + np.maximum(x, -x))

    def slope(self, x: Array, y: Array) -> Array:
        return 1 / (1 + np.abs(x)) ** 2


class LogSigmoid(Activation):
    """y = log(sigmoid(x)) = -softplus(-x); y' = sigmoid(-x)."""

    def value(self, x: Array) -> Array:
        return -softplus(-x)

    def slope(self, x: Array, y: Array) -> Array:
        return sigmoid(-x)


class TanhShrink(Activation):
    """y = x - tanh(x); y' = 1 - tanh'(x)."""

    def value(self, x: Array) -> Array:
        return x - tanh(x)

    def slope(self, x: Array, y: Array) -> Array:
        return 1 - Tanh().slope(x, tanh(x))


class Squareplus(Activation):
    """y = (x + sqrt(x**2 + b)) / 2, a softplus without exponentials (Barron, 2021)."""

    def __init__(self, *, b: float = 4.0) -> None:
        super().__init__()
        if b < 0:
            raise ValueError(f"b is {b}, expected at least 0")
        self.b = b

    def value(self, x: Array) -> Array:
        return (x + np.sqrt(x * x + self.b)) / 2

    def slope(self, x: Array, y: Array) -> Array:
        return (1 + x / np.sqrt(x * x + self.b)) / 2


class Exponential(Activation):
    """y = exp(x), its own slope."""

    def value(self, x: Array) -> Array:
        return np.exp(x)

    def slope(self, x: Array, y: Array) -> Array:
        return y

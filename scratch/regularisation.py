"""Regularisation by noise: in training numbers are dropped or disturbed, at inference they pass as they are.

What is drawn can be given instead: the mask of what is kept, or the noise, as the second argument of `forward`.
"""

import math

import numpy as np

from scratch.initializers import Seed
from scratch.layer import Array, Layer, require_rank


class Noise(Layer):
    """Base of the layers that draw at random in training: y = x at inference, where nothing is drawn.

    A subclass gives `draw(x)`, `disturb(x, drawn)` for y, and `slope(x, drawn)` for dy/dx.
    """

    def __init__(self, *, rng: Seed = None) -> None:
        super().__init__()
        self.rng = np.random.default_rng(rng)

    def draw(self, x: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.draw is not written")

    def disturb(self, x: Array, drawn: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.disturb is not written")

    def slope(self, x: Array, drawn: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.slope is not written")

    def forward(self, x: Array, drawn: Array | None = None) -> Array:
        if not self.training:
            self.dy_dx = np.ones_like(x)
            return x.copy()
        drawn = self.draw(x) if drawn is None else drawn
        self.dy_dx = self.slope(x, drawn)
        return self.disturb(x, drawn)

    def backward(self, dy: Array) -> Array:
        return dy * self.dy_dx


def require_rate(layer: Layer, rate: float) -> None:
    """Raise ValueError unless `rate` is at least 0 and below 1."""
    if not 0 <= rate < 1:
        raise ValueError(f"{type(layer).__name__}: rate is {rate}, expected at least 0 and below 1")


class Dropout(Noise):
    """y = x m / (1 - rate), where each element of the mask m is 1 with probability 1 - rate, else 0: "inverted".

    x: any shape -> y: the same; m: the shape of x, or `noise_shape`, which has 1 (or None) along the axes over which
    (or as long as x where) one draw is shared (or not).  Srivastava et al. (2014).
    """

    def __init__(self, rate: float, *, noise_shape: tuple[int | None, ...] | None = None, rng: Seed = None) -> None:
        super().__init__(rng=rng)
        require_rate(self, rate)
        self.rate, self.noise_shape = rate, noise_shape

    def draw(self, x: Array) -> Array:
        shape = self.noise_shape or (None,) * x.ndim
        return self.rng.random([size or n for size, n in zip(shape, x.shape, strict=True)]) >= self.rate

    def disturb(self, x: Array, drawn: Array) -> Array:
        return x * self.slope(x, drawn)

    def slope(self, x: Array, drawn: Array) -> Array:
        return drawn.astype(x.dtype) / (1 - self.rate)


class SpatialDropout(Dropout):
    """Dropout of whole channels: one draw for each sample and channel, shared by all places.

    x: (batch, *spatial, channels) -> y: the same; m: (batch, 1, ..., channels).  Tompson et al. (2015).
    """

    axes: str

    def __init__(self, rate: float, *, rng: Seed = None) -> None:
        super().__init__(rate, noise_shape=(None, *[1] * (len(self.axes.split()) - 2), None), rng=rng)

    def forward(self, x: Array, drawn: Array | None = None) -> Array:
        require_rank(self, "x", x, self.axes)
        return super().forward(x, drawn)


class SpatialDropout1D(SpatialDropout):
    """SpatialDropout of sequences (batch, time, channels)."""

    axes = "batch time channels"


class SpatialDropout2D(SpatialDropout):
    """SpatialDropout of images (batch, height, width, channels)."""

    axes = "batch height width channels"


class SpatialDropout3D(SpatialDropout):
    """SpatialDropout of volumes (batch, depth, height, width, channels)."""

    axes = "batch depth height width channels"


class AlphaDropout(Dropout):
    """y = a (x m + alpha' (1 - m)) + b: what is dropped becomes alpha' = -scale alpha of SELU, its value at -infinity.

    a = 1 / sqrt((1 - rate) (1 + rate alpha'**2)) and b = -a alpha' rate keep mean 0 and variance 1.
    x, y, m and `noise_shape` as in Dropout; one draw for a whole channel is PyTorch's FeatureAlphaDropout.
    Klambauer et al. (2017).
    """

    ALPHA = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717

    def __init__(self, rate: float, *, noise_shape: tuple[int | None, ...] | None = None, rng: Seed = None) -> None:
        super().__init__(rate, noise_shape=noise_shape, rng=rng)
        self.a = 1 / math.sqrt((1 - rate) * (1 + rate * self.ALPHA**2))
        self.b = -self.a * self.ALPHA * rate

    def disturb(self, x: Array, drawn: Array) -> Array:
        return self.a * np.where(drawn, x, np.asarray(self.ALPHA, x.dtype)) + self.b

    def slope(self, x: Array, drawn: Array) -> Array:
        return self.a * drawn.astype(x.dtype)


class GaussianNoise(Noise):
    """y = x + sigma e, e from N(0, 1).  x, e: any shape -> y: the same."""

    def __init__(self, sigma: float, *, rng: Seed = None) -> None:
        super().__init__(rng=rng)
        if sigma < 0:
            raise ValueError(f"{type(self).__name__}: sigma is {sigma}, expected at least 0")
        self.sigma = sigma

    def draw(self, x: Array) -> Array:
        return self.rng.standard_normal(x.shape).astype(x.dtype)

    def disturb(self, x: Array, drawn: Array) -> Array:
        return x + self.sigma * drawn

    def slope(self, x: Array, drawn: Array) -> Array:
        return np.ones_like(x)


class GaussianDropout(Noise):
    """y = x (1 + sqrt(rate / (1 - rate)) e), e from N(0, 1): mean and variance of a Dropout of the same rate.

    x, e: any shape -> y: the same.  Srivastava et al. (2014), section 10.
    """

    def __init__(self, rate: float, *, rng: Seed = None) -> None:
        super().__init__(rng=rng)
        require_rate(self, rate)
        self.sigma = math.sqrt(rate / (1 - rate))

    def draw(self, x: Array) -> Array:
        return self.rng.standard_normal(x.shape).astype(x.dtype)

    def disturb(self, x: Array, drawn: Array) -> Array:
        return x * self.slope(x, drawn)

    def slope(self, x: Array, drawn: Array) -> Array:
        return 1 + self.sigma * drawn

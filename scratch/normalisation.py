"""Normalisation: subtract a mean and divide by a deviation, over the batch, a sample, or groups of channels."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.layer import Array, Layer, require_size


class Normalisation(Layer):
    """y = gamma z + beta, where the subclass makes z of x: normalised, of the same shape.

    gamma (the scale, 1 at first) and beta (the shift, 0 at first) lie along `axis` of x; `scale` and `center`
    say whether there is one. dgamma = sum dy z, dbeta = sum dy, over all the other axes.
    """

    def __init__(
        self, shape: tuple[int, ...], axis: tuple[int, ...], *, scale: bool, center: bool, dtype: DTypeLike
    ) -> None:
        super().__init__()
        self.shape, self.axis = shape, axis
        if scale:
            self.params["gamma"] = np.ones(shape, dtype)
        if center:
            self.params["beta"] = np.zeros(shape, dtype)

    def require(self, x: Array) -> None:
        """Raise ValueError unless x fits gamma and beta."""
        for axis, size in zip(self.axis, self.shape, strict=True):
            require_size(self, "x", x, axis, size)

    def affine(self, z: Array) -> Array:
        """gamma z + beta."""
        self.z = z
        self.along = [1] * z.ndim
        for axis, size in zip(self.axis, self.shape, strict=True):
            self.along[axis] = size
        y = z * self.params["gamma"].reshape(self.along) if "gamma" in self.params else z.copy()
        if "beta" in self.params:
            y += self.params["beta"].reshape(self.along)
        return y

    def affine_backward(self, dy: Array) -> Array:
        """Fills `grads`, returns dz."""
        others = tuple(i for i in range(dy.ndim) if i not in {axis % dy.ndim for axis in self.axis})
        if "beta" in self.params:
            self.grads["beta"] = dy.sum(axis=others)
        if "gamma" not in self.params:
            return dy
        self.grads["gamma"] = (dy * self.z).sum(axis=others)
        return dy * self.params["gamma"].reshape(self.along)


def moments(x: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
    """Mean and (biased) variance of x over `axes`, which stay as axes of length 1."""
    mean = x.mean(axis=axes, keepdims=True)
    centred = x - mean
    return mean, (centred * centred).mean(axis=axes, keepdims=True)


def through_moments(dz: Array, z: Array, deviation: Array, axes: tuple[int, ...]) -> Array:
    """dx of z = (x - mean) / deviation, deviation = sqrt(variance + epsilon), both moments being x's own over `axes`.

    dx = (dz - mean(dz) - z mean(dz z)) / deviation: what a change of x moves the moments by is taken out.
    """
    means = dz.mean(axis=axes, keepdims=True), (dz * z).mean(axis=axes, keepdims=True)
    return (dz - means[0] - z * means[1]) / deviation


class BatchNorm(Normalisation):
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta, every channel for itself.

    In training, mean and (biased) variance are those of the batch, over all axes but the last, and the running ones
    follow: running <- momentum running + (1 - momentum) batch. With `unbiased`, the batch's variance enters the
    running one multiplied by N / (N - 1), N being the numbers in a channel. At inference the running ones are used.

    With momentum None the running moments are the mean of those of all batches so far: momentum is 1 - 1 / t at batch
    t = 1, 2, ... With `track` false there are none, and the moments are those of the batch at inference too.

    x: (batch, channels) or (batch, *spatial, channels) -> y: the same;  gamma, beta: (channels,);
    buffers running_mean, running_variance: (channels,); with momentum None batches: (), t.  Ioffe and Szegedy (2015).

    Mind the names: what Keras calls momentum is the share kept, as here; PyTorch's is the share of the new.
    Raises ValueError for a momentum outside [0, 1], and for `unbiased` training on a single number a channel.
    """

    def __init__(
        self,
        channels: int,
        *,
        epsilon: float = 1e-5,
        momentum: float | None = 0.9,
        unbiased: bool = False,
        track: bool = True,
        scale: bool = True,
        center: bool = True,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__((channels,), (-1,), scale=scale, center=center, dtype=dtype)
        if momentum is not None and not 0 <= momentum <= 1:
            raise ValueError(f"momentum is {momentum}, expected it in [0, 1], or None")
        self.epsilon, self.momentum, self.unbiased, self.track = epsilon, momentum, unbiased, track
        if track:
            self.buffers["running_mean"] = np.zeros(channels, dtype)
            self.buffers["running_variance"] = np.ones(channels, dtype)
        if track and momentum is None:
            self.buffers["batches"] = np.zeros((), int)

    def forward(self, x: Array) -> Array:
        self.require(x)
        self.over = tuple(range(x.ndim - 1))
        self.of_batch = self.training or not self.track
        if self.of_batch:
            mean, variance = moments(x, self.over)
            if self.track:
                self._follow(mean.ravel(), variance.ravel(), x.size // x.shape[-1])
        else:
            mean, variance = self.buffers["running_mean"], self.buffers["running_variance"]
        self.deviation = np.sqrt(variance + self.epsilon)
        return self.affine((x - mean) / self.deviation)

    def backward(self, dy: Array) -> Array:
        dz = self.affine_backward(dy)
        return through_moments(dz, self.z, self.deviation, self.over) if self.of_batch else dz / self.deviation

    def _follow(self, mean: Array, variance: Array, n: int) -> None:
        if self.unbiased:
            if n < 2:
                raise ValueError(f"{type(self).__name__}: the unbiased variance of {n} value per channel is undefined")
            variance = variance * (n / (n - 1))
        keep = self.momentum
        if keep is None:
            self.buffers["batches"] = np.asarray(self.buffers["batches"] + 1)
            keep = 1 - 1 / int(self.buffers["batches"])
        for name, new in (("running_mean", mean), ("running_variance", variance)):
            self.buffers[name] = keep * self.buffers[name] + (1 - keep) * new


class LayerNorm(Normalisation):
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with the moments of each sample over `axis`.

    x: any shape, `shape` being its sizes along `axis` (the last axes unless given, in increasing order) -> y: the
    same;  gamma, beta: `shape`.  Ba, Kiros and Hinton (2016).
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        axis: tuple[int, ...] | None = None,
        epsilon: float = 1e-5,
        scale: bool = True,
        center: bool = True,
        dtype: DTypeLike = np.float64,
    ) -> None:
        axis = tuple(range(-len(shape), 0)) if axis is None else axis
        if len(axis) != len(shape) or list(axis) != sorted(set(axis)):
            raise ValueError(f"axis is {axis}, expected {len(shape)} axes in increasing order, one for each of {shape}")
        super().__init__(shape, axis, scale=scale, center=center, dtype=dtype)
        self.epsilon = epsilon

    def forward(self, x: Array) -> Array:
        self.require(x)
        mean, variance = moments(x, self.axis)
        self.deviation = np.sqrt(variance + self.epsilon)
        return self.affine((x - mean) / self.deviation)

    def backward(self, dy: Array) -> Array:
        return through_moments(self.affine_backward(dy), self.z, self.deviation, self.axis)

"""Losses of vectors: how alike two of them are, and which of two is nearer."""

import numpy as np

from scratch.distances import norm, unit
from scratch.layer import Array
from scratch.losses import Loss, Reduction, require_same_shape


class CosineSimilarity(Loss):
    """loss = -cos(p, t) = -p.t / (max(|p|, epsilon) max(|t|, epsilon)); p, t: (batch, ..., features).

    dp = -(t / |t| - cos p / |p|) / |p|, without the second term where |p| is below epsilon. Only p has a gradient.
    """

    def __init__(self, *, epsilon: float = 1e-7, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        self.epsilon = epsilon

    def forward(self, p: Array, t: Array) -> Array:
        require_same_shape(self, p, t)
        self.p, self.length, self.long = unit(p, -1, self.epsilon)
        self.t, *_ = unit(t, -1, self.epsilon)
        return self.reduce(-(self.p * self.t).sum(axis=-1))

    def backward(self, dy: Array | float = 1.0) -> Array:
        cos = (self.p * self.t).sum(axis=-1, keepdims=True)
        dp = (self.long * cos * self.p - self.t) / self.length
        return dp * self.share(dy, dp)


class CosineEmbedding(Loss):
    """loss = 1 - cos(a, b) where t is 1, max(cos(a, b) - margin, 0) where t is -1.

    a, b: (batch, features); t: (batch,). `backward` gives (da, db). Both squared lengths have 1e-12 added, as in
    PyTorch. At the kink the gradient passes.
    """

    EPSILON = 1e-12

    def __init__(self, *, margin: float = 0.0, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, a: Array, b: Array, t: Array) -> Array:
        require_same_shape(self, a, b)
        self.a, self.b, self.t = a, b, t
        self.aa, self.bb = ((x * x).sum(axis=-1) + self.EPSILON for x in (a, b))
        self.cos = (a * b).sum(axis=-1) / np.sqrt(self.aa * self.bb)
        return self.reduce(np.where(t == 1, 1 - self.cos, np.maximum(self.cos - self.margin, 0)))

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array]:
        a, b = self.a, self.b
        apart = self.cos >= self.margin
        share = self.share(dy, self.cos)
        dcos = np.where(self.t == 1, -share, apart * share)[:, None]
        norm, cos = np.sqrt(self.aa * self.bb)[:, None], self.cos[:, None]
        return dcos * (b / norm - cos * a / self.aa[:, None]), dcos * (a / norm - cos * b / self.bb[:, None])


class TripletMargin(Loss):
    """loss = max(d(a, p) - d(a, n) + margin, 0), d(x, y) = (sum |x - y + epsilon|**p)**(1/p) (Schroff et al., 2015).

    Anchors a, positives p, negatives n: (batch, features); `backward` gives (da, dp, dn). With `swap` d(a, n) is the
    smaller of d(a, n) and d(p, n) (Balntas et al., 2016). At the kink the gradient passes.
    """

    def __init__(
        self,
        *,
        margin: float = 1.0,
        p: float = 2.0,
        epsilon: float = 1e-6,
        swap: bool = False,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        if p < 1:
            raise ValueError(f"p is {p}, expected at least 1")
        self.margin, self.p, self.epsilon, self.swap = margin, p, epsilon, swap

    def _distance(self, x: Array, y: Array) -> tuple[Array, Array]:
        """The distances, (batch,), and their gradient with respect to x, (batch, features)."""
        length, slope = norm(x - y + self.epsilon, self.p)
        return length[..., 0], slope

    def forward(self, a: Array, p: Array, n: Array) -> Array:
        require_same_shape(self, a, p)
        require_same_shape(self, a, n)
        near, self.near = self._distance(a, p)
        far, self.far = self._distance(a, n)
        self.swapped = np.zeros(far.shape, bool)
        if self.swap:
            other, other_slope = self._distance(p, n)
            self.swapped = other < far
            far = np.where(self.swapped, other, far)
            self.far = np.where(self.swapped[..., None], other_slope, self.far)
        margin = near - far + self.margin
        self.active = margin >= 0
        return self.reduce(np.maximum(margin, 0))

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array, Array]:
        share = self.share(dy, self.near) * self.active[..., None]
        near, far, swapped = self.near * share, self.far * share, self.swapped[..., None]
        return near - np.where(swapped, 0, far), -near - np.where(swapped, far, 0), far


class MarginRanking(Loss):
    """loss = max(-t (a - b) + margin, 0): a is to be larger than b by the margin where t is 1, smaller where t is -1.

    a, b, t: (batch,) or any one shape; `backward` gives (da, db). At the kink the gradient passes.
    """

    def __init__(self, *, margin: float = 0.0, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, a: Array, b: Array, t: Array) -> Array:
        require_same_shape(self, a, b)
        require_same_shape(self, a, t)
        short = -t * (a - b) + self.margin
        self.slope = -t * (short >= 0)
        return self.reduce(np.maximum(short, 0))

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array]:
        da = self.slope * self.share(dy, self.slope)
        return da, -da

"""Losses of embeddings: samples of one class are to be near each other, and far from those of others."""

from typing import Literal

import numpy as np

from scratch.distances import PairwiseCosine, PairwiseDistance
from scratch.layer import Array, Layer, require_rank
from scratch.losses import Loss, Reduction, log_sum_exp, require_same_shape
from scratch.smooth_activations import sigmoid, softplus


class Circle(Loss):
    """loss_i = softplus(log sum_alike exp(gamma (d**2 - m**2)) + log sum_others exp(gamma [1 + m - d]+ (1 - m - d)))

    with d = [1 - p_i.p_j]+, m the margin and []+ for max(., 0). Embeddings p: (batch, features), of length 1; labels t:
    (batch,). Alike are all samples j of the label of i, without i itself where `remove_diagonal` is set. At the kinks
    the gradient passes. Raises ValueError for a margin below 0.

    Sun et al. (2020) hold the factors d + m and [1 + m - d]+ constant; in Keras, and here, they have gradients. The
    mean is over the losses above 0, as in Keras: what is alike to none, or to all, has a loss of 0 and does not count.
    """

    def __init__(
        self,
        *,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        if margin < 0:
            raise ValueError(f"margin is {margin}, expected at least 0")
        self.gamma, self.margin, self.remove_diagonal = gamma, margin, remove_diagonal

    def forward(self, p: Array, t: Array) -> Array:
        require_rank(self, "p", p, "batch features")
        self.p, m, apart = p, self.margin, 1 - p @ p.T
        self.apart, self.d = apart >= 0, np.maximum(apart, 0)
        self.others = t[:, None] != t
        self.alike = ~self.others & ~(np.eye(len(self.d), dtype=bool) & self.remove_diagonal)
        self.slack = np.maximum(1 + m - self.d, 0)
        self.near = self.gamma * (self.d**2 - m**2)
        self.far = self.gamma * self.slack * (1 - m - self.d)
        self.near_sum = log_sum_exp(np.where(self.alike, self.near, -np.inf))[:, None]
        self.far_sum = log_sum_exp(np.where(self.others, self.far, -np.inf))[:, None]
        losses = softplus(self.near_sum + self.far_sum)[:, 0]
        return self.reduce(losses, (losses.real > 0).sum() or None)

    def backward(self, dy: Array | float = 1.0) -> Array:
        near = np.where(self.alike, np.exp(self.near - self.near_sum), 0) * 2 * self.d
        slope = self.slack + np.where(1 + self.margin >= self.d, 1 - self.margin - self.d, 0)
        far = np.where(self.others, np.exp(self.far - self.far_sum), 0) * slope
        losses = self.gamma * sigmoid(self.near_sum + self.far_sum) * self.share(dy, self.d)
        dd = np.where(self.apart, losses * (near - far), 0)
        return -(dd @ self.p + dd.T @ self.p)


class CosineDistance(PairwiseCosine):
    """1 - cos(a, b)."""

    def forward(self, a: Array, b: Array) -> Array:
        return 1 - super().forward(a, b)

    def backward(self, dy: Array) -> tuple[Array, Array]:
        return super().backward(-dy)


DISTANCES: dict[str, type[Layer]] = {"euclidean": PairwiseDistance, "cosine": CosineDistance}


class TripletMarginWithDistance(Loss):
    """loss = max(d(a, p) - d(a, n) + margin, 0), of any distance d that has a gradient.

    Anchors a, positives p, negatives n: (batch, features); `backward` gives (da, dp, dn). With `swap` d(a, n) is the
    smaller of d(a, n) and d(p, n) (Balntas et al., 2016). At the kink the gradient passes.
    """

    def __init__(
        self,
        *,
        distance: Literal["euclidean", "cosine"] = "euclidean",
        margin: float = 1.0,
        swap: bool = False,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        if distance not in DISTANCES:
            raise ValueError(f"distance is {distance!r}, expected one of {', '.join(DISTANCES)}")
        metric = DISTANCES[distance]
        self.near, self.far, self.other = metric(), metric(), metric()
        self.margin, self.swap = margin, swap

    def forward(self, a: Array, p: Array, n: Array) -> Array:
        require_same_shape(self, a, p)
        require_same_shape(self, a, n)
        near, far, other = self.near.forward(a, p), self.far.forward(a, n), self.other.forward(p, n)
        self.swapped = (other < far) & self.swap
        self.excess = near - np.where(self.swapped, other, far) + self.margin
        return self.reduce(np.maximum(self.excess, 0))

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array, Array]:
        share = np.where(self.excess >= 0, self.share(dy, self.excess), 0)
        da, dp = self.near.backward(share)
        da_far, dn = self.far.backward(np.where(self.swapped, 0, -share))
        dp_other, dn_other = self.other.backward(np.where(self.swapped, -share, 0))
        return da + da_far, dp + dp_other, dn + dn_other

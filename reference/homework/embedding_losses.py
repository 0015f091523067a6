"""Losses of embeddings in the forms that submissions have and no pair, and distances of rows from each other."""

import numpy as np

from scratch.distances import PairwiseDistance, norm
from scratch.layer import Array, Layer
from scratch.losses import Loss, Reduction, require_same_shape
from scratch.margin_losses import Contrastive
from scratch.similarity_losses import TripletMargin


class SquaredTriplet(TripletMargin):
    """The triplet loss of squared distances, as in FaceNet (Schroff et al., 2015): d(x, y) = sum (x - y)**2."""

    def _distance(self, x: Array, y: Array) -> tuple[Array, Array]:
        d = x - y
        return (d * d).sum(axis=-1), 2 * d


class ContrastiveUnlike(Contrastive):
    """The contrastive loss with labels as in its paper: 0 for what is alike (Hadsell et al., 2006)."""

    def forward(self, p: Array, t: Array) -> Array:
        return super().forward(p, 1 - t)


class ContrastiveOfPairs(Loss):
    """The contrastive loss of d = |a - b|; a, b: (batch, features), t: (batch,). `backward` gives (da, db)."""

    def __init__(self, *, margin: float = 1.0, alike: int = 1, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        of_distances = Contrastive if alike else ContrastiveUnlike
        self.of_distances = of_distances(margin=margin, reduction=reduction)

    def forward(self, a: Array, b: Array, t: Array) -> Array:
        require_same_shape(self, a, b)
        d, self.slope = norm(a - b, 2)
        return self.of_distances.forward(d[..., 0], t)

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array]:
        da = self.slope * self.of_distances.backward(dy)[..., None]
        return da, -da


class Distances(Layer):
    """y = |a - b|, of rows a, b: (batch, features), or vectors; `every` of each row of a from each of b: (n, m).

    The norm is that of `p`; `squared` its square, with an axis more where `keepdims`. da, db are shaped like a, b.
    """

    def __init__(self, *, p: float = 2.0, squared: bool = False, every: bool = False, keepdims: bool = False) -> None:
        super().__init__()
        self.of_two = PairwiseDistance(p=p, epsilon=0.0, keepdims=keepdims)
        self.squared, self.every = squared, every

    def forward(self, a: Array, b: Array) -> Array:
        if self.every:
            a, b = np.broadcast_arrays(a[:, None], b)
        self.d = self.of_two.forward(a, b)
        return self.d**2 if self.squared else self.d

    def backward(self, dy: Array) -> tuple[Array, Array]:
        da, db = self.of_two.backward(2 * self.d * dy if self.squared else dy)
        return (da.sum(axis=1), db.sum(axis=0)) if self.every else (da, db)

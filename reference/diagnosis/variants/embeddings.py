"""Losses of triplets and of pairs as they are misremembered."""

from collections.abc import Callable

import numpy as np

from reference.diagnosis.variant import Catalogue, Variant
from scratch.layer import Array
from scratch.margin_losses import Contrastive, HingeEmbedding
from scratch.similarity_losses import CosineEmbedding, TripletMargin

VARIANTS = Catalogue()
Excess = Callable[[TripletMargin, Array, Array, Array], Array]


def _triplet(losses: Excess) -> Callable[..., Array]:
    """The forward pass whose losses are these of d(a, p), d(a, n) and d(p, n)."""

    def forward(self: TripletMargin, a: Array, p: Array, n: Array) -> Array:
        near, self.near = self._distance(a, p)
        far, self.far = self._distance(a, n)
        other, _ = self._distance(p, n)
        self.swapped = np.zeros(far.shape, bool)
        self.active = near - far + self.margin >= 0
        return self.reduce(losses(self, near, far, other))

    return forward


TRIPLETS: tuple[tuple[str, Excess], ...] = (
    ("triplet-exchanged", lambda self, near, far, other: np.maximum(far - near + self.margin, 0)),
    ("hinge-missing", lambda self, near, far, other: near - far + self.margin),
    ("margin-sign", lambda self, near, far, other: np.maximum(near - far - self.margin, 0)),
    ("margin-forgotten", lambda self, near, far, other: np.maximum(near - far, 0)),
    ("triplet-other-pair", lambda self, near, far, other: np.maximum(near - other + self.margin, 0)),
    ("hinge-of-sums", lambda self, near, far, other: np.maximum(near.sum() - far.sum() + self.margin, 0)),
    ("hinge-of-sums", lambda self, near, far, other: np.maximum(near.mean() - far.mean() + self.margin, 0)),
)
for _id, _losses in TRIPLETS:
    VARIANTS.append(Variant(_id, TripletMargin, {"forward": _triplet(_losses)}))


@VARIANTS.add("hinge-of-sums", TripletMargin, "_distance")
def _whole(self: TripletMargin, x: Array, y: Array) -> tuple[Array, Array]:
    length = np.sqrt(((x - y) ** 2).sum())
    return np.full(len(x), length / len(x)), (x - y) / length


@VARIANTS.add("hinge-not-in-gradient", TripletMargin, "backward")
def _everywhere(self: TripletMargin, dy: Array | float = 1.0) -> tuple[Array, Array, Array]:
    share = self.share(dy, self.near)
    near, far = self.near * share, self.far * share
    return near - far, -near, far


@VARIANTS.add("gradients-exchanged", TripletMargin, "backward", names="dp; dn")
def _exchanged(self: TripletMargin, dy: Array | float = 1.0) -> tuple[Array, Array, Array]:
    share = self.share(dy, self.near) * self.active[..., None]
    near, far = self.near * share, self.far * share
    return near - far, far, -near


def _pair(near: Callable[[Array], Array], far: Callable[[Array, float], Array]) -> Callable[..., Array]:
    """The losses with these terms of distances that are alike, and that are not."""
    return lambda self, p, t: np.where(t == 1, near(p), far(p, self.margin))


PAIRS: tuple[tuple[str, Callable[[Array], Array], Callable[[Array, float], Array]], ...] = (
    ("contrastive-not-squared", np.square, lambda d, m: np.maximum(m - d, 0)),
    ("contrastive-near-not-squared", lambda d: d, lambda d, m: np.maximum(m - d, 0) ** 2),
    ("contrastive-neither-squared", lambda d: d, lambda d, m: np.maximum(m - d, 0)),
    ("contrastive-squared-inside", np.square, lambda d, m: np.maximum(m - d**2, 0)),
    ("hinge-missing", np.square, lambda d, m: (m - d) ** 2),
    ("margin-forgotten", np.square, lambda d, m: np.zeros_like(d)),
    ("margin-sign", np.square, lambda d, m: np.maximum(d - m, 0) ** 2),
)
for _id, _near, _far in PAIRS:
    VARIANTS.append(Variant(_id, Contrastive, {"value": _pair(_near, _far)}))


@VARIANTS.add("hinge-not-in-gradient", Contrastive, "slope")
def _of_all(self: Contrastive, p: Array, t: Array) -> Array:
    return 2 * np.where(t == 1, p, p - self.margin)


@VARIANTS.add("hinge-of-product", HingeEmbedding, "value")
def _of_product(self: HingeEmbedding, p: Array, t: Array) -> Array:
    return np.maximum(self.margin - t * p, 0)


@VARIANTS.add("hinge-missing", HingeEmbedding, "value")
def _without_hinge(self: HingeEmbedding, p: Array, t: Array) -> Array:
    return np.where(t == 1, p, self.margin - p)


@VARIANTS.add("hinge-not-in-gradient", HingeEmbedding, "slope")
def _slope_everywhere(self: HingeEmbedding, p: Array, t: Array) -> Array:
    return t


@VARIANTS.add("labels-exchanged", HingeEmbedding, "value")
def _exchanged_labels(self: HingeEmbedding, p: Array, t: Array) -> Array:
    return np.where(t != 1, p, np.maximum(self.margin - p, 0))


def _cosines(losses: Callable[[Array, Array, float], Array]) -> Callable[..., Array]:
    own = CosineEmbedding.forward

    def forward(self: CosineEmbedding, a: Array, b: Array, t: Array) -> Array:
        own(self, a, b, t)
        return self.reduce(losses(self.cos, t, self.margin))

    return forward


COSINES: tuple[tuple[str, Callable[[Array, Array, float], Array]], ...] = (
    ("labels-exchanged", lambda cos, t, m: np.where(t != 1, 1 - cos, np.maximum(cos - m, 0))),
    ("margin-sign", lambda cos, t, m: np.where(t == 1, 1 - cos, np.maximum(cos + m, 0))),
    ("margin-forgotten", lambda cos, t, m: np.where(t == 1, 1 - cos, np.maximum(cos, 0))),
    ("hinge-missing", lambda cos, t, m: np.where(t == 1, 1 - cos, cos - m)),
    ("cosine-one-missing", lambda cos, t, m: np.where(t == 1, -cos, np.maximum(cos - m, 0))),
)
for _id, _of_cosines in COSINES:
    VARIANTS.append(Variant(_id, CosineEmbedding, {"forward": _cosines(_of_cosines)}))


own_backward = CosineEmbedding.backward


@VARIANTS.add("hinge-not-in-gradient", CosineEmbedding, "backward")
def _cosine_everywhere(self: CosineEmbedding, dy: Array | float = 1.0) -> tuple[Array, Array]:
    margin, self.margin = self.margin, -np.inf
    found = own_backward(self, dy)
    self.margin = margin
    return found

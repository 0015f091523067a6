"""Gradients of losses as they are misremembered."""

from collections.abc import Callable

import numpy as np

from reference.diagnosis.variant import Catalogue, Variant
from scratch.binary_losses import BinaryCrossEntropy, Hinge, SigmoidCrossEntropy
from scratch.layer import Array
from scratch.losses import CrossEntropy, SoftmaxCrossEntropy
from scratch.regression_losses import Huber, MeanAbsoluteError, MeanSquaredError, PointwiseLoss

VARIANTS = Catalogue()
own_forward = SoftmaxCrossEntropy.forward


def _softmax(x: Array, axis: int | None = -1) -> Array:
    e = np.exp(x - x.max())
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def _every_label(y: Array, t: Array) -> Array:
    """1 taken from every sample at every label that occurs."""
    return y - (t.sum(axis=0) > 0)


GRADIENTS: tuple[tuple[str, Callable[[Array, Array, Array], Array]], ...] = (
    ("softmax-ce-sign", lambda x, y, t: y + t),
    ("softmax-forgotten", lambda x, y, t: x - t),
    ("softmax-twice", lambda x, y, t: _softmax(y) - t),
    ("softmax-ce-every-label", lambda x, y, t: _every_label(y, t)),
    ("softmax-ce-every-label", lambda x, y, t: y - t.sum(axis=0)),
    ("softmax-ce-half-divided", lambda x, y, t: y - t / len(y)),
    ("softmax-ce-half-divided", lambda x, y, t: y / len(y) - t),
    ("softmax-ce-half-divided", lambda x, y, t: y / len(y) - t / len(y) ** 2),
    ("softmax-ce-half-divided", lambda x, y, t: len(y) * y - t),
    ("softmax-ce-half-divided", lambda x, y, t: y - len(y) * t),
    ("ce-derivative-of-probabilities", lambda x, y, t: -t / y),
    ("ce-derivative-of-two-classes", lambda x, y, t: (y - t) / (y * (1 - y))),
    ("softmax-derivative-twice", lambda x, y, t: (y - t) * y * (1 - y)),
    ("target-missing", lambda x, y, t: y),
)


def _backward(gradient: Callable[[Array, Array, Array], Array]) -> Callable[..., Array]:
    def backward(self: SoftmaxCrossEntropy, dy: Array | float = 1.0) -> Array:
        dx = gradient(self.logits, self.y, self.t)  # type: ignore[attr-defined]
        return dx * self.share(dy, dx)

    return backward


def _remembering(self: SoftmaxCrossEntropy, x: Array, t: Array) -> Array:
    self.logits = x  # type: ignore[attr-defined]
    return own_forward(self, x, t)


def _over(axis: int | None) -> Callable[..., Array]:
    def forward(self: SoftmaxCrossEntropy, x: Array, t: Array) -> Array:
        self.t = self.weigh(t, x)
        self.logits = x  # type: ignore[attr-defined]
        self.y = _softmax(x, axis)
        return self.log_loss(self.t, np.log(self.y))

    return forward


for _id, _gradient in GRADIENTS:
    VARIANTS.append(Variant(_id, SoftmaxCrossEntropy, {"forward": _remembering, "backward": _backward(_gradient)}))
for _axis, _id in ((0, "softmax-over-samples"), (None, "softmax-whole-array")):
    VARIANTS.append(Variant(_id, SoftmaxCrossEntropy, {"forward": _over(_axis)}))


@VARIANTS.add("softmax-over-samples", SoftmaxCrossEntropy, "forward")
def _log_over_samples(self: SoftmaxCrossEntropy, x: Array, t: Array) -> Array:
    self.t = self.weigh(t, x)
    shifted = x - x.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    self.y = np.exp(log_p)
    return self.log_loss(self.t, log_p)


def _slopes(id: str, cls: type[PointwiseLoss], *slopes: Callable[..., Array]) -> None:
    for slope in slopes:
        VARIANTS.append(Variant(id, cls, {"slope": slope}))


_slopes(
    "bce-derivative",
    BinaryCrossEntropy,
    lambda self, p, t: p - t,
    lambda self, p, t: -t / p - (1 - t) / (1 - p),
    lambda self, p, t: -(t / p) + (1 - t) / p,
    lambda self, p, t: -t / p,
)
_slopes(
    "sigmoid-derivative-twice",
    SigmoidCrossEntropy,
    lambda self, x, t: (1 / (1 + np.exp(-x)) - t) * np.exp(-x) / (1 + np.exp(-x)) ** 2,
)
_slopes("sigmoid-forgotten", SigmoidCrossEntropy, lambda self, x, t: x - t)
_slopes("hinge-derivative", Hinge, lambda self, p, t: -t, lambda self, p, t: -t * p, lambda self, p, t: -p)
_slopes("mae-derivative", MeanAbsoluteError, lambda self, p, t: p - t, lambda self, p, t: np.abs(p - t))
_slopes("mse-derivative", MeanSquaredError, lambda self, p, t: (p - t) ** 2, lambda self, p, t: np.abs(p - t))
_slopes(
    "huber-derivative",
    Huber,
    lambda self, p, t: np.where(np.abs(p - t) <= self.delta, p - t, self.delta),
    lambda self, p, t: p - t,
    lambda self, p, t: np.where(np.abs(p - t) <= self.delta, t - p, self.delta),
    lambda self, p, t: self.delta * np.sign(p - t),
)


def _ce(gradient: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    def backward(self: CrossEntropy, dy: Array | float = 1.0) -> Array:
        dp = gradient(self.given, self.t)  # type: ignore[attr-defined]
        return dp * self.share(dy, dp)

    return backward


own_cross_entropy = CrossEntropy.forward


def _keeping(self: CrossEntropy, p: Array, t: Array) -> Array:
    self.given = p  # type: ignore[attr-defined]
    return own_cross_entropy(self, p, t)


for _two, _id in (
    (lambda p, t: (1 - t) / (1 - p) - t / p, "ce-derivative-of-two-classes"),
    (lambda p, t: t / p - (1 - t) / (1 - p), "ce-derivative-of-two-classes"),
    (lambda p, t: -t / p - (1 - t) / (1 - p), "ce-derivative-of-two-classes"),
    (lambda p, t: (p - t) / (p * (1 - p)), "ce-derivative-of-two-classes"),
    (lambda p, t: p - t, "ce-derivative-of-logits"),
):
    VARIANTS.append(Variant(_id, CrossEntropy, {"forward": _keeping, "backward": _ce(_two)}))


@VARIANTS.add("huber-offset-missing", Huber)
def value(self: Huber, p: Array, t: Array) -> Array:
    d = np.abs(p - t)
    return np.where(d <= self.delta, d * d / 2, self.delta * d)

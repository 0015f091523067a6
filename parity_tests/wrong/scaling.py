"""Wrong versions of the normalisations that only rescale."""

import numpy as np

from scratch.layer import Array, Layer
from scratch.scaling import LocalResponseNorm, RMSNorm, UnitNorm
from wrong import Versions
from wrong.common import ANY, GRADIENTS, WEIGHTED, made_by
from wrong.normalisation import ScaleForgotten


class SumOfSquares(RMSNorm):
    """Divides by the root of the sum of squares."""

    def affine(self, z: Array) -> Array:
        return super().affine(z / float(np.sqrt(np.prod(self.shape))))


class Centred(RMSNorm):
    """Subtracts the mean first, as LayerNorm does."""

    def forward(self, x: Array) -> Array:
        return super().forward(x - x.mean(axis=self.axis, keepdims=True))


class RMSEpsilonForgotten(RMSNorm):
    """Adds no epsilon."""

    def forward(self, x: Array) -> Array:
        self.epsilon = 0.0
        return super().forward(x)


class RMSEpsilonOutside(RMSNorm):
    """Adds epsilon to the root."""

    def affine(self, z: Array) -> Array:
        return super().affine(z * self.root / (np.sqrt(self.root**2 - self.epsilon) + self.epsilon))


class LastAxisOnly(RMSNorm):
    """Takes the mean over the last axis only."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return self.affine(x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + self.epsilon))


class DivisorConstant(RMSNorm):
    """Takes the divisor for a constant."""

    def backward(self, dy: Array) -> Array:
        return self.affine_backward(dy) / self.root


class SumForMean(RMSNorm):
    """Takes a sum in the gradient where a mean belongs."""

    def backward(self, dy: Array) -> Array:
        dz = self.affine_backward(dy)
        return (dz - self.z * (dz * self.z).sum(axis=self.axis, keepdims=True)) / self.root


class CentredGradient(RMSNorm):
    """Takes the mean out of the gradient, as LayerNorm does."""

    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        return dx - dx.mean(axis=self.axis, keepdims=True)


class AbsoluteSum(UnitNorm):
    """Divides by the sum of the absolute values."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return x / np.maximum(np.abs(x).sum(axis=self.axis, keepdims=True), self.epsilon)


class EpsilonAdded(UnitNorm):
    """Adds epsilon to the norm, instead of bounding it."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return x / (np.sqrt((x * x).sum(axis=self.axis, keepdims=True)) + self.epsilon)


class EpsilonSquared(UnitNorm):
    """Bounds the square of the norm by epsilon."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return x / np.sqrt(np.maximum((x * x).sum(axis=self.axis, keepdims=True), self.epsilon))


class SquareDivides(UnitNorm):
    """Divides by the square of the norm."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) / self.divisor


class LastAxisAlways(UnitNorm):
    """Takes the norm along the last axis, whatever the axis."""

    def forward(self, x: Array) -> Array:
        self.axis = -1
        return super().forward(x)


class LengthConstant(UnitNorm):
    """Takes the norm for a constant."""

    def backward(self, dy: Array) -> Array:
        return dy / self.divisor


class ProjectionOfInput(UnitNorm):
    """Projects on the input, not on the unit vector."""

    def forward(self, x: Array) -> Array:
        self.x = x
        return super().forward(x)

    def backward(self, dy: Array) -> Array:
        return (dy - self.long * (dy * self.x).sum(axis=self.axis, keepdims=True) * self.x) / self.divisor


class KinkIsShort(UnitNorm):
    """A norm of epsilon counts as shorter than it."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        self.long = self.divisor > self.epsilon
        return y


class DivisionForgotten(UnitNorm):
    """Leaves out the division by the norm in the gradient."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * self.divisor


class BoundedVaries(UnitNorm):
    """Projects also where the norm is below epsilon."""

    def backward(self, dy: Array) -> Array:
        return (dy - (dy * self.y).sum(axis=self.axis, keepdims=True) * self.y) / self.divisor


class AlphaUndivided(LocalResponseNorm):
    """Takes alpha as it is, not divided by the size: the paper's, and TensorFlow's."""

    def forward(self, x: Array) -> Array:
        alpha = self.alpha
        self.alpha = alpha * self.size
        y = super().forward(x)
        self.alpha = alpha
        return y


class BetaForgotten(LocalResponseNorm):
    """Divides without the exponent."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return x / self.d


class OffsetForgotten(LocalResponseNorm):
    """Takes k for 1."""

    def forward(self, x: Array) -> Array:
        self.k = 1.0
        return super().forward(x)


class WindowShifted(LocalResponseNorm):
    """A window of even size reaches one further to the right than to the left."""

    def forward(self, x: Array) -> Array:
        return super().forward(x[..., ::-1])[..., ::-1]


class PaddingNotCounted(LocalResponseNorm):
    """Divides alpha by the channels that there are in a window."""

    def forward(self, x: Array) -> Array:
        count, total = (self.window_sum(a, self.size // 2, (self.size - 1) // 2) for a in (np.ones_like(x), x * x))
        super().forward(x)
        return x / (self.k + self.alpha / count * total) ** self.beta


class ActivityConstant(LocalResponseNorm):
    """Takes the activity for a constant."""

    def backward(self, dy: Array) -> Array:
        return dy / self.d**self.beta


class OwnChannelOnly(LocalResponseNorm):
    """Leaves out what a channel does to its neighbours."""

    def backward(self, dy: Array) -> Array:
        own = 2 * self.alpha * self.beta / self.size * self.x * dy * self.y / self.d
        return dy / self.d**self.beta - own


class WindowNotTransposed(LocalResponseNorm):
    """Goes back through the window itself, not its transpose: differs where the size is even."""

    def backward(self, dy: Array) -> Array:
        through = self.window_sum(dy * self.y / self.d, self.size // 2, (self.size - 1) // 2)
        return dy / self.d**self.beta - (2 * self.alpha * self.beta / self.size) * self.x * through


class TwoForgotten(LocalResponseNorm):
    """Leaves out the 2 of the square's derivative."""

    def backward(self, dy: Array) -> Array:
        return (super().backward(dy) + dy / self.d**self.beta) / 2


def _versions(
    layer: type[Layer], outputs: tuple[type, ...], gradients: tuple[type, ...], kinks: tuple[type, ...] = ()
) -> Versions:
    weighted = WEIGHTED if layer is RMSNorm else ()
    return Versions(
        outputs=outputs,
        gradients=(*gradients, *made_by(layer, GRADIENTS)),
        kinks=kinks,
        contract=made_by(layer, (*ANY, *weighted)),
    )


WRONG = {
    "rms_norm": _versions(
        RMSNorm,
        (SumOfSquares, Centred, RMSEpsilonForgotten, RMSEpsilonOutside, LastAxisOnly),
        (DivisorConstant, SumForMean, CentredGradient, *made_by(RMSNorm, (ScaleForgotten,))),
    ),
    "unit_norm": _versions(
        UnitNorm,
        (AbsoluteSum, EpsilonAdded, EpsilonSquared, SquareDivides, LastAxisAlways),
        (LengthConstant, ProjectionOfInput, DivisionForgotten, BoundedVaries),
        (KinkIsShort,),
    ),
    "local_response_norm": _versions(
        LocalResponseNorm,
        (AlphaUndivided, BetaForgotten, OffsetForgotten, WindowShifted, PaddingNotCounted),
        (ActivityConstant, OwnChannelOnly, WindowNotTransposed, TwoForgotten),
    ),
}

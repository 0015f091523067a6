"""Wrong versions of the sinusoidal positions."""

import numpy as np

from scratch.attention import SinusoidalPositions
from scratch.layer import Array
from wrong import Versions
from wrong.common import GRADIENTS, LINEAR, ReturnsCotangent, made_by


class CosinesFirst(SinusoidalPositions):
    """Cosines stand at even places, sines at odd ones."""

    def forward(self, x: Array) -> Array:
        p = super().forward(np.zeros_like(x[:, :, : x.shape[2] // 2 * 2]))
        swapped = p.reshape(*p.shape[:2], -1, 2)[..., ::-1].reshape(p.shape)
        return x + np.pad(swapped, ((0, 0), (0, 0), (0, x.shape[2] % 2)))


class FromOne(SinusoidalPositions):
    """The first place is 1, not 0."""

    def forward(self, x: Array) -> Array:
        longer = np.concatenate([x[:, :1], x], axis=1)
        return super().forward(longer)[:, 1:]


class Halves(SinusoidalPositions):
    """All sines stand before all cosines."""

    def forward(self, x: Array) -> Array:
        p = super().forward(np.zeros_like(x))
        return x + np.concatenate([p[..., 0::2], p[..., 1::2]], axis=-1)


class Multiplied(SinusoidalPositions):
    """The positions are multiplied, not added."""

    def forward(self, x: Array) -> Array:
        return x * super().forward(np.zeros_like(x))


class BaseForgotten(SinusoidalPositions):
    """The base is 10000, whatever is asked for."""

    def forward(self, x: Array) -> Array:
        self.base = 10000.0
        return super().forward(x)


class OverTheBatch(SinusoidalPositions):
    """Takes the first axis for time."""

    def forward(self, x: Array) -> Array:
        return super().forward(x.swapaxes(0, 1)).swapaxes(0, 1)


class ExponentOfPlace(SinusoidalPositions):
    """The exponent is i / n, not 2i / n, so that frequencies fall off too slowly."""

    def forward(self, x: Array) -> Array:
        self.base = self.base**0.5
        y = super().forward(x)
        self.base = self.base**2
        return y


class LastStepLost(SinusoidalPositions):
    """The last step gets no gradient."""

    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        dx[:, -1] = 0
        return dx


WRONG = {
    "sinusoidal_positions": Versions(
        outputs=(CosinesFirst, FromOne, Halves, Multiplied, BaseForgotten, OverTheBatch, ExponentOfPlace),
        gradients=(LastStepLost, *made_by(SinusoidalPositions, GRADIENTS)),
        contract=made_by(SinusoidalPositions, (*LINEAR, ReturnsCotangent)),
    ),
}

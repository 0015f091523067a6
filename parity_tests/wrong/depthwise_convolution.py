"""Wrong versions of the depthwise and separable convolutions."""

from typing import Any

import numpy as np

from scratch.convolution import Convolution
from scratch.depthwise_convolution import (
    DepthwiseConv1D,
    DepthwiseConv2D,
    DepthwiseConvolution,
    SeparableConv1D,
    SeparableConv2D,
    SeparableConvolution,
)
from scratch.layer import Array, Layer
from wrong import Version, Versions
from wrong.common import ANY, GRADIENTS, WEIGHTED, made_by
from wrong.weights import WEIGHT_GRADIENTS, BiasAveraged, BiasAveragedOverPlaces


def multipliers_first(x: Array, n_in: int) -> Array:
    """(..., n_in * multiplier) with the multiplier running slowest."""
    return x.reshape(*x.shape[:-1], n_in, -1).swapaxes(-1, -2).reshape(x.shape)


class MultiplierSlowest(DepthwiseConvolution):
    """Output m * n_in + c instead of c * multiplier + m: right for a multiplier of 1."""

    def forward(self, x: Array) -> Array:
        return multipliers_first(super().forward(x), self.n_in)

    def backward(self, dy: Array) -> Any:
        return super().backward(multipliers_first(dy, self.n_out // self.n_in))


class FirstMultiplierOnly(DepthwiseConvolution):
    """All outputs of a channel are made with its first kernel."""

    def _rows(self, w: Array) -> Array:
        return super()._rows(np.broadcast_to(w[..., :1], w.shape))


class Flipped(DepthwiseConvolution):
    """True convolution: the kernel is flipped."""

    def _rows(self, w: Array) -> Array:
        return super()._rows(np.flip(w, tuple(range(self.rank))))


class ModeIgnored(DepthwiseConvolution):
    """Pads with zeros, whatever the mode."""

    def __init__(self, *args: Any, padding_mode: str = "zeros", **options: Any) -> None:
        super().__init__(*args, **options)


class BiasPerChannel(DepthwiseConvolution):
    """Every input channel has one bias for all of its outputs."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        b = self.params.get("b", np.zeros(self.n_out, x.dtype)).reshape(self.n_in, -1)
        return y - b.ravel() + np.repeat(b[:, 0], b.shape[1])


class MixesChannels(DepthwiseConvolution):
    """Sums over the channels before it convolves each, as an ordinary convolution does."""

    def forward(self, x: Array) -> Array:
        return super().forward(np.broadcast_to(x.sum(axis=-1, keepdims=True), x.shape))


class WeightFlipped(DepthwiseConvolution):
    """dw comes out rotated by 180 degrees."""

    def _from_rows(self, rows: Array) -> Array:
        return np.flip(super()._from_rows(rows), tuple(range(self.rank))).copy()


class WeightMultipliersReversed(DepthwiseConvolution):
    """dw has the kernels of a channel in reverse order."""

    def _from_rows(self, rows: Array) -> Array:
        return super()._from_rows(rows)[..., ::-1].copy()


class WeightChannelsReversed(DepthwiseConvolution):
    """dw has the channels in reverse order."""

    def _from_rows(self, rows: Array) -> Array:
        return super()._from_rows(rows)[..., ::-1, :].copy()


class LastMultiplierOnly(DepthwiseConvolution):
    """dx sees the last kernel of each channel only."""

    def backward(self, dy: Array) -> Any:
        apart = dy.reshape(*dy.shape[:-1], self.n_in, -1)
        last = np.arange(apart.shape[-1]) == apart.shape[-1] - 1
        dx = super().backward(np.where(last, apart, 0).reshape(dy.shape))
        super().backward(dy)
        return dx


OUTPUTS = (MultiplierSlowest, FirstMultiplierOnly, Flipped, MixesChannels, ModeIgnored)
OWN_GRADIENTS = (WeightFlipped, WeightMultipliersReversed, WeightChannelsReversed, LastMultiplierOnly)


# ---- separable: the same mistakes in its depthwise part, and others in its pointwise part


class ReluBetween(DepthwiseConvolution):
    """A ReLU stands between the two parts."""

    def forward(self, x: Array) -> Array:
        return np.maximum(super().forward(x), 0)


class PointwiseTransposed(Convolution):
    """The pointwise weights are read as (n_out, channels)."""

    def _rows(self, w: Array) -> Array:
        return super()._rows(w.reshape(*w.shape[:-2], w.shape[-1], w.shape[-2]).swapaxes(-1, -2))


class BiasBetween(Convolution):
    """The bias is not added after the pointwise part but to every channel before it, as far as it goes."""

    def forward(self, x: Array) -> Array:
        b = self.params.get("b", np.zeros(self.n_out, x.dtype))
        return super().forward(x + np.resize(b, self.n_in)) - b


class PointwiseUnitsReversed(Convolution):
    """The gradient of the pointwise weights has the outputs in reverse order."""

    def _from_rows(self, rows: Array) -> Array:
        return super()._from_rows(rows)[..., ::-1].copy()


class PointwiseAveraged(Convolution):
    """The gradient of the pointwise weights is averaged over the batch."""

    def backward(self, dy: Array) -> Any:
        dz = super().backward(dy)
        self.grads["w"] = self.grads["w"] / len(dy)
        return dz


class ChannelsReversed(Convolution):
    """What the pointwise part hands back has the channels in reverse order."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy)[..., ::-1]


def in_part(layer: type[SeparableConvolution], name: str, mistakes: tuple[type[Layer], ...]) -> tuple[Version, ...]:
    """`layer` with each of these mistakes in its depthwise or pointwise part."""
    parts = zip(mistakes, made_by(getattr(layer, name), mistakes), strict=True)
    return tuple(type(each.__name__, (layer,), {"__doc__": each.__doc__, name: part}) for each, part in parts)


def depthwise(layer: type[Layer]) -> Versions:
    return Versions(
        made_by(layer, (*OUTPUTS, BiasPerChannel)),
        made_by(layer, (*OWN_GRADIENTS, *WEIGHT_GRADIENTS, *GRADIENTS)),
        contract=made_by(layer, (*ANY, *WEIGHTED)),
    )


def separable(layer: type[SeparableConvolution]) -> Versions:
    before, after = "depthwise_part", "pointwise_part"
    return Versions(
        (*in_part(layer, before, (*OUTPUTS, ReluBetween)), *in_part(layer, after, (PointwiseTransposed, BiasBetween))),
        (
            *in_part(layer, before, OWN_GRADIENTS),
            *in_part(layer, after, (PointwiseUnitsReversed, PointwiseAveraged, ChannelsReversed)),
            *made_by(layer, (BiasAveraged, BiasAveragedOverPlaces, *GRADIENTS)),
        ),
        contract=made_by(layer, (*ANY, *WEIGHTED)),
    )


WRONG = {
    "depthwise_conv1d": depthwise(DepthwiseConv1D),
    "depthwise_conv2d": depthwise(DepthwiseConv2D),
    "separable_conv1d": separable(SeparableConv1D),
    "separable_conv2d": separable(SeparableConv2D),
}

"""Pooling: where a gradient goes that should go to the maximum, or be shared evenly."""

import math
from collections.abc import Callable

import numpy as np

from reference.diagnosis.variant import Catalogue, Variant
from scratch.layer import Array
from scratch.pooling import AvgPooling, MaxPool2D, MaxPooling
from scratch.windows import batch_first, batch_last, crop, pad

VARIANTS = Catalogue()
own_forward = MaxPooling.forward


def _keeping(self: MaxPooling, x: Array) -> Array:
    vars(self)["x"] = batch_last(x)
    return own_forward(self, x)


def _kept(self: MaxPooling) -> Array:
    """The input, batch last."""
    return np.asarray(vars(self)["x"])


def _placed(self: MaxPooling, dy: Array, share: Callable[[Array, Array], Array], padding: float = math.nan) -> Array:
    """The gradient of the input where the place of each tap is given `share(values, dy)`; batch last in between."""
    dy, x = batch_last(dy), pad(_kept(self), self.pads, padding)
    dx = np.zeros(x.shape, dy.dtype)
    for values, gradients in zip(self.taps(x), self.taps(dx), strict=True):
        gradients += share(values, dy)
    return batch_first(crop(dx, self.pads))


@VARIANTS.add("pool-ties-all", MaxPooling)
def backward(self: MaxPooling, dy: Array) -> Array:
    """Every place that equals the maximum receives the whole gradient."""
    return _placed(self, dy, lambda values, dy: (values == self.y) * dy)


def _overwriting(whole: bool, by_window: bool) -> Callable[[MaxPooling, Array], Array]:
    """Windows that overlap overwrite each other: with their maximum alone, or with their zeros too where `whole`.

    The last window stays; of places in the window, where the loop runs over these, the last place.
    """

    def backward(self: MaxPooling, dy: Array) -> Array:
        dy = batch_last(dy)
        x = pad(_kept(self), self.pads, math.nan)
        dx = np.zeros(x.shape, dy.dtype)
        # an element has its first place in the last window that it is in
        places = [*zip(self.taps(x), self.taps(dx), strict=True)][:: -1 if by_window else 1]
        for values, gradients in places:
            np.copyto(gradients, dy * (values == self.y), where=whole | (values == self.y))
        return batch_first(crop(dx, self.pads))

    return backward


for _whole in (False, True):
    for _by_window in (True, False):
        _overwritten = _overwriting(_whole, _by_window)
        VARIANTS.append(Variant("pool-overwritten", MaxPooling, {"backward": _overwritten}))


@VARIANTS.add("pool-as-mean", MaxPooling, "backward")
def _as_mean(self: MaxPooling, dy: Array) -> Array:
    return _placed(self, dy, lambda values, dy: dy / math.prod(self.kernel))


@VARIANTS.add("pool-in-proportion", MaxPooling, "backward")
def _in_proportion(self: MaxPooling, dy: Array) -> Array:
    total = np.add.reduce(self.taps(pad(_kept(self), self.pads)))
    return _placed(self, dy, lambda values, dy: values / total * dy, padding=0.0)


@VARIANTS.add("pool-mask-across-channels", MaxPooling, "backward")
def _across_channels(self: MaxPooling, dy: Array) -> Array:
    """The maximum over all channels of the window: channels are the first axis here."""
    largest = self.y.max(axis=0, keepdims=True)
    return _placed(self, dy, lambda values, dy: (values == largest) * dy)


@VARIANTS.add("pool-argmax-of-another", MaxPooling, "backward")
def _last_for_all(self: MaxPooling, dy: Array) -> Array:
    """The places of the last channel's and sample's maxima for all."""
    return _placed(self, dy, lambda values, dy: (values == self.y)[-1:, ..., -1:] * dy)


@VARIANTS.add("pool-argmax-of-another", MaxPooling, "backward")
def _last_sample(self: MaxPooling, dy: Array) -> Array:
    return _placed(self, dy, lambda values, dy: (values == self.y)[..., -1:] * dy)


@VARIANTS.add("pool-gradient-everywhere", MaxPooling, "backward")
def _in_every_row(self: MaxPooling, dy: Array) -> Array:
    """dmax[:, arg_max] = dout: the last window with its maximum at a tap gives that tap's gradient in every window.

    Windows are counted sample by sample, then by place, then by channel.
    """
    dy = batch_last(dy)
    x = pad(_kept(self), self.pads, math.nan)
    dx = np.zeros(x.shape, dy.dtype)
    order = np.moveaxis(dy, -1, 0)  # batch, channels, *out
    order = np.moveaxis(order, 1, -1).ravel()
    for values, gradients in zip(self.taps(x), self.taps(dx), strict=True):
        here = np.moveaxis(np.moveaxis(values == self.y, -1, 0), 1, -1).ravel()
        if here.any():
            gradients += order[np.flatnonzero(here)[-1]]
    return batch_first(crop(dx, self.pads))


def _by_height(added: bool) -> Callable[[MaxPooling, Array], Array]:
    """The maximum's number in its window is divided by the window's height, which gives its row and column wrongly."""

    def backward(self: MaxPooling, dy: Array) -> Array:
        dy, x = batch_last(dy), pad(_kept(self), self.pads, -math.inf)
        row, column = np.divmod(np.argmax(self.taps(x), axis=0), self.kernel[0])
        at = np.indices(dy.shape)
        place = at[0], at[1] * self.stride[0] + row, at[2] * self.stride[1] + column, at[3]
        # beyond it, code of students ends with an IndexError
        inside = (place[1] < x.shape[1]) & (place[2] < x.shape[2])
        taken, dx = tuple(each[inside] for each in place), np.zeros(x.shape, dy.dtype)
        if added:
            np.add.at(dx, taken, dy[inside])
        else:
            dx[taken] = dy[inside]
        return batch_first(crop(dx, self.pads))

    return backward


VARIANTS += [Variant("pool-index-by-height", MaxPool2D, {"backward": _by_height(added)}) for added in (True, False)]


@VARIANTS.add("pool-max-from-zero", MaxPooling, "forward")
def _from_zero(self: MaxPooling, x: Array) -> Array:
    y = own_forward(self, x)
    self.y = np.where(self.y < 0, math.nan, self.y)  # and passes no gradient
    return np.maximum(y, 0)


@VARIANTS.add("pool-mean-not-divided", AvgPooling, "backward")
def _undivided(self: AvgPooling, dy: Array) -> Array:
    return batch_first(self.spread(batch_last(dy)))


def _mean_overwriting(by_window: bool) -> Callable[[AvgPooling, Array], Array]:
    def backward(self: AvgPooling, dy: Array) -> Array:
        share = batch_last(dy) / self.count
        dx = self.padded_zeros(share)
        for gradients in self.taps(dx)[:: -1 if by_window else 1]:
            gradients[...] = share
        return batch_first(crop(dx, self.pads))

    return backward


VARIANTS += [Variant("pool-overwritten", AvgPooling, {"backward": _mean_overwriting(each)}) for each in (True, False)]


@VARIANTS.add("pool-mean-divided-by-output", AvgPooling, "backward")
def _by_output(self: AvgPooling, dy: Array) -> Array:
    return batch_first(self.spread(batch_last(dy) / math.prod(dy.shape[1:-1])))


def _to_maximum(divided: bool) -> Callable[[AvgPooling, Array], Array]:
    """The gradient goes to the maximum, as that of its window's mean where `divided`."""

    def backward(self: AvgPooling, dy: Array) -> Array:
        kept, largest = pad(vars(self)["x"], self.pads, -math.inf), vars(self)["largest"]
        dx = self.padded_zeros(batch_last(dy))
        for values, gradients in zip(self.taps(kept), self.taps(dx), strict=True):
            gradients += (values == largest) * batch_last(dy) / (self.count if divided else 1)
        return batch_first(crop(dx, self.pads))

    return backward


own_mean = AvgPooling.forward


def _with_largest(self: AvgPooling, x: Array) -> Array:
    y = own_mean(self, x)
    vars(self)["x"] = batch_last(x)
    vars(self)["largest"] = np.maximum.reduce(self.taps(pad(batch_last(x), self.pads, -math.inf)))
    return y


for _divided in (False, True):
    _methods = {"forward": _with_largest, "backward": _to_maximum(_divided)}
    VARIANTS.append(Variant("pool-max-for-mean", AvgPooling, _methods))


@VARIANTS.add("pool-tiled", AvgPooling, "backward")
def _tiled(self: AvgPooling, dy: Array) -> Array:
    """np.tile in the place of np.repeat: each gradient lands in other windows."""
    share = dy / math.prod(self.kernel)
    return np.tile(share, (1, *self.kernel, 1))


# backward passes of the maximum need its input, which the layer does not keep
VARIANTS[:] = [
    Variant(each.id, each.owner, {"forward": _keeping, **each.methods}, each.facts)
    if issubclass(each.owner, MaxPooling) and "backward" in each.methods
    else each
    for each in VARIANTS
]

"""Pooling: another number of the window than the one that is wanted, and windows in other places."""

import math
from collections.abc import Callable

import numpy as np

from reference.diagnosis.variant import Catalogue, Variant
from scratch.layer import Array
from scratch.pooling import AvgPool2D, AvgPooling, MaxPool2D, MaxPooling, Pooling
from scratch.windows import batch_first, batch_last, crop, pad, taps

VARIANTS = Catalogue()
Taps = Callable[[Pooling, Array], list[Array]]
own_forward = MaxPooling.forward


@VARIANTS.add("pool-mean-taken", MaxPooling)
def forward(self: MaxPooling, x: Array) -> Array:
    own_forward(self, x)
    return batch_first(self.window_sum(self.place(x)) / math.prod(self.kernel))


def _evenly(self: MaxPooling, dy: Array) -> Array:
    return batch_first(self.spread(batch_last(dy) / math.prod(self.kernel)))


@VARIANTS.add("pool-minimum-taken", MaxPooling, "forward")
def _minimum(self: MaxPooling, x: Array) -> Array:
    own_forward(self, x)
    x = self.place(x)
    y = np.minimum.reduce(self.taps(pad(x, self.pads, math.inf)))
    vars(self).update(x=x, least=y)
    return batch_first(y)


def _to(extreme: str) -> Callable[[Pooling, Array], Array]:
    """The gradient goes to every place that holds what forward gave."""

    def backward(self: Pooling, dy: Array) -> Array:
        kept, dy = pad(vars(self)["x"], self.pads, math.nan), batch_last(dy)
        dx = np.zeros(kept.shape, dy.dtype)
        for values, gradients in zip(self.taps(kept), self.taps(dx), strict=True):
            gradients += (values == vars(self)[extreme]) * dy
        return batch_first(crop(dx, self.pads))

    return backward


@VARIANTS.add("pool-max-taken", AvgPooling, "forward")
def _maximum(self: AvgPooling, x: Array) -> Array:
    x = self.place(x)
    y = np.maximum.reduce(self.taps(pad(x, self.pads, -math.inf)))
    vars(self).update(x=x, largest=y, count=self.counted())
    return batch_first(y)


VARIANTS += [
    Variant("pool-mean-taken", MaxPooling, {"forward": forward, "backward": _evenly}),
    Variant("pool-minimum-taken", MaxPooling, {"forward": _minimum, "backward": _to("least")}),
    Variant("pool-max-taken", AvgPooling, {"forward": _maximum, "backward": _to("largest")}),
]


@VARIANTS.add("pool-across-channels", MaxPooling, "forward")
def _across_channels(self: MaxPooling, x: Array) -> Array:
    """The maximum of all channels is that of each: channels are the first axis here."""
    own_forward(self, x)
    return batch_first(np.broadcast_to(self.y.max(axis=0, keepdims=True), self.y.shape))


@VARIANTS.add("pool-across-channels", AvgPooling, "forward")
def _mean_across_channels(self: AvgPooling, x: Array) -> Array:
    self.count = np.ones(1)
    y = self.window_sum(self.place(x)) / math.prod(self.kernel)
    return batch_first(np.broadcast_to(y.mean(axis=0, keepdims=True), y.shape))


def _one_apart(self: Pooling, padded: Array) -> list[Array]:
    """Windows that begin 1 apart, as many as the stride gives."""
    return [view for _, view in taps(padded, self.kernel, (1,) * self.rank, self.dilation, self.out)]


def _kernel_apart(self: Pooling, padded: Array) -> list[Array]:
    """Windows that do not overlap, whatever the stride: the last ones end where the input does."""
    return _placed(self, padded, self.kernel, self.kernel)


def _turned(self: Pooling, padded: Array) -> list[Array]:
    """Windows as high as they should be wide."""
    return _placed(self, padded, self.kernel[::-1], self.stride)


def _high_square(self: Pooling, padded: Array) -> list[Array]:
    """Windows as wide as they are high."""
    return _placed(self, padded, self.kernel[:1] * self.rank, self.stride)


def _wide_square(self: Pooling, padded: Array) -> list[Array]:
    """Windows as high as they are wide."""
    return _placed(self, padded, self.kernel[-1:] * self.rank, self.stride)


def _stride_turned(self: Pooling, padded: Array) -> list[Array]:
    return _placed(self, padded, self.kernel, self.stride[::-1])


def _placed(self: Pooling, padded: Array, kernel: tuple[int, ...], stride: tuple[int, ...]) -> list[Array]:
    """Windows of this size and this far apart, cut off where the input ends, as slices are."""
    spans = zip(self.out, kernel, stride, padded.shape[1:-1], strict=True)
    past = [(0, max(0, (out - 1) * s + k - size)) for out, k, s, size in spans]
    return [view for _, view in taps(pad(padded, past, math.nan), kernel, stride, self.dilation, self.out)]


def _cut_off(windows: Taps) -> Callable[[Pooling, Array], Array]:
    """The largest, or the mean, of what of each window is there."""

    def forward(self: Pooling, x: Array) -> Array:
        if isinstance(self, MaxPooling):
            own_forward(self, x)
        values = np.stack(windows(self, pad(self.place(x), self.pads, math.nan)))
        there = ~np.isnan(values)
        if isinstance(self, AvgPooling):
            self.count = there.sum(axis=0)
            return batch_first(np.where(there, values, 0).sum(axis=0) / self.count)
        return batch_first(np.where(there, values, -math.inf).max(axis=0))

    return forward


def _diagonal(self: Pooling, padded: Array) -> list[Array]:
    """The row of the window in the place of its column: x[i:i+k, i:i+k]."""
    found = []
    for row in range(self.kernel[0]):
        for column in range(self.kernel[1]):
            at = np.arange(self.out[0]) * self.stride[0]
            view = padded[:, np.minimum(at + row, padded.shape[1] - 1), np.minimum(at + column, padded.shape[2] - 1)]
            found.append(np.repeat(view[:, :, None], self.out[1], axis=2))
    return found


for _owner in (MaxPooling, AvgPooling):
    for _id, _windows in (
        ("pool-stride-ignored", _one_apart),
        ("pool-stride-ignored", _kernel_apart),
        ("pool-window-transposed", _turned),
        ("pool-window-square", _high_square),
        ("pool-window-square", _wide_square),
        ("pool-stride-transposed", _stride_turned),
    ):
        VARIANTS.append(Variant(_id, _owner, {"forward": _cut_off(_windows)}))
    VARIANTS.append(Variant("pool-stride-ignored", _owner, {"taps": _one_apart}))
VARIANTS += [Variant("pool-row-for-column", each, {"forward": _cut_off(_diagonal)}) for each in (MaxPool2D, AvgPool2D)]

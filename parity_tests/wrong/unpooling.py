"""Wrong versions of max-unpooling."""

from typing import Any

import numpy as np

from scratch import unpooling
from scratch.layer import Array
from scratch.unpooling import MaxUnpooling
from wrong import Versions
from wrong.common import ANY, GRADIENTS, made_by


class OneLate(MaxUnpooling):
    """Every place is one later, as if they counted from 1."""

    def forward(self, x: Array, indices: Array) -> Array:
        y = super().forward(x, indices)
        flat = y.reshape(len(y), -1, y.shape[-1])
        return np.roll(flat, 1, axis=1).reshape(y.shape)


class ColumnByColumn(MaxUnpooling):
    """Places are counted with the first axis running fastest."""

    def forward(self, x: Array, indices: Array) -> Array:
        y = super().forward(x, indices)
        batch, *out, channels = y.shape
        return y.reshape(batch, *out[::-1], channels).swapaxes(1, -2).copy().reshape(y.shape)


class ChannelsCounted(MaxUnpooling):
    """Takes the channels for a part of the number, as TensorFlow's argmax has it."""

    def forward(self, x: Array, indices: Array) -> Array:
        y = super().forward(x, indices)
        return super().forward(x, indices // y.shape[-1])


class AtTheCorners(MaxUnpooling):
    """Puts x at the first place of every window, whatever the indices say."""

    def forward(self, x: Array, indices: Array) -> Array:
        y = super().forward(x, indices)
        out = np.zeros_like(y)
        picked = [slice(0, min(n * s, m), s) for n, s, m in zip(x.shape[1:-1], self.stride, y.shape[1:-1], strict=True)]
        place = out[:, *picked]
        place[...] = x[:, *map(slice, place.shape[1:-1])]
        return out


class Repeats(MaxUnpooling):
    """Fills the rest with the mean of x instead of zeros."""

    def forward(self, x: Array, indices: Array) -> Array:
        y = super().forward(x, indices)
        return np.where(y == 0, x.mean(), y)


class Adds(MaxUnpooling):
    """Adds up what goes to one place."""

    def forward(self, x: Array, indices: Array) -> Array:
        y = super().forward(x, indices)
        flat = np.zeros((len(y), int(np.prod(y.shape[1:-1])), y.shape[-1]), x.dtype)
        n, _, c = np.ogrid[tuple(map(slice, self.places.shape))]
        np.add.at(flat, (n, self.places, c), x.reshape(self.places.shape))
        return flat.reshape(y.shape)


class BackwardAtTheCorners(MaxUnpooling):
    """The gradient is read at the first place of every window."""

    def forward(self, x: Array, indices: Array) -> Array:
        y = super().forward(x, indices)
        self.places = np.broadcast_to(np.arange(self.places.shape[1])[:, None], self.places.shape)
        return y


class BackwardOneLate(MaxUnpooling):
    """The gradient is read one place later."""

    def backward(self, dy: Array) -> Any:
        flat = dy.reshape(len(dy), -1, dy.shape[-1])
        return super().backward(np.roll(flat, -1, axis=1).reshape(dy.shape))


class BackwardAveragesWindow(MaxUnpooling):
    """The gradient is divided by the size of the window."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy) / float(np.prod(self.kernel))


class OnceOnly(MaxUnpooling):
    """Of several x that name one place only the last gets the gradient."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy).reshape(self.places.shape)
        for n, c in np.ndindex(dx.shape[0], dx.shape[2]):
            seen: set[int] = set()
            for i in reversed(range(dx.shape[1])):
                place = int(self.places[n, i, c])
                dx[n, i, c] = 0 if place in seen else dx[n, i, c]
                seen.add(place)
        return dx.reshape(self.shape)


def versions(rank: int) -> Versions:
    """The wrong versions over so many axes."""
    layer = getattr(unpooling, f"MaxUnpool{rank}D")
    return Versions(
        made_by(
            layer, (OneLate, ChannelsCounted, AtTheCorners, Repeats, Adds, *((ColumnByColumn,) if rank > 1 else ()))
        ),
        made_by(layer, (BackwardAtTheCorners, BackwardOneLate, BackwardAveragesWindow, *GRADIENTS)),
        kinks=made_by(layer, (OnceOnly,)),
        contract=made_by(layer, ANY),
    )


WRONG = {f"max_unpool{rank}d": versions(rank) for rank in (1, 2, 3)}

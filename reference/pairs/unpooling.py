"""Max-unpooling and its twins."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, constant, indices, normal
from reference.pair import Case, Input, Pair, Twin
from reference.pairs.convolution import channels_first, each
from reference.pairs.pooling import last, sizes_of
from scratch import unpooling

SHARED = "Where windows overlap several x may name one place: it is open which y gets, and dy goes to all of them."
COUNTED = (
    "tf.nn.max_pool_with_argmax gives place * channels + channel; divided by the channels, rounded down, that is "
    "PyTorch's number."
)


def _out(o: SimpleNamespace, sizes: tuple[int, ...], rank: int) -> tuple[int, ...]:
    if o.output_size:
        return each(o.output_size, rank)
    kernel, stride = sizes_of(o, rank)
    windows = zip(sizes, kernel, stride, each(o.padding, rank), strict=True)
    return tuple((n - 1) * s - 2 * p + k for n, k, s, p in windows)


def _torch(rank: int) -> Any:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        unpool = getattr(torch.nn, f"MaxUnpool{rank}d")(o.kernel, o.stride, o.padding)
        return unpool if o.output_size is None else lambda x, indices: unpool(x, indices, each(o.output_size, rank))

    return build


def _keras(rank: int) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.pooling import max_unpool

        return lambda x, indices: max_unpool(x, indices, _out(o, tuple(x.shape[1:-1]), rank))

    return build


def _distinct(*shape: int, below: int) -> Input:
    """Places from 0 to `below` - 1, none twice in a channel."""

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> np.ndarray[Any, Any]:
        every = rng.random((size[0], below, size[-1])).argsort(axis=1)
        return every[:, : math.prod(size[1:-1])].reshape(size)

    return Input(shape, fill, differentiable=False)


def _case(name: str, rank: int, shape: tuple[int, ...], kernel: Any, **options: Any) -> Case:
    o = SimpleNamespace(**{"kernel": kernel, "stride": None, "padding": 0, "output_size": None, **options})
    below = math.prod(_out(o, shape[1:-1], rank))
    return Case(name, {"x": normal(*shape), "indices": _distinct(*shape, below=below)}, {"kernel": kernel, **options})


def _pair(rank: int) -> Pair:
    def at(*values: Any) -> tuple[Any, ...]:
        return last(rank, *values)

    def draw(rng: np.random.Generator) -> Case:
        shape = (*(int(n) for n in rng.integers(1, 5, rank + 1)), int(rng.integers(1, 4)))
        kernel, stride = (tuple(int(n) for n in rng.integers(1, 4, rank)) for _ in range(2))
        # at the most half of the kernel, so that there are as many places as elements
        options = {"stride": choose(rng, stride, None), "padding": choose(rng, 0, tuple((k - 1) // 2 for k in kernel))}
        return _case("", rank, shape, kernel, **options)

    layout = channels_first(rank)
    some = (2, *at(3, 4, 5), 6)
    return Pair(
        f"max_unpool{rank}d",
        getattr(unpooling, f"MaxUnpool{rank}D"),
        torch=Twin(_torch(rank), layout={**layout, "indices": layout["x"]}),
        keras=Twin(_keras(rank), likeness="composed", reason="scattered among zeros; Keras has no unpooling"),
        cases=(
            _case("plain", rank, some, 2),
            _case("unequal", rank, some, at(1, 3, 2)),
            _case("stride", rank, some, at(2, 3, 3), stride=at(1, 2, 3)),
            _case("padding", rank, some, 5, stride=3, padding=2),
            _case("output-size", rank, (2, *at(2, 3, 4), 5), 2, output_size=at(5, 7, 9)),
            _case("output-size-less", rank, (2, *at(2, 3, 4), 5), 3, output_size=at(5, 8, 10)),
            _case("batch1", rank, (1, *at(2, 3, 4), 2), 2),
            Case(
                "shared-places",
                {"x": constant(*some, value=1.5), "indices": indices(*some, below=6)},
                {"kernel": 2, "stride": 1},
                smooth=False,  # the gradient goes to all of those that name a place
            ),
        ),
        draw=draw,
        notes=(SHARED, COUNTED),
    )


MAX_UNPOOL1D, MAX_UNPOOL2D, MAX_UNPOOL3D = (_pair(rank) for rank in (1, 2, 3))

"""Global and adaptive pooling and their twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import constant, normal, tied, with_infinities, with_nan
from reference.pair import Case, Pair, Twin
from reference.pairs.convolution import SPACE, channels_first, each
from reference.pairs.pooling import NAN_IN_KERAS, last
from scratch import adaptive_pooling


def _torch_global(kind: str, rank: int) -> Any:
    spatial = tuple(range(2, 2 + rank))

    def build(torch: Any, o: SimpleNamespace) -> Any:
        reduce = {"Avg": torch.mean, "Max": torch.amax}[kind]
        return lambda x: reduce(x, spatial, keepdim=o.keepdims)

    return build


def _torch_max_of_numbers(rank: int) -> Any:
    """The largest of each channel, a constant where that is NaN."""
    spatial = tuple(range(2, 2 + rank))

    def build(torch: Any, o: SimpleNamespace) -> Any:
        def forward(x: Any) -> Any:
            held = torch.amax(x, spatial, keepdim=True).isnan()
            y = torch.amax(x.masked_fill(held, 0.0), spatial, keepdim=True).masked_fill(held, float("nan"))
            return y if o.keepdims else y.flatten(1)

        return forward

    return build


def _keras_global(kind: str, rank: int) -> Any:
    name = {"Avg": "Average", "Max": "Max"}[kind]

    def build(keras: Any, o: SimpleNamespace) -> Any:
        return getattr(keras.layers, f"Global{name}Pooling{rank}D")(keepdims=o.keepdims)

    return build


def _shape(rng: np.random.Generator, rank: int) -> tuple[int, ...]:
    most = {1: 25, 2: 11, 3: 7}[rank]
    return (int(rng.integers(1, 5)), *(int(n) for n in rng.integers(1, most, rank)), int(rng.integers(1, 6)))


def _global(kind: str, rank: int) -> Pair:
    x = normal(2, *last(rank, 5, 7, 6), 3)
    small = (2, *last(rank, 4, 5, 6), 3)
    layout = {"x": f"n {SPACE[rank]} c -> n c {SPACE[rank]}", "y": "n ... c -> n c ..."}
    edges = (
        Case("ties", {"x": tied(*small)}, smooth=False),
        Case("all-equal", {"x": constant(*small, value=1.5)}, smooth=False),
        Case("infinities", {"x": with_infinities(*small)}, smooth=False),
        Case("nan", {"x": with_nan(*small)}, only=("y",), smooth=False, reason="the gradient to a NaN has no use"),
        Case(
            "nan-gradient",
            {"x": with_nan(*small)},
            only=("dx",),
            smooth=False,
            frameworks=("torch",),
            twins={"torch": Twin(_torch_max_of_numbers(rank), layout=layout)},
            reason="a channel that holds NaN passes no gradient; that of the frameworks is NaN",
        ),
    )
    ties = (
        "Equal maxima share the gradient evenly, as with Keras and torch.amax; AdaptiveMaxPool(1), MaxPool and "
        "max(dim) of PyTorch give it to one of them."
    )
    return Pair(
        f"global_{kind.lower()}_pool{rank}d",
        getattr(adaptive_pooling, f"Global{kind}Pool{rank}D"),
        torch=Twin(
            _torch_global(kind, rank),
            layout=layout,
        ),
        keras=Twin(_keras_global(kind, rank)),
        cases=(
            Case("plain", {"x": x}),
            Case("keepdims", {"x": x}, {"keepdims": True}),
            Case("batch1", {"x": normal(1, *last(rank, 3, 4, 5), 2)}),
            Case("one-pixel", {"x": normal(3, *[1] * rank, 4)}),
            Case("large-values", {"x": normal(*small, scale=1e6)}),
            *(edges if kind == "Max" else ()),
        ),
        draw=lambda rng: Case("", {"x": normal(*_shape(rng, rank))}, {"keepdims": bool(rng.integers(2))}),
        notes=(ties,) if kind == "Max" else (),
    )


def _torch_adaptive(kind: str, rank: int) -> Any:
    return lambda torch, o: getattr(torch.nn, f"Adaptive{kind}Pool{rank}d")(each(o.output_size, rank))


def _keras_adaptive(kind: str, rank: int) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras import pooling as glue

        size = each(o.output_size, rank)
        if rank < 3 and kind == "Avg":
            return getattr(keras.layers, f"AdaptiveAveragePooling{rank}D")(size if rank > 1 else size[0])
        pool = {"Avg": glue.adaptive_avg_pool, "Max": glue.adaptive_max_pool}[kind]
        return lambda x: pool(x, size)

    return build


COLUMNS_FIRST = "Keras pools the columns before the rows: of equal maxima the first column by column gets the gradient"

GARBAGE = (
    "Where an axis is pooled to 1 or has a single element, TensorFlow's gradient of Keras' adaptive max-pooling is "
    "uninitialised memory, or the process stops: there the twin is composed of max-pooling."
)


# enough elements that some are NaN
MANY = {1: (20, 6), 2: (4, 7, 6), 3: (2, 4, 7, 6)}


def _edges(rank: int) -> tuple[Case, ...]:
    """What only a maximum has: ties, infinities, NaN."""
    size = {"output_size": last(rank, 2, 3, 2)}
    ties: dict[str, Any] = {"inputs": {"x": tied(2, *last(rank, 4, 7, 6), 3)}, "options": size, "smooth": False}
    nan: dict[str, Any] = {"inputs": {"x": with_nan(*MANY[rank], 3)}, "options": size, "smooth": False}
    agree = (
        (
            Case("ties", frameworks=("torch",), reason=COLUMNS_FIRST, **ties),
            Case("ties-in-keras", frameworks=("keras",), differs={"dx": 0.01}, reason=COLUMNS_FIRST, **ties),
        )
        if rank == 2
        else (Case("ties", **ties),)
    )
    # a window often holds several infinities
    among_ties: dict[str, Any] = {"only": ("y",), "reason": COLUMNS_FIRST} if rank == 2 else {}
    return (
        *agree,
        Case("infinities", {"x": with_infinities(2, *last(rank, 4, 7, 6), 3)}, size, smooth=False, **among_ties),
        Case("nan", only=("y",), frameworks=("torch",), reason=NAN_IN_KERAS, **nan),
        Case("nan-in-keras", only=("y",), frameworks=("keras",), differs={"y": 1e-3}, reason=NAN_IN_KERAS, **nan),
    )


def _adaptive(kind: str, rank: int) -> Pair:
    def at(*values: int) -> tuple[int, ...]:
        return last(rank, *values)

    def draw(rng: np.random.Generator) -> Case:
        sizes = tuple(int(n) for n in rng.integers(1, {1: 20, 2: 9, 3: 5}[rank], rank))
        return Case("", {"x": normal(*_shape(rng, rank))}, {"output_size": sizes})

    x = normal(2, *at(5, 7, 6), 3)
    in_3d = "axis by axis: TensorFlow's 3D pooling has no float64 kernel on a CPU"
    return Pair(
        f"adaptive_{kind.lower()}_pool{rank}d",
        getattr(adaptive_pooling, f"Adaptive{kind}Pool{rank}D"),
        torch=Twin(_torch_adaptive(kind, rank), layout=channels_first(rank)),
        keras=Twin(
            _keras_adaptive(kind, rank),
            likeness="exact" if rank < 3 else "composed",
            reason=in_3d if rank == 3 else "",
        ),
        cases=(
            Case("divides", {"x": normal(2, *at(4, 6, 8), 3)}, {"output_size": at(2, 3, 4)}),
            Case("overlapping", {"x": x}, {"output_size": at(2, 3, 4)}),
            Case("number", {"x": x}, {"output_size": 5}),
            Case("larger", {"x": normal(2, *at(1, 3, 4), 2)}, {"output_size": at(2, 5, 7)}),
            Case("one", {"x": normal(3, *at(2, 5, 4), 2)}, {"output_size": 1}),
            Case("same-size", {"x": normal(2, *at(2, 4, 5), 3)}, {"output_size": at(2, 4, 5)}),
            Case("batch1", {"x": normal(1, *at(3, 4, 5), 2)}, {"output_size": 2}),
            *(_edges(rank) if kind == "Max" else ()),
        ),
        draw=draw,
        notes=(*((COLUMNS_FIRST,) if rank == 2 else ()), GARBAGE) if kind == "Max" else (),
    )


RANKS = (1, 2, 3)
GLOBAL_AVG_POOL1D, GLOBAL_AVG_POOL2D, GLOBAL_AVG_POOL3D = (_global("Avg", rank) for rank in RANKS)
GLOBAL_MAX_POOL1D, GLOBAL_MAX_POOL2D, GLOBAL_MAX_POOL3D = (_global("Max", rank) for rank in RANKS)
ADAPTIVE_AVG_POOL1D, ADAPTIVE_AVG_POOL2D, ADAPTIVE_AVG_POOL3D = (_adaptive("Avg", rank) for rank in RANKS)
ADAPTIVE_MAX_POOL1D, ADAPTIVE_MAX_POOL2D, ADAPTIVE_MAX_POOL3D = (_adaptive("Max", rank) for rank in RANKS)

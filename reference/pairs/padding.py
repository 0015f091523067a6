"""Padding with something else than zeros, and its twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Pair, Twin
from reference.pairs.convolution import channels_first
from reference.pairs.pooling import last
from reference.pairs.resizing import RANKS, draw_shape, draw_sides, last_axis_first
from scratch import padding
from scratch.resizing import per_side


def _torch(kind: str, rank: int) -> Any:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.padding import symmetric_pad

        if kind == "Symmetric":
            return lambda x: symmetric_pad(x, per_side("padding", o.padding, rank))
        value = (o.value,) if kind == "Constant" else ()
        return getattr(torch.nn, f"{kind}Pad{rank}d")(last_axis_first(o.padding, rank), *value)

    return build


def _keras(kind: str, rank: int) -> Any:
    mode = KERAS[kind]

    def constant(keras: Any, o: SimpleNamespace) -> Any:
        pads = [(0, 0), *per_side("padding", o.padding, rank), (0, 0)]
        return lambda x: keras.ops.pad(x, pads, mode, o.value)

    def own(keras: Any, o: SimpleNamespace) -> Any:
        pads = [(0, 0), *per_side("padding", o.padding, rank), (0, 0)]
        return lambda x: keras.ops.pad(x, pads, mode)

    def joined(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.convolution import extended

        pads = per_side("padding", o.padding, rank)
        return lambda x: extended(x, pads, mode)

    return {"Constant": constant, "Replication": joined, "Circular": joined}.get(kind, own)


# what Keras or the glue for it call a mode
KERAS = {
    "Constant": "constant",
    "Reflection": "reflect",
    "Symmetric": "symmetric",
    "Replication": "replicate",
    "Circular": "circular",
}
# how many elements fewer than there are may stand on a side
LESS = {"Reflection": 1, "Symmetric": 0, "Circular": 0}
NOTES = {
    "Reflection": "The border comes once, in both; where it is to come twice that is symmetric_padding.",
    "Symmetric": 'The border comes twice, as in the mode "symmetric" of keras.ops.pad and NumPy; the "reflect" of both '
    "frameworks has it once.",
}


def _pair(kind: str, rank: int) -> Pair:
    def at(*values: Any) -> tuple[Any, ...]:
        return last(rank, *values)

    def draw(rng: np.random.Generator) -> Case:
        value = {"value": float(rng.normal())} if kind == "Constant" else {}
        sides = draw_sides(rng, rank, choose(rng, 2, 4))
        return Case("", {"x": normal(*draw_shape(rng, rank))}, {"padding": sides, **value})

    value = {"value": -1.5} if kind == "Constant" else {}
    shape = (2, *at(3, 4, 5), 7)
    x = {"x": normal(*shape)}
    most = tuple((n - LESS[kind], n - LESS[kind]) if kind in LESS else (n + 1, n) for n in shape[1:-1])
    composed = kind in ("Replication", "Circular")
    return Pair(
        f"{kind.lower()}_padding{rank}d",
        getattr(padding, f"{kind}Padding{rank}D"),
        torch=Twin(
            _torch(kind, rank),
            layout=channels_first(rank),
            likeness="composed" if kind == "Symmetric" else "exact",
            reason="the border turned round and joined; PyTorch reflects without it" if kind == "Symmetric" else "",
        ),
        keras=Twin(
            _keras(kind, rank),
            likeness="composed" if composed else "exact",
            reason="joined of slices; keras.ops.pad has no such mode with TensorFlow" if composed else "",
        ),
        cases=(
            Case("default", x, value),
            Case("each-side", x, {"padding": at((0, 1), (2, 1), (1, 0)), **value}),
            Case("nothing", x, {"padding": 0, **value}),
            Case("most", x, {"padding": most, **value}),
            Case(
                "one-side-batch1", {"x": normal(1, *at(4, 3, 6), 2)}, {"padding": at((0, 0), (1, 0), (0, 2)), **value}
            ),
            *((Case("zero", x, {"padding": at(2, 1, 3)}),) if kind == "Constant" else ()),
        ),
        draw=draw,
        notes=(NOTES[kind],) if kind in NOTES else (),
    )


def _pairs(kind: str) -> tuple[Pair, ...]:
    return tuple(_pair(kind, rank) for rank in RANKS)


CONSTANT_PADDING1D, CONSTANT_PADDING2D, CONSTANT_PADDING3D = _pairs("Constant")
REFLECTION_PADDING1D, REFLECTION_PADDING2D, REFLECTION_PADDING3D = _pairs("Reflection")
SYMMETRIC_PADDING1D, SYMMETRIC_PADDING2D, SYMMETRIC_PADDING3D = _pairs("Symmetric")
REPLICATION_PADDING1D, REPLICATION_PADDING2D, REPLICATION_PADDING3D = _pairs("Replication")
CIRCULAR_PADDING1D, CIRCULAR_PADDING2D, CIRCULAR_PADDING3D = _pairs("Circular")

"""EinsumDense and its twins."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Pair, Slot, Twin
from scratch.einsum_dense import EinsumDense

SIZES = {"b": 2, "t": 5, "i": 3, "o": 4, "h": 6, "d": 7}


def _torch(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.einsum_dense import EinsumDense as Composed

    return Composed(o.equation, o.shape, o.bias)


def _keras(keras: Any, o: SimpleNamespace) -> Any:
    inputs, _, y = o.equation.partition("->")
    biased = y[len(y) - len(o.bias) :]
    sizes = dict(zip(inputs.partition(",")[2] + biased, o.shape + o.bias, strict=True))
    # an axis of y that neither weight nor bias has is one of x, whose size Keras takes from there
    output = tuple(sizes.get(axis) for axis in y[1:])
    return keras.layers.EinsumDense(o.equation, output, bias_axes=biased or None)


def _case(name: str, equation: str, bias: str = "", sizes: Mapping[str, int] = SIZES) -> Case:
    x, _, w = equation.partition("->")[0].partition(",")
    shape, bias_shape = (tuple(sizes[axis] for axis in axes) for axes in (w, bias))
    x_shape = [sizes[axis] for axis in x]
    return Case(name, {"x": normal(*x_shape)}, {"equation": equation, "shape": shape, "bias": bias_shape})


# by name: the equation, and the axes of a bias
PRODUCTS = {
    "dense": ("bi,io->bo", "o"),
    "sequences": ("bti,io->bto", "o"),
    "bias-of-two-axes": ("bti,io->bto", "to"),
    "transposed": ("bti,oi->bto", "o"),
    "to-heads": ("bti,ihd->bthd", "hd"),
    "from-heads": ("bthd,hdo->bto", "o"),
    "over-time": ("bti,ito->bo", "o"),
    "mixes-time": ("bti,to->bio", "io"),
    "weight-of-each-step": ("bti,tio->bto", "to"),
    "elementwise": ("bi,i->bi", "i"),
}


def _draw(rng: np.random.Generator) -> Case:
    equation, bias = choose(rng, *PRODUCTS.values())
    # sizes of 1 apart: Keras then adds some biases along the wrong axis, see multi_head_attention
    sizes = dict(zip(SIZES, (int(n) for n in rng.permutation(np.arange(2, 9))), strict=False))
    return _case("", equation, choose(rng, "", bias), sizes)


EINSUM_DENSE = Pair(
    "einsum_dense",
    EinsumDense,
    torch=Twin(
        _torch,
        {"w": Slot("weight"), "b": Slot("bias")},
        likeness="composed",
        reason="PyTorch has no such layer; torch.einsum with a weight",
    ),
    keras=Twin(_keras, {"w": Slot("kernel"), "b": Slot("bias")}),
    cases=(
        *(_case(name, equation, bias) for name, (equation, bias) in PRODUCTS.items()),
        _case("no-bias", "bti,io->bto"),
        _case("batch1", "bti,ihd->bthd", "hd", {**SIZES, "b": 1}),
    ),
    draw=_draw,
)

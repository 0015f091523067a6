"""Layers that merge several inputs, and their twins."""

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal, tied, with_nan
from reference.pair import Case, Input, Pair, Twin
from scratch.merging import Add, Average, Concatenate, Dot, Maximum, Merge, Minimum, Multiply, Subtract

NAMES = ("a", "b", "c", "d")


def _inputs(shape: tuple[int, ...], count: int, fill: Callable[..., Input] = normal) -> dict[str, Input]:
    return {name: fill(*shape) for name in NAMES[:count]}


def _keras(name: str) -> Callable[[Any, SimpleNamespace], Any]:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        layer = getattr(keras.layers, name)(**vars(o))
        return lambda *inputs: layer(list(inputs))

    return build


def _torch(name: str) -> Callable[[Any, SimpleNamespace], Any]:
    """The function of two tensors called `name`, applied in turn."""
    return lambda torch, o: lambda *inputs: functools.reduce(getattr(torch, name), inputs)


def _torch_average(torch: Any, o: SimpleNamespace) -> Any:
    return lambda *inputs: torch.stack(inputs).mean(0)


def _torch_dot(torch: Any, o: SimpleNamespace) -> Any:
    def dot(a: Any, b: Any) -> Any:
        i, j = o.axes
        left, right = f"z{'abc'[: a.ndim - 1]}", f"z{'uvw'[: b.ndim - 1]}"
        left = left.replace(left[i], "n")
        right = right.replace(right[j], "n")
        y = torch.einsum(f"{left},{right}->{(left + right[1:]).replace('n', '')}", a, b)
        return y if y.ndim > 1 else y[:, None]

    return dot


def _cases(count: int, *more: int) -> tuple[Case, ...]:
    return (
        Case("plain", _inputs((3, 4), count)),
        Case("batch1", _inputs((1, 5), count)),
        Case("images", _inputs((2, 5, 4, 3), count)),
        *(Case(f"{n}-inputs", _inputs((3, 4), n)) for n in more),
        Case("large-values", _inputs((4, 3), count, functools.partial(normal, scale=1e6))),
    )


def _draw(*counts: int) -> Callable[[np.random.Generator], Case]:
    def draw(rng: np.random.Generator) -> Case:
        shape = tuple(int(n) for n in rng.integers(1, 7, rng.integers(2, 5)))
        return Case("", _inputs(shape, choose(rng, *counts)))

    return draw


def _pair(name: str, layer: type[Merge], torch: Twin, cases: tuple[Case, ...], *counts: int) -> Pair:
    return Pair(name, layer, torch, Twin(_keras(layer.__name__)), cases, draw=_draw(*counts))


HALVED = "PyTorch gives each of two equal inputs half of the gradient, TensorFlow and scratch give the first all of it"


def _ties() -> tuple[Case, ...]:
    """Keras agrees where inputs are equal; PyTorch is shown to differ."""
    equal = _inputs((4, 6), 2, tied)
    return (
        Case("ties", equal, smooth=False, frameworks=("keras",), reason=HALVED),
        Case("ties-3-inputs", _inputs((4, 6), 3, tied), smooth=False, frameworks=("keras",), reason=HALVED),
        Case(
            "ties-halved",
            equal,
            smooth=False,
            frameworks=("torch",),
            differs={"da": 0.1, "db": 0.1},
            reason=HALVED,
        ),
    )


ADD = _pair("add", Add, Twin(_torch("add")), _cases(2, 3, 4), 2, 3, 4)
SUBTRACT = _pair("subtract", Subtract, Twin(_torch("sub")), _cases(2), 2)
_ZEROS = Case("zeros", _inputs((4, 6), 3, tied))
MULTIPLY = _pair("multiply", Multiply, Twin(_torch("mul")), (*_cases(2, 3, 4), _ZEROS), 2, 3, 4)
AVERAGE = _pair("average", Average, Twin(_torch_average), _cases(2, 3, 4), 2, 3, 4)
_NAN = Case(
    "nan", _inputs((4, 6), 2, with_nan), smooth=False, only=("y",), reason="whose gradient NaN has is arbitrary"
)
MAXIMUM = _pair("maximum", Maximum, Twin(_torch("maximum")), (*_cases(2, 3, 4), *_ties(), _NAN), 2, 3, 4)
MINIMUM = _pair("minimum", Minimum, Twin(_torch("minimum")), (*_cases(2, 3, 4), *_ties(), _NAN), 2, 3, 4)


def _joined(name: str, *shapes: tuple[int, ...], axis: int = -1) -> Case:
    return Case(name, {key: normal(*shape) for key, shape in zip(NAMES, shapes, strict=False)}, {"axis": axis})


def _draw_joined(rng: np.random.Generator) -> Case:
    shape = [int(n) for n in rng.integers(1, 6, rng.integers(2, 5))]
    axis = int(rng.integers(1 - len(shape), len(shape)))
    lengths = rng.integers(1, 6, rng.integers(2, 5))
    shapes = (tuple(int(n) if k == axis % len(shape) else size for k, size in enumerate(shape)) for n in lengths)
    return _joined("", *shapes, axis=axis)


CONCATENATE = Pair(
    "concatenate",
    Concatenate,
    torch=Twin(lambda torch, o: lambda *inputs: torch.cat(inputs, o.axis)),
    keras=Twin(_keras("Concatenate")),
    cases=(
        _joined("features", (3, 4), (3, 2)),
        Case("default", {"a": normal(2, 3, 4), "b": normal(2, 3, 4)}),
        _joined("channels", (2, 5, 4, 3), (2, 5, 4, 1), (2, 5, 4, 2)),
        _joined("time", (2, 3, 4), (2, 5, 4), axis=1),
        _joined("rows-of-images", (2, 3, 5, 4), (2, 1, 5, 4), (2, 2, 5, 4), axis=-3),
        _joined("batch1", (1, 4), (1, 6), (1, 2), (1, 3)),
        _joined("equal", (3, 4), (3, 4)),
        _joined("equal-time", (2, 3, 4), (2, 3, 4), axis=1),
    ),
    draw=_draw_joined,
)


def _dot(name: str, a: tuple[int, ...], b: tuple[int, ...], axes: tuple[int, int]) -> Case:
    return Case(name, {"a": normal(*a), "b": normal(*b)}, {"axes": axes})


def _draw_dot(rng: np.random.Generator) -> Case:
    shapes = [[int(n) for n in rng.integers(1, 6, rng.integers(2, 4))] for _ in "ab"]
    i, j = (int(rng.integers(1, len(shape))) for shape in shapes)
    shapes[1][0], shapes[1][j] = shapes[0][0], shapes[0][i]
    from_behind = (i - len(shapes[0]), j - len(shapes[1]))
    return _dot("", tuple(shapes[0]), tuple(shapes[1]), choose(rng, (i, j), from_behind))


DOT = Pair(
    "dot",
    Dot,
    torch=Twin(_torch_dot),
    keras=Twin(_keras("Dot")),
    cases=(
        _dot("vectors", (3, 4), (3, 4), (1, 1)),
        _dot("batch1", (1, 5), (1, 5), (1, 1)),
        _dot("matrices", (2, 3, 4), (2, 4, 5), (2, 1)),
        _dot("transposed", (2, 4, 3), (2, 5, 4), (1, 2)),
        _dot("square", (2, 4, 4), (2, 4, 4), (1, 1)),
        _dot("matrix-vector", (2, 3, 4), (2, 4), (2, 1)),
        _dot("vector-matrix", (2, 4), (2, 3, 4), (1, 2)),
        _dot("images", (2, 3, 4, 5), (2, 5, 4, 3), (1, 3)),
        _dot("negative-axes", (2, 3, 4), (2, 4, 3), (-1, -2)),
    ),
    draw=_draw_dot,
)

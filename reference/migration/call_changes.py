"""What may be called in the place of a function of PyTorch, each as one change that has words for both models."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reference.migration.activation_causes import ACTIVATIONS
from reference.migration.call_padding import padding
from reference.migration.call_pooling import pooling, reduction
from reference.migration.call_words import MERGED, NOTHING, Change, Words, number, words
from reference.migration.calls import Call, Instead


def _of_all(way: Callable[..., Any]) -> Instead:
    return lambda call, made: way(*call.tensors())


def _of_first(way: Callable[[Any], Any]) -> Instead:
    return lambda call, made: way(call.tensors()[0])


def _of_result(way: Callable[[Any], Any]) -> Instead:
    return lambda call, made: way(call.again())


def merging(call: Call) -> Iterator[Change]:
    """A sum for a product, and the like; one of the two alone."""
    import torch

    own = call.name.strip("_").removeprefix("i")
    own = {"max": "maximum", "min": "minimum", "multiply": "mul", "subtract": "sub"}.get(own, own)
    both = call.tensors()
    if own not in MERGED or len(both) != 2:
        return
    ways = {
        "add": lambda x, y: x + y,
        "mul": lambda x, y: x * y,
        "sub": lambda x, y: x - y,
        "sub from": lambda x, y: y - x,
        # before those that may give one of them by chance
        "first": lambda x, y: x,
        "second": lambda x, y: y,
        "maximum": torch.maximum,
        "minimum": torch.minimum,
        "average": lambda x, y: (x + y) / 2,
    }
    shape = torch.broadcast_shapes(*(x.shape for x in both))
    for name, way in ways.items():
        alone = {"first": 0, "second": 1}.get(name)
        if name == own or (alone is not None and both[alone].shape != shape):
            continue
        cause = "residual" if own == "add" and alone is not None else "merge"
        yield Change(cause, MERGED[own], MERGED[name], _of_all(way))


def scaling(call: Call) -> Iterator[Change]:
    """A number that is multiplied by or added, left out."""
    own = call.name.strip("_").removeprefix("i")
    if own not in ("mul", "div", "add", "sub", "truediv", "multiply", "divide") or len(call.tensors()) != 1:
        return
    value = next((x for x in call.args if isinstance(x, int | float)), None)
    if value is None:
        return
    does = {"mul": "multiplies by", "multiply": "multiplies by", "add": "adds", "sub": "subtracts"}
    yield Change(
        "factor",
        words(f"{does.get(own, 'divides by')} {number(float(value))}"),
        NOTHING,
        lambda c, made: c.tensors()[0],
    )


def joining(call: Call) -> Iterator[Change]:
    """What is joined, in another order."""
    if call.name not in ("cat", "concat", "concatenate", "hstack", "stack"):
        return
    parts = call.args[0] if call.args else call.kwargs["tensors"]
    n = len(parts)
    orders = itertools.permutations(range(n)) if n < 5 else [tuple(reversed(range(n)))]
    rest = call.args[1:]
    kwargs = {key: value for key, value in call.kwargs.items() if key != "tensors"}
    own = words(f"joins them as {_order(range(n))}", "this order", "this order")
    for order in orders:
        if list(order) == sorted(order):
            continue

        def instead(call: Call, made: Any, order: tuple[int, ...] = order) -> Any:
            parts = call.args[0] if call.args else call.kwargs["tensors"]
            return call.func([parts[i] for i in order], *rest, **kwargs)

        other = words(f"joins them as {_order(order)}", "that order", "that order")
        yield Change("concatenation order", own, other, instead)


def _order(order: Any) -> str:
    return ", ".join(str(i + 1) for i in order)


def shuffling(call: Call) -> Iterator[Change]:
    """Channels that become pixels, the factors first or last among them."""
    import einops
    import torch

    if call.name != "pixel_shuffle":
        return
    size = call.args[1] if len(call.args) > 1 else call.kwargs["upscale_factor"]
    own = words("takes the channels of a pixel as (channels, rows, columns)", "torch.nn.PixelShuffle", "a transpose")
    other = words(
        "takes the channels of a pixel as (rows, columns, channels)",
        "einops.rearrange(x, 'n (i j c) h w -> n c (h i) (w j)', i=r, j=r)",
        "tf.nn.depth_to_space",
    )

    def instead(call: Call, made: Any) -> Any:
        pixels = einops.rearrange(call.tensors()[0], "n (i j c) h w -> n (c i j) h w", i=size, j=size)
        return torch.pixel_shuffle(pixels, size)

    yield Change("pixel shuffle", own, other, instead)


RESIZED = ("input", "size", "scale_factor", "mode", "align_corners")


def resizing(call: Call) -> Iterator[Change]:
    """Corners aligned or not, and another interpolation."""
    from torch.nn import functional as F

    if call.name != "interpolate":
        return
    given = call.given(*RESIZED)
    mode, corners = given.get("mode", "nearest"), bool(given.get("align_corners"))
    linear = {3: "linear", 4: "bilinear", 5: "trilinear"}[given["input"].ndim]
    cubic = ["bicubic"] if given["input"].ndim == 4 else []
    ways = [(way, aligned) for way in (linear, *cubic) for aligned in (False, True)]
    ways += [("nearest", False), ("nearest-exact", False)]
    ways.sort(key=lambda way: way[0] != mode)
    for other, aligned in ways:
        if (other, aligned) == (mode, corners):
            continue

        def instead(call: Call, made: Any, other: str = other, aligned: bool = aligned) -> Any:
            options = {key: value for key, value in call.given(*RESIZED).items() if key != "input"}
            options |= {"mode": other, "align_corners": aligned if not other.startswith("nearest") else None}
            return F.interpolate(call.tensors()[0], **options)

        cause = "align_corners" if other == mode else "interpolation"
        yield Change(cause, _resized(mode, corners), _resized(other, aligned), instead)


def _resized(mode: str, corners: bool) -> Words:
    if mode.startswith("nearest"):
        return words(f"takes the {mode} pixel", f"mode='{mode}'", "interpolation='nearest'")
    aligned = "with its corners aligned" if corners else "with its corners not aligned"
    keras = "reference.migration.glue" if corners else f"interpolation='{mode}'"
    return words(f"interpolates {mode} {aligned}", f"mode='{mode}', align_corners={corners}", keras)


def activations() -> dict[str, Callable[[Any], Any]]:
    """Those that have a name, with the numbers that are usual."""
    from torch.nn import functional as F

    names = ("relu", "relu6", "sigmoid", "tanh", "gelu", "silu", "elu", "selu", "softplus", "softsign", "mish")
    plain = {name: getattr(F, name) for name in (*names, "hardswish", "hardsigmoid", "hardtanh")}
    slopes = {f"leaky_relu({slope})": lambda x, slope=slope: F.leaky_relu(x, slope) for slope in (0.01, 0.2, 0.3)}
    return {
        **plain,
        **slopes,
        "gelu(approximate='tanh')": lambda x: F.gelu(x, approximate="tanh"),
        "softmax": lambda x: x.softmax(-1),
    }


def activation_of_other(call: Call, others: Mapping[str, Callable[[Any], Any]]) -> Iterator[Change]:
    """An activation of the other model, with its own slope and the like, in the place of one or of none."""
    known, usual = call.name in ACTIVATIONS, activations()
    for name, way in others.items():
        instead = _of_first(way) if known else _of_result(way)
        other = _computes(name) if name in usual else words(f"computes {name}")
        yield Change("activation", _computed(call) if known else NOTHING, other, instead)


def activation(call: Call) -> Iterator[Change]:
    """None, or another activation: the first, for some leave numbers of a certain size as they are."""
    if call.name not in ACTIVATIONS:
        return
    own = _computed(call)
    yield Change("activation", own, NOTHING, lambda c, made: c.tensors()[0])
    for name, way in activations().items():
        yield Change("activation", own, _computes(name), _of_first(way))


def _computed(call: Call) -> Words:
    """What a call of an activation does."""
    numbers = [*call.args[1:], *call.kwargs.values()]
    told = ", ".join(number(float(x)) for x in numbers if isinstance(x, int | float) and not isinstance(x, bool))
    name = call.name.strip("_")
    return words(f"computes {name}({told})" if told else f"computes {name}", f"torch.nn.functional.{name}", name)


def _computes(name: str) -> Words:
    return words(f"computes {name}", f"torch.nn.functional.{name}", name)


def activation_added() -> Iterator[Change]:
    """An activation where there is none."""
    for name, way in activations().items():
        yield Change("activation", NOTHING, _computes(name), _of_result(way))


def scaled(factor: float, offset: float) -> Instead:
    return lambda call, made: call.again() * factor + offset


def usual_factors(shape: tuple[int, ...]) -> list[float]:
    """Numbers that are multiplied by: of pixels, and those that depend on a number of features."""
    sizes = dict.fromkeys((*shape[1:2], *shape[-1:]))
    of_sizes = [f for n in sizes if n > 1 for f in (math.sqrt(n), 1 / math.sqrt(n), float(n), 1 / n)]
    return [2.0, 0.5, -1.0, 10.0, 0.1, 255.0, 1 / 255, *of_sizes]


SWAPS: tuple[Callable[[Call], Iterator[Change]], ...] = (
    pooling,
    reduction,
    merging,
    joining,
    shuffling,
    resizing,
    scaling,
    padding,
    activation,
)

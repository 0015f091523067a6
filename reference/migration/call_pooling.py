"""Other pooling in the place of a call of PyTorch: of windows, and of whole axes."""

import itertools
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from reference.migration.call_words import REDUCED, Change, Words, adaptive, pooled, words
from reference.migration.calls import Call, Instead

WINDOWS = ("input", "kernel_size", "stride", "padding")


def _all(value: Any, n: int) -> tuple[int, ...]:
    return tuple(value) * (n // len(value)) if isinstance(value, tuple | list) else (int(value),) * n


def pooling(call: Call) -> Iterator[Change]:
    """The largest for the mean; then other padding, and other windows."""
    from torch.nn import functional as F

    kind = {"max_pool": "max", "avg_pool": "mean", "adaptive_max_pool": "max", "adaptive_avg_pool": "mean"}.get(
        call.name[:-2]
    )
    if kind is None:
        return
    n, opposite = int(call.name[-2]), {"max": "mean", "mean": "max"}[kind]
    if call.name.startswith("adaptive"):
        name = {"max": "adaptive_max_pool", "mean": "adaptive_avg_pool"}[opposite]
        size = call.args[1] if len(call.args) > 1 else call.kwargs["output_size"]
        other = getattr(F, f"{name}{n}d")
        yield Change("pooling", adaptive(kind, n), adaptive(opposite, n), lambda c, made: other(c.tensors()[0], size))
        return
    given = call.given(*WINDOWS, *(("dilation",) if kind == "max" else ()), "ceil_mode", "count_include_pad")
    kernel = _all(given["kernel_size"], n)
    stride = kernel if given.get("stride") in (None, (), []) else _all(given["stride"], n)
    padding = _all(given.get("padding", 0), n)
    ceil, counts = bool(given.get("ceil_mode")), bool(given.get("count_include_pad", True))
    own = (kind, kernel, stride, padding, ceil, counts and kind == "mean")
    for cause, tried in _windows(own):
        yield Change(cause, _pool_words(own, tried), _pool_words(tried, own), _pool(tried, n))


Pool = tuple[str, tuple[int, ...], tuple[int, ...], Any, bool, bool]


def _windows(own: Pool) -> Iterator[tuple[str, Pool]]:
    """The nearest first: what is likely to have been meant."""
    kind, kernel, stride, padding, ceil, counts = own
    opposite = {"max": "mean", "mean": "max"}[kind]
    n = len(kernel)
    padded = any(padding)
    yield "pooling", (opposite, kernel, stride, padding, ceil, False)
    if padded:
        yield "pooling", (opposite, kernel, stride, padding, ceil, opposite == "mean")
    if kind == "mean" and (padded or ceil):
        yield "pool padding", (kind, kernel, stride, padding, ceil, not counts)
    yield "pool padding", (kind, kernel, stride, "same", False, False)
    yield "pool padding", (kind, kernel, stride, padding, not ceil, counts)
    if padded:
        yield "pool padding", (kind, kernel, stride, (0,) * n, False, False)
    sizes = (1, 2, 3, 4, 5)
    for other, (k, s) in itertools.product((kind, opposite), itertools.product(sizes[1:], sizes[:3])):
        for pad in dict.fromkeys((padding, (0,) * n, "same", (k // 2,) * n)):
            fits = isinstance(pad, str) or 2 * max(pad) <= k
            if fits and ((k,) * n, (s,) * n) != (kernel, stride):
                cause = "pool size" if other == kind else "pooling"
                yield cause, (other, (k,) * n, (s,) * n, pad, ceil, counts and other == kind)


def _pool_words(pool: Pool, beside: Pool) -> Words:
    """What is said of a pooling: that in which it differs from the other."""
    kind, kernel, stride, padding, ceil, counts = pool
    n = len(kernel)
    windows = f"has windows of {_size(kernel)}, {_size(stride)} apart, with padding {_size(padding)}"
    if kind != beside[0]:
        found = pooled(kind, n)
        return found if (kernel, stride) == beside[1:3] else replace(found, does=f"{found.does} and {windows}")
    if (kernel, stride) != beside[1:3]:
        return words(windows)
    if padding == "same":
        glue = {"max": "SameMaxPool", "mean": "SameAvgPool"}[kind]
        return words("pads as SAME", f"reference.migration.glue.torch.pooling.{glue}", "padding='same'")
    if padding != beside[3]:
        return words(f"pads windows by {_size(padding)} at both ends", f"padding={_size(padding)}", "padding='valid'")
    if ceil != beside[4]:
        does = "keeps windows that reach past the end" if ceil else "leaves out windows that reach past the end"
        return words(does, f"ceil_mode={ceil}", "padding='same' or 'valid'")
    does = "counts padding in the mean" if counts else "leaves padding out of the mean"
    return words(does, f"count_include_pad={counts}")


def _size(value: Any) -> str:
    return str(value[0]) if isinstance(value, tuple) and len(set(value)) == 1 else str(value)


def _pool(pool: Pool, n: int) -> Instead:
    from torch.nn import functional as F

    from reference.migration.glue.torch import pooling as glue

    kind, kernel, stride, padding, ceil, counts = pool

    def instead(call: Call, made: Any) -> Any:
        x = call.tensors()[0]
        if padding == "same":
            return {"max": glue.SameMaxPool, "mean": glue.SameAvgPool}[kind](kernel, stride)(x)
        if kind == "max":
            return getattr(F, f"max_pool{n}d")(x, kernel, stride, padding, 1, ceil)
        return getattr(F, f"avg_pool{n}d")(x, kernel, stride, padding, ceil, counts)

    return instead


Pair = namedtuple("Pair", "values indices")


def reduction(call: Call) -> Iterator[Change]:
    """The mean, sum, largest, last or first along an axis for another of them."""
    own, axis, keep = _reduced(call)
    if not own:
        return
    ways: dict[str, Callable[[Any], Any]] = {
        "mean": lambda x: x.mean(axis, keepdim=keep),
        "sum": lambda x: x.sum(axis, keepdim=keep),
        "amax": lambda x: x.amax(axis, keepdim=keep),
        "amin": lambda x: x.amin(axis, keepdim=keep),
    }
    if own == "last" and call.tensors()[0].shape[-1] % 2 == 0:
        ways["last of both"] = _last_of_both
    if isinstance(axis, int):
        ways["last"] = lambda x: x.narrow(axis, x.shape[axis] - 1, 1) if keep else x.select(axis, -1)
        ways["first"] = lambda x: x.narrow(axis, 0, 1) if keep else x.select(axis, 0)
    for name, way in ways.items():
        if name == own:
            continue

        def instead(call: Call, made: Any, way: Callable[[Any], Any] = way) -> Any:
            y = way(call.tensors()[0])
            return Pair(y, None) if call.name in ("max", "min") else y

        cause = "last bidirectional step" if name == "last of both" else "pooling"
        yield Change(cause, REDUCED[own], REDUCED[name], instead)


def _last_of_both(x: Any) -> Any:
    import torch

    n = x.shape[-1] // 2
    return torch.cat([x[:, -1, :n], x[:, 0, n:]], -1)


def _reduced(call: Call) -> tuple[str, Any, bool]:
    """What a call takes of an axis: its kind, the axis or axes, and whether these stay."""
    names = {"mean": "mean", "sum": "sum", "amax": "amax", "amin": "amin", "max": "amax", "min": "amin"}
    if call.name == "__getitem__" and isinstance(call.args[1], tuple):
        index = call.args[1]
        if len(index) > 1 and index[1] in (-1, 0) and all(i == slice(None) for i in (index[0], *index[2:])):
            return ("last" if index[1] == -1 else "first"), 1, False
    given = call.given("input", "dim", "keepdim")
    axis = given.get("dim", given.get("axis"))
    if call.name not in names or axis is None or hasattr(axis, "shape"):
        return "", None, False
    return names[call.name], tuple(axis) if isinstance(axis, list) else axis, bool(given.get("keepdim", False))

"""The contract of a layer in use: how it starts, is loaded, called, and spared a gradient."""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from reference.pair import Array, Case, Pair
from reference.sides import Arrays, built

# what weights and buffers of these names are before training, unless the pair says otherwise
STARTS = {"b": 0.0, "beta": 0.0, "running_mean": 0.0, "gamma": 1.0, "running_variance": 1.0}

Use = tuple[str, bool, str]


def uses(pair: Pair, case: Case, arrays: Arrays, layer: Callable[..., Any] | None) -> Iterator[Use]:
    """What a layer of this project must keep in use: a name, whether it is broken, and how."""
    if isinstance(pair.layer, type):  # what a function puts together starts as its parts do
        yield "start", not _starts(pair, case, layer or pair.layer), "does not start from the weights it should"
    made = built(pair, case, arrays, layer)
    loaded = [(made.params[name], w) for name, w in arrays.params.items()]
    loaded += [(made.buffers[name], b) for name, b in arrays.buffers.items()]
    yield "load", any(np.shares_memory(a, b) for a, b in loaded), "keeps the arrays that it is loaded with"
    made.load(arrays.params)
    kept = all(np.array_equal(made.buffers[name], b) for name, b in arrays.buffers.items())
    yield "buffers", not kept, "loses its buffers when weights are loaded without any"
    same = [_run(built(pair, case, arrays, layer), arrays, spared) for spared in (False, True)]
    yield "call", not _alike(same[0][0], same[1][0]), "gives another output when it is called"
    spared, full = same[1][1:], same[0][1:]
    right = _alike(spared[1], full[1]) and (spared[0] is None or _alike(spared[0], full[0]))
    yield "spared", not right, "gives other gradients when that of its input is not asked for"


def _run(made: Any, arrays: Arrays, spared: bool) -> tuple[Any, Any, Any]:
    """Output, gradient of the input, gradients of the weights; called as a function where the gradient is spared."""
    made.input_gradient = not spared
    y = (made if spared else made.forward)(*arrays.inputs.values())
    dx = made.backward(arrays.dy)
    return y, dx, list(made.grads.values())


def _alike(a: Any, b: Any) -> bool:
    several = isinstance(a, list | tuple)
    if several and isinstance(b, list | tuple):
        return len(a) == len(b) and all(x is None or _alike(x, y) for x, y in zip(a, b, strict=True))
    return bool(np.array_equal(a, b, equal_nan=bool(np.issubdtype(np.asarray(a).dtype, np.floating))))


def _starts(pair: Pair, case: Case, layer: Callable[..., Any]) -> bool:
    """Whether a new layer trains, and its weights are what its initializer gave, or what their names say."""
    drawn: list[Array] = []
    chance = {"init": functools.partial(_drawn, drawn), "rng": 0} if _has_initializer(pair) else {}
    made = layer(**{**case.options, **chance})
    if made.training is not True:
        return False
    options = pair.options(case)
    for name, w in {**made.params, **made.buffers}.items():
        last = name.rpartition(".")[2]
        if last in pair.starts:
            right = np.array_equal(w, np.broadcast_to(pair.starts[last](options, w), w.shape))
        elif (number := STARTS.get(last.partition("_")[0], STARTS.get(last))) is not None:
            right = bool((w == number).all())
        else:
            right = not chance or any(np.array_equal(w.ravel(), each.ravel()) for each in drawn)
        if not right:
            return False
    return len({each.flat[0] for each in drawn}) == len(drawn)


def _has_initializer(pair: Pair) -> bool:
    return {"init", "rng"} <= inspect.signature(pair.layer).parameters.keys()


def _drawn(drawn: list[Array], shape: tuple[int, ...], rng: Any, dtype: Any = np.float64) -> Array:
    """An initializer that keeps what it gives."""
    array = np.random.default_rng(rng).uniform(1, 2, shape).astype(dtype)
    drawn.append(array.copy())
    return array

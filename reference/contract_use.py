"""The contract of a layer in use: how it starts, is loaded, called, and spared a gradient."""

import functools
import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from reference.compare import equal
from reference.pair import Array, Case, Pair
from reference.sides import Arrays, built
from scratch.losses import Loss
from scratch.recurrent_dropout import WithDropout
from scratch.regularisation import Noise

# what weights and buffers of these names are before training, unless the pair says otherwise
STARTS = {"b": 0.0, "beta": 0.0, "running_mean": 0.0, "gamma": 1.0, "running_variance": 1.0, "batches": 0.0}

# by chance the mean of a right draw is further off twice in a thousand million
STANDARD_ERRORS = 6.0

Use = tuple[str, bool, str]


def starts(pair: Pair, case: Case, layer: Callable[..., Any] | None) -> Iterator[Use]:
    """What a layer of this project must keep as it is made, whatever it is given then: a name, whether it is broken,
    and how."""
    make = functools.partial(layer or pair.layer, **case.options)
    takes = pair.parameters.keys()
    if isinstance(pair.layer, type) or "init" in takes:  # what else a function puts together starts as its parts do
        yield "start", not _starts(pair, case, make, "init" in takes), "does not start from the weights it should"
    if pair.drawn:
        yield "drawn", not _drawn_from(pair.drawn, make), "does not draw its weights from the distributions it should"
    if "rng" in takes:
        yield "seed", not _seeded(make), "starts from weights that do not depend on the seed, or on one another"
    if "dtype" in takes:
        yield "precision", not _in_dtype(make(dtype="float32")), "does not start from weights of the dtype asked for"
    yield "training", not _switches(make()), "is not in training or at inference when it is set so"


def uses(pair: Pair, case: Case, arrays: Arrays, layer: Callable[..., Any] | None) -> Iterator[Use]:
    """What it must keep as it is loaded, called, and spared a gradient."""
    make = functools.partial(layer or pair.layer, **case.options)
    made = built(pair, case, arrays, layer)
    loaded = [(made.params[name], w) for name, w in arrays.params.items()]
    loaded += [(made.buffers[name], b) for name, b in arrays.buffers.items()]
    yield "load", any(np.shares_memory(a, b) for a, b in loaded), "keeps the arrays that it is loaded with"
    made.load(arrays.params)
    kept = all(np.array_equal(made.buffers[name], b) for name, b in arrays.buffers.items())
    yield "buffers", not kept, "loses its buffers when weights are loaded without any"
    y, dx, grads = _run(made, arrays)
    again = made.backward(arrays.dy), list(made.grads.values())
    yield "again", not _alike((dx, grads), again), "differs at a second backward pass"
    called, spared_dx, spared_grads = _run(built(pair, case, arrays, layer), arrays, spared=True)
    yield "call", not _alike(called, y), "gives another output when it is called"
    right = _alike(spared_grads, grads) and (spared_dx is None or _alike(spared_dx, dx))
    yield "spared", not right, "gives other gradients when that of its input is not asked for"
    single = sum(spec.differentiable for spec in case.inputs.values()) == 1
    yield "form", isinstance(dx, tuple) == single, "does not return one array for one input, a tuple for others"
    if isinstance(made, Noise):
        right = _draws(make, arrays.inputs, case.options.get("rate", 0.0))
        yield "draws", not right, "does not draw what it should"
    if isinstance(made, WithDropout):
        yield "draws", not _draws_masks(make, arrays), "does not draw the masks that it should"
    if isinstance(made, Loss) and _takes_none(made.backward):
        ones = np.ones_like(arrays.dy)
        made.forward(*arrays.inputs.values())
        yield "cotangent", not _alike(made.backward(), made.backward(ones)), "does not take 1 for the cotangent"


def _run(made: Any, arrays: Arrays, spared: bool = False) -> tuple[Any, Any, Any]:
    """Copies of the output, the gradient of the input and those of the weights.

    Called as a function where the gradient of the input is spared.
    """
    made.input_gradient = not spared
    y = (made if spared else made.forward)(*arrays.inputs.values())
    dx = made.backward(arrays.dy)
    return _copied(y), _copied(dx), _copied(list(made.grads.values()))


def _copied(x: Any) -> Any:
    if isinstance(x, list | tuple):
        return type(x)(map(_copied, x))
    return x if x is None else np.array(x)


def _alike(a: Any, b: Any) -> bool:
    several = isinstance(a, list | tuple)
    if several and isinstance(b, list | tuple):
        return len(a) == len(b) and all(x is None or _alike(x, y) for x, y in zip(a, b, strict=True))
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and equal(a, b)


def _starts(pair: Pair, case: Case, make: Callable[..., Any], given: bool) -> bool:
    """Whether a new layer trains, and its weights are what its initializer gave, or what their names say."""
    drawn: list[Array] = []
    made = make(init=functools.partial(_drawn, drawn)) if given else make()
    if made.training is not True:
        return False
    options = pair.options(case)
    for name, w in {**made.params, **made.buffers}.items():
        last = name.rpartition(".")[2]
        if last in pair.starts:
            right = np.array_equal(w, np.broadcast_to(pair.starts[last](options, w, made.params), w.shape))
        elif (number := STARTS.get(last.partition("_")[0], STARTS.get(last))) is not None:
            right = bool((w == number).all())
        else:
            right = not given or any(np.array_equal(w.ravel(), each.ravel()) for each in drawn)
        if not right:
            return False
    return True


def _drawn_from(distributions: Mapping[str, Callable[..., Array]], make: Callable[..., Any]) -> bool:
    """Whether random weights are drawn one after the other, each from the distribution of its name or last part."""
    rng, drawn = np.random.default_rng(0), True
    for name, w in make(rng=0).params.items():
        if init := distributions.get(name, distributions.get(name.rpartition(".")[2])):
            drawn = drawn and np.array_equal(w, init(w.shape, rng))
    return drawn


def _switches(made: Any) -> bool:
    """Whether `training` is what it is set to; left as it was."""
    before, seen = made.training, []
    for value in (False, True, before):
        made.training = value
        seen.append(made.training is value)
    return all(seen)


def _seeded(make: Callable[..., Any]) -> bool:
    """Whether the same seed gives the same weights, and no two of them the same random numbers."""
    first, second = (list(make(rng=0).params.values()) for _ in range(2))
    drawn = [w.ravel()[:3] for w in first if w.size >= 3 and np.unique(w).size > 2]
    ratios = {f"{w[0] / w[1]:.9e}" for w in drawn}  # of two weights with the same numbers, scaled
    return _alike(first, second) and len(ratios) == len(drawn)


def _takes_none(method: Callable[..., Any]) -> bool:
    """Whether a method can be called without arguments."""
    empty = inspect.Parameter.empty
    return all(parameter.default is not empty for parameter in inspect.signature(method).parameters.values())


def _draws(make: Callable[..., Any], inputs: Mapping[str, Array], rate: float) -> bool:
    """Whether a layer draws with its seed, anew, in its dtype, and as much as it can be given.

    It draws True in a share of 1 - rate, or from N(0, 1).
    """
    many = {name: np.repeat(array, 200, axis=0) for name, array in inputs.items()}
    x = many["x"]
    first, second = make(rng=0), make(rng=0)
    y, drawn = first.forward(x), second.draw(x)
    if not _alike(y, make().forward(x, drawn)) or drawn.dtype not in (bool, x.dtype):
        return False
    if drawn.shape != many.get("drawn", drawn).shape:
        return False
    n, whole = drawn.size, drawn.dtype == bool
    mean, variance = (1 - rate, rate * (1 - rate)) if whole else (0.0, 1.0)
    errors = (abs(drawn.mean() - mean), math.sqrt(variance / n)), (abs(drawn.var() - variance), math.sqrt(2 / n))
    return all(error <= STANDARD_ERRORS * standard for error, standard in errors) and (
        not variance or not _alike(drawn, second.draw(x))
    )


def _draws_masks(make: Callable[..., Any], arrays: Arrays) -> bool:
    """Whether a recurrent layer draws with its seed, anew, as much and as often as asked, in training."""
    many = {name: np.repeat(array, 200, axis=0) for name, array in arrays.inputs.items()}
    x, given = many["x"], [many[name] for name in ("kept_x", "kept_h") if name in many]
    first, second, at_rest = make(rng=0), make(rng=0), make(rng=0)
    at_rest.training, before = False, at_rest.rng.bit_generator.state
    at_rest.forward(x)
    y, drawn = first.forward(x), second.draw(x)
    rates = [rate for rate in (first.dropout, first.recurrent_dropout) if rate]
    if not _alike(y, second.forward(x, *drawn)) or [m.shape for m in given or drawn] != [m.shape for m in drawn]:
        return False
    again = second.draw(x)
    return (
        len(drawn) == len(rates)
        and at_rest.rng.bit_generator.state == before
        and all(
            abs(m.mean() - (1 - rate)) <= STANDARD_ERRORS * math.sqrt(rate * (1 - rate) / m.size)
            and not _alike(m, other)
            for m, rate, other in zip(drawn, rates, again, strict=True)
        )
    )


def _in_dtype(made: Any) -> bool:
    """Whether all but whole numbers are float32."""
    return all(w.dtype == np.float32 for w in {**made.params, **made.buffers}.values() if w.dtype.kind != "i")


def _drawn(drawn: list[Array], shape: tuple[int, ...], rng: Any, dtype: Any = np.float64) -> Array:
    """An initializer that keeps what it gives."""
    array = np.random.default_rng(rng).uniform(1, 2, shape).astype(dtype)
    drawn.append(array.copy())
    return array

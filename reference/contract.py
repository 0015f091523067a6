"""The contract of a layer, beyond its numbers: nothing changed, nothing shared, nothing remembered."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from reference.compare import Finding, equal
from reference.contract_use import uses
from reference.pair import Array, Case, Pair
from reference.sides import Arrays, built
from scratch.layer import Layer


def contract_findings(
    pair: Pair, case: Case, arrays: Arrays, dtype: str, layer: Callable[..., Any] | None
) -> list[Finding]:
    """What a layer must keep on one case; see the docstring of `scratch.layer.Layer`."""
    arrays = arrays.cast(dtype)
    made = built(pair, case, arrays, layer)
    given = [*arrays.inputs.values(), arrays.dy]
    before = [a.copy() for a in given]

    with np.errstate(all="ignore"):
        used = list(uses(pair, case, arrays, layer)) if isinstance(made, Layer) else []
        first, kept = _outputs(made, arrays)
        others = _others(arrays)
        between, _ = _outputs(made, others)  # whatever is remembered or reused by mistake shows with other numbers
        left = [np.array(a) for a in first]
        fresh, _ = _outputs(built(pair, case, arrays, layer), others)
        second, _ = _outputs(made, arrays)
        second, kept_all = [*second, *between], [*kept, *fresh]
        batch = _takes_fewer(made, lambda: built(pair, case, arrays, layer), arrays)
        # what lies batch last in memory a layer may use as it is
        turned = arrays.each(_batch_last)
        given += [*turned.inputs.values(), turned.dy]
        before += [a.copy() for a in (*turned.inputs.values(), turned.dy)]
        first += _outputs(built(pair, case, arrays, layer), turned)[0]

    changed = (not equal(made.params[name], w) for name, w in arrays.params.items())
    shared = (np.shares_memory(a, b) for a in first for b in [*given, *made.params.values()])
    grads, params = ({name: a.shape for name, a in each.items()} for each in (made.grads, made.params))
    found: list[tuple[str, Iterable[bool], str]] = [
        *((name, [broken], problem) for name, broken, problem in used),
        ("arguments", _differing(given, before), "changes its arguments"),
        ("weights", changed, "changes its weights"),
        ("memory", shared, "returns memory of its arguments or weights"),
        ("results", _differing(left, kept), "overwrites an earlier result"),
        ("repeat", _differing(second, kept_all), "differs at the second call"),
        ("batch", [not batch], "gives other results for a batch that is smaller than the last"),
        ("dtype", (a.dtype != dtype for a in first), f"does not keep {dtype}"),
        ("keys", [grads != params], "has gradients whose names or shapes are not those of its weights"),
    ]
    return [
        Finding(name, not (broken := any(each)), problem=problem if broken else "") for name, each, problem in found
    ]


def _outputs(layer: Any, arrays: Arrays) -> tuple[list[Array], list[Array]]:
    """The output, the gradients of the inputs and of the weights; and copies made when each was handed out."""
    y = layer.forward(*arrays.inputs.values())
    handed_out = np.array(y)
    dx = layer.backward(arrays.dy)
    gradients = [*(dx if isinstance(dx, tuple) else [dx]), *layer.grads.values()]
    return [y, *gradients], [handed_out, *(np.array(g) for g in gradients)]


def _batch_last(array: Array) -> Array:
    """The same numbers in memory of their own, in which the batch runs fastest and the channels slowest."""
    return array.swapaxes(0, -1).copy().swapaxes(0, -1) if array.ndim else array.copy()


def _others(arrays: Arrays) -> Arrays:
    """Other numbers that are as valid: the samples in reverse order, the cotangent doubled."""

    def reverse(array: Array) -> Array:
        return array[::-1].copy() if array.ndim else array

    inputs = {name: reverse(x) for name, x in arrays.inputs.items()}
    return Arrays(inputs, arrays.params, np.asarray(2 * reverse(arrays.dy)), arrays.buffers)


def _takes_fewer(used: Any, make: Callable[[], Any], arrays: Arrays) -> bool:
    """Whether a layer does with all samples but the last what a new one does, if that takes so few."""
    sizes = {len(array) for array in arrays.inputs.values() if array.ndim}
    if min(sizes, default=1) == 1 or len(sizes) > 1 or (arrays.dy.ndim and len(arrays.dy) not in sizes):
        return True
    inputs, dy = {name: x[:-1] if x.ndim else x for name, x in arrays.inputs.items()}, arrays.dy
    fewer = Arrays(inputs, arrays.params, dy[:-1] if dy.ndim else dy, arrays.buffers)
    try:
        alone, _ = _outputs(make(), fewer)
    except ValueError:  # it wants what it was built for
        return True
    try:
        again, _ = _outputs(used, fewer)
    except (ValueError, IndexError):
        return False
    return not any(_differing(alone, again))


def _differing(some: Sequence[Array], others: Sequence[Array]) -> Iterator[bool]:
    return (not equal(a, b) for a, b in zip(some, others, strict=True))

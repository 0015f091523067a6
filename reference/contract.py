"""The contract of a layer, beyond its numbers: nothing changed, nothing shared, nothing remembered."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.compare import Finding, equal
from reference.contract_calls import calls, own_generators, takes_any_order
from reference.contract_use import starts, uses
from reference.pair import Array, Case, Pair
from reference.sides import Arrays, Prepared, built
from scratch.layer import Layer

ORDER = "gives other results for the same arrays in another order in memory"
SHARED = "changes the generators that everyone shares, as np.random.seed does"


def contract_findings(
    pair: Pair, case: Case, prepared: Prepared, dtype: str, layer: Callable[..., Any] | None
) -> list[Finding]:
    """What a layer must keep on one case; see the docstring of `scratch.layer.Layer`."""
    with own_generators() as changed:
        try:
            found = _findings(pair, case, _read_only(prepared.arrays.cast(dtype)), dtype, layer)
            if dtype == "float64":  # the code is the same in every dtype
                across = _read_only(_lying_across(prepared.arrays))
                found.append(_finding("order", not takes_any_order(pair, case, prepared, across, layer), ORDER))
        except ValueError as error:
            if "read-only" not in str(error):
                raise
            return [_finding("arguments", True, "writes into its arguments")]
        return [*found, _finding("shared", changed(), SHARED)]


def _finding(name: str, broken: bool, problem: str) -> Finding:
    return Finding(name, not broken, problem=problem if broken else "")


def _findings(pair: Pair, case: Case, arrays: Arrays, dtype: str, layer: Callable[..., Any] | None) -> list[Finding]:
    made = built(pair, case, arrays, layer)

    with np.errstate(all="ignore"):
        # the code is the same in every dtype
        own, asked = isinstance(made, Layer), dtype == "float64"
        # an edge has the options of another case
        begun = list(starts(pair, case, layer)) if own and asked and case.single else []
        used = list(uses(pair, case, arrays, layer)) if own else []
        first, kept = _outputs(made, arrays)
        others = _others(arrays)
        between, _ = _outputs(made, others)  # whatever is remembered or reused by mistake shows with other numbers
        left = [np.array(a) for a in first]
        fresh, _ = _outputs(built(pair, case, arrays, layer), others)
        second, _ = _outputs(made, arrays)
        called = list(calls(pair, case, arrays, others, kept, layer)) if own and asked else []
        sized = not asked or _takes_other_sizes(made, lambda: built(pair, case, arrays, layer), arrays, kept)
        takes_none = not asked or not pair.empty or _takes_no_samples(built(pair, case, arrays, layer), arrays)
        # what lies batch last in memory a layer may use as it is
        turned = _read_only(_lying_across(arrays))
        results = [*first, *_outputs(built(pair, case, arrays, layer), turned)[0]]

    given = [*arrays.inputs.values(), arrays.dy, *turned.inputs.values(), turned.dy, *made.params.values()]
    changed = (not equal(made.params[name], w) for name, w in arrays.params.items())
    shared = (np.shares_memory(a, b) for a in results for b in given)
    grads, params = ({name: a.shape for name, a in each.items()} for each in (made.grads, made.params))
    found: list[tuple[str, Iterable[bool], str]] = [
        *((name, [broken], problem) for name, broken, problem in (*begun, *used, *called)),
        ("weights", changed, "changes its weights"),
        ("memory", shared, "returns memory of its arguments or weights"),
        (
            "apart",
            itertools.starmap(np.shares_memory, itertools.combinations(first, 2)),
            "returns the same memory twice",
        ),
        ("results", _differing(left, kept), "overwrites an earlier result"),
        ("repeat", _differing([*second, *between], [*kept, *fresh]), "differs at the second call"),
        ("sizes", [not sized], "gives other results after inputs of another size"),
        ("empty", [not takes_none], "does not take a batch without samples, or has gradients of weights for it"),
        ("dtype", (a.dtype != dtype for a in results), f"does not keep {dtype}"),
        (
            "writable",
            (a.ndim > 0 and not a.flags.writeable for a in results),
            "returns what cannot be written",
        ),
        ("keys", [grads != params], "has gradients whose names or shapes are not those of its weights"),
    ]
    return [_finding(name, any(each), problem) for name, each, problem in found]


def _read_only(arrays: Arrays) -> Arrays:
    """These arrays, of which inputs and cotangent cannot be written, not even for a while."""
    for array in (*arrays.inputs.values(), arrays.dy):
        array.flags.writeable = False
    return arrays


def _outputs(layer: Any, arrays: Arrays, of_any_size: bool = False) -> tuple[list[Array], list[Array]]:
    """The output, the gradients of the inputs and of the weights; and copies made when each was handed out.

    The cotangent is brought to the size of the output where that may have any.
    """
    y = layer.forward(*arrays.inputs.values())
    handed_out = np.array(y)
    dx = layer.backward(np.resize(arrays.dy, np.shape(y)) if of_any_size else arrays.dy)
    gradients = [*(dx if isinstance(dx, tuple) else [dx]), *layer.grads.values()]
    return [y, *gradients], [handed_out, *(np.array(g) for g in gradients)]


def _lying_across(arrays: Arrays) -> Arrays:
    """The same numbers in memory of their own, in which the batch runs fastest and the channels slowest."""

    def turned(array: Array) -> Array:
        return array.swapaxes(0, -1).copy().swapaxes(0, -1) if array.ndim else array.copy()

    return replace(arrays, inputs={name: turned(x) for name, x in arrays.inputs.items()}, dy=turned(arrays.dy))


def _others(arrays: Arrays) -> Arrays:
    """Other numbers that are as valid: the samples in reverse order, the cotangent doubled."""

    def reverse(array: Array) -> Array:
        return array[::-1].copy() if array.ndim else array

    inputs = {name: reverse(x) for name, x in arrays.inputs.items()}
    return Arrays(inputs, arrays.params, np.asarray(2 * reverse(arrays.dy)), arrays.buffers)


def _takes_other_sizes(used: Any, make: Callable[[], Any], arrays: Arrays, all_of_it: Sequence[Array]) -> bool:
    """Whether a layer does with smaller inputs what a new one does, and that one with all of it after the smaller."""
    for smaller in _smaller(arrays):
        new = make()
        try:
            alone, _ = _outputs(new, smaller, of_any_size=True)
        except ValueError:  # it wants what it was built for
            continue
        try:
            again, _ = _outputs(used, smaller, of_any_size=True)
            grown, _ = _outputs(new, arrays)
        except (ValueError, IndexError):
            return False
        return not any(_differing([*again, *grown], [*alone, *all_of_it]))
    return True


def _takes_no_samples(made: Any, arrays: Arrays) -> bool:
    """Whether a layer makes of a batch of nothing another, and no gradients of weights; where it makes batches."""
    batch = {len(array) if array.ndim else 0 for array in (*arrays.inputs.values(), arrays.dy)}
    if len(batch) > 1 or arrays.dy.ndim < 2:
        return True
    none = replace(arrays, inputs={name: x[:0] for name, x in arrays.inputs.items()})
    try:
        y = _outputs(made, none, of_any_size=True)[0][0]
    except ValueError:
        return False
    zeros = (not g.any() and g.shape == made.params[name].shape for name, g in made.grads.items())
    return y.shape == (0, *arrays.dy.shape[1:]) and all(zeros)


def _smaller(arrays: Arrays) -> Iterator[Arrays]:
    """Without the last sample and the last along the axes between batch and channels, or without one of the two.

    Which axes of other inputs these are is told from their sizes.
    """
    first = max(arrays.inputs.values(), key=np.ndim)
    batch, inner = first.shape[:1], first.shape[1:-1] or first.shape[1:]
    for samples, others in ((batch, inner), (batch, ()), ((), inner)):
        if (samples or others) and min(*samples, *others, 2) > 1:
            yield replace(arrays, inputs={name: _cut(x, samples, others) for name, x in arrays.inputs.items()})


def _cut(array: Array, samples: Sequence[int], others: Sequence[int]) -> Array:
    """Without the last along the first axis if its size is one of `samples`, along the rest if it is in `others`."""
    cut = [samples, *[others] * (array.ndim - 1)]
    return array[tuple(slice(size - (size in sizes)) for size, sizes in zip(array.shape, cut, strict=False))]


def _differing(some: Sequence[Array], others: Sequence[Array]) -> Iterator[bool]:
    return (not equal(a, b) for a, b in zip(some, others, strict=True))

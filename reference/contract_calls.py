"""The contract of a layer from call to call: what else is called, set or stepped in between has no part in a pass."""

import contextlib
import functools
import inspect
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random.mtrand import get_bit_generator, set_bit_generator

from reference.compare import allowed_ulp, compare, equal
from reference.pair import Array, Case, Pair
from reference.sides import Arrays, Prepared, built, scratch_side

# Times a power of two nothing is rounded, so that a gradient is in proportion to the cotangent to the last bit; but for
# what is smaller than any normal number, of which the last bits are lost.
LARGE, SMALL = 2.0**20, 2.0**-40
LOST = LARGE * float(np.finfo(np.float64).tiny)
# what a step may make of weights: others that are as valid
STEPPED = 0.75
PLANTED = 987654321

Use = tuple[str, bool, str]


_own = np.random.MT19937()


@contextlib.contextmanager
def own_generators() -> Iterator[Callable[[], bool]]:
    """Other generators that everyone shares, for a while: a seed that was set before is none that is set again.

    Gives a function that tells, once, whether anything was drawn from one of them, or seeded one.
    """
    # the state of NumPy's takes longer to read than most layers to run, so the generator itself is another
    before, state = get_bit_generator(), random.getstate()
    set_bit_generator(_own)
    try:
        _plant()
        first = _next()
        _plant()
        yield lambda: first != _next()
    finally:
        set_bit_generator(before)
        random.setstate(state)


def _plant() -> None:
    np.random.seed(PLANTED)
    random.seed(PLANTED)


def _next() -> tuple[float, float]:
    """A number of each."""
    return np.random.random_sample(), random.random()


def calls(
    pair: Pair, case: Case, arrays: Arrays, others: Arrays, kept: Sequence[Array], layer: Callable[..., Any] | None
) -> Iterator[Use]:
    """What a layer must keep from call to call: a name, whether it is broken, and how.

    `kept` is the output and gradients of a new layer; `others` are other numbers of the same sizes.
    """
    make = functools.partial(built, pair, case, arrays, layer)
    made, beside = make(), make()
    made.training = not case.training
    made.forward(*others.inputs.values())
    made.training = case.training
    if made.buffers:  # a pass in the other mode may have moved them
        made.load(arrays.params, arrays.buffers)
    y = np.array(made.forward(*arrays.inputs.values()))
    beside.forward(*others.inputs.values())
    made.training = not case.training
    gradients = _gradients(made, arrays.dy)
    made.training = case.training
    problem = "has gradients of another pass than its own last one, or of the mode set after it"
    yield "last", _differ([y, *gradients], kept), problem
    unlike = [_out_of_proportion(_gradients(made, n * arrays.dy), gradients, n) for n in (LARGE, SMALL)]
    yield "linear", any(unlike), "has gradients out of proportion to the cotangent"
    none = _gradients(made, 0.0 * arrays.dy)
    of_none = (g[np.isfinite(kept)].any() for g, kept in zip(none, gradients, strict=True))
    yield "zero", any(of_none), "has gradients of a cotangent that is zero"
    if case.training and all(each.training for each in pair.cases):
        spared = make()
        spared.forward(*others.inputs.values())
        spared.training = False
        yield "mode", _differ(_results(spared, arrays), kept), "is another function at inference"
    yield "same", _minds_the_same(make, case, arrays), "gives other results where one array is two of its inputs"
    needed = _needed_inputs(built(pair, case, arrays, None).forward)
    yield "without", _remembers(make, arrays, needed), "has an input of the pass before where it is given none"
    for w in made.params.values():
        w *= STEPPED
    fresh = make()
    fresh.load(made.params, made.buffers)
    results, wanted = _results(made, others), _results(fresh, others)
    yield "step", _differ(results, wanted), "does not follow weights that are changed in place"
    running = _differ(list(made.buffers.values()), list(fresh.buffers.values()))
    yield "running", running, "does not go on from the buffers that it has"


def takes_any_order(
    pair: Pair, case: Case, prepared: Prepared, across: Arrays, layer: Callable[..., Any] | None
) -> bool:
    """Whether a layer gives for arrays that lie across in memory what it gives for the same ones in order."""
    want, got = (scratch_side(pair, case, each, "float64", layer) for each in (prepared.arrays, across))
    allowed, scale = allowed_ulp(across.longest), prepared.amplification
    return want.keys() == got.keys() and all(
        compare(name, got[name], w, allowed, scale=scale.get(name, 0.0)).agree
        for name, w in want.items()
        if not case.only or name in case.only
    )


def _gradients(made: Any, dy: Array) -> list[Array]:
    dx = made.backward(dy)
    return [np.array(g) for g in (*(dx if isinstance(dx, tuple) else [dx]), *made.grads.values())]


def _minds_the_same(make: Callable[[], Any], case: Case, arrays: Arrays) -> bool:
    """Whether a layer makes something else of one array as two of its inputs than of copies of it."""
    first, x = next(iter(arrays.inputs.items()))
    like = (name for name, z in arrays.inputs.items() if z.shape == x.shape)
    free = [name for name in like if case.inputs[name].differentiable]
    if first not in free or len(free) == 1:
        return False
    twice = {**arrays.inputs, **dict.fromkeys(free, x)}
    copies = {**arrays.inputs, **{name: x.copy() for name in free}}
    try:
        wanted = _results(make(), replace(arrays, inputs=copies))
    except ValueError:  # it is no such input, as what may be below 0 is no variance
        return False
    return _differ(_results(make(), replace(arrays, inputs=twice)), wanted)


def _needed_inputs(forward: Callable[..., Any]) -> int:
    """How many of the inputs cannot be left out."""
    return sum(each.default is each.empty for each in inspect.signature(forward).parameters.values())


def _remembers(make: Callable[[], Any], arrays: Arrays, needed: int) -> bool:
    """Whether what a pass was given beside the inputs that are needed has a part in the next, given no more."""
    if not 0 < needed < len(arrays.inputs):
        return False
    fewer = replace(arrays, inputs=dict(itertools.islice(arrays.inputs.items(), needed)))
    try:
        wanted = _results(_drawing_alike(make()), fewer)
    except ValueError:  # with this option, it is needed
        return False
    made = make()
    made.forward(*arrays.inputs.values())
    if made.buffers:
        made.load(arrays.params, arrays.buffers)
    return _differ(_results(_drawing_alike(made), fewer), wanted)


def _drawing_alike(made: Any) -> Any:
    """A layer, which draws from here on what every other one given here does, if it draws what it is not given."""
    if hasattr(made, "rng"):
        made.rng = np.random.default_rng(0)
    return made


def _out_of_proportion(got: Sequence[Array], gradients: Sequence[Array], n: float) -> bool:
    """Whether what a cotangent n times as large gave is other than n times its gradients."""
    wanted = [n * g for g in gradients]
    return _differ(got, wanted) and any(
        a.shape != b.shape or not np.allclose(a, b, rtol=0, atol=LOST, equal_nan=True)
        for a, b in zip(got, wanted, strict=True)
    )


def _results(made: Any, arrays: Arrays) -> list[Array]:
    y = np.array(made.forward(*arrays.inputs.values()))
    return [y, *_gradients(made, arrays.dy)]


def _differ(some: Sequence[Array], others: Sequence[Array]) -> bool:
    return len(some) != len(others) or any(not equal(a, b) for a, b in zip(some, others, strict=True))

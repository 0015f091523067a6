"""The contract of a layer from call to call: what else is called, set or stepped in between has no part in a pass."""

import contextlib
import functools
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.random.mtrand import get_bit_generator, set_bit_generator

from reference.compare import allowed_ulp, compare, equal
from reference.pair import Array, Case, Pair
from reference.sides import Arrays, Prepared, built, scratch_side

# Times a power of two nothing is rounded, so that a gradient is in proportion to the cotangent to the last bit.
LARGE = 2.0**20
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
    made.forward(*others.inputs.values())
    y = np.array(made.forward(*arrays.inputs.values()))
    beside.forward(*others.inputs.values())
    made.training = not case.training
    gradients = _gradients(made, arrays.dy)
    made.training = case.training
    problem = "has gradients of another pass than its own last one, or of the mode set after it"
    yield "last", _differ([y, *gradients], kept), problem
    larger = _gradients(made, LARGE * arrays.dy)
    yield "linear", _differ(larger, [LARGE * g for g in gradients]), "has gradients out of proportion to the cotangent"
    if case.training and all(each.training for each in pair.cases):
        spared = make()
        spared.training = False
        yield "mode", _differ(_results(spared, arrays), kept), "is another function at inference"
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


def _results(made: Any, arrays: Arrays) -> list[Array]:
    y = np.array(made.forward(*arrays.inputs.values()))
    return [y, *_gradients(made, arrays.dy)]


def _differ(some: Sequence[Array], others: Sequence[Array]) -> bool:
    return len(some) != len(others) or any(not equal(a, b) for a, b in zip(some, others, strict=True))

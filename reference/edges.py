"""Cases that follow from those a pair declares: its inputs with a NaN or infinities among them, tiny ones, many, one.

What is right for ordinary numbers may lose a NaN (`np.nan_to_num`, `x > 0`), spread it (0 times it in a product), bend
what is large (`np.clip`) or drop what is small. The outputs are compared alone: at such numbers gradients are what each
implementation's order of products makes of them. What becomes of a NaN has nothing to do with the dtype, so it is
float64 that is asked.

What works in blocks, or in memory of some size, may be right for the few samples of a case and wrong for more, or for a
single one; that has nothing to do with the framework that says so, and one is asked.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from reference.pair import Array, Case, Input, Pair

TINY = 1e-20
# even, since a gate has two halves; otherwise no size of a block goes into it
SAMPLES = 134
NAN, MANY, SINGLE = "nan", "many", "single"


def _with_one(value: float) -> Callable[[np.random.Generator, Array], Array]:
    """One number, anywhere, becomes `value`."""

    def change(rng: np.random.Generator, x: Array) -> Array:
        x.flat[rng.integers(x.size)] = value
        return x

    return change


def _tiny(rng: np.random.Generator, x: Array) -> Array:
    """Tiny numbers, and zeros of both signs in one sample of several: what is divided by its size has none there."""
    x = x * TINY
    if len(x) > 1:
        x[rng.integers(len(x))] *= 0.0
    return x


def _with_both_infinities(rng: np.random.Generator, x: Array) -> Array:
    """One number, anywhere, becomes infinity, and one of another sample minus infinity."""
    sample, other = rng.permutation(len(x))[:2] if len(x) > 1 else (0, None)
    for place, value in ((sample, np.inf), (other, -np.inf)):
        if place is not None:
            x[place] = _with_one(value)(rng, np.array(x[place]))
    return x


EDGES: dict[str, Callable[[np.random.Generator, Array], Array]] = {
    NAN: _with_one(np.nan),
    "infinities": _with_both_infinities,
    "tiny": _tiny,
}


def edge_cases(pair: Pair) -> Iterator[Case]:
    """The first declared case at its edges, but for what the pair declares itself or says it `spares`."""
    if pair.kind in ("optimizer", "schedule", "initializer"):
        return
    declared = {each.name for each in pair.cases}
    yield from (case for case in (*_of_numbers(pair), *_of_many(pair)) if case.name not in declared)


def _of_numbers(pair: Pair) -> Iterator[Case]:
    """At numbers in its first input that has a gradient, tokens and targets being whole; at NaN in the others too."""
    case = pair.cases[0]
    free = [name for name, spec in case.inputs.items() if spec.differentiable and spec.shape]
    places = [(edge, edge, name) for edge in EDGES for name in free[:1]]
    places += [(f"{NAN}-{name}", NAN, name) for name in free[1:]]
    for called, edge, name in places:
        frameworks, why = _asked(pair, case, edge)
        if frameworks:
            yield replace(
                case,
                name=called,
                inputs={**case.inputs, name: _changed(case.inputs[name], EDGES[edge])},
                only=("y",),
                smooth=False,
                single=False,
                # a NaN may stay behind in memory that is used again
                beside=("contract",) if called == NAN else (),
                frameworks=frameworks,
                reason=why or "gradients at such numbers are each implementation's own",
            )


def _of_many(pair: Pair) -> Iterator[Case]:
    """With many samples in every input that has as many as its first, of the first case that has more than samples.

    And with a single one, where no case has.
    """
    case = next((each for each in pair.cases if any(len(x.shape) > 1 for x in each.inputs.values())), pair.cases[0])
    batch = next((spec.shape[0] for spec in case.inputs.values() if spec.shape), None)
    sizes = {MANY: SAMPLES} if any(map(_has_one_sample, pair.cases)) else {MANY: SAMPLES, SINGLE: 1}
    for name, samples in sizes.items():
        frameworks, why = _asked(pair, case, name)
        if batch is not None and frameworks:
            inputs = {each: _sized(spec, batch, samples) for each, spec in case.inputs.items()}
            reason = why or "how many samples there are has nothing to do with the framework"
            asked = frameworks[:1]
            yield replace(case, name=name, inputs=inputs, single=False, beside=(), frameworks=asked, reason=reason)


def _has_one_sample(case: Case) -> bool:
    first = next(iter(case.inputs.values()), None)
    return first is not None and len(first.shape) > 1 and first.shape[0] == 1


def every_case(pair: Pair) -> tuple[Case, ...]:
    """The declared cases of a pair, and those at its edges."""
    return (*pair.cases, *edge_cases(pair))


def _asked(pair: Pair, case: Case, edge: str) -> tuple[tuple[str, ...], str]:
    """The frameworks that are asked about an edge, and why others are not."""
    spared = pair.spares.get(edge, {})
    can = (name for name in case.frameworks if name not in spared and pair.twin(name).likeness != "none")
    return tuple(can), "; ".join(spared.values())


def _changed(spec: Input, change: Callable[[np.random.Generator, Array], Array]) -> Input:
    return replace(spec, fill=lambda rng, shape: np.asarray(change(rng, np.array(spec.fill(rng, shape)))))


def _sized(spec: Input, batch: int, samples: int) -> Input:
    """An input of so many samples where its first axis is that of the batch."""
    return replace(spec, shape=(samples, *spec.shape[1:])) if spec.shape[:1] == (batch,) else spec

"""Cases that follow from those a pair declares: its inputs with a NaN or an infinity among them, and tiny ones.

What is right for ordinary numbers may lose a NaN (`np.nan_to_num`, `x > 0`), spread it (0 times it in a product), bend
what is large (`np.clip`) or drop what is small. The outputs are compared alone: at such numbers gradients are what each
implementation's order of products makes of them. What becomes of a NaN has nothing to do with the dtype, so it is
float64 that is asked.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from reference.pair import Array, Case, Input, Pair

TINY = 1e-20


def _with_one(value: float) -> Callable[[np.random.Generator, Array], Array]:
    """One number, anywhere, becomes `value`."""

    def change(rng: np.random.Generator, x: Array) -> Array:
        x.flat[rng.integers(x.size)] = value
        return x

    return change


EDGES: dict[str, Callable[[np.random.Generator, Array], Array]] = {
    "nan": _with_one(np.nan),
    "infinities": _with_one(np.inf),
    "tiny": lambda rng, x: x * TINY,
}


def edge_cases(pair: Pair) -> Iterator[Case]:
    """The first declared case at its edges, but for what the pair declares itself or says it `spares`."""
    case, declared = pair.cases[0], {each.name for each in pair.cases}
    first = next((name for name, spec in case.inputs.items() if spec.differentiable and spec.shape), None)
    if first is None or pair.kind in ("optimizer", "schedule", "initializer"):
        return
    for name, change in EDGES.items():
        if name in declared:
            continue
        spared = pair.spares.get(name, {})
        frameworks = tuple(each for each in case.frameworks if each not in spared)
        if frameworks:
            inputs = {**case.inputs, first: _changed(case.inputs[first], change)}
            reason = "; ".join(spared.values()) or "gradients at such numbers are each implementation's own"
            yield replace(
                case,
                name=name,
                inputs=inputs,
                only=("y",),
                smooth=False,
                single=False,
                frameworks=frameworks,
                reason=reason,
            )


def every_case(pair: Pair) -> tuple[Case, ...]:
    """The declared cases of a pair, and those at its edges."""
    return (*pair.cases, *edge_cases(pair))


def _changed(spec: Input, change: Callable[[np.random.Generator, Array], Array]) -> Input:
    return replace(spec, fill=lambda rng, shape: np.asarray(change(rng, np.array(spec.fill(rng, shape)))))

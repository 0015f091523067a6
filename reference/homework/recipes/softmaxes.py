"""Softmax as a function of an array: along which axis, and what becomes of large logits."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from reference.homework.isolation.process import Call
from reference.homework.recipes.bench import Bench
from reference.homework.recipes.judging import Judgement, Mistake, Reading, Trial, as_array, settle
from reference.homework.verdict import Cause
from reference.pair import Array
from scratch.activations import Softmax

WHOLE = Mistake(
    "Softmax normalises over the whole array, not each row on its own.",
    "Sum along the axis of the classes, with keepdims=True.",
)
MISTAKES = {
    "softmax_whole_array": WHOLE,
    # the largest of each row is subtracted first
    "softmax_whole_array~shifted": WHOLE,
    "softmax_other_axis": Mistake("Softmax sums along the other axis.", "Sum along the axis of the classes."),
    "axis_ignored": Mistake("The axis that is given makes no difference.", "Pass it on to np.sum."),
    "not_normalised": Mistake("The exponentials are not divided by their sum.", "Divide by it."),
}
OVERFLOWS = Cause(
    "softmax_overflows",
    "Logits of 1000 give nan: np.exp overflows above 709.",
    True,
    "Subtract the largest logit first.",
)


def judge_softmax(
    bench: Bench, target: str, axis: int, named: str = "", shapes: tuple[tuple[int, ...], ...] = ((5, 7),)
) -> Judgement:
    """`target` along `axis` of arrays of these shapes, and along the other one given by the keyword `named`.

    One axis of more than two is always the last one.
    """
    inputs = [2 * bench.rng.standard_normal(shape) for shape in shapes]
    calls: list[tuple[str, Array, int, dict[str, Any]]] = []
    for k, x in enumerate(inputs):
        calls.append((f"y@{k}", x, axis if x.ndim == 2 else -1, {}))
        if named and x.ndim == 2:
            calls += [(f"y@{k}{other}", x, other, {named: other}) for other in (0, 1)]
    results = bench.run(*(Call(target, (x,), kwargs) for _, x, _, kwargs in calls))
    got = {call[0]: as_array(result.value) for call, result in zip(calls, results, strict=True)}
    want = {name: Softmax(along)(x) for name, x, along, _ in calls}

    def wrong(switches: frozenset[str]) -> dict[str, Array]:
        return {name: _wrong(x, along, axis, switches) for name, x, along, _ in calls}

    mistakes = {name: m for name, m in MISTAKES.items() if named or name != "axis_ignored"}
    judged = settle(Trial(got, [Reading(want, wrong=wrong)], 28, mistakes, part=target.rsplit(".", maxsplit=1)[-1]))
    changed = ("It changes its argument in place.",) if any(result.mutated for result in results) else ()
    overflow = tuple(_overflow(bench, target, inputs[0])) if judged.verdict == "correct" else ()
    remarks = (*changed, *(f"Right on ordinary logits. {cause.sentence}" for cause in overflow))
    return replace(judged, causes=(*judged.causes, *overflow), remark=" ".join(remarks))


def _overflow(bench: Bench, target: str, x: Array) -> Iterator[Cause]:
    large = x.copy()
    large.flat[0] = 1000.0
    result = bench.run(Call(target, (large,), optional=True))[0]
    y = as_array(result.value)
    if not isinstance(y, str) and np.isnan(y).any():
        yield OVERFLOWS


def _wrong(x: Array, axis: int, default: int, switches: frozenset[str]) -> Array:
    e = np.exp(x - x.max())
    if "softmax_whole_array" in switches:
        return e / e.sum()
    if "softmax_whole_array~shifted" in switches:
        e = np.exp(x - x.max(axis=axis, keepdims=True))
        return e / e.sum()
    if "not_normalised" in switches:
        return np.exp(x)
    if x.ndim == 2 and "softmax_other_axis" in switches:
        axis = 1 - axis
    if x.ndim == 2 and "axis_ignored" in switches:
        axis = default
    # in three axes the other one is the first that numbers the classes of no step
    return e / e.sum(axis=1 if x.ndim > 2 and "softmax_other_axis" in switches else axis, keepdims=True)

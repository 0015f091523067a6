"""What losses are asked: rows of predictions, one row of outputs, scores over time, all of it or what a mask leaves."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.homework.problem import Layout, Problem, problem
from reference.homework.roles import Parameter, means
from reference.homework.subject import Subject
from reference.pair import Input, Pair

N, C = 6, 4
TIME = (3, 5)
MASK = r"(?!.*drop)\w*mask\w*|valid(ity)?"
# 1 where nothing counts: padding
PADDING_MASK = r"pad(ding)?(ed)?(mask)?|ispad\w*|ignored?(mask)?"
Fill = Callable[[np.random.Generator, tuple[int, ...]], Any]
# what makes a prediction, and a target, of a shape (..., classes)
Form = tuple[Callable[..., Input], Callable[..., Input]]


def bits(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return rng.integers(0, 2, shape).astype(np.float64)


def class_indices(*shape: int) -> Input:
    """Class indices (...) for predictions (..., classes), which are never all the same."""

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Any:
        each = np.arange(math.prod(size)) + rng.integers(shape[-1])
        return rng.permutation(each % shape[-1]).reshape(size)

    return Input(shape[:-1], fill, differentiable=False)


def scales(asked: Problem) -> Mapping[str, float]:
    """What a loss, summed over everything, may be multiplied by, and how that is said."""
    x, mask = asked.arrays.inputs["x"], asked.arrays.inputs.get("mask")
    n, all_of_them = asked.batch, x.size
    if "rows" in asked.facts:
        each = "the loss of each sample" if asked.facts["rows"] else "the loss of each element"
        over_outputs = {f"{each}, averaged over its outputs": n / all_of_them} if asked.facts["rows"] else {}
        return {each: 1.0, **over_outputs, f"half {each}": 0.5}
    found = {"loss averaged over the batch": 1 / n, "loss summed over the batch": 1.0}
    if x.ndim > 2:
        found = {"loss summed over time, averaged over the batch": 1 / n, "loss summed over batch and time": 1.0}
        found["loss averaged over batch and time"] = 1 / (n * x.shape[1])
    # all of them where there is no mask, so that a loss can be the same with one and without
    found["loss averaged over what the mask leaves"] = 1 / float(x[..., 0].size if mask is None else mask.sum())
    return {
        **found,
        "loss averaged over all elements": 1 / all_of_them,
        "half the loss, averaged over the batch": 0.5 / n,
        "half the loss, summed": 0.5,
        "half the loss, averaged over all elements": 0.5 / all_of_them,
    }


def summed(pair: str | Pair, x: Input, t: Input, seed: int, label: str = "", **options: Any) -> Problem:
    """A problem whose first input is called x whatever the pair calls it, of a loss summed, with cotangent 1."""
    found = problem(pair, {"x": x, "t": t}, seed, label=label, reduction="sum", **options)
    arrays = replace(found.arrays, dy=np.ones_like(found.arrays.dy))
    made = found.pair.layer(**found.case.options)
    y = np.asarray(made.forward(*arrays.inputs.values()))
    return replace(
        found,
        arrays=arrays,
        want={"y": y, "dx": made.backward()},
        remake=lambda seed: summed(pair, x, t, seed, label, **options),
    )


def apart(pair: str | Pair, x: Input, t: Input, seed: int, label: str = "", *, rows: bool, **options: Any) -> Problem:
    """The same where the loss of each sample is given by itself, or that of each element; the gradient is the sum's."""
    found = summed(pair, x, t, seed, label, **options)
    made = found.pair.layer(**{**found.case.options, "reduction": "none"})
    y = made.forward(*found.arrays.inputs.values())
    y = y.reshape(found.batch, -1).sum(axis=1) if rows else y
    return replace(
        found,
        arrays=replace(found.arrays, dy=np.ones(y.shape)),
        want={**found.want, "y": y},
        facts={"rows": rows},
        remake=lambda seed: apart(pair, x, t, seed, label, rows=rows, **options),
    )


def masked(
    pair: str | Pair, x: Input, t: Input, seed: int, label: str = "", *, as_bool: bool = True, **options: Any
) -> Problem:
    """The same where a mask (batch, ...) of ones and zeros says which of the losses count.

    Targets are right under the mask too, so that a loss or a gradient that leaves the mask out differs.
    """
    found = summed(pair, x, t, seed, label, **options)
    x_, t_ = found.arrays.inputs.values()
    rng = np.random.default_rng(seed)
    lead = x_.shape[:-1]
    # as many as no number of samples divides: a mean over them is told from all others
    kept = rng.permutation(np.arange(np.prod(lead)) < np.prod(lead) - lead[0] - 1).reshape(lead)
    made = found.pair.layer(**{**found.case.options, "reduction": "none"})
    y = np.asarray((made.forward(x_, t_) * kept).sum())
    mask = kept if as_bool else kept.astype(np.float64)
    inputs = {**found.arrays.inputs, "mask": mask, "padding": ~kept if as_bool else 1 - mask}
    return replace(
        found,
        arrays=replace(found.arrays, inputs=inputs),
        want={"y": y, "dx": made.backward(kept.astype(np.float64))},
        remake=lambda seed: masked(pair, x, t, seed, label, as_bool=as_bool, **options),
    )


def ignoring(pair: str | Pair, x: Input, t: Input, seed: int, label: str, **options: Any) -> Problem:
    """The same where the targets themselves say what is left out: those of -1."""
    found = masked(pair, x, t, seed, label, **options)
    x_, t_, mask, _ = found.arrays.inputs.values()
    arrays = replace(found.arrays, inputs={"x": x_, "t": np.where(mask, t_, -1), "mask": mask})
    return replace(found, arrays=arrays, remake=lambda seed: ignoring(pair, x, t, seed, label, **options))


def takes_mask(subject: Subject) -> bool:
    """Whether the forward pass is given a mask."""
    return any(_is_mask(parameter) for parameter in subject.handed)


def mask_needed(subject: Subject) -> bool:
    """Whether it cannot do without."""
    return any(_is_mask(parameter) and parameter.required for parameter in subject.handed)


def ignores(subject: Subject) -> bool:
    """Whether targets of some value are said to be left out."""
    names = [*subject.attributes, *(parameter.name for parameter in subject.given)]
    return any(means(name, r"\w*ignore\w*") for name in names)


def _is_mask(parameter: Parameter) -> bool:
    return means(parameter.name, f"{MASK}|{PADDING_MASK}")


def layouts(asked: Problem) -> Sequence[Layout]:
    """Samples in rows, or in columns; one row of outputs also as the vector that it is; time after the batch."""
    x, t = (asked.arrays.inputs[name] for name in ("x", "t"))
    rows, both = Layout(), [name for name, array in (("x", x), ("t", t)) if array.ndim == 2]
    if x.ndim > 2:
        return (rows,)
    columns = Layout(dict.fromkeys(both, "n c -> c n"), said=("(classes, batch)",))
    if x.shape[1] > 1:
        return rows, columns
    vectors = Layout(dict.fromkeys(both, "n 1 -> n"), said=("(batch,)",))
    mixed = Layout({"t": "n 1 -> n"}, said=("predictions (batch, 1), targets (batch,)",))
    return rows, replace(columns, said=("(1, batch)",)), vectors, mixed

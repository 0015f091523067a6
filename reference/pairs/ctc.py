"""Connectionist temporal classification, and its twins."""

import functools
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Array, Case, Input, Pair, Twin
from reference.pairs.losses import REDUCTIONS
from scratch.ctc import CTC


def _torch_ctc(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.losses import ctc, reduced

    # its own mean is over labels
    own = "none" if o.reduction == "mean" and not o.over_labels else o.reduction
    loss = functools.partial(ctc, blank=o.blank, zero_infinity=o.zero_infinity, reduction=own)
    return loss if own == o.reduction else reduced(loss, o.reduction)


def _keras_ctc(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.losses import ctc, reduced

    over_labels = o.over_labels and o.reduction == "mean"
    loss = functools.partial(ctc, blank=o.blank, zero_infinity=o.zero_infinity, over_labels=over_labels)
    return reduced(loss, o.reduction)


def _between(low: int, high: int, *shape: int, other: int | None = None) -> Input:
    """Whole numbers from `low` to `high`, none of them `other`."""

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        return rng.choice([n for n in range(low, high + 1) if n != other], size)

    return Input(shape, fill, differentiable=False)


def _shifted(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
    """Scores, all of those at one time 1000 more or less, which says nothing: exp would overflow, or its sum be 0."""
    return rng.standard_normal(size) + 1000 * rng.choice([-1, 1], (*size[:-1], 1))


def _inputs(batch: int, times: int, classes: int, labels: int, *, blank: int = 0) -> dict[str, Input]:
    """Lengths of all sorts, with time enough for labels that are all the same."""
    return {
        "x": normal(batch, times, classes),
        "t": _between(0, classes - 1, batch, labels, other=blank),
        "x_lengths": _between(2 * labels - 1, times, batch),
        "t_lengths": _between(0, labels, batch),
    }


def _whole(*numbers: int) -> Input:
    return Input((len(numbers),), lambda rng, size: np.array(numbers), differentiable=False)


def _rows(*rows: tuple[int, ...]) -> Input:
    return Input((len(rows), len(rows[0])), lambda rng, size: np.array(rows), differentiable=False)


def _given(classes: int, t: Input, x_lengths: tuple[int, ...], t_lengths: tuple[int, ...]) -> dict[str, Input]:
    """Chosen labels and lengths, with six times."""
    return {
        "x": normal(len(t_lengths), 6, classes),
        "t": t,
        "x_lengths": _whole(*x_lengths),
        "t_lengths": _whole(*t_lengths),
    }


def _draw(rng: np.random.Generator) -> Case:
    labels, classes = int(rng.integers(1, 4)), int(rng.integers(2, 6))
    blank = int(rng.integers(classes))
    options = {"reduction": choose(rng, *REDUCTIONS), "over_labels": bool(rng.integers(2)), "blank": blank}
    return Case("", _inputs(int(rng.integers(1, 5)), 2 * labels + 1, classes, labels, blank=blank), options)


# two labels alike need a blank between them: 3 times for (1, 1), 4 for (2, 2, 1)
_TOO_MANY = _given(5, _rows((1, 1, 3), (2, 2, 1), (4, 1, 4), (1, 2, 3)), (2, 3, 5, 0), (2, 3, 3, 2))

CTC_PAIR = Pair(
    "ctc",
    CTC,
    torch=Twin(
        _torch_ctc, likeness="composed", reason="its own takes logarithms of probabilities, with the time first"
    ),
    keras=Twin(
        _keras_ctc,
        likeness="composed",
        reason="Keras' own computes in float32; it takes no lengths, and no other blank than 0",
    ),
    kind="loss",
    cases=(
        Case("mean", _inputs(4, 6, 5, 3)),
        Case("plain-mean", _inputs(3, 5, 4, 2), {"over_labels": False}, beside=("derivative",)),
        Case("sum", _inputs(4, 5, 3, 2, blank=2), {"blank": 2, "reduction": "sum"}),
        Case(
            "shifted",
            {**_inputs(2, 5, 4, 3), "x": Input((2, 5, 4), _shifted)},
            {"reduction": "none"},
            beside=("derivative",),
        ),
        Case(
            "none",
            _given(5, _rows((1, -1, 99), (2, 2, 0), (3, 1, 3), (-1, 0, 7)), (6, 5, 3, 4), (1, 2, 3, 0)),
            {"reduction": "none"},
        ),
        Case(
            "too-many",
            _TOO_MANY,
            {"reduction": "none"},
            only=("y",),
            smooth=False,
            single=False,
            reason="the gradient of an infinite loss is NaN",
        ),
        Case("too-many-zero", _TOO_MANY, {"zero_infinity": True, "reduction": "none"}),
    ),
    draw=_draw,
)

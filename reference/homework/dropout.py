"""Dropout is examined by its masks: what is kept, what that is multiplied by, and whether both ways agree."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.diagnosis.sentences import worded
from reference.homework.attempt import OWN_MISTAKES
from reference.homework.dropout_calls import ANY, DROP, KEEP, Answer, P, Run, words_of
from reference.homework.family import Family
from reference.homework.isolation.process import Worker
from reference.homework.methods import Method
from reference.homework.optimizers.settings import numbers_in
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.homework.verdict import Cause, Quantity, SymbolReport
from reference.pair import Array

ALLOWED = 1e-6


@dataclass(frozen=True)
class Kept:
    """How a mask is meant: the share that is kept, and how that is said."""

    share: float
    said: str


def examine_dropout(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a dropout layer or function."""
    return _examined(worker, subject, seed, (60, 50))


def examine_spatial_dropout(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on one that drops whole channels of images."""
    return replace(_examined(worker, subject, seed, (60, 50, 2, 3)), pair=family.name)


def _examined(worker: Worker, subject: Subject, seed: int, shape: tuple[int, ...]) -> SymbolReport:
    if subject.forward is None:
        return _report(subject, "unsupported", "it has no method that looks like a forward pass")
    random = np.random.default_rng(seed)
    x = random.choice([-1.0, 1.0], shape) * random.uniform(0.5, 2, shape)
    answer = Run(worker, subject, words_of(subject), Answer(x, random.normal(size=x.shape))).carried_out()
    if answer.y is None or (answer.failure is not None and answer.at != "test"):
        own = answer.failure is not None and answer.failure.trace and answer.failure.type in OWN_MISTAKES
        return _report(subject, "crashed" if own or answer.at == "backward" else "unsupported", answer.problem)
    return _judged(subject, answer, numbers_in([subject.symbol.node], {}))


def _judged(subject: Subject, answer: Answer, numbers: Sequence[float]) -> SymbolReport:
    assert answer.y is not None
    mask = answer.y != 0
    factor = float(np.median((answer.y / answer.x)[mask])) if mask.any() else math.nan
    kept = min(_meanings(subject, numbers), key=lambda k: abs(k.share - mask.mean()))
    inverted = not math.isclose(factor, 1, rel_tol=1e-6)
    wanted = 1 / kept.share if inverted else 1.0
    causes: list[Cause] = []
    place = {"place": subject.name}
    problem = ""
    together = _together(mask)
    if not together:
        problem = "elements are dropped one by one, not whole channels"
    elif abs(mask.mean() - kept.share) > 5 * math.sqrt(0.25 * together[0] / mask.size):
        problem = f"{mask.mean():.0%} of the elements are kept, expected {kept.share:.0%}"
    elif not inverted and (answer.tested is None or np.allclose(answer.tested, answer.x)):
        problem = "nothing is scaled, neither in training nor at test time"
        causes.append(worded("missing_term/dropout-scale", place))
    elif answer.first is not None and np.array_equal(mask, answer.first != 0):
        problem = "the second call drops the same elements as the first"
    assert subject.forward is not None
    part, remark = subject.forward.name, f"in test mode: {answer.problem}" if answer.failure is not None else ""
    quantities = [_quantity("y", answer.y, answer.x * mask * wanted, part, problem)]
    if inverted and math.isclose(factor, 1 / (1 - kept.share), rel_tol=1e-6):
        causes.append(worded("rescaled/dropped-share", place))
    if quantities[0].agree and answer.tested is not None:
        tested = answer.x if inverted else answer.x * kept.share
        quantities[0] = _quantity("y", answer.tested, tested, part)
        remark = "" if quantities[0].agree else "in test mode"
    if answer.dx is not None:
        quantities.append(_gradient(answer, mask * wanted, subject.backward.name if subject.backward else ""))
    conventions = ["inverted" if inverted else "scaled at test time", kept.said, *(together or (0,))[1:]]
    conventions += ["no test mode"] * (answer.tested is None and not answer.failure)
    right = all(quantity.agree for quantity in quantities)
    return _report(subject, "correct" if right else "wrong", remark, quantities, conventions, causes)


def _together(mask: Array) -> tuple[Any, ...]:
    """How many elements are dropped together, and of images where their channels are; nothing where none are."""
    if mask.ndim == 2:
        return (1,)
    layouts = {(2, 3): "(batch, channels, height, width)", (1, 2): "(batch, height, width, channels)"}
    for axes, said in layouts.items():
        if (mask.all(axis=axes) == mask.any(axis=axes)).all():
            return math.prod(mask.shape[axis] for axis in axes), said
    return ()


def _meanings(subject: Subject, numbers: Sequence[float]) -> Iterator[Kept]:
    """What share the code may mean to keep: by the parameter's name, or either where it says nothing."""
    forward = subject.forward
    assert forward is not None
    wanted = [*subject.init, *forward.parameters]
    names = [name for p in wanted for name in (p.keys or (p.name,))]
    keep, drop = (any(means(name, pattern) for name in names) for pattern in (KEEP, DROP))
    given = keep or drop or any(means(name, ANY) for name in names)
    for p in [P] if given else [n for n in numbers if 0 < n < 1] or [0.5]:
        if keep or not drop:
            yield Kept(p, "probability to keep")
        if not keep:
            yield Kept(1 - p, "probability to drop")


def _gradient(answer: Answer, slope: Array, part: str) -> Quantity:
    found = [*answer.dx] if isinstance(answer.dx, tuple | list) else [answer.dx]
    fitting = [a for a in found if isinstance(a, np.ndarray) and a.shape == answer.x.shape]
    if not fitting:
        return Quantity("dx", False, np.inf, ALLOWED, part=part, problem="nothing of the shape of the input came back")
    return _quantity("dx", fitting[0], answer.dy * slope, part)


def _quantity(name: str, got: Array, want: Array, part: str, problem: str = "") -> Quantity:
    away = np.abs(got - want) / np.abs(want).max()
    away = np.where(np.isfinite(away), away, np.inf)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(away)), want.shape))
    worst = float(away[index])
    agree = worst <= ALLOWED and not problem
    return Quantity(name, agree, worst, ALLOWED, index, float(got[index]), float(want[index]), part, problem)


def _report(
    subject: Subject,
    verdict: str,
    remark: str,
    quantities: Sequence[Quantity] = (),
    conventions: Sequence[str] = (),
    causes: Sequence[Cause] = (),
) -> SymbolReport:
    symbol = subject.symbol
    methods: dict[str, Method | None] = {"forward": subject.forward, "backward": subject.backward}
    return SymbolReport(
        symbol.name,
        verdict,  # type: ignore[arg-type]
        pair="dropout",
        cell=symbol.cell,
        line=symbol.line,
        parts={part: method.name for part, method in methods.items() if method is not None},
        conventions=tuple(conventions),
        quantities=tuple(quantities),
        causes=tuple(causes),
        remark=remark,
    )

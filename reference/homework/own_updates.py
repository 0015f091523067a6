"""Whether a layer's own update, called after its backward pass, moves its weights against their gradients."""

from collections import Counter

import numpy as np

from reference.homework.attempt import IT, LEARNING_RATE, Attempt
from reference.homework.doubts import Right, Wrong
from reference.homework.family import RATE
from reference.homework.isolation.process import Call, Result, Snapshot
from reference.homework.judge import Judged
from reference.homework.methods import Method
from reference.homework.networks.updates import UPDATE, Moved, keeps_more, lost, weights_in
from reference.homework.rates import named_rates
from reference.homework.roles import means, plans
from reference.homework.verdict import Quantity

CLOSE = 1e-6


def updates_wrongly(right: Right) -> Wrong | None:
    """Wrong where the update moves a weight with its gradient, not at all, or further than the learning rate says.

    One that takes more than a learning rate, hands its weights to an optimizer, or keeps arrays of its own such as a
    velocity, is not asked.
    """
    attempt, trying = right.attempt, right.trying
    method = _update(right)
    handed = "optimizer" in (attempt.init.given if attempt.init else {})
    if method is None or right.back is None or not attempt.places or handed:
        return None
    plan = next(plans(method.parameters, {"lr": RATE}, {"lr": [LEARNING_RATE]}, (), ()), None)
    again = trying.run(attempt.reading, attempt.problem, right.back)
    if plan is None or again is None or again.failure is not None:
        return None
    before = weights_in(again, again.kept)
    if before.keys() != again.given.keys() or any(not np.array_equal(before[n], w) for n, w in again.given.items()):
        return None  # the backward pass is the update
    called, then = trying.worker.run([Call(IT + method.path, plan.args, plan.kwargs, optional=True), Snapshot(IT)])
    if not isinstance(called, Result) or not isinstance(then, Result) or keeps_more(again, then.value):
        return None
    rates = [value for _, value in plan.given.values()] or named_rates(trying.worker, [method.node], again.kept)
    moved = Moved(trying, again, method, right.judged, rates).by(then.value)
    found = _odd(moved, again)
    if moved.stay and lost(again, method) and called.value is None:
        found = next(iter(again.places)), "all weights stay as they are"
    if found is None:
        return None
    quantity = Quantity(found[0], False, part=method.name, problem=found[1])
    judged = Judged([*right.judged.quantities, quantity], right.judged.conventions)
    return Wrong("", judged, again, told=True)


def _update(right: Right) -> Method | None:
    """The method that may be it."""
    subject = right.trying.subject
    passes = [each.name for each in (subject.forward, subject.backward) if each is not None]
    methods = subject.methods.items() if subject.made else ()
    return next((m for name, m in methods if means(name, UPDATE) and name not in passes and not m.stub), None)


def _odd(moved: Moved, attempt: Attempt) -> tuple[str, str] | None:
    """A weight that does not move as it should, and how it moves; None where all do."""
    down = {name: share[0] for name, share in moved.shares().items()}
    if not down or not any(down.values()):
        return None
    step = Counter(round(rate, 9) for rate in down.values() if rate).most_common(1)[0][0]
    for name, rate in down.items():
        if rate < 0:
            return name, "it moves with its gradient"
        if any(np.isclose(rate, step / each, rtol=CLOSE) for each in moved.rates if each != 1):
            return name, "it moves without the learning rate"
        if not np.isclose(rate, step, rtol=CLOSE):
            far = f"it moves {rate / step:.4g} times as far as the others"
            return name, far if rate else "it stays as it is, where the others move"
    n = attempt.problem.batch
    name = next(iter(down))
    for rate in moved.rates:
        usual = (rate, rate / n)
        if any(np.isclose(step, each, rtol=CLOSE) for each in usual):
            return None
        known = {
            "all weights move without the learning rate": 1.0,
            "all weights move by the square of the learning rate": rate * rate,
            "all weights move by the gradient divided by the learning rate": 1 / rate,
            "all weights move by the mean divided by the batch once more": rate / n / n,
        }
        for said, value in known.items():
            if any(np.isclose(step, value / over, rtol=CLOSE) for over in (1, n)):
                return name, said
    return None

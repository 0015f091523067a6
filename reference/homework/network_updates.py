"""Whether a network's own update moves every weight against its gradient, and all of them alike."""

import ast
from collections import Counter
from collections.abc import Mapping

import numpy as np

from reference.homework.attempt import BACK, IT, LEARNING_RATE, Attempt
from reference.homework.family import RATE
from reference.homework.network_calls import NetworkTrying
from reference.homework.process import Call, Ref, Result, Snapshot
from reference.homework.roles import means, plans
from reference.homework.subject import Method
from reference.homework.trees import leaves
from reference.homework.verdict import Quantity
from reference.pair import Array
from reference.sides import gradient_name

UPDATE = r"(update|apply|adjust|optimi[sz]e|gradient_?descent|sgd|step)(weights?|params?|parameters?|grad\w*)?(step)?"
ROLES = {"lr": RATE, "grads": r"d?grad(ient)?s?\w*|dparams?|deltas?"}
EXACTLY = 1e-6


def odd_update(trying: NetworkTrying, first: Attempt) -> Quantity | None:
    """A weight that the update moves with its gradient, not at all, or further than the others; None where none is.

    Of an update that does more than a step of gradient descent with weight decay nothing is said.
    """
    method = _update(trying)
    again = trying.run(first.reading, first.problem, first.number) if method else None
    if method is None or again is None or again.failure is not None:
        return None
    before = _weights(again, again.kept)
    if any(not np.array_equal(before[name], given) for name, given in again.given.items() if name in before):
        return None  # the backward pass is the update
    plan = next(plans(method.parameters, ROLES, {"lr": [LEARNING_RATE], "grads": [Ref(BACK)]}, (), ("lr",)), None)
    if plan is None:
        return None
    called, then = trying.worker.run([Call(IT + method.path, plan.args, plan.kwargs, optional=True), Snapshot(IT)])
    if not isinstance(called, Result) or not isinstance(then, Result):
        return None
    after = _weights(again, then.value)
    if all(name in after and np.array_equal(w, after[name]) for name, w in before.items()):
        lost = _lost(again, method) and called.value is None
        return _odd(next(iter(again.places)), method, "all weights stay as they are") if lost else None
    rates = _rates(again, before, after)
    usual = Counter(round(rate, 9) for rate in rates.values()).most_common(1)
    if not usual or not any(rates.values()):
        return None
    step = usual[0][0]
    for name, rate in rates.items():
        if step <= 0 and rate < 0:
            return _odd(name, method, "it moves with its gradient, so that the loss rises")
        if not np.isclose(rate, step, rtol=EXACTLY):
            kind = "with its gradient" if rate < 0 else f"{rate / step:.4g} times as far as the others" if rate else ""
            return _odd(name, method, f"it moves {kind}" if kind else "it stays as it is, where the others move")
    return None


def _update(trying: NetworkTrying) -> Method | None:
    subject = trying.subject
    passes = [each.name for each in (subject.forward, subject.backward) if each is not None]
    methods = subject.methods.items() if subject.made else ()
    found = (m for name, m in methods if means(name, UPDATE) and name not in passes and not m.stub)
    return next(found, None)


def _lost(attempt: Attempt, method: Method) -> bool:
    """Whether a method that changes no weight computes with one: what it makes of it is not kept."""
    names = {place.leaf.path.split("[")[0].split(".")[1] for place in attempt.places.values() if "." in place.leaf.path}
    return any(isinstance(n, ast.Attribute) and n.attr in names for n in ast.walk(method.node))


def _weights(attempt: Attempt, state: object) -> Mapping[str, Array]:
    """The weights in a state of the object, where they are what they were in shape."""
    kept = {leaf.path: leaf.array for leaf in leaves(state)}
    found = {name: kept.get(place.leaf.path) for name, place in attempt.places.items()}
    return {n: a for n, a in found.items() if isinstance(a, np.ndarray) and a.shape == attempt.given[n].shape}


def _rates(attempt: Attempt, before: Mapping[str, Array], after: Mapping[str, Array]) -> Mapping[str, float]:
    """By how much of its gradient each weight went down, whatever of itself it lost; nothing where that is not all."""
    params = attempt.problem.arrays.params
    flat = attempt.problem.flat({name: attempt.problem.want[gradient_name(name)] for name in params})
    rates = {}
    for name, place in attempt.places.items():
        if name not in before or name not in after:
            return {}
        change = (after[name] - before[name]).ravel()
        basis = np.stack([-flat[place.ids].ravel(), -before[name].ravel()], axis=1)
        shares = np.linalg.lstsq(basis, change, rcond=None)[0]
        if np.abs(basis @ shares - change).max() > EXACTLY * np.abs(change).max(initial=0.0):
            return {}
        rates[name] = float(shares[0])
    return rates


def _odd(name: str, method: Method, problem: str) -> Quantity:
    return Quantity(name, False, part=method.name, problem=problem)

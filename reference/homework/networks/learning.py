"""Whether a network's own learning from several samples moves its weights by the gradients of all of them."""

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.homework.attempt import IT, LEARNING_RATE, Attempt
from reference.homework.family import RATE
from reference.homework.isolation.process import Call, Result, Snapshot
from reference.homework.judge import Judged
from reference.homework.methods import Method
from reference.homework.networks.calls import NetworkTrying
from reference.homework.networks.losses import Told, fitting_losses
from reference.homework.networks.methods import CALLED, TARGET
from reference.homework.networks.updates import EXACTLY, Moved, gradients_of
from reference.homework.problem import Problem
from reference.homework.roles import means, plans
from reference.homework.verdict import Quantity
from reference.pair import Array

PAIRS = r"(mini|training|train)?_?(batch|data|set|samples?|pairs?|examples?)"
ROLES = {
    "reg": CALLED["reg"],
    "lr": RATE,
    "pairs": PAIRS,
    "set size": r"n|m|total\w*|(n|num|len|size)_?(of)?_?(training|train|data|samples|examples|total|all)\w*|"
    r"(training|train|data)\w*(size|len\w*|n)",
    "x": r"x\w*|inputs?\w*|images?|features?",
    "t": rf"{TARGET}|y\w*|t\w*",
}
# a rate of regularisation, and of how many samples the training set is said to be
REGULARISATION, TRAINING_SET = 0.31, 20
TOTAL = r"(total|mean|avg|average|get|calc\w*|compute|eval\w*)?(the)?(cost|loss)(function|fn|value)?"
SAMPLES = 3


def odd_learning(
    trying: NetworkTrying, first: Attempt, judged: Judged, losses: Mapping[str, Told] | None
) -> Quantity | None:
    """What is wrong with how a network that goes back one sample at a time learns from several; None for nothing."""
    backward = trying.subject.backward
    for method in _learning(trying):
        again = trying.run(first.reading, first.problem, first.number)
        if again is None or again.failure is not None or backward is None:
            return None
        problems = [first.problem, *(first.problem.again(seed) for seed in range(SAMPLES - 1))]
        pairs = [(_laid(first, "x", p.arrays.inputs["x"]), _laid(first, "t", p.extras["t"])) for p in problems]
        settings: dict[str, Sequence[Any]] = {
            "lr": [LEARNING_RATE],
            "reg": [REGULARISATION],
            "set size": [TRAINING_SET],
        }
        plan = next(plans(method.parameters, ROLES, {**settings, "pairs": [pairs]}, (), ("lr",)), None)
        if plan is None or not {"pairs"} & plan.given.keys():
            continue
        said = {**(losses or {}), **_of_pairs(trying, pairs, problems)}
        called, then = trying.worker.run([Call(IT + method.path, plan.args, plan.kwargs, optional=True), Snapshot(IT)])
        if not isinstance(called, Result) or not isinstance(then, Result) or called.value is not None:
            continue  # what returns the sums of gradients leaves the step to others
        flats = [gradients_of(p) for p in problems]
        rates = [value for role, (_, value) in plan.given.items() if role == "lr"]
        moved = Moved(trying, again, method, judged, rates, SAMPLES, np.sum(flats, axis=0)).by(then.value)
        name = next(iter(again.places))
        if reshaped := [key for key in moved.before if key not in moved.after]:
            return Quantity(reshaped[0], False, part=method.name, problem="its shape changes")
        if moved.stay:
            return Quantity(name, False, part=method.name, problem="all weights stay as they are")
        if (odd := moved.odd(said) or _odd_decay(moved, plan.given.keys())) is not None:
            return odd
        for which, flat in (("first", flats[0]), ("last", flats[-1])):
            for key in moved.before:
                if _along(moved, key, flat) and not _along(moved, key, moved.whole):
                    problem = f"it moves by the gradient of the {which} sample only"
                    return Quantity(key, False, part=method.name, problem=problem)
    return None


def _odd_decay(moved: Moved, given: Collection[str]) -> Quantity | None:
    """A weight that loses another share of itself than a mean over the training set says; None where none is told.

    That share is the learning rate times lambda / n; twice that for a penalty without the half.
    """
    if not {"lr", "reg", "set size"} <= set(given):
        return None
    right = LEARNING_RATE * REGULARISATION / TRAINING_SET
    known = {
        right * TRAINING_SET / SAMPLES: "it decays by lambda / the size of the mini-batch in the place of lambda / n, "
        "n being the size of the training set",
        right * TRAINING_SET: "it decays by lambda, which is not divided by n, the size of the training set",
        right / LEARNING_RATE: "it decays without the learning rate",
        0.0: "it does not decay, though it is handed lambda",
    }
    for name, (down, lost) in moved.shares().items():
        # where gradients are summed, so may the penalty be over the samples
        usual = [right, 2 * right, *((SAMPLES * right,) if np.isclose(down, LEARNING_RATE, rtol=EXACTLY) else ())]
        if name.startswith("b") or any(np.isclose(lost, each, rtol=EXACTLY) for each in usual):
            continue
        told = (words for value, words in known.items() if np.isclose(lost, value, rtol=EXACTLY, atol=1e-9))
        grows = "it grows where it should decay"
        problem = next(told, grows if lost < 0 else f"it decays {lost / right:.4g} times as far as lambda / n says")
        return Quantity(name, False, part=moved.method.name, problem=problem)
    return None


def _of_pairs(
    trying: NetworkTrying, pairs: Sequence[tuple[Any, Any]], problems: Sequence[Problem]
) -> Mapping[str, Told]:
    """What its loss over several samples may be, where it is the mean of theirs."""
    for name, method in trying.subject.methods.items():
        wanted = [p for p in method.parameters if p.required]
        asked = [pairs, *([pair] for pair in pairs)] if means(name, TOTAL) and not method.stub else []
        found = [next(plans(wanted, ROLES, {"pairs": [each], "reg": [0.0]}), None) for each in asked]
        done = trying.worker.run(
            [Call(IT + method.path, each.args, each.kwargs, optional=True) for each in found if each and each.given]
        )
        numbers = [
            np.asarray(each.value, float) for each in done if isinstance(each, Result) and np.size(each.value) == 1
        ]
        if len(numbers) == 1 + len(pairs) and np.isclose(numbers[0], np.mean(numbers[1:]), rtol=EXACTLY):
            single = fitting_losses(numbers[1], problems[0])
            return {loss: Told(each.over * SAMPLES, each.share / SAMPLES) for loss, each in single.items()}
    return {}


def _learning(trying: NetworkTrying) -> Iterator[Method]:
    """The methods that take samples in pairs, and go back for each of them."""
    subject = trying.subject
    for method in subject.methods.values():
        loops = [n for n in ast.walk(method.node) if isinstance(n, ast.For)]
        names = {p.name for p in method.parameters if means(p.name, PAIRS)}
        for loop in loops:
            calls = [
                n.func.attr for n in ast.walk(loop) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
            ]
            over = isinstance(loop.iter, ast.Name) and loop.iter.id in names and isinstance(loop.target, ast.Tuple)
            if over and subject.backward is not None and subject.backward.name in calls:
                yield replace(method, parameters=tuple(p for p in method.parameters if p.required))
                break


def _laid(attempt: Attempt, name: str, array: Array) -> Any:
    return attempt.layout.to_submission(name, array)


def _along(moved: Moved, name: str, flat: Array) -> bool:
    """Whether a weight moved along a gradient."""
    change = (moved.after[name] - moved.before[name]).ravel()
    way = flat[moved.attempt.places[name].ids].ravel()
    share = change @ way / (way @ way)
    return bool(np.abs(change - share * way).max() <= 1e-6 * np.abs(change).max(initial=0.0))

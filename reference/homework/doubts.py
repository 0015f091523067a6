"""What may still be wrong with a submission whose output and gradients are right at the first call."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from reference.homework.attempt import LEARNING_RATE, OPTIMIZER, Attempt, crash_of
from reference.homework.family import RATE
from reference.homework.isolation.process import New, Set, Stub
from reference.homework.judge import Judge, Judged
from reference.homework.roles import means, plain, plans
from reference.homework.subject import class_subject
from reference.homework.trying import Trying
from reference.homework.verdict import Quantity


@dataclass(frozen=True)
class Right:
    """An attempt that is right so far, with the number of its backward plan, None where it has no backward pass."""

    trying: Trying
    judge: Judge
    attempt: Attempt
    back: int | None
    judged: Judged
    seed: int


@dataclass(frozen=True)
class Wrong:
    """What is wrong with it after all, in words and numbers, the attempt that shows it, and its cause, if sure.

    `told` where the words are all there is to say: the plain calls, which narrow others down, are right.
    """

    remark: str
    judged: Judged
    attempt: Attempt
    cause: str = ""
    told: bool = False


def changes_input(right: Right) -> Wrong | None:
    """Wrong where the forward pass changes the caller's input."""
    attempt, forward = right.attempt, right.trying.subject.forward
    assert forward is not None
    for role in right.trying.family.inputs:
        given = attempt.call.given.get(role, ("", None))[0] if attempt.call else ""
        place = next((i for i, p in enumerate(forward.parameters) if p.name == given), -1)
        if {place, given} & set(attempt.mutated):
            problem = f"{forward.name} changes the array it is given, in place"
            if role != "x":
                right.judged.quantities.append(Quantity(role, False, part=forward.name, problem=problem))
            return Wrong(problem, right.judged, attempt)
    return None


def differs_again(right: Right) -> Wrong | None:
    """Wrong where a second call with other inputs differs, unless gradients are meant to pile up."""
    trying, attempt = right.trying, right.attempt
    if any(role.startswith("first ") for role in (attempt.init.given if attempt.init else {})):
        return None  # a state that the constructor is given goes on from call to call
    if trying.run(attempt.reading, attempt.problem, right.back) is None:
        return None
    again = trying.repeat(attempt, attempt.problem.again(right.seed), right.back)
    if again is None or (other := right.judge.whole(again, right.judged)).right:
        return None
    if piles_up(right.judged, other):
        if any(re.search(r"zero|reset|clear|init", plain(name)) for name in trying.subject.methods):
            right.judged.conventions.append("gradients add up over calls until they are cleared")
            return None
        return Wrong("gradients pile up over calls and are never cleared", other, again)
    return Wrong(f"right at the first call, wrong at the second {crash_of(again)}".strip(), other, again)


def shares_state(right: Right) -> Wrong | None:
    """Wrong where one object of a class disturbs another: what it keeps lies in the class, or in a default.

    So may a call of a function disturb the backward pass that an earlier one has handed back.
    """
    trying, attempt, backward = right.trying, right.attempt, right.trying.subject.backward
    handed_back = backward is not None and backward.handed_back
    if right.back is None or not (trying.subject.is_class or handed_back):
        return None
    beside = trying.beside(attempt, attempt.problem.again(right.seed), right.back)
    if beside is None or (other := right.judge.whole(beside, right.judged)).right:
        return None
    if not trying.subject.is_class:
        return Wrong("where it is called once more before the backward pass", other, beside, "shared_state/calls")
    return Wrong("while another object of the class is used", other, beside, "shared_state/objects")


def moves_wrongly(right: Right) -> Wrong | None:
    """Wrong where the weights do not move by the gradients, or the input's gradient uses weights already moved."""
    attempt, judge = right.attempt, right.judge
    given = attempt.init.given if attempt.init else {}
    if right.back is None or "optimizer" not in given or not attempt.places:
        return None
    for step in _optimizers(right.trying):
        tried = _with_optimizer(right, step)
        if tried is not None and not (other := judge.whole(tried)).right:
            return Wrong("as its weights move under the optimizer of the same file", other, tried)
    tried = _with_optimizer(right, Set(OPTIMIZER, Stub("optimizer", lr=LEARNING_RATE, disturb=_names(attempt))))
    other = judge.whole(tried) if tried else Judged()
    wrong = [q for q in other.quantities if not q.agree and q.name == "dx"]
    if tried is None or not wrong:
        return None
    right.judged.arrays |= {"dx": other.arrays["dx"]} if "dx" in other.arrays else {}
    right.judged.quantities = [*(q for q in right.judged.quantities if q.name != "dx"), *wrong]
    return Wrong("the gradient of the input is computed with the weights after their update", right.judged, tried)


def spoilt(right: Right) -> str:
    """A remark where a second backward pass after the same forward pass differs, unless gradients add up; else ""."""
    backward = right.trying.subject.backward
    if right.back is None or backward is None:
        return ""
    again = right.trying.backward_again(right.attempt, right.back)
    if again is None or (other := right.judge.whole(again, right.judged)).right or piles_up(right.judged, other):
        return ""
    wrong = ", ".join(quantity.name for quantity in other.quantities if not quantity.agree)
    return f"{backward.name} once only: it changes what it works with, and a second one gives another {wrong}"


DOUBTS: tuple[Callable[[Right], Wrong | None], ...] = (changes_input, differs_again, shares_state, moves_wrongly)


def _with_optimizer(right: Right, step: New | Set) -> Attempt | None:
    """The attempt once more with another optimizer; None where that fails."""
    trying, attempt = right.trying, right.attempt
    usual, trying.optimizer = trying.optimizer, step
    tried = trying.run(attempt.reading, attempt.problem, right.back)
    trying.optimizer = usual
    return tried if tried is not None and tried.failure is None else None


def _optimizers(trying: Trying) -> Iterator[New]:
    """Gradient descent as the submission defines it."""
    submission = trying.worker.submission
    for name, symbol in submission.symbols.items():
        if symbol.kind == "class" and means(name, r"sgd\w*|(stochastic)?gradientdescent\w*|gd"):
            init = class_subject(submission, symbol).init
            plan = next(plans(init, {"lr": RATE}, {"lr": [LEARNING_RATE]}, ["lr"]), None)
            if plan is not None:
                yield New(name, plan.args, plan.kwargs, bind=OPTIMIZER)


def piles_up(first: Judged, second: Judged) -> bool:
    """Whether what is wrong at the second call is the sum of both."""
    wrong = [q.name for q in second.quantities if not q.agree]
    return bool(wrong) and all(
        name in first.arrays
        and name in second.arrays
        and np.allclose(second.arrays[name][0], first.arrays[name][1] + second.arrays[name][1], rtol=1e-9)
        for name in wrong
    )


def _names(attempt: Attempt) -> list[str]:
    """The attributes that hold weights."""
    return [place.leaf.name for place in attempt.places.values() if place.leaf.path == f".{place.leaf.name}"]

"""Which loss a submission's own functions say that its gradients are of: they are asked for numbers."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.homework.attempt import IT, Attempt
from reference.homework.isolation.process import Call, Result
from reference.homework.judge import Judged
from reference.homework.methods import Method
from reference.homework.networks.calls import NetworkTrying
from reference.homework.networks.forms import FOLLOWING, Form, ask
from reference.homework.networks.methods import called
from reference.homework.problem import Problem
from reference.homework.roles import means, plans
from reference.homework.subject import function_subject
from reference.homework.trees import leaves
from reference.homework.verdict import Quantity
from reference.pair import Array
from reference.sides import gradient_name
from scratch.activations import Sigmoid, Softmax

LOSS = (
    r"(calc\w*|compute|get|eval\w*)?(the)?(\w{0,8}loss|cost|objective|\w*cross_?entropy\w*|mse|mean_?squared_?error)"
    r"(fn|func|function|value|error)?"
)
SLOPE = r"(cost|loss|error|mse|d?cost)(derivative|prime|grad(ient)?|delta)"
# beside rounding: 1e-7 added where a logarithm is taken
ALLOWED = 1e-4
CLOSE = 1e-3
# said of a factor that is left to the learning rate
ABSORBED = r"absorb\w*|(constant|factor|\b2\b|\btwo\b)[^\n]{0,40}(drop|ignor|omit|left out|leave out)"
SQUARED = "half the squared error"


@dataclass(frozen=True)
class Told:
    """What a submission says of its loss: it is divided by `over`, and its gradients are `share` of a form's.

    A form's loss is summed over the batch. The share is 0 where only a slope says so, which gradients may be made of.
    """

    over: int
    share: float = 0.0

    def contradicted(self, got: float, width: int, samples: int) -> str:
        """What gradients that are `got` of a form's are instead of this loss's own; "" for nothing else.

        Whether squares are averaged over the `width` of the outputs is left open, as it comes to the same for one; so
        is a mean over the `samples` where the loss is a sum.
        """
        if not self.share or not got:
            return ""
        times = [got / self.share * each for each in (1, width, 1 / width)]  # as it stands first
        means = (1, samples, 1 / samples)
        if any(np.isclose(times, each, rtol=CLOSE).any() for each in (1, 1 / samples)):
            return ""
        if np.isclose(times, samples, rtol=CLOSE).any():
            return f"the sum over the {samples} samples, where the loss is their mean"
        halves = [half for each in times for half in (2, 0.5) if np.isclose(each / half, means, rtol=CLOSE).any()]
        return f"{halves[0]:g} times the gradient of its own loss" if halves else ""


def told(trying: NetworkTrying, right: Attempt, seed: int) -> dict[str, Told] | None:
    """The losses that a submission's own loss may be, each with what it says of it.

    None of them where it is no usual one; None where it has none.
    """
    form: Form = right.problem.facts["form"]
    known: dict[str, Told] | None = None
    absorbed = bool(re.search(ABSORBED, trying.subject.symbol.source, re.I))
    for indices in (False, True):
        asked = ask(replace(form, loss="cross-entropy", indices=indices), seed)
        attempt = trying.run(right.reading, asked)
        if attempt is None or attempt.failure is not None:
            continue
        for target, method, slope in _losses(trying, right):
            got = _number(trying, attempt, target, method, slope)
            if got is not None:
                fitting = fitting_losses(got, attempt.problem, slope, absorbed)
                if target.startswith(IT) or fitting or not trying.subject.made:
                    known = {**(known or {}), **fitting}
    return known


def _losses(trying: NetworkTrying, right: Attempt) -> Iterator[tuple[str, Method, bool]]:
    """What may be a loss or its slope: where it is called, what it takes, whether it is the slope."""
    subject, submission = trying.subject, trying.worker.submission
    forward = subject.forward
    assert forward is not None
    for name, method in subject.methods.items() if subject.made else ():
        for pattern in (LOSS, SLOPE):
            if means(name, pattern) and not method.stub:
                yield IT + method.path, called(method, forward), pattern == SLOPE
    own = subject.symbol.source if subject.made else ""
    for name, symbol in submission.symbols.items():
        if own and not re.search(rf"(?<![\w.]){name}\(", own):
            continue
        if symbol.kind == "function" and means(name, LOSS) and name != subject.name:
            function = function_subject(symbol, None).forward
            if function is not None:
                yield name, called(function, forward), False


def _number(trying: NetworkTrying, attempt: Attempt, target: str, method: Method, slope: bool) -> Array | None:
    """What it gives: a loss is the first number there, a slope an array like the output."""
    values = trying.values(attempt)
    for name, array in {**attempt.problem.arrays.inputs, **attempt.problem.extras}.items():
        values[name] = [attempt.layout.to_submission(name, array)]
    plan = next(plans(method.parameters, {}, values), None)
    if plan is None or not {"t"} & plan.given.keys():
        return None
    [done] = trying.worker.run([Call(target, plan.args, plan.kwargs, optional=True)])
    if not isinstance(done, Result):
        return None
    if slope:
        return attempt.layout.from_submission("y", done.value, attempt.problem.want["y"].shape)
    return next((np.asarray(leaf.array) for leaf in leaves(done.value) if np.size(leaf.array) == 1), None)


def fitting_losses(got: Array, asked: Problem, slope: bool = False, absorbed: bool = False) -> dict[str, Told]:
    """The losses that a number, or a `slope` of the output, may be, with what it then says."""
    t = asked.extras["t"]
    rows = np.eye(asked.want["y"].shape[1])[t] if t.ndim == 1 else t
    found = losses_of(asked.facts["form"], asked.want["y"], rows, got, slope)
    return {name: replace(each, share=0.0) for name, each in found.items()} if absorbed else found


def losses_of(form: Form, y: Array, t: Array, got: Array, slope: bool = False) -> dict[str, Told]:
    """The losses of which it is a multiple that people take, a mean, a half, ...; with what it then says."""
    n, c = y.shape
    factors = [(half / each, each) for half in (1, 2, 0.5) for each in (1, n, c, n * c)]
    wanted = _slopes(form, y, t) if slope else _values(form, y, t)
    return {
        name: Told(each, 0.0 if slope else factor * (2 if name == SQUARED else 1))
        for name in FOLLOWING[form.output]
        for factor, each in factors
        if name in wanted and _near(got, wanted[name] * factor)
    }


def _values(form: Form, y: Array, t: Array) -> dict[str, Array]:
    p = Softmax().forward(y) if form.output == "identity" else y
    q = Sigmoid().forward(y) if form.output == "identity" else y
    return {
        "cross-entropy": -(t * np.log(p)).sum(),
        "binary cross-entropy": -(t * np.log(q) + (1 - t) * np.log(1 - q)).sum(),
        "half the squared error": ((y - t) ** 2).sum(),
    }


def _slopes(form: Form, y: Array, t: Array) -> dict[str, Array]:
    """With respect to the output; y - t of cross-entropy, with respect to what comes before it, tells nothing."""
    found = {"half the squared error": y - t}
    if form.output == "sigmoid":
        found["binary cross-entropy"] = (y - t) / y / (1 - y)
    return found


def scalar_of(returned: Any) -> float | None:
    """The number at the head of what is returned, as a loss beside its gradients."""
    if not isinstance(returned, tuple) or not isinstance(returned[0], int | float | np.number | np.ndarray):
        return None
    return float(np.ravel(returned[0])[0]) if np.size(returned[0]) == 1 else None


def share_of(attempt: Attempt, judged: Judged) -> float:
    """The gradients that the backward pass gave, in units of the sum's; 0 where it gave none."""
    found = ((scaled, attempt.problem.want[key]) for key, (_, scaled) in judged.arrays.items() if key.startswith("dw"))
    for scaled, whole in found:
        if scaled.size == whole.size and whole.any():  # which may lie otherwise there
            return float(np.linalg.norm(scaled) / np.linalg.norm(whole))
    return 0.0


def odd_gradients(attempt: Attempt, judged: Judged, losses: Mapping[str, Told] | None) -> Quantity | None:
    """Gradients that are a multiple of those of its own loss; whether they are averaged later is not asked."""
    form: Form = attempt.problem.facts["form"]
    loss = (losses or {}).get(form.loss)
    n = attempt.problem.batch
    said = loss.contradicted(share_of(attempt, judged), form.sizes[-1], n) if loss else ""
    if not said or said.startswith("the sum"):
        return None
    names = [gradient_name(name) for name in attempt.problem.arrays.params]
    return Quantity(names[0], False, part="backward", problem=f"it is {said}")


def odd_loss(attempt: Attempt, judged: Judged) -> Quantity | None:
    """A loss returned beside its gradients that they are not of, averaged or summed alike; None where they are.

    One that the forward pass returns may be averaged where the gradients are not.
    """
    form: Form = attempt.problem.facts["form"]
    got = scalar_of(attempt.returned)
    apart = got is None and attempt.call is not None and "t" in attempt.call.given
    if apart and isinstance(attempt.value, tuple):
        got = scalar_of(attempt.value) or scalar_of(attempt.value[::-1])
    if not form.loss or got is None:
        return None
    y, t = attempt.problem.want["y"], attempt.problem.extras["t"]
    n, c = y.shape
    whole = float(_values(form, y, np.eye(c)[t] if t.ndim == 1 else t)[form.loss])
    share = 1 / n if any("averaged over the batch" in each for each in judged.conventions) else 1.0
    usual: tuple[float, ...] = (1.0,)
    if form.loss == SQUARED:
        share = share_of(attempt, judged) / 2
        usual = (1.0, c, 1 / c)
    if apart:
        usual = tuple(each * over for each in usual for over in (1.0, n, 1 / n))
    if any(_near(np.asarray(got), np.asarray(whole * share * each)) for each in usual):
        return None
    problem = "its gradients are not of this loss"
    if _near(np.asarray(got), np.asarray(whole / n)):
        problem = "it is averaged over the batch, its gradients are not"
    part = judged.quantities[0 if apart else -1].part
    return Quantity("loss", False, got=got, want=whole * share, part=part, problem=problem)


def _near(got: Array, want: Array) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.abs(got - want).max() <= ALLOWED * np.abs(want).max())


def allowed(form: Form, known: Collection[str] | None) -> Sequence[str]:
    """The losses that its gradients may be of."""
    return [loss for loss in FOLLOWING[form.output] if not known or loss in known]

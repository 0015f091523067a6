"""Whether a network's own update moves every weight against its gradient, and all of them alike."""

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reference.homework.attempt import BACK, IT, LEARNING_RATE, Attempt
from reference.homework.diagnosing import numbers_in
from reference.homework.family import RATE
from reference.homework.isolation.process import Call, Ref, Result, Snapshot
from reference.homework.judge import Judged
from reference.homework.methods import Method
from reference.homework.networks.calls import NetworkTrying
from reference.homework.networks.forms import Form
from reference.homework.networks.losses import SQUARED, Told, odd_gradients, share_of
from reference.homework.problem import Problem
from reference.homework.rates import named_rates
from reference.homework.roles import means, plans
from reference.homework.trees import leaves
from reference.homework.trying import Trying
from reference.homework.verdict import Quantity
from reference.pair import Array
from reference.sides import gradient_name

UPDATE = r"(update|apply|adjust|optimi[sz]e|gradient_?descent|sgd|step)(weights?|params?|parameters?|grad\w*)?(step)?"
ROLES = {"lr": RATE, "grads": r"d?grad(ient)?s?\w*|dparams?|deltas?"}
EXACTLY = 1e-6


def odd_update(
    trying: NetworkTrying, first: Attempt, judged: Judged, losses: Mapping[str, Told] | None
) -> Quantity | None:
    """A weight that the update moves with its gradient, not at all, or further than it should; None where none is.

    `losses`: what its own loss may be, and what each says. Of an update that does more than a step of gradient descent
    with weight decay only the gradients that it is given are held to the loss.
    """
    moved = _moved(trying, first, judged)
    if isinstance(moved, Quantity):
        return moved
    odd = moved.odd(losses) if moved is not None else None
    return odd or (None if moved is not None and moved.measured else odd_gradients(first, judged, losses))


def _moved(trying: NetworkTrying, first: Attempt, judged: Judged) -> "Moved | Quantity | None":
    """The weights after its update, or what is wrong where they stay; None where no update of its own is called."""
    method = _update(trying)
    again = trying.run(first.reading, first.problem, first.number) if method else None
    if method is None or again is None or again.failure is not None:
        return None
    before = weights_in(again, again.kept)
    if any(not np.array_equal(before[name], given) for name, given in again.given.items() if name in before):
        return None  # the backward pass is the update
    plan = next(plans(method.parameters, ROLES, {"lr": [LEARNING_RATE], "grads": [Ref(BACK)]}, (), ("lr",)), None)
    if plan is None:
        return None
    called, then = trying.worker.run([Call(IT + method.path, plan.args, plan.kwargs, optional=True), Snapshot(IT)])
    if not isinstance(called, Result) or not isinstance(then, Result):
        return None
    moved = Moved(trying, again, method, judged, [v for role, (_, v) in plan.given.items() if role == "lr"])
    if moved.by(then.value).stay:
        nothing = lost(again, method) and called.value is None
        return _odd(next(iter(again.places)), method, "all weights stay as they are") if nothing else None
    return moved


@dataclass
class Moved:
    """Weights moved by a method, from where the backward pass of an attempt left them, for one of its `rates`.

    `samples` are those whose gradients add up; `flat` is that sum, as scratch has it. `measured`: whether it is known
    how far they should move.
    """

    trying: Trying
    attempt: Attempt
    method: Method
    judged: Judged
    rates: Sequence[float]
    samples: int = 0
    flat: Array | None = None
    measured: bool = False

    def __post_init__(self) -> None:
        self.samples = self.samples or self.attempt.problem.batch
        self.before = self.after = weights_in(self.attempt, self.attempt.kept)
        self.whole = gradients_of(self.attempt.problem) if self.flat is None else self.flat

    def by(self, state: object) -> "Moved":
        """What the object holds then."""
        self.state, self.after = state, weights_in(self.attempt, state)
        return self

    @property
    def stay(self) -> bool:
        return all(name in self.after and np.array_equal(w, self.after[name]) for name, w in self.before.items())

    def shares(self) -> Mapping[str, tuple[float, float]]:
        """Of each weight how much of its gradient it went down, and of itself it lost; none where that is not all."""
        found = {}
        for name, place in self.attempt.places.items():
            if name not in self.before or name not in self.after:
                return {}
            change = (self.after[name] - self.before[name]).ravel()
            basis = np.stack([-self.whole[place.ids].ravel(), -self.before[name].ravel()], axis=1)
            down, lost = np.linalg.lstsq(basis, change, rcond=None)[0]
            if np.abs(basis @ (down, lost) - change).max() > EXACTLY * np.abs(change).max(initial=0.0):
                return {}
            found[name] = float(down), float(lost)
        return found

    def odd(self, losses: Mapping[str, Told] | None) -> Quantity | None:
        """A weight that does not move as the others do, or all of them where they move wrongly alike."""
        method = self.method
        shares = {name: share[0] for name, share in self.shares().items()}
        usual = Counter(round(rate, 9) for rate in shares.values()).most_common(1)
        if not usual or not any(shares.values()):
            return None
        step = usual[0][0]
        for name, rate in shares.items():
            if step <= 0 and rate < 0:
                return _odd(name, method, "it moves with its gradient, so that the loss rises")
            if not np.isclose(rate, step, rtol=EXACTLY):
                far = f"{rate / step:.4g} times as far as the others" if rate else ""
                kind = "with its gradient" if rate < 0 else far
                return _odd(name, method, f"it moves {kind}" if kind else "it stays as it is, where the others move")
        if keeps_more(self.attempt, self.state):
            return None  # momentum and the like
        rates = self.rates or named_rates(self.trying.worker, [method.node], self.attempt.kept, self.state)
        length = Length(self.trying, self.attempt, method, self.judged, rates, self.samples)
        wrong = length.wrong(step, losses)
        self.measured = wrong is not None
        return _odd(next(iter(self.attempt.places)), method, wrong) if wrong else None


def _update(trying: NetworkTrying) -> Method | None:
    subject = trying.subject
    passes = [each.name for each in (subject.forward, subject.backward) if each is not None]
    methods = subject.methods.items() if subject.made else ()
    found = (m for name, m in methods if means(name, UPDATE) and name not in passes and not m.stub)
    return next(found, None)


def lost(attempt: Attempt, method: Method) -> bool:
    """Whether a method that changes no weight computes with one: what it makes of it is not kept."""
    names = {place.leaf.path.split("[")[0].split(".")[1] for place in attempt.places.values() if "." in place.leaf.path}
    return any(isinstance(n, ast.Attribute) and n.attr in names for n in ast.walk(method.node))


def weights_in(attempt: Attempt, state: object) -> Mapping[str, Array]:
    """The weights in a state of the object, where they are what they were in shape."""
    kept = {leaf.path: leaf.array for leaf in leaves(state)}
    found = {name: kept.get(place.leaf.path) for name, place in attempt.places.items()}
    return {n: a for n, a in found.items() if isinstance(a, np.ndarray) and a.shape == attempt.given[n].shape}


def gradients_of(asked: Problem) -> Array:
    """Those of all weights, one after the other."""
    return asked.flat({name: asked.want[gradient_name(name)] for name in asked.arrays.params})


def _odd(name: str, method: Method, problem: str) -> Quantity:
    return Quantity(name, False, part=method.name, problem=problem)


# ---- how far all of them move


def keeps_more(attempt: Attempt, after: object) -> bool:
    """Whether the update has left arrays behind that are neither weights nor gradients set to zero."""
    before = {leaf.path: leaf.array for leaf in leaves(attempt.kept)}
    weights = {place.leaf.path for place in attempt.places.values()}
    return any(
        np.any(leaf.array) and not (leaf.path in before and np.array_equal(leaf.array, before[leaf.path]))
        for leaf in leaves(after)
        if isinstance(leaf.array, np.ndarray) and not any(w.startswith(leaf.path) for w in weights)
    )


@dataclass(frozen=True)
class Length:
    """How far an update goes along the gradient that the backward pass gave, for one of its `rates`."""

    trying: Trying
    attempt: Attempt
    method: Method
    judged: Judged
    rates: Sequence[float]
    samples: int

    def wrong(self, step: float, losses: Mapping[str, Told] | None) -> str | None:
        """What is wrong with going `step` times the gradient of the sum; "" for nothing, None where none can tell."""
        form: Form = self.attempt.problem.facts["form"]
        n, squared = self.samples, form.loss == SQUARED
        loss = (losses or {}).get(form.loss)
        averaged = any("averaged" in said for said in self.judged.conventions)
        summed = n > 1 and not averaged
        share = share_of(self.attempt, self.judged)
        if not self.rates or not share:
            return None
        halves, divided = (1.0, 2.0, 0.5) if squared else (1.0,), (1, n) if summed else (1,)
        usual = [half / over for half in halves for over in divided]
        for rate in self.rates:
            if any(np.isclose(step / share / rate, each, rtol=EXACTLY) for each in usual):
                said = loss.contradicted(step / rate, form.sizes[-1], n) if loss else ""
                return f"all weights move by {said}" if said else ""
        for rate in self.rates if not self._other_settings(n) else ():
            if kind := self._kind(step / share / rate, rate, n if averaged else 1, usual):
                return f"all weights move {kind}"
        return None

    def _other_settings(self, n: int) -> bool:
        """Whether the update reads numbers of the object that are no learning rate: a decay, a size of batches."""
        read = {node.attr for node in ast.walk(self.method.node) if isinstance(node, ast.Attribute)}
        kept = [leaf for leaf in leaves(self.attempt.kept) if isinstance(leaf.array, int | float)]
        return any(leaf.name in read and leaf.array != n and not means(leaf.name, RATE) for leaf in kept)

    def _kind(self, times: float, rate: float, n: int, usual: Sequence[float]) -> str:
        """In words, a multiple of the right step that a mistake gives; "" where nothing in the code explains it."""
        sources = [unit.source for unit in self.trying.worker.submission.units]
        numbers = [v for v in numbers_in(self.trying.subject, sources) if v > 0 and v not in (1, *usual)]
        far = "times as far as the learning rate says"
        known = {1 / v: f"{1 / v:.4g} {far}" for v in numbers}
        known |= {rate: "by the square of the learning rate", 1 / rate: "without the learning rate"}
        known |= {rate**-2: "by the gradient divided by the learning rate"}
        known |= {1 / n: "by the mean divided by the batch once more"} if n > 1 else {}
        known |= {v: f"{v:.4g} {far}" for v in numbers}
        near = (
            said for value, said in known.items() if np.isclose(times, np.multiply(value, usual), rtol=EXACTLY).any()
        )
        return next(near, "")

"""S3 `scratch-simple-rnn`: the recurrent layer as a class whose backward calls the optimizer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.homework.isolation.process import Get, New, Ref, Set, Stub
from reference.homework.reading.submission import Submission, Symbol
from reference.homework.recipes.bench import Bench, extended
from reference.homework.recipes.judging import Judgement, Mistake, Numbers, Reading, Trial, as_array, combined, settle
from reference.homework.recipes.making import Unclear, arguments, parameters
from reference.homework.recipes.recipe import Recipe
from reference.pair import Array
from scratch.recurrent import SimpleRNN

NAMES = ("SimpleRNN", "ScratchSimpleRNN", "RNN", "FC")
WEIGHTS = {"W_x": "w_x", "W_h": "w_h", "B": "b"}
LR = 0.25
STATES = ("h", "hs", "H", "Z", "h_t", "states")

# An optimizer that changes the weights at once, and keeps the gradients it was given.
TOOLS = """
class CrosscheckSGD:
    def __init__(self, lr):
        self.lr = self.learning_rate = lr
        self.given = []

    def update(self, layer, *others):
        names = [n for n in ("W_x", "W_h", "W", "B", "b") if hasattr(layer, "d" + n) and hasattr(layer, n)]
        self.given.append({"d" + n: np.array(getattr(layer, "d" + n), dtype=float) for n in names})
        for n in names:
            w = getattr(layer, n)
            w -= self.lr * getattr(layer, "d" + n)
        return layer

    __call__ = step = update


def crosscheck_batches(*args, **kwargs):
    return [(np.array(X), np.array(y)) for X, y in GetMiniBatch(*args, **kwargs)]
"""


def extend(submission: Submission) -> Submission:
    return extended(submission, [TOOLS])


@dataclass(frozen=True)
class Task:
    """Weights and inputs: x (batch, time, n_in)."""

    weights: Mapping[str, Array]
    x: Array
    h_0: Array

    def layer(self, sequences: bool = True) -> SimpleRNN:
        n_in, n_out = self.weights["W_x"].shape
        rnn = SimpleRNN(n_in, n_out, sequences=sequences)
        rnn.load({WEIGHTS[name]: w for name, w in self.weights.items()})
        return rnn


def draw(rng: np.random.Generator, batch: int = 3, steps: int = 5, n_in: int = 2, n_out: int = 4) -> Task:
    weights = {"W_x": (n_in, n_out), "W_h": (n_out, n_out), "B": (n_out,)}
    drawn = {name: 0.6 * rng.standard_normal(shape) for name, shape in weights.items()}
    return Task(drawn, rng.standard_normal((batch, steps, n_in)), 0.5 * rng.standard_normal((batch, n_out)))


def small_case() -> Task:
    """The case whose numbers the exercise prints."""
    weights = {
        "W_x": np.array([[1, 3, 5, 7], [3, 5, 7, 8]]) / 100,
        "W_h": np.array([[1, 3, 5, 7], [2, 4, 6, 8], [3, 5, 7, 8], [4, 6, 8, 10]]) / 100,
        "B": np.ones(4),
    }
    return Task(weights, np.array([[[1, 2], [2, 3], [3, 4]]]) / 100, np.zeros((1, 4)))


def make(bench: Bench, symbol: Symbol, task: Task, optimizer: str = "CrosscheckSGD") -> None:
    """Binds "layer", an object of the class with the weights of the task, and "optimizer". Raises Unclear, Raised."""
    batch, steps, n_in = task.x.shape
    values: dict[str, Any] = {"n_in": n_in, "n_out": len(task.weights["B"]), "batch": batch, "steps": steps, "lr": LR}
    values |= {"initializer": Stub("initializer", seed=3), "activation": Stub("activation", name="tanh")}
    values |= {**{k: w.copy() for k, w in task.weights.items()}, "h_0": np.zeros_like(task.h_0)}
    bench.run(New(optimizer, (LR,), bind="optimizer"))
    given = arguments(symbol, {**values, "optimizer": Ref("optimizer")}, ("batch", "steps", "optimizer"))
    bench.run(New(symbol.name, (), given, bind="layer"), Set("layer.optimizer", Ref("optimizer"), optional=True))
    for name, w in task.weights.items():
        if name in symbol.source:
            bench.run(Set(f"layer.{name}", w))


def states_of(value: Any, task: Task) -> tuple[Array | str, bool]:
    """The states (batch, time, n_out), or the last one only, and which of the two it is."""
    batch, steps, _ = task.x.shape
    n_out = len(task.weights["B"])
    candidates = [value, *value] if isinstance(value, tuple) else [value]
    problem = "is None"
    for each in candidates:
        h = as_array(each)
        if isinstance(h, str):
            problem = h
        elif h.shape == (batch, n_out):
            return h, False
        elif h.shape == (batch, steps, n_out):
            return h, True
        elif h.shape == (steps, batch, n_out):
            return h.swapaxes(0, 1), True
        else:
            problem = f"has shape {h.shape}, expected {(batch, steps, n_out)} or {(batch, n_out)}"
    return problem, True


def forward_of(bench: Bench, task: Task, *extra: Any) -> tuple[Array | str, bool]:
    """What forward returns, or keeps where it returns nothing."""
    value = bench.call("layer.forward", task.x, *extra)
    if value is None:
        gets = bench.run(*(Get(f"layer.{name}", optional=True) for name in STATES))
        value = next((r.value for r in gets if r.value is not None), None)
    return states_of(value, task)


MISTAKES = {
    "state_from_end": Mistake(
        "The state of step -1 is read from index -1, which is the last step of the call before.",
        "Begin each call with h_0, zero unless it is given.",
    ),
    "no_recurrence": Mistake("The state before is not used.", "Add h_{t-1} @ W_h."),
    "no_bias": Mistake("B is not added.", "a_t = x_t @ W_x + h_{t-1} @ W_h + B."),
    "no_activation": Mistake("tanh is not applied.", "h_t = tanh(a_t)."),
    "no_transpose": Mistake("W_h is transposed.", "h_{t-1} @ W_h."),
}


def states(task: Task, before: Array, switches: frozenset[str] = frozenset()) -> Array:
    """(batch, time, n_out) from the state before the first step, with these mistakes made."""
    h, found = before, []
    W_h = task.weights["W_h"].T if "no_transpose" in switches else task.weights["W_h"]
    for t in range(task.x.shape[1]):
        a = task.x[:, t] @ task.weights["W_x"]
        a = a + (0 if "no_recurrence" in switches else h @ W_h)
        a = a + (0 if "no_bias" in switches else task.weights["B"])
        h = a if "no_activation" in switches else np.tanh(a)
        found.append(h)
    return np.stack(found, axis=1)


def forward(bench: Bench) -> Judgement:
    """The printed case; two calls in a row; another state to begin with, where that can be given."""
    symbol = bench.symbol(*NAMES)
    try:
        return combined(_small(bench, symbol), _calls(bench, symbol))
    except Unclear as error:
        return Judgement("unsupported", remark=f"{error}.")


def _small(bench: Bench, symbol: Symbol) -> Judgement:
    task = small_case()
    make(bench, symbol, task)
    got, every = forward_of(bench, task)
    want = task.layer(every)(task.x)
    # there is no call before this one
    mistakes = {name: mistake for name, mistake in MISTAKES.items() if name != "state_from_end"}

    def wrong(switches: frozenset[str]) -> Numbers:
        h = states(task, np.zeros_like(task.h_0), switches)
        return {"printed case": h if every else h[:, -1]}

    return settle(
        Trial({"printed case": got}, [Reading({"printed case": want}, wrong=wrong)], 28, mistakes, part="forward")
    )


def _calls(bench: Bench, symbol: Symbol) -> Judgement:
    tasks = [draw(bench.rng)]
    tasks.append(replace(tasks[0], x=bench.rng.standard_normal(tasks[0].x.shape)))
    make(bench, symbol, tasks[0])
    got: dict[str, Array | str] = {}
    want: dict[str, Array] = {}
    every = True
    for name, task in zip(("h", "h in the second call"), tasks, strict=True):
        got[name], every = forward_of(bench, task)
        want[name] = task.layer(every)(task.x)
    said = ["forward returns every state" if every else "forward returns the last state"]
    state = next((p.name for p in parameters(symbol, "forward") or [] if p.role == "h_0"), "")
    if state:
        got["h from h_0"], _ = forward_of(bench, tasks[0], tasks[0].h_0)
        want["h from h_0"] = tasks[0].layer(every)(tasks[0].x, tasks[0].h_0)
    else:
        said.append("h_0 is always zero")

    def wrong(switches: frozenset[str]) -> Numbers:
        numbers, last = {}, np.zeros_like(tasks[0].h_0)
        for name, task in zip(("h", "h in the second call"), tasks, strict=True):
            h = states(task, last if "state_from_end" in switches else np.zeros_like(last), switches)
            last = h[:, -1]
            numbers[name] = h if every else last
        h = states(tasks[0], tasks[0].h_0, switches)
        return {**numbers, "h from h_0": h if every else h[:, -1]}

    judged = settle(Trial(got, [Reading(want, wrong=wrong)], 28, MISTAKES, part="forward"))
    return replace(judged, conventions=(*judged.conventions, *said))


RECIPES = (
    Recipe(
        "simple-rnn/SimpleRNN.forward",
        "The recurrent layer, forward",
        forward,
        NAMES,
        ("forward", "__init__"),
        extend=extend,
    ),
)

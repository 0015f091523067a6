"""S3 `scratch-simple-rnn`: the recurrent layer as a class whose backward calls the optimizer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.homework.process import Call, Failure, Get, New, Set, Stub
from reference.homework.recipes.bench import Bench, Raised, extended
from reference.homework.recipes.judging import Judgement, Mistake, Numbers, Reading, Trial, as_array, combined, settle
from reference.homework.recipes.making import Unclear, arguments, parameters
from reference.homework.recipes.recipe import Recipe
from reference.homework.submission import Submission, Symbol
from reference.homework.verdict import Cause
from reference.pair import Array
from scratch.dense import Dense
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
    given = arguments(symbol, {**values, "optimizer": _ref("optimizer")}, ("batch", "steps", "optimizer"))
    bench.run(New(symbol.name, (), given, bind="layer"), Set("layer.optimizer", _ref("optimizer"), optional=True))
    for name, w in task.weights.items():
        if name in symbol.source:
            bench.run(Set(f"layer.{name}", w))


def _ref(path: str) -> Any:
    from reference.homework.process import Ref

    return Ref(path)


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

    def wrong(switches: frozenset[str]) -> Numbers:
        h = states(task, np.zeros_like(task.h_0), switches)
        return {"printed case": h if every else h[:, -1]}

    return settle(
        Trial({"printed case": got}, [Reading({"printed case": want}, wrong=wrong)], 28, MISTAKES, part="forward")
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


BACKWARD = {
    "updated_before_dx": Mistake(
        "dx is computed with the weights after the update.", "Compute dx first, then call optimizer.update."
    ),
    "state_after": Mistake("dW_h is computed with h_t instead of h_{t-1}.", "dW_h += h_{t-1}.T @ da_t."),
    "no_slope": Mistake("The derivative of tanh is missing.", "da = dh * (1 - h_t**2)."),
    "slope_squared": Mistake("The derivative of tanh is taken as tanh(a)**2.", "It is 1 - tanh(a)**2."),
    "last_step_only": Mistake("The gradient of step t + 1 does not reach step t.", "Add da_{t+1} @ W_h.T to dh_t."),
    "no_transpose": Mistake("The gradient goes back through W_h, not its transpose.", "da @ W_h.T."),
    "bias_mean": Mistake("dB is averaged over the batch, dW_x is summed.", "Sum both."),
    "last_overwrites": Mistake("The gradients of the steps overwrite each other.", "Add them up."),
    "batch_divided_twice": Mistake(
        "The gradients are divided by the batch size in backward and again in SGD.", "Divide in one place only."
    ),
}


def gradients(task: Task, dh: Array, switches: frozenset[str], share: float) -> dict[str, Array]:
    """dx, dW_x, dW_h, dB with these mistakes made; dh: (batch, time, n_out). The weights move by `share` of them."""
    h = np.concatenate([np.zeros_like(task.h_0)[:, None], states(task, np.zeros_like(task.h_0))], axis=1)
    W_x, W_h = task.weights["W_x"], task.weights["W_h"]
    grads: dict[str, Array] = {f"d{name}": np.zeros_like(w) for name, w in task.weights.items()}
    das, carry = np.zeros_like(dh), np.zeros_like(task.h_0)
    for t in reversed(range(dh.shape[1])):
        slope = h[:, t + 1] ** 2 if "slope_squared" in switches else 1 - h[:, t + 1] ** 2
        da = (dh[:, t] + carry) * (1 if "no_slope" in switches else slope)
        keep = 0 if "last_overwrites" in switches else 1
        before = h[:, t + 1 if "state_after" in switches else t]
        reduce = np.mean if "bias_mean" in switches else np.sum
        grads["dW_x"] = keep * grads["dW_x"] + task.x[:, t].T @ da
        grads["dW_h"] = keep * grads["dW_h"] + before.T @ da
        grads["dB"] = keep * grads["dB"] + reduce(da, axis=0)
        das[:, t] = da
        carry = 0 * da if "last_step_only" in switches else da @ (W_h if "no_transpose" in switches else W_h.T)
    if "updated_before_dx" in switches:
        W_x = W_x - LR * share * grads["dW_x"]
    return {"dx": das @ W_x.T, **grads}


def backward(bench: Bench) -> Judgement:
    """The gradients that the optimizer is given, and dx with an optimizer that changes the weights at once."""
    symbol = bench.symbol(*NAMES)
    try:
        task = draw(bench.rng)
        dh = bench.rng.standard_normal((*task.x.shape[:2], len(task.weights["B"])))
        make(bench, symbol, task)
        _, every = forward_of(bench, task)
        if not every:
            dh[:, :-1] = 0
        upstream = dh if every else dh[:, -1]
        returned, causes = backward_of(bench, upstream, task.weights["W_x"])
    except Unclear as error:
        return Judgement("unsupported", remark=f"{error}.")
    got, said = collected(bench, ("dW_x", "dW_h", "dB"))
    if returned is not None:
        got["dx"] = as_array(first_of(returned, task.x.shape))
    layer = task.layer(every)
    layer(task.x)
    dx = layer.backward(upstream)
    assert isinstance(dx, np.ndarray)
    right = {"dx": dx, "dW_x": layer.grads["w_x"], "dW_h": layer.grads["w_h"], "dB": layer.grads["b"]}
    readings = reductions({name: value for name, value in right.items() if name in got}, task, dh)
    judged = settle(Trial(got, readings, 28, BACKWARD, part="backward"))
    judged = replace(
        judged, conventions=(*judged.conventions, *said, *(() if "dx" in got else ("dx is not returned",)))
    )
    if causes:
        return replace(judged, verdict="crashed", causes=(*causes, *judged.causes), remark=causes[0].sentence)
    return _own_step(bench, symbol, task, upstream, layer, judged)


def first_of(value: Any, shape: tuple[int, ...]) -> Any:
    """The array of this shape among what was returned."""
    each = value if isinstance(value, list | tuple) else [value]
    return next((a for a in each if isinstance(a, np.ndarray) and a.shape == shape), each[0] if each else None)


def reductions(right: Mapping[str, Array], task: Task, dh: Array) -> list[Reading]:
    """Gradients summed over the batch, or averaged; dx is the same in both."""
    batch = len(task.x)

    def reading(share: float, said: str) -> Reading:
        def scaled(numbers: Numbers) -> dict[str, Array]:
            return {k: v if k == "dx" else v * share for k, v in numbers.items()}

        return Reading(scaled(right), said, lambda switches: scaled(gradients(task, dh, switches, share)))

    return [reading(1.0, "gradients summed over the batch"), reading(1 / batch, "gradients averaged over the batch")]


def backward_of(bench: Bench, dh: Array, weight: Array) -> tuple[Any, tuple[Cause, ...]]:
    """What backward returns; where it reads self.W, which is not there, W_x is put in its place."""
    outcome = bench.worker.run([Call("layer.backward", (dh,))])[0]
    if not isinstance(outcome, Failure):
        return outcome.value, ()
    if outcome.type != "AttributeError" or "'W'" not in outcome.message:
        raise Raised(outcome)
    again = bench.worker.run([Set("layer.W", weight), Call("layer.backward", (dh,))])[-1]
    if isinstance(again, Failure):
        raise Raised(outcome)
    said = "backward reads self.W, which does not exist; the weights are called W_x."
    return again.value, (Cause("reads_missing_attribute", said, True, "Write self.W_x."),)


def collected(bench: Bench, names: tuple[str, ...]) -> tuple[dict[str, Array | str], list[str]]:
    """The gradients that the optimizer was handed last, or that the layer keeps where it was not called."""
    given = bench.run(Get("optimizer.given"))[0].value
    if given:
        return {n: as_array(given[-1].get(n)) for n in names}, ["the weights are updated inside backward"]
    gets = bench.run(*(Get(f"layer.{name}", optional=True) for name in names))
    return {n: as_array(r.value) for n, r in zip(names, gets, strict=True)}, [
        "the weights are not updated inside backward"
    ]


def _own_step(bench: Bench, symbol: Symbol, task: Task, dh: Array, layer: SimpleRNN, judged: Judgement) -> Judgement:
    """With the submission's own SGD: does it divide by the batch once more?"""
    if "SGD" not in bench.submission.symbols:
        return judged
    try:
        make(bench, symbol, task, "SGD")
        bench.run(Call("layer.forward", (task.x,)), Call("layer.backward", (dh,)))
        after = as_array(bench.run(Get("layer.B"))[0].value)
    except (Raised, Unclear):
        return judged
    twice = task.weights["B"] - LR * layer.grads["b"] / len(task.x) ** 2
    if isinstance(after, str) or after.shape != twice.shape or not np.allclose(after, twice, rtol=1e-12, atol=0):
        return judged
    mistake = BACKWARD["batch_divided_twice"]
    cause = Cause("batch_divided_twice", mistake.sentence, True, mistake.hint)
    return replace(judged, verdict="wrong", causes=(*judged.causes, cause))


DENSE = {
    "updated_before_dx": BACKWARD["updated_before_dx"],
    "bias_mean": BACKWARD["bias_mean"],
    "no_bias": MISTAKES["no_bias"],
}


def fully_connected(bench: Bench) -> Judgement:
    """FC as an output layer; where it has W_h it is the recurrent layer under another name."""
    symbol = bench.symbol("FC")
    if "W_h" in symbol.source:
        return replace(combined(forward(bench), backward(bench)), conventions=("FC is the recurrent layer",))
    weight = "W_x" if "W_x" in symbol.source else "W"
    batch, n_in, n_out = 3, 2, 4
    w, b = bench.rng.standard_normal((n_in, n_out)), bench.rng.standard_normal(n_out)
    x, dy = bench.rng.standard_normal((batch, n_in)), bench.rng.standard_normal((batch, n_out))
    try:
        make(bench, symbol, Task({weight: w, "B": b}, x[:, None], np.zeros((batch, n_out))))
    except Unclear as error:
        return Judgement("unsupported", remark=f"{error}.")
    y = bench.call("layer.forward", x)
    returned, causes = backward_of(bench, dy, w)
    got, said = collected(bench, (f"d{weight}", "dB"))
    got |= {"y": as_array(y), "dx": as_array(returned)}
    layer = Dense(n_in, n_out)
    layer.load({"w": w, "b": b})
    right_y, dx = layer(x), layer.backward(dy)
    assert dx is not None

    def reading(share: float, told: str) -> Reading:
        dw, db = layer.grads["w"] * share, layer.grads["b"] * share

        def wrong(switches: frozenset[str]) -> Numbers:
            moved = w - LR * dw if "updated_before_dx" in switches else w
            return {
                "y": right_y - (b if "no_bias" in switches else 0),
                "dx": dy @ moved.T,
                f"d{weight}": dw,
                "dB": db / (batch if "bias_mean" in switches else 1),
            }

        return Reading({"y": right_y, "dx": dx, f"d{weight}": dw, "dB": db}, told, wrong)

    readings = [
        reading(1.0, "gradients summed over the batch"),
        reading(1 / batch, "gradients averaged over the batch"),
    ]
    judged = settle(Trial(got, readings, 28, DENSE, part="FC"))
    judged = replace(judged, conventions=(*judged.conventions, *said))
    return replace(judged, verdict="crashed", causes=causes, remark=causes[0].sentence) if causes else judged


RECIPES = (
    Recipe(
        "simple-rnn/SimpleRNN.forward",
        "The recurrent layer, forward",
        forward,
        NAMES,
        ("forward", "__init__"),
        extend=extend,
    ),
    Recipe(
        "simple-rnn/SimpleRNN.backward", "The recurrent layer, backward", backward, NAMES, ("backward",), extend=extend
    ),
    Recipe("simple-rnn/FC", "The output layer", fully_connected, ("FC",), ("backward", "forward"), extend=extend),
)

"""S3 `scratch-simple-rnn`: backward of the recurrent layer and of the output layer, which call the optimizer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from reference.homework.isolation.process import Call, Failure, Get, Set
from reference.homework.reading.submission import Symbol
from reference.homework.recipes.bench import Bench, Raised
from reference.homework.recipes.judging import Judgement, Mistake, Numbers, Reading, Trial, as_array, combined, settle
from reference.homework.recipes.making import Unclear
from reference.homework.recipes.recipe import Recipe
from reference.homework.recipes.simple_rnn import LR, NAMES, Task, draw, extend, forward, forward_of, make, states
from reference.homework.recipes.simple_rnn import MISTAKES as FORWARD
from reference.homework.verdict import Cause
from reference.pair import Array
from scratch.dense import Dense
from scratch.recurrent import SimpleRNN

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
}


TWICE = Cause(
    "batch_divided_twice",
    "The gradients are divided by the batch size in backward and again in SGD.",
    True,
    "Divide in one place only.",
)


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
    return replace(judged, verdict="wrong", causes=(*judged.causes, TWICE))


DENSE = {
    "updated_before_dx": BACKWARD["updated_before_dx"],
    "bias_mean": BACKWARD["bias_mean"],
    "no_bias": FORWARD["no_bias"],
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
    readings = [
        _dense_reading(layer, x, dy, weight, 1.0, "gradients summed over the batch"),
        _dense_reading(layer, x, dy, weight, 1 / batch, "gradients averaged over the batch"),
    ]
    judged = settle(Trial(got, readings, 28, DENSE, part="FC"))
    judged = replace(judged, conventions=(*judged.conventions, *said))
    return replace(judged, verdict="crashed", causes=causes, remark=causes[0].sentence) if causes else judged


def _dense_reading(layer: Dense, x: Array, dy: Array, weight: str, share: float, said: str) -> Reading:
    """The output layer with its gradients multiplied by `share`."""
    y, dx = layer(x), layer.backward(dy)
    assert dx is not None
    w, b = layer.params["w"], layer.params["b"]
    dw, db = layer.grads["w"] * share, layer.grads["b"] * share

    def wrong(switches: frozenset[str]) -> Numbers:
        moved = w - LR * dw if "updated_before_dx" in switches else w
        return {
            "y": y - (b if "no_bias" in switches else 0),
            "dx": dy @ moved.T,
            f"d{weight}": dw,
            "dB": db / (len(x) if "bias_mean" in switches else 1),
        }

    return Reading({"y": y, "dx": dx, f"d{weight}": dw, "dB": db}, said, wrong)


RECIPES = (
    Recipe(
        "simple-rnn/SimpleRNN.backward",
        "The recurrent layer, backward",
        backward,
        NAMES,
        ("backward",),
        extend=extend,
    ),
    Recipe("simple-rnn/FC", "The output layer", fully_connected, ("FC",), ("backward", "forward"), extend=extend),
)

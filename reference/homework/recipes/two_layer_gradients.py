"""S5 `two-layer-net`: gradients of the network from backpropagation and from differences, and their comparison."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from reference.homework.isolation.process import Call
from reference.homework.recipes.bench import Bench
from reference.homework.recipes.judging import Judgement, Mistake, Reading, Trial, as_array, combined, settle
from reference.homework.recipes.two_layer_network import BATCH, KEYS, PREDICT, Task, network_recipe, prepare
from reference.pair import Array
from scratch.activations import Softmax

STEPS = (1e-4, 1e-3, 1e-5, 1e-6, 1e-7)
GRADIENT = {
    "not_averaged": Mistake("The gradients are not divided by the batch size.", "lastLayer.backward divides by it."),
    "batch_twice": Mistake("The gradients are divided by the batch size twice.", "Divide once, in lastLayer.backward."),
    "bias_mean": Mistake("The gradients of the biases are means over the batch.", "Sum over the batch."),
    "params_not_shared": PREDICT["params_not_shared"],
    "no_relu": Mistake("The gradient does not pass through Relu1.", "Call the backward of every layer."),
}


def gradient(bench: Bench) -> Judgement:
    """Backpropagation, twice in a row."""
    task = prepare(bench)
    results = bench.run(Call("net.gradient", (task.x[:3], task.t[:3])), Call("net.gradient", (task.x, task.t)))
    return settle(
        Trial(
            _four(results[1].value),
            [Reading(task.gradients(), wrong=lambda switches: _wrong_gradient(task, switches))],
            28 * BATCH,
            GRADIENT,
            part="gradient",
        )
    )


def _four(returned: Any) -> dict[str, Array | str]:
    if not isinstance(returned, Mapping):
        said = "is None" if returned is None else "is missing: it does not return a dict of gradients"
        return dict.fromkeys(KEYS, said)
    return {key: as_array(returned[key]) if key in returned else "is missing" for key in KEYS}


def _wrong_gradient(task: Task, switches: frozenset[str]) -> dict[str, Array]:
    params = task.initial if "params_not_shared" in switches else task.params
    a = task.x @ params["W1"] + params["b1"]
    z = np.maximum(a, 0)
    d = Softmax()(z @ params["W2"] + params["b2"]) - task.t
    d = d / (1 if "not_averaged" in switches else BATCH**2 if "batch_twice" in switches else BATCH)
    da = d @ params["W2"].T * (1 if "no_relu" in switches else a > 0)
    share = BATCH if "bias_mean" in switches else 1
    return {"W1": task.x.T @ da, "b1": da.sum(axis=0) / share, "W2": z.T @ d, "b2": d.sum(axis=0) / share}


DIFFERENCES = {
    "one_h": Mistake("The difference is divided by h; it spans 2h.", "Divide by 2 * h."),
    "forward_difference": Mistake("The difference is taken on one side only.", "(f(x + h) - f(x - h)) / (2 * h)."),
    "not_averaged": Mistake("The loss is not divided by the batch size.", "Divide the loss by the batch size."),
}


def numerical_gradient(bench: Bench) -> Judgement:
    """Central differences of the loss with the usual steps."""
    task = prepare(bench)
    got = _four(bench.call("net.numerical_gradient", task.x, task.t))
    # some add 1e-7 inside the logarithm of the loss
    tries = [(_distance(got, task.differences(h, epsilon)), h, epsilon) for h in STEPS for epsilon in (0.0, 1e-7)]
    _, h, epsilon = min(tries)
    # rounding of the loss moves a difference by this much in units of eps
    scales = {key: task.loss() / h for key in KEYS}

    def wrong(switches: frozenset[str]) -> dict[str, Array]:
        numbers = task.differences(h, epsilon)
        if "forward_difference" in switches:
            numbers = {k: _one_sided(task, k, h, epsilon) for k in KEYS}
        factor = (2 if "one_h" in switches else 1) * (BATCH if "not_averaged" in switches else 1)
        return {k: factor * v for k, v in numbers.items()}

    reading = Reading(task.differences(h, epsilon), f"central differences with h = {h:g}", wrong)
    return settle(Trial(got, [reading], 28, DIFFERENCES, scales, part="numerical_gradient"))


def _distance(got: Mapping[str, Array | str], want: Mapping[str, Array]) -> float:
    """How far apart two sets of gradients are."""
    pairs = [(got[key], w) for key, w in want.items()]
    return sum(float(np.abs(g - w).max()) for g, w in pairs if not isinstance(g, str) and g.shape == w.shape)


def _one_sided(task: Task, key: str, h: float, epsilon: float) -> Array:
    w, base = task.params[key], task.loss(epsilon=epsilon)
    grad = np.empty_like(w)
    for index in np.ndindex(w.shape):
        moved = w.copy()
        moved[index] += h
        grad[index] = (task.loss({**task.params, key: moved}, epsilon) - base) / h
    return grad


def gradient_check(bench: Bench) -> Judgement:
    """Both gradients, which must both be right to agree with each other."""
    backprop, differences = gradient(bench), numerical_gradient(bench)
    both = combined(backprop, differences)
    named = tuple(replace(q, name=f"{q.name} by {q.part}") for q in both.quantities)
    to_blame = "gradient" if backprop.verdict != "correct" else "numerical_gradient"
    return replace(both, quantities=named, remark="" if both.verdict == "correct" else f"{to_blame} is not right.")


RECIPES = (
    network_recipe("numerical_gradient", "TwoLayerNet.numerical_gradient", numerical_gradient, "numerical_gradient"),
    network_recipe("gradient", "TwoLayerNet.gradient", gradient, "gradient"),
    network_recipe("gradient_check", "Both gradients compared", gradient_check, "gradient", "numerical_gradient"),
)

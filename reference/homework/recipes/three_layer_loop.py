"""S2 `three-layer-mlp`: the body of the training loop, statement by statement on given arrays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from reference.homework.isolation.process import Call, Failure
from reference.homework.reading.submission import Submission
from reference.homework.recipes.bench import Bench, Raised, extended
from reference.homework.recipes.extraction import Block, block_with, bound_by, function_of, left_blank, slice_of
from reference.homework.recipes.judging import Judgement, Mistake, Numbers, Reading, Trial, as_array, combined, settle
from reference.homework.recipes.recipe import Recipe
from reference.homework.recipes.three_layer_mlp import RIGHT, WEIGHTS, draw_weights, network
from reference.pair import Array
from scratch.activations import Sigmoid, Softmax
from scratch.losses import SoftmaxCrossEntropy

FORWARD = ("U_2", "Z_2", "U_3", "Z_3")
DELTAS = ("Delta_3", "Delta_2")
GRADIENTS = ("dLdW_3", "dLdb_3", "dLdW_2", "dLdb_2")
ETA = 0.01
SIZES = {"batch": 7, "features": 11, "hidden": 6, "classes": 4}


@dataclass(frozen=True)
class Part:
    """Statements of the loop: what they compute, and what they are given."""

    function: str
    wanted: tuple[str, ...]
    given: tuple[str, ...]


PARTS = {
    "forward": Part("crosscheck_forward", FORWARD, WEIGHTS),
    "deltas": Part("crosscheck_deltas", DELTAS, (*WEIGHTS, *FORWARD)),
    "gradients": Part("crosscheck_gradients", GRADIENTS, (*WEIGHTS, *FORWARD, *DELTAS)),
    "own_gradients": Part("crosscheck_own_gradients", GRADIENTS, (*WEIGHTS, *FORWARD)),
    "update": Part("crosscheck_update", WEIGHTS, (*WEIGHTS, *FORWARD, *DELTAS, *GRADIENTS)),
    "own_update": Part("crosscheck_own_update", WEIGHTS, (*WEIGHTS, *FORWARD)),
}


def loop_of(submission: Submission) -> Block | None:
    return block_with(submission.path, (*FORWARD, *DELTAS, *GRADIENTS))


def extend(submission: Submission) -> Submission:
    """The submission with a function for each part of its loop."""
    block = loop_of(submission)
    if block is None:
        return submission
    known = bound_by(submission)
    sources = []
    for part in PARTS.values():
        given = [name for name in part.given if name not in part.wanted or name in WEIGHTS]
        statements = slice_of(block, part.wanted, given, WEIGHTS)
        sources.append(function_of(part.function, statements, part.wanted, given, known))
    return extended(submission, sources)


@dataclass(frozen=True)
class Task:
    """A batch, weights, and everything the loop computes of them, gradients summed over the batch."""

    values: Mapping[str, Array]

    def __getitem__(self, name: str) -> Array:
        return self.values[name]

    def only(self, names: tuple[str, ...], factor: float = 1.0) -> dict[str, Array]:
        return {name: self.values[name] * factor for name in names}


def prepare(bench: Bench) -> Task:
    """Rows X and D, column weights, and the right values in columns."""
    n = SIZES["batch"]
    params = draw_weights(bench.rng, SIZES["features"], SIZES["hidden"], SIZES["classes"])
    X = bench.rng.standard_normal((n, SIZES["features"]))
    labels = np.arange(n) % SIZES["classes"]
    net, loss = network(params), SoftmaxCrossEntropy(reduction="sum")
    hidden, _, out = net.layers
    U_2 = hidden(X)
    U_3 = net(X)
    loss(U_3, labels)
    delta_3 = loss.backward()
    net.backward(delta_3)
    Z_2 = Sigmoid().value(U_2)
    out.forward(Z_2)
    delta_2 = Sigmoid().slope(U_2, Z_2) * out.backward(delta_3)
    grads = net.grads
    values = {
        "U_2": U_2.T,
        "Z_2": Z_2.T,
        "U_3": U_3.T,
        "Z_3": Softmax()(U_3).T,
        "Delta_3": delta_3.T,
        "Delta_2": delta_2.T,
    }
    values |= {"dLdW_3": grads["2.w"].T, "dLdb_3": grads["2.b"][:, None]}
    values |= {"dLdW_2": grads["0.w"].T, "dLdb_2": grads["0.b"][:, None]}
    return Task({**params, **values, "X": X, "D": np.eye(SIZES["classes"])[labels]})


def run_part(bench: Bench, name: str, task: Task) -> dict[str, Array | str]:
    """What the statements of a part give, whether the loop holds its batch in columns or in rows. Raises Raised."""
    part = PARTS[name]
    failure: Failure | None = None
    for columns in (True, False):
        given = {key: task[key] for key in (*part.given, "X", "D")}
        outcome = bench.worker.run([Call(part.function, ({**given, "columns": columns, "eta": ETA},))])[0]
        if not isinstance(outcome, Failure):
            return {key: as_array(outcome.value[key]) for key in part.wanted}
        failure = failure or outcome
    assert failure is not None
    raise Raised(failure)


def judged(
    bench: Bench,
    names: tuple[str, ...],
    judge: Callable[[Bench, Task], Judgement],
) -> Judgement:
    """The judgement on a part, placed in the cell of the loop; unfinished where a name is left blank."""
    block = loop_of(bench.submission)
    if block is None:
        return Judgement("unfinished", remark=f"Nothing in the file computes {', '.join(names)}.")
    blanks = [name for name in names if left_blank(block, name)]
    if blanks:
        said = f"{', '.join(blanks)} {'is' if len(blanks) == 1 else 'are'} not computed yet."
        return Judgement("unfinished", remark=said, cell=block.cell, line=block.line)
    return replace(judge(bench, prepare(bench)), cell=block.cell, line=block.line)


FORWARD_MISTAKES = {
    "no_sigmoid": Mistake("The hidden layer has no sigmoid.", "Z_2 = sigmoid(U_2)."),
    "no_biases": Mistake("The biases are not added.", "Add b_2 and b_3."),
    "softmax_over_samples": Mistake("Softmax sums over the samples.", "Sum over the classes, axis 0."),
}


def loop_forward(bench: Bench, task: Task) -> Judgement:
    def wrong(switches: frozenset[str]) -> Numbers:
        W_2, b_2, W_3, b_3 = (task[name] * (0 if "no_biases" in switches and name[0] == "b" else 1) for name in WEIGHTS)
        U_2 = W_2 @ task["X"].T + b_2
        Z_2 = U_2 if "no_sigmoid" in switches else Sigmoid().value(U_2)
        U_3 = W_3 @ Z_2 + b_3
        return {"U_2": U_2, "Z_2": Z_2, "U_3": U_3, "Z_3": Softmax(1 if "softmax_over_samples" in switches else 0)(U_3)}

    got = run_part(bench, "forward", task)
    return settle(Trial(got, [Reading(task.only(FORWARD), wrong=wrong)], 44, FORWARD_MISTAKES, part="forward"))


DELTA_MISTAKES = {
    "sign": Mistake("Delta_3 has the wrong sign.", "Delta_3 = Z_3 - D."),
    "no_slope": Mistake("Delta_2 lacks the derivative of the sigmoid.", "Multiply by dsigmoid_du(U_2)."),
    "slope_of_output": Mistake("dsigmoid_du is taken of Z_2.", "It takes U_2."),
    "updated_before_delta": Mistake("W_3 is updated before Delta_2 is computed with it.", "Compute Delta_2 first."),
    "output_slope": Mistake("Delta_3 is multiplied by a derivative of its own.", "With softmax it is Z_3 - D alone."),
}


def loop_deltas(bench: Bench, task: Task) -> Judgement:
    def wrong(switches: frozenset[str], factor: float) -> Numbers:
        delta_3 = (task["Z_3"] - task["D"].T) * factor * (-1 if "sign" in switches else 1)
        if "output_slope" in switches:
            delta_3 = delta_3 * task["Z_3"] * (1 - task["Z_3"])
        W_3 = task["W_3"]
        if "updated_before_delta" in switches:
            W_3 = W_3 - ETA * delta_3 @ task["Z_2"].T
        at = task["Z_2"] if "slope_of_output" in switches else task["U_2"]
        slope = 1 if "no_slope" in switches else Sigmoid().slope(at, Sigmoid().value(at))
        return {"Delta_3": delta_3, "Delta_2": slope * (W_3.T @ delta_3)}

    got = run_part(bench, "deltas", task)
    return settle(Trial(got, by_reduction(task, DELTAS, wrong), 28, DELTA_MISTAKES, part="backward"))


def by_reduction(
    task: Task, names: tuple[str, ...], wrong: Callable[[frozenset[str], float], Numbers]
) -> list[Reading]:
    """Summed over the batch or averaged: the exercise leaves it open."""
    n = SIZES["batch"]
    said = {1.0: "gradients summed over the batch", 1 / n: "gradients averaged over the batch"}

    def reading(factor: float) -> Reading:
        return Reading(task.only(names, factor), said[factor], lambda switches: wrong(switches, factor))

    return [reading(factor) for factor in said]


TWICE = Mistake(
    "The gradients are divided by the batch size twice, in Delta_3 and again after it.", "Divide in one place only."
)
GRADIENT_MISTAKES = {
    "bias_mean": Mistake("The bias gradients are averaged over the batch, those of the weights summed.", "Sum both."),
    "no_keepdims": Mistake(
        "The bias gradients have no second axis: subtracted from (n, 1) they give (n, n).",
        "np.sum(..., keepdims=True).",
    ),
    "bias_over_units": Mistake("The bias gradients are summed over the units.", "Sum over the samples, axis 1."),
    "pre_activation": Mistake("dLdW_3 is computed with U_2.", "dLdW_3 = Delta_3 @ Z_2.T."),
    "batch_divided_twice": TWICE,
}


def loop_gradients(bench: Bench, task: Task) -> Judgement:
    n = SIZES["batch"]

    def wrong(switches: frozenset[str], factor: float) -> Numbers:
        numbers = task.only(GRADIENTS, factor / (n if "batch_divided_twice" in switches else 1))
        if "pre_activation" in switches:
            numbers["dLdW_3"] = factor * task["Delta_3"] @ task["U_2"].T
        for name, delta in (("dLdb_3", "Delta_3"), ("dLdb_2", "Delta_2")):
            if "bias_mean" in switches:
                numbers[name] = factor * task[delta].mean(axis=1, keepdims=True)
            if "bias_over_units" in switches:
                numbers[name] = factor * task[delta].sum(axis=0, keepdims=True)
            if "no_keepdims" in switches:
                numbers[name] = numbers[name][:, 0]
        return numbers

    readings = by_reduction(task, GRADIENTS, wrong)
    alone = settle(Trial(run_part(bench, "gradients", task), readings, 28, GRADIENT_MISTAKES, part="gradients"))
    return _with_own(bench, "own_gradients", task, alone, readings, GRADIENT_MISTAKES)


def _with_own(
    bench: Bench, name: str, task: Task, alone: Judgement, readings: list[Reading], mistakes: Mapping[str, Mistake]
) -> Judgement:
    """The judgement on a part that is right by itself, after the parts before it: do they divide by the batch too?"""
    if alone.verdict != "correct":
        return alone
    try:
        got = run_part(bench, name, task)
    except Raised:
        return alone
    chain = settle(Trial(got, readings, 28, mistakes, part=alone.quantities[0].part))
    twice = any(cause.id == "batch_divided_twice" for cause in chain.causes)
    return chain if twice or chain.verdict == "correct" else alone


def loop_backward(bench: Bench, task: Task) -> Judgement:
    return combined(loop_deltas(bench, task), loop_gradients(bench, task))


UPDATE_MISTAKES = {
    "ascent": Mistake("The step is added: the loss goes up.", "Subtract eta times the gradient."),
    "no_learning_rate": Mistake("The gradient is not multiplied by eta.", "W = W - eta * dLdW."),
    "biases_not_updated": Mistake("The biases are not updated.", "Update b_2 and b_3 too."),
    "batch_divided_twice": TWICE,
}


def loop_update(bench: Bench, task: Task) -> Judgement:
    """One step of SGD, by the right gradients, then by the submission's own."""
    n = SIZES["batch"]
    of = dict(zip(WEIGHTS, ("dLdW_2", "dLdb_2", "dLdW_3", "dLdb_3"), strict=True))

    def stepped(factor: float, switches: frozenset[str] = frozenset()) -> dict[str, Array]:
        eta = (1.0 if "no_learning_rate" in switches else ETA) * (-1 if "ascent" in switches else 1)
        eta *= factor / (n if "batch_divided_twice" in switches else 1)
        still = ("b_2", "b_3") if "biases_not_updated" in switches else ()
        return {name: task[name] - (0 if name in still else eta) * task[of[name]] for name in WEIGHTS}

    readings = [
        Reading(stepped(1.0), "gradients summed over the batch", lambda switches: stepped(1.0, switches)),
        Reading(stepped(1 / n), "gradients averaged over the batch", lambda switches: stepped(1 / n, switches)),
    ]
    alone = settle(Trial(run_part(bench, "update", task), readings, 28, UPDATE_MISTAKES, part="update"))
    return _with_own(bench, "own_update", task, alone, readings, UPDATE_MISTAKES)


def _recipe(name: str, title: str, names: tuple[str, ...], judge: Callable[[Bench, Task], Judgement]) -> Recipe:
    def judge_loop(bench: Bench) -> Judgement:
        return judged(bench, names, judge)

    return Recipe(f"three-layer-mlp/{name}", title, judge_loop, right=RIGHT, extend=extend)


RECIPES = (
    _recipe("forward", "The loop: U_2, Z_2, U_3, Z_3", FORWARD, loop_forward),
    _recipe("backward", "The loop: deltas and gradients", (*DELTAS, *GRADIENTS), loop_backward),
    _recipe("update", "The loop: a step of SGD", WEIGHTS, loop_update),
)

"""S5 `two-layer-net`: the layers with forward and backward; the network itself is in `two_layer_network`."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from reference.homework.isolation.process import Call, Failure, Get, New, Step
from reference.homework.recipes.bench import Bench
from reference.homework.recipes.costs import class_cost, probabilities, with_epsilons
from reference.homework.recipes.judging import Judgement, Mistake, Reading, Trial, as_array, settle
from reference.homework.recipes.recipe import Recipe
from reference.homework.recipes.softmaxes import judge_softmax
from reference.homework.recipes.two_layer_right import LOSS_PARTS
from reference.homework.verdict import Cause
from reference.pair import Array
from scratch.activations import ReLU, Softmax
from scratch.dense import Dense
from scratch.losses import SoftmaxCrossEntropy

ONE_HOT_ONLY = Cause(
    "one_hot_only",
    "Labels given as class indices are not handled.",
    True,
    "Take t.argmax(axis=1) of one-hot labels, and class indices as they are.",
)


def tried(bench: Bench, steps: Mapping[str, Step]) -> dict[str, Array | str]:
    """What each step gives; the one that fails gives the sentence that says so, and those after it are left out."""
    outcomes = bench.worker.run(list(steps.values()))
    return {
        name: f"is missing: it raises {outcome.type}: {outcome.message}"
        if isinstance(outcome, Failure)
        else as_array(outcome.value)
        for name, outcome in zip(steps, outcomes, strict=False)
    }


def blamed(judged: Judgement, cause: Cause, wrong: set[str]) -> Judgement:
    """The judgement with a cause where just these quantities are wrong and nothing else explains them."""
    disagree = {quantity.name for quantity in judged.quantities if not quantity.agree}
    if judged.causes or not disagree or not disagree <= wrong:
        return judged
    return replace(judged, causes=(cause,))


def softmax(bench: Bench) -> Judgement:
    return judge_softmax(bench, "softmax", axis=1, shapes=((5, 7), (6,)))


COST = {
    "not_averaged": Mistake("The sum is not divided by the batch size.", "Divide by y.shape[0]."),
    "mean_of_elements": Mistake("The mean is taken over all elements, classes too.", "Divide by y.shape[0]."),
    "sign": Mistake("The minus sign is missing.", "-sum(log(y)) / batch_size."),
}


def cross_entropy_error(bench: Bench) -> Judgement:
    """One-hot labels, class indices, and a single sample."""
    y = probabilities(bench.rng, 5, 4)
    labels = bench.rng.integers(0, 4, 5)
    rows = np.eye(4)[labels]
    inputs = {"one-hot": (y, rows), "indices": (y, labels), "single": (y[1], rows[1])}
    right = {"one-hot": (y, rows), "indices": (y, rows), "single": (y[1:2], rows[1:2])}
    got: dict[str, Array | str] = {}
    for name, arguments in inputs.items():
        got |= tried(bench, {name: Call("cross_entropy_error", arguments)})

    def wrong(switches: frozenset[str], epsilon: float) -> dict[str, Array]:
        numbers = {}
        for name, (p, t) in right.items():
            divisor = 1 if "not_averaged" in switches else p.size if "mean_of_elements" in switches else len(p)
            total = np.sum(t * np.log(p + epsilon))
            numbers[name] = np.asarray((total if "sign" in switches else -total) / divisor)
        return numbers

    readings = with_epsilons(lambda e: {n: class_cost(p, t, e) for n, (p, t) in right.items()}, wrong)
    judged = settle(Trial(got, readings, 20, COST, part="cross_entropy_error"))
    return blamed(judged, ONE_HOT_ONLY, {"indices"})


AFFINE = {
    "no_bias": Mistake("b is not added.", "Add b."),
    "bias_mean": Mistake("db is the mean over the batch; dW is a sum.", "db is the sum over the batch."),
    "bias_total": Mistake("db is one number: the sum over everything.", "Sum over axis 0."),
    "both_means": Mistake("dW and db are divided by the batch size again; the loss divides already.", "Divide once."),
    "not_reshaped": Mistake("dx keeps the flattened shape.", "Reshape dx to original_x_shape."),
    "accumulated": Mistake("dW and db add up over calls of backward.", "Assign them in each call."),
}
RANK_TWO_ONLY = Cause(
    "rank_two_only",
    "Inputs of more than two axes are not flattened.",
    True,
    "Keep x.shape, and reshape x to (batch, -1).",
)


def affine(bench: Bench) -> Judgement:
    """A matrix, then an input of four axes, then another matrix, all by one object."""
    W, b = bench.rng.standard_normal((6, 4)), bench.rng.standard_normal(4)
    inputs = [bench.rng.standard_normal(shape) for shape in ((5, 6), (3, 1, 2, 3), (7, 6))]
    dys = [bench.rng.standard_normal((len(x), 4)) for x in inputs]
    bench.run(New("Affine", (W, b), bind="layer"))
    got: dict[str, Array | str] = {}
    want: dict[str, Array] = {}
    layer = Dense(6, 4)
    layer.load({"w": W, "b": b})
    kinds = ("", " of rank 4", "@again")
    for kind, x, dy in zip(kinds, inputs, dys, strict=True):
        steps: dict[str, Step] = {"y": Call("layer.forward", (x,)), "dx": Call("layer.backward", (dy,))}
        steps |= {"dW": Get("layer.dW"), "db": Get("layer.db")}
        got |= {f"{name}{kind}": value for name, value in tried(bench, steps).items()}
        y = layer(x.reshape(len(x), 6))
        dx = layer.backward(dy)
        assert dx is not None
        want |= {f"y{kind}": y, f"dx{kind}": dx.reshape(x.shape)}
        want |= {f"dW{kind}": layer.grads["w"], f"db{kind}": layer.grads["b"]}

    def wrong(switches: frozenset[str]) -> dict[str, Array]:
        numbers: dict[str, Array] = {}
        before: dict[str, Array] = {}
        for kind, x, dy in zip(kinds, inputs, dys, strict=True):
            now = _wrong_affine(x, W, b, dy, switches)
            if "accumulated" in switches:
                now |= {name: now[name] + before.get(name, 0) for name in ("dW", "db")}
            before = now
            numbers |= {f"{name}{kind}": value for name, value in now.items()}
        return numbers

    judged = settle(Trial(got, [Reading(want, wrong=wrong)], 8, AFFINE, part="Affine"))
    return blamed(judged, RANK_TWO_ONLY, {f"{name} of rank 4" for name in ("y", "dx", "dW", "db")})


def _wrong_affine(x: Array, w: Array, b: Array, dy: Array, switches: frozenset[str]) -> dict[str, Array]:
    flat, share = x.reshape(len(x), -1), len(x) if "both_means" in switches else 1
    db = dy.mean(axis=0) if "bias_mean" in switches else dy.sum(axis=0)
    dx = dy @ w.T
    return {
        "y": flat @ w + (0 if "no_bias" in switches else b),
        "dx": dx if "not_reshaped" in switches else dx.reshape(x.shape),
        "dW": flat.T @ dy / share,
        "db": np.asarray(dy.sum()) if "bias_total" in switches else db / share,
    }


RELU = {
    "mask_reversed": Mistake("The gradient passes where x <= 0, and is stopped elsewhere.", "dx[mask] = 0."),
    "passes_at_zero": Mistake("The gradient passes where x is 0.", "The mask is x <= 0."),
    "not_masked": Mistake("The gradient passes everywhere.", "Set it to 0 where x <= 0."),
    "mask_of_gradient": Mistake("The gradient is masked by its own sign, not that of x.", "Keep forward's mask."),
}
WRITES_INTO_DOUT = Cause(
    "relu_writes_into_dout",
    "Relu.backward writes into dout, so what another layer reads of it afterwards is changed.",
    True,
    "Work on a copy: dx = dout.copy().",
)
WRITES_INTO_X = Cause(
    "relu_writes_into_x",
    "Relu.forward writes into x, so what another layer reads of it afterwards is changed.",
    True,
    "Work on a copy: out = x.copy().",
)


def relu(bench: Bench) -> Judgement:
    """Positive, negative and zero inputs, twice."""
    got: dict[str, Array | str] = {}
    want: dict[str, Array] = {}
    inputs = []
    changed: list[Cause] = []
    bench.run(New("Relu", (), bind="layer"))
    for kind in ("", "@again"):
        x, dy = bench.rng.standard_normal((4, 5)), bench.rng.standard_normal((4, 5))
        x[bench.rng.random(x.shape) < 0.2] = 0.0
        x[0, 0] = 0.0
        inputs.append((kind, x, dy))
        results = bench.run(Call("layer.forward", (x,)), Call("layer.backward", (dy,)))
        got |= {f"y{kind}": as_array(results[0].value), f"dx{kind}": as_array(results[1].value)}
        changed += [c for r, c in zip(results, (WRITES_INTO_X, WRITES_INTO_DOUT), strict=True) if r.mutated]
        layer = ReLU()
        want |= {f"y{kind}": layer(x), f"dx{kind}": layer.backward(dy)}

    def wrong(switches: frozenset[str]) -> dict[str, Array]:
        numbers = dict(want)
        for kind, x, dy in inputs:
            keep = x > 0
            keep = ~keep if "mask_reversed" in switches else x >= 0 if "passes_at_zero" in switches else keep
            keep = dy > 0 if "mask_of_gradient" in switches else keep
            # the mask of zeros and its reverse are the two mistakes together
            keep = x < 0 if {"mask_reversed", "passes_at_zero"} <= switches else keep
            numbers[f"dx{kind}"] = dy if "not_masked" in switches else dy * keep
        return numbers

    judged = settle(Trial(got, [Reading(want, wrong=wrong)], 4, RELU, part="Relu"))
    causes = tuple(dict.fromkeys(changed))
    remark = " ".join(f"Right, but {cause.sentence}" for cause in causes if judged.verdict == "correct")
    return replace(judged, causes=(*judged.causes, *causes), remark=remark)


LOSS = {
    "not_averaged": Mistake("The gradient is not divided by the batch size.", "(y - t) / batch_size."),
    "indices_not_averaged": Mistake(
        "The gradient for class indices is not divided by the batch size.", "Divide by batch_size there too."
    ),
    "batch_twice": Mistake("The gradient is divided by the batch size twice.", "Divide once."),
    "loss_not_averaged": Mistake("The loss is not divided by the batch size.", "Divide by the batch size."),
    "softmax_whole_array": Mistake("Softmax normalises over the whole array.", "Sum along axis 1, with keepdims=True."),
    "sign": Mistake("The gradient has the wrong sign.", "It is y - t."),
}
DOUT_IGNORED = Cause(
    "dout_ignored",
    "SoftmaxWithLoss.backward ignores dout: it is right for dout = 1 only.",
    True,
    "Multiply by dout.",
)


def softmax_with_loss(bench: Bench) -> Judgement:
    """Loss and gradient for both forms of labels; whether dout counts."""
    sizes = {" one-hot": 5, " indices": 7}
    batches = [(f, 2 * bench.rng.standard_normal((n, 4)), bench.rng.integers(0, 4, n)) for f, n in sizes.items()]
    bench.run(New("SoftmaxWithLoss", (), bind="layer"))
    got: dict[str, Array | str] = {}
    for form, x, labels in batches:
        t = np.eye(4)[labels] if "one-hot" in form else labels
        got |= tried(bench, {f"loss{form}": Call("layer.forward", (x, t)), f"dx{form}": Call("layer.backward")})

    def right(epsilon: float) -> dict[str, Array]:
        want: dict[str, Array] = {}
        for form, x, labels in batches:
            loss = SoftmaxCrossEntropy()
            value = loss(x, labels)
            cost = class_cost(Softmax()(x), np.eye(4)[labels], epsilon) if epsilon else value
            want |= {f"loss{form}": cost, f"dx{form}": loss.backward()}
        return want

    def wrong(switches: frozenset[str], epsilon: float) -> dict[str, Array]:
        each = (_wrong_loss(form, x, np.eye(4)[labels], switches, epsilon) for form, x, labels in batches)
        return {name: value for numbers in each for name, value in numbers.items()}

    judged = settle(Trial(got, with_epsilons(right, wrong), 28, LOSS, part="SoftmaxWithLoss"))
    judged = blamed(judged, ONE_HOT_ONLY, {"loss indices", "dx indices"})
    if judged.verdict != "correct":
        return judged
    form, x, labels = batches[0]
    results = bench.run(Call("layer.forward", (x, np.eye(4)[labels])), Call("layer.backward", (2.5,), optional=True))
    dx = as_array(results[1].value)
    ignored = not isinstance(dx, str) and np.array_equal(dx, got[f"dx{form}"])
    if not ignored:
        return judged
    return replace(judged, causes=(DOUT_IGNORED,), remark=f"Right for dout = 1. {DOUT_IGNORED.sentence}")


def _wrong_loss(form: str, x: Array, t: Array, switches: frozenset[str], epsilon: float) -> dict[str, Array]:
    p = np.exp(x - x.max())
    p /= p.sum() if "softmax_whole_array" in switches else p.sum(axis=1, keepdims=True)
    share = len(x) ** 2 if "batch_twice" in switches else len(x)
    if "not_averaged" in switches or ("indices_not_averaged" in switches and "indices" in form):
        share = 1
    loss = -np.sum(t * np.log(p + epsilon)) / (1 if "loss_not_averaged" in switches else len(x))
    return {f"loss{form}": np.asarray(loss), f"dx{form}": (t - p if "sign" in switches else p - t) / share}


def _recipe(name: str, title: str, judge: Callable[[Bench], Judgement], methods: tuple[str, ...] = ()) -> Recipe:
    return Recipe(f"two-layer-net/{name}", title, judge, (name,), methods, LOSS_PARTS)


BOTH = ("backward", "forward")

RECIPES = (
    _recipe("softmax", "Softmax of rows or of one vector", softmax),
    _recipe("cross_entropy_error", "Cross-entropy, the mean over the batch", cross_entropy_error),
    _recipe("Affine", "The affine layer", affine, BOTH),
    _recipe("Relu", "ReLU", relu, BOTH),
    _recipe("SoftmaxWithLoss", "Softmax with cross-entropy", softmax_with_loss, BOTH),
)

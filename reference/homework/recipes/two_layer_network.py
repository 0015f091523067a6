"""S5 `two-layer-net`: the network, its gradients from backpropagation and from differences, and their comparison."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.homework.isolation.process import Call, Get, New, Seed, Set
from reference.homework.recipes.bench import Bench
from reference.homework.recipes.costs import class_cost, with_epsilons
from reference.homework.recipes.draws import Draw, Other, judge_draw, judge_zeros, merge_causes
from reference.homework.recipes.judging import Judgement, Mistake, Reading, Trial, as_array, settle
from reference.homework.recipes.recipe import Recipe
from reference.homework.recipes.two_layer_net import ONE_HOT_ONLY, blamed, tried
from reference.homework.recipes.two_layer_right import PARTS
from reference.homework.verdict import Cause
from reference.pair import Array
from scratch.activations import Softmax
from scratch.gradient_check import central_difference
from scratch.losses import SoftmaxCrossEntropy
from scratch.models import two_layer_net

KEYS = {"W1": "0.w", "b1": "0.b", "W2": "2.w", "b2": "2.b"}
SIZES = (4, 3, 5)
BATCH = 6
# inputs of ReLU stay this far from its kink, so that differences do not step over it
CLEAR = 0.05


@dataclass(frozen=True)
class Task:
    """Weights, a batch, and the weights that the submission's network began with."""

    params: Mapping[str, Array]
    x: Array
    labels: Array
    initial: Mapping[str, Array]

    @property
    def t(self) -> Array:
        return np.eye(SIZES[2])[self.labels]

    def logits(self, params: Mapping[str, Array] | None = None) -> Array:
        net = two_layer_net(*SIZES)
        net.load({KEYS[k]: v for k, v in (params or self.params).items()})
        return net(self.x)

    def loss(self, params: Mapping[str, Array] | None = None, epsilon: float = 0.0) -> float:
        return float(class_cost(Softmax()(self.logits(params)), self.t, epsilon))

    def gradients(self) -> dict[str, Array]:
        net, loss = two_layer_net(*SIZES), SoftmaxCrossEntropy()
        net.load({KEYS[k]: v for k, v in self.params.items()})
        loss(net(self.x), self.labels)
        net.backward(loss.backward())
        return {k: net.grads[name] for k, name in KEYS.items()}

    def differences(self, h: float, epsilon: float) -> dict[str, Array]:
        """The central differences of the loss."""

        def along(key: str) -> Callable[[Array], float]:
            return lambda w: self.loss({**self.params, key: w}, epsilon)

        return {key: central_difference(along(key), w, h) for key, w in self.params.items()}


def prepare(bench: Bench) -> Task:
    """Makes a small network in the process and gives it random weights and biases."""
    shapes = dict(zip(KEYS, ((SIZES[0], SIZES[1]), SIZES[1:2], SIZES[1:], SIZES[2:]), strict=True))
    for _ in range(1000):
        params = {key: bench.rng.standard_normal(shape) for key, shape in shapes.items()}
        x = bench.rng.standard_normal((BATCH, SIZES[0]))
        if np.abs(x @ params["W1"] + params["b1"]).min() > CLEAR:
            break
    bench.run(Seed(3), New("TwoLayerNet", SIZES, bind="net"))
    gets = bench.run(*(Get(f"net.params['{key}']") for key in KEYS))
    initial = {key: as_array(result.value) for key, result in zip(KEYS, gets, strict=True)}
    bench.run(*(Set(f"net.params['{key}']", w) for key, w in params.items()))
    kept = {k: v for k, v in initial.items() if not isinstance(v, str) and v.shape == shapes[k]}
    labels = np.arange(BATCH) % SIZES[2]
    return Task(params, x, bench.rng.permutation(labels), kept if len(kept) == len(KEYS) else params)


PREDICT = {
    "params_not_shared": Mistake(
        "The layers keep weights of their own: changing params changes nothing.",
        "Hand the arrays of params to the layers.",
    ),
    "softmax_in_predict": Mistake("predict returns probabilities.", "Return the logits; lastLayer has softmax."),
    "no_relu": Mistake("Relu1 is left out.", "Affine1, Relu1, Affine2."),
}


def predict(bench: Bench) -> Judgement:
    """The initial weights of one network, the logits of another."""
    quantities, causes = _initial(bench)
    task = prepare(bench)
    got = {"logits": as_array(bench.call("net.predict", task.x))}

    def wrong(switches: frozenset[str]) -> dict[str, Array]:
        params = task.initial if "params_not_shared" in switches else task.params
        z = task.logits(params)
        if "no_relu" in switches:
            z = (task.x @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]
        return {"logits": Softmax()(z) if "softmax_in_predict" in switches else z}

    judged = settle(Trial(got, [Reading({"logits": task.logits()}, wrong=wrong)], 28, PREDICT, part="predict"))
    right = judged.verdict == "correct" and all(quantity.agree for quantity in quantities)
    return replace(
        judged,
        verdict="correct" if right else "wrong",
        quantities=(*quantities, *judged.quantities),
        causes=(*causes, *judged.causes),
    )


def _initial(bench: Bench) -> tuple[list[Any], list[Cause]]:
    """Whether weights are drawn from N(0, weight_init_std**2) and biases are zero."""
    sizes, std = (60, 50, 40), 0.3
    bench.run(Seed(5), New("TwoLayerNet", (*sizes, std), bind="large"))
    gets = bench.run(*(Get(f"large.params['{key}']") for key in KEYS))
    values = dict(zip(KEYS, (result.value for result in gets), strict=True))
    others = [
        Other("std_ignored", Draw("normal", 0.01), "weight_init_std makes no difference."),
        Other("not_scaled", Draw("normal", 1.0), "it is not multiplied by weight_init_std."),
        Other("uniform_for_normal", Draw("positive", std), "it is uniform from 0, never negative."),
    ]
    quantities, causes = [], []
    for key, shape in (("W1", sizes[:2]), ("W2", sizes[1:])):
        quantity, found = judge_draw(key, values[key], shape, Draw("normal", std), others)
        quantities.append(quantity)
        causes += found
    quantities += judge_zeros({"b1": (values["b1"], sizes[1:2]), "b2": (values["b2"], sizes[2:])})
    return quantities, list(merge_causes(causes))


LOSS = {
    "not_averaged": Mistake("The loss is not divided by the batch size.", "Divide by the batch size."),
    "params_not_shared": PREDICT["params_not_shared"],
    "softmax_twice": Mistake("Softmax is applied twice, in predict and in lastLayer.", "predict returns logits."),
}


def loss(bench: Bench) -> Judgement:
    task = prepare(bench)
    got: dict[str, Array | str] = {}
    for name, t in (("loss one-hot", task.t), ("loss indices", task.labels)):
        got |= tried(bench, {name: Call("net.loss", (task.x, t))})

    def both(value: float) -> dict[str, Array]:
        return dict.fromkeys(("loss one-hot", "loss indices"), np.asarray(value))

    def wrong(switches: frozenset[str], epsilon: float) -> dict[str, Array]:
        z = task.logits(task.initial if "params_not_shared" in switches else None)
        p = Softmax()(Softmax()(z) if "softmax_twice" in switches else z)
        return both(float(class_cost(p, task.t, epsilon)) * (BATCH if "not_averaged" in switches else 1))

    readings = with_epsilons(lambda e: both(task.loss(epsilon=e)), wrong)
    judged = settle(Trial(got, readings, 28, LOSS, part="loss"))
    return blamed(judged, ONE_HOT_ONLY, {"loss indices"})


ACCURACY = {
    "not_divided": Mistake("The number of hits is not divided by the number of samples.", "Divide by x.shape[0]."),
    "percent": Mistake("The accuracy is in percent.", "It is a share between 0 and 1."),
}


def accuracy(bench: Bench) -> Judgement:
    """With some of the samples right, for both forms of labels."""
    task = prepare(bench)
    best = task.logits().argmax(axis=1)
    # two of six right
    labels = np.where(np.arange(BATCH) % 3 == 0, best, (best + 1) % SIZES[2])
    got: dict[str, Array | str] = {}
    for name, t in (("accuracy one-hot", np.eye(SIZES[2])[labels]), ("accuracy indices", labels)):
        got |= tried(bench, {name: Call("net.accuracy", (task.x, t))})

    def both(value: float) -> dict[str, Array]:
        return dict.fromkeys(("accuracy one-hot", "accuracy indices"), np.asarray(value))

    def wrong(switches: frozenset[str]) -> dict[str, Array]:
        hits = best == labels
        share = float(hits.mean())
        return both(share * (BATCH if "not_divided" in switches else 100 if "percent" in switches else 1))

    want = both(float((best == labels).mean()))
    judged = settle(Trial(got, [Reading(want, wrong=wrong)], 4, ACCURACY, part="accuracy"))
    judged = blamed(judged, ONE_HOT_ONLY, {"accuracy indices"})
    return blamed(judged, OF_BATCH, set(want)) if _argmax_of_batch(bench, task, labels) else judged


OF_BATCH = Cause("argmax_of_batch", "argmax is taken over the batch.", True, "np.argmax(y, axis=1).")


def _argmax_of_batch(bench: Bench, task: Task, labels: Array) -> bool:
    """Whether it counts hits of the largest in each column, which runs where there are as many samples as classes."""
    n = SIZES[2]
    share = float((task.logits().T[:, :n].argmax(axis=1) == labels[:n]).mean())
    value = as_array(bench.run(Call("net.accuracy", (task.x[:n], labels[:n]), optional=True))[0].value)
    return not isinstance(value, str) and value.size == 1 and float(value.reshape(())) == share


def network_recipe(name: str, title: str, judge: Callable[[Bench], Judgement], *methods: str) -> Recipe:
    return Recipe(f"two-layer-net/{name}", title, judge, ("TwoLayerNet",), methods, PARTS)


RECIPES = (
    network_recipe("predict", "TwoLayerNet: weights and logits", predict, "predict", "__init__"),
    network_recipe("loss", "TwoLayerNet.loss", loss, "loss"),
    network_recipe("accuracy", "TwoLayerNet.accuracy", accuracy, "accuracy"),
)

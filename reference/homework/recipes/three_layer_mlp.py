"""S2 `three-layer-mlp`: the functions of the column-layout network; its training loop is in `three_layer_loop`."""

from dataclasses import replace

import numpy as np

from reference.homework.isolation.process import Call, SetGlobal
from reference.homework.recipes.bench import Bench
from reference.homework.recipes.costs import class_cost, probabilities
from reference.homework.recipes.draws import Draw, Other, judge_draw, judge_zeros, merge_causes
from reference.homework.recipes.judging import Judgement, Mistake, Reading, Trial, as_array, settle
from reference.homework.recipes.recipe import Recipe
from reference.homework.recipes.softmaxes import judge_softmax
from reference.homework.verdict import Cause, Quantity
from reference.pair import Array
from scratch.activations import Sigmoid, Softmax
from scratch.models import three_layer_mlp

LOW, HIGH = 1e-8, 1 - 1e-8
WEIGHTS = ("W_2", "b_2", "W_3", "b_3")

RIGHT = {
    "softmax": """
def softmax(U, reduce_axis=0):
    e = np.exp(U - np.max(U, axis=reduce_axis, keepdims=True))
    return e / np.sum(e, axis=reduce_axis, keepdims=True)
""",
    "sigmoid": """
def sigmoid(U):
    e = np.exp(np.minimum(U, -U))
    return np.where(U < 0, e, 1) / (1 + e)
""",
    "dsigmoid_du": """
def dsigmoid_du(U):
    e = np.exp(np.minimum(U, -U))
    return e / (1 + e) ** 2
""",
}


def softmax(bench: Bench) -> Judgement:
    return judge_softmax(bench, "softmax", axis=0, named="reduce_axis")


COST = {
    "averaged": Mistake(
        "The loss is the mean over the samples.", "The exercise sums over them: 230.26 for its example."
    ),
    "mean_of_elements": Mistake("The mean is taken over all elements.", "Sum over classes and samples."),
    "not_clipped": Mistake(
        "Y is not clipped: a probability of 0 gives an infinite loss.", "Clip Y to [1e-8, 1 - 1e-8]."
    ),
    "epsilon_added": Mistake("1e-8 is added to Y, which is not clipped.", "Clip Y to [1e-8, 1 - 1e-8]."),
    "sign": Mistake("The minus sign is missing.", "-sum(D * log(Y))."),
    "over_classes_only": Mistake("There is one loss for each sample.", "Sum over the samples too."),
}


def softmax_cross_entropy(bench: Bench) -> Judgement:
    """Columns of probabilities, some of them 0 and 1, and the example whose value is printed."""
    Y, D = probabilities(bench.rng, 7, 4).T, np.eye(4)[bench.rng.integers(0, 4, 7)].T
    certain, labels = np.eye(4)[[0, 1, 2, 3, 1]].T, np.eye(4)[[0, 1, 3, 3, 0]].T
    equal, first = np.full((10, 100), 0.1), np.eye(10)[np.zeros(100, int)].T
    trials = {"loss": (D, Y), "loss of 0 and 1": (labels, certain), "printed example": (first, equal)}
    results = bench.run(*(Call("softmax_cross_entropy", arguments) for arguments in trials.values()))
    got = {name: as_array(result.value) for name, result in zip(trials, results, strict=True)}
    got = {k: v.reshape(()) if not isinstance(v, str) and v.size == 1 else v for k, v in got.items()}

    def right(high: float) -> dict[str, Array]:
        return {name: class_cost(y.T, d.T, 0.0, LOW, high, "sum") for name, (d, y) in trials.items()}

    def wrong(switches: frozenset[str]) -> dict[str, Array]:
        return {name: _wrong_cost(d, y, switches) for name, (d, y) in trials.items()}

    readings = [Reading(right(HIGH), wrong=wrong), Reading(right(np.inf), "clipped at 1e-8 only, not at 1 - 1e-8")]
    return settle(Trial(got, readings, 400, COST, part="softmax_cross_entropy"))


def _wrong_cost(d: Array, y: Array, switches: frozenset[str]) -> Array:
    if "epsilon_added" in switches:
        logs = np.log(y + LOW)
    else:
        logs = np.log(y if "not_clipped" in switches else np.clip(y, LOW, HIGH))
    # 0 * inf as NumPy has it
    total = np.sum(d * logs, axis=0)
    if "over_classes_only" not in switches:
        total = total.sum() / (
            d.shape[1] if "averaged" in switches else d.size if "mean_of_elements" in switches else 1
        )
    return np.asarray(total if "sign" in switches else -total)


SIGMOID = {
    "sign_of_exponent": Mistake("The exponent has the wrong sign: it is sigmoid(-U).", "1 / (1 + exp(-U))."),
    "tanh": Mistake("It is tanh.", "1 / (1 + exp(-U))."),
    "minus": Mistake("1 - exp(-U) stands in the denominator.", "1 / (1 + exp(-U))."),
}
SIGMOID_OVERFLOWS = Cause(
    "sigmoid_overflows",
    "It gives nan for U above 709, where exp(U) overflows; raw inputs of 0 to 255 make such U.",
    True,
    "1 / (1 + exp(-U)).",
)


def sigmoid(bench: Bench) -> Judgement:
    return _elementwise(bench, "sigmoid", Sigmoid().value, _wrong_sigmoid, SIGMOID)


def _wrong_sigmoid(U: Array, switches: frozenset[str]) -> Array:  # noqa: N803 the exercise's name
    if "tanh" in switches:
        return np.tanh(U)
    if "minus" in switches:
        return 1 / (1 - np.exp(-U))
    return Sigmoid().value(-U if "sign_of_exponent" in switches else U)


SLOPE = {
    "takes_output": Mistake("It takes its argument for sigmoid(U): U * (1 - U).", "Compute z = sigmoid(U) first."),
    "plus": Mistake("1 + sigmoid(U) stands in it.", "z * (1 - z)."),
    "not_multiplied": Mistake("It is 1 - sigmoid(U).", "z * (1 - z)."),
    "squared": Mistake("sigmoid(U) is squared in it.", "z * (1 - z)."),
    "tanh": Mistake("It is the derivative of tanh, 1 - z**2.", "z * (1 - z)."),
    "just_sigmoid": Mistake("It is sigmoid(U) itself.", "z * (1 - z)."),
}


def dsigmoid_du(bench: Bench) -> Judgement:
    def right(U: Array) -> Array:  # noqa: N803
        layer = Sigmoid()
        layer.forward(U)
        return layer.backward(np.ones_like(U))

    return _elementwise(bench, "dsigmoid_du", right, _wrong_slope, SLOPE)


def _wrong_slope(U: Array, switches: frozenset[str]) -> Array:  # noqa: N803
    z = Sigmoid().value(U)
    forms = {
        "takes_output": U * (1 - U),
        "plus": z * (1 + z),
        "not_multiplied": 1 - z,
        "squared": z**2,
        "tanh": 1 - z**2,
        "just_sigmoid": z,
    }
    return next((forms[switch] for switch in forms if switch in switches), z * (1 - z))


def _elementwise(bench: Bench, name: str, right, wrong, mistakes) -> Judgement:  # type: ignore[no-untyped-def]
    """A function of each element: on ordinary values, and on those that raw inputs make."""
    inputs = {name: 3 * bench.rng.standard_normal((4, 6)), "large U": np.array([[-2000.0, -40.0], [40.0, 2000.0]])}
    results = bench.run(*(Call(name, (U,)) for U in inputs.values()))
    got = {key: as_array(result.value) for key, result in zip(inputs, results, strict=True)}
    want = {key: right(U) for key, U in inputs.items()}

    def numbers(switches: frozenset[str]) -> dict[str, Array]:
        return {key: wrong(U, switches) for key, U in inputs.items()}

    judged = settle(Trial(got, [Reading(want, wrong=numbers)], 16, mistakes, part=name))
    large = got["large U"]
    if (
        judged.verdict == "wrong"
        and not isinstance(large, str)
        and np.isnan(large).any()
        and judged.quantities[0].agree
    ):
        return replace(judged, causes=(SIGMOID_OVERFLOWS,))
    return judged


def init_params(bench: Bench) -> Judgement:
    """Shapes, and weights from N(0, 1)."""
    returned = bench.seeded_call(7, "init_params")
    if not isinstance(returned, list | tuple) or len(returned) != len(WEIGHTS):
        problem = "is None" if returned is None else "it does not return W_2, b_2, W_3, b_3"
        return Judgement("wrong", tuple(Quantity(name, False, problem=problem) for name in WEIGHTS))
    values = dict(zip(WEIGHTS, returned, strict=True))
    others = [
        Other("positive_only", Draw("positive", 1.0), "it is uniform from 0 to 1, never negative."),
        Other("scaled", Draw("normal", 0.01), "it is normal with deviation 0.01."),
        Other("scaled", Draw("normal", 0.1), "it is normal with deviation 0.1."),
        Other("uniform_for_normal", Draw("uniform", 1.0), "it is uniform within ±1."),
    ]
    quantities, causes = [], []
    for name, shape in (("W_2", (256, 784)), ("W_3", (10, 256))):
        quantity, found = judge_draw(name, values[name], shape, Draw("normal", 1.0), others)
        quantities.append(quantity)
        causes += found
    quantities += judge_zeros({"b_2": (values["b_2"], (256, 1)), "b_3": (values["b_3"], (10, 1))})
    for name, n in (("b_2", 256), ("b_3", 10)):
        bias = as_array(values[name])
        if not isinstance(bias, str) and bias.shape == (n,):
            said = f"{name} has no second axis: added to (n, samples) it is taken for a row."
            causes.append(Cause("flat_bias", said, True, f"Give it the shape ({n}, 1)."))
    right = all(quantity.agree for quantity in quantities)
    return Judgement("correct" if right else "wrong", tuple(quantities), merge_causes(causes))


INFERENCE = {
    "transposed_output": Mistake("The result is (classes, samples).", "Return its transpose, (samples, classes)."),
    "no_sigmoid": Mistake("The hidden layer has no sigmoid.", "Z_2 = sigmoid(U_2)."),
    "no_biases": Mistake("The biases are not added.", "Add b_2 and b_3."),
    "no_softmax": Mistake("There is no softmax at the end.", "softmax(U_3)."),
    "softmax_over_samples": Mistake("Softmax sums over the samples.", "Sum over the classes."),
}


def inference(bench: Bench) -> Judgement:
    """Rows in, rows out, with global weights of other sizes than the exercise's."""
    params, X = draw_weights(bench.rng, 11, 6, 4), bench.rng.standard_normal((5, 11))
    bench.run(*(SetGlobal(name, value) for name, value in params.items()))
    got = {"Y": as_array(bench.call("inference", X))}

    def wrong(switches: frozenset[str]) -> dict[str, Array]:
        W_2, b_2, W_3, b_3 = (
            params[name] * (0 if "no_biases" in switches and name[0] == "b" else 1) for name in WEIGHTS
        )
        Z_2 = W_2 @ X.T + b_2
        U_3 = W_3 @ (Z_2 if "no_sigmoid" in switches else Sigmoid().value(Z_2)) + b_3
        Y = U_3 if "no_softmax" in switches else Softmax(1 if "softmax_over_samples" in switches else 0)(U_3)
        return {"Y": Y if "transposed_output" in switches else Y.T}

    want = {"Y": Softmax()(network(params)(X))}
    return settle(Trial(got, [Reading(want, wrong=wrong)], 44, INFERENCE, part="inference"))


def draw_weights(rng: np.random.Generator, features: int, hidden: int, classes: int) -> dict[str, Array]:
    """W_2, b_2, W_3, b_3 in columns, with random biases."""
    shapes = ((hidden, features), (hidden, 1), (classes, hidden), (classes, 1))
    return {name: rng.standard_normal(shape) for name, shape in zip(WEIGHTS, shapes, strict=True)}


def network(params: dict[str, Array]):  # type: ignore[no-untyped-def]
    """The network of scratch with these weights, rows in and rows out."""
    W_2, b_2, W_3, b_3 = (params[name] for name in WEIGHTS)
    net = three_layer_mlp(W_2.shape[1], len(W_2), len(W_3))
    net.load({"0.w": W_2.T, "0.b": b_2[:, 0], "2.w": W_3.T, "2.b": b_3[:, 0]})
    return net


RECIPES = (
    Recipe("three-layer-mlp/softmax", "Softmax along an axis", softmax, ("softmax",)),
    Recipe(
        "three-layer-mlp/softmax_cross_entropy",
        "Cross-entropy, summed",
        softmax_cross_entropy,
        ("softmax_cross_entropy",),
    ),
    Recipe("three-layer-mlp/sigmoid", "Sigmoid", sigmoid, ("sigmoid",)),
    Recipe("three-layer-mlp/dsigmoid_du", "The derivative of the sigmoid", dsigmoid_du, ("dsigmoid_du",), right=RIGHT),
    Recipe("three-layer-mlp/init_params", "Weights from N(0, 1), zero biases", init_params, ("init_params",)),
    Recipe("three-layer-mlp/inference", "From samples to probabilities", inference, ("inference",), right=RIGHT),
)

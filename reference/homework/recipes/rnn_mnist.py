"""S1 `rnn-mnist`: an RNN classifier in function style, five tagged questions."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from reference.homework.isolation.process import Call, Get, Ref, Set
from reference.homework.recipes import adam, rnn_mistakes
from reference.homework.recipes.bench import Bench
from reference.homework.recipes.costs import class_cost, probabilities, with_epsilons
from reference.homework.recipes.draws import judge_draw, judge_zeros, merge_causes, uniform, usual
from reference.homework.recipes.judging import Judgement, Mistake, Reading, Trial, as_array, settle
from reference.homework.recipes.recipe import Recipe
from reference.homework.recipes.softmaxes import judge_softmax
from reference.homework.verdict import Quantity
from reference.pair import Array
from scratch.activations import Softmax
from scratch.clipping import clip_by_value
from scratch.models import rnn_mnist
from scratch.recurrent import SimpleRNN

IMAGE = 28
PARAMS = ("U", "W", "V", "b", "c")

SOFTMAX = """
def softmax(x, axis=1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)
"""


def draw_params(rng: np.random.Generator, image: int, hidden: int, classes: int, size: float = 0.5) -> list[Array]:
    """U, W, V, b, c, no two of the same size, all biases random."""
    return [size * rng.standard_normal(shape) for shape in shapes_of(image, hidden, classes)]


def shapes_of(image: int, hidden: int, classes: int) -> tuple[tuple[int, int], ...]:
    """The shapes of U, W, V, b, c."""
    return ((image, hidden), (hidden, hidden), (hidden, classes), (1, hidden), (1, classes))


def as_names(params: list[Array]) -> dict[str, Array]:
    """The weights as the network in scratch calls them."""
    U, W, V, b, c = params
    return {"0.w_x": U, "0.w_h": W, "0.b": b[0], "1.w": V, "1.b": c[0]}


def init_parameters(bench: Bench) -> Judgement:
    """Shapes and distributions of the weights, and the moments."""
    image, hidden, classes = 40, 150, 35
    returned = bench.seeded_call(7, "init_parameters", image, hidden, classes)
    if not isinstance(returned, list | tuple) or len(returned) != 3:
        return Judgement("wrong", (Quantity("params", False, problem="it does not return params, ms, vs"),))
    params, ms, vs = returned
    shapes = dict(zip(PARAMS, shapes_of(image, hidden, classes), strict=True))
    for name, value in (("params", params), ("ms", ms), ("vs", vs)):
        if not isinstance(value, list | tuple) or len(value) != len(PARAMS):
            return Judgement("wrong", (Quantity(name, False, problem="is not the five arrays U, W, V, b, c"),))
    quantities, causes = [], []
    for name, value in zip(PARAMS[:3], params, strict=False):
        n_in, n_out = shapes[name]
        quantity, found = judge_draw(name, value, shapes[name], uniform(6, n_in + n_out), usual(n_in, n_out)[1:])
        quantities.append(quantity)
        causes += found
    zeros = {"b": (params[3], shapes["b"]), "c": (params[4], shapes["c"])}
    for kind, moments in (("ms", ms), ("vs", vs)):
        zeros |= {f"{kind} {n}": (m, shapes[n]) for n, m in zip(PARAMS, moments, strict=True)}
    quantities += judge_zeros(zeros)
    wrong = any(not quantity.agree for quantity in quantities)
    generator = np.random.RandomState(7)
    drawn = [generator.uniform(-(d := uniform(6, sum(shapes[n])).size), d, shapes[n]) for n in PARAMS[:3]]
    same = not wrong and all(np.allclose(a, b, rtol=1e-12, atol=0) for a, b in zip(drawn, params, strict=False))
    said = ("drawn by np.random.uniform in the order U, W, V",) if same else ()
    return Judgement("wrong" if wrong else "correct", tuple(quantities), merge_causes(causes), said)


def softmax(bench: Bench) -> Judgement:
    return judge_softmax(bench, "softmax", axis=1, named="axis")


def forward_propagation(bench: Bench) -> Judgement:
    """y_pred and every state, twice, so that nothing is left over from the first call."""
    hidden, classes, batch = 6, 4, 5
    params = draw_params(bench.rng, IMAGE, hidden, classes, 0.3)
    inputs = [bench.rng.standard_normal((batch, IMAGE * IMAGE)) for _ in range(2)]
    got: dict[str, Array | str] = {}
    want: dict[str, Array] = {}
    for trial, X in zip(("", "@again"), inputs, strict=True):
        returned = bench.call("forward_propagation", X, params, batch, hidden)
        got |= {f"{k}{trial}": v for k, v in _forward_parts(returned, batch).items()}
        states, y = _right_forward(params, X.reshape(batch, IMAGE, IMAGE))
        want |= {f"y_pred{trial}": y, f"X{trial}": X.reshape(batch, IMAGE, IMAGE), f"h{trial}": states}

    def wrong(switches: frozenset[str]) -> dict[str, Array]:
        numbers = dict(want)
        for trial, X in zip(("", "@again"), inputs, strict=True):
            y, _, states = rnn_mistakes.forward(X.reshape(batch, IMAGE, IMAGE), params, switches)
            numbers |= {f"y_pred{trial}": y, f"h{trial}": states[1:]}
        return numbers

    return settle(Trial(got, [Reading(want, wrong=wrong)], IMAGE * 4, rnn_mistakes.FORWARD, part="forward_propagation"))


def _right_forward(params: list[Array], x: Array) -> tuple[Array, Array]:
    """The states, (time, batch, hidden), and y_pred."""
    U, W, _, b, c = params
    rnn = SimpleRNN(IMAGE, len(W))
    rnn.load({"w_x": U, "w_h": W, "b": b[0]})
    net = rnn_mnist(IMAGE, len(W), len(c[0]))
    net.load(as_names(params))
    return rnn(x).swapaxes(0, 1), Softmax()(net(x))


def _forward_parts(returned: Any, batch: int) -> dict[str, Array | str]:
    """y_pred, X and the states h[0] ... h[27] of what was returned."""
    if returned is None:
        return dict.fromkeys(("y_pred", "X", "h"), "is None")
    if not isinstance(returned, list | tuple) or len(returned) != 3:
        return dict.fromkeys(("y_pred", "X", "h"), "is missing: it does not return y_pred, X, h")
    y, X, h = returned
    if isinstance(h, Mapping):
        h = [h[t] for t in range(IMAGE) if t in h]
    states = as_array(h)
    if not isinstance(states, str) and states.shape[:1] == (IMAGE + 1,):
        # an array of 29 states has h[-1] at its end or at its beginning
        states = states[1:] if not states[0].any() else states[:-1]
    return {"y_pred": as_array(y), "X": as_array(X), "h": states}


COST = {
    "mean_of_elements": Mistake("The mean is taken over all elements, classes too.", "Divide the sum by batch_size."),
    "divided_by_length": Mistake(
        "The cost is divided by 28 already here; the training loop does it once more.", "Divide by batch_size only."
    ),
    "not_averaged": Mistake("The sum is not divided by the batch size.", "Divide by batch_size."),
    "sign": Mistake("The minus sign is missing.", "-sum(targets * log(y_pred)) / batch_size."),
    "binary": Mistake("(1 - targets) log(1 - y_pred) is added, as for two classes.", "Leave it out."),
    "no_targets": Mistake("The logarithms are summed over all classes.", "Multiply by targets."),
}


def compute_cost(bench: Bench) -> Judgement:
    """The cross-entropy of two batches of different size."""
    batches = [(probabilities(bench.rng, n, 4), np.eye(4)[bench.rng.integers(0, 4, n)]) for n in (7, 3)]
    got = {}
    for k, (y, t) in enumerate(batches):
        got[f"cost@{k}"] = as_array(bench.call("compute_cost", y, t, len(y)))

    def right(epsilon: float) -> dict[str, Array]:
        return {f"cost@{k}": class_cost(y, t, epsilon) for k, (y, t) in enumerate(batches)}

    def wrong(switches: frozenset[str], epsilon: float) -> dict[str, Array]:
        return {f"cost@{k}": _wrong_cost(y, t, switches, epsilon) for k, (y, t) in enumerate(batches)}

    return settle(Trial(_scalars(got), with_epsilons(right, wrong), 28, COST, part="compute_cost"))


def _scalars(got: Mapping[str, Array | str]) -> dict[str, Array | str]:
    """One number in an array of any rank is that number."""
    return {k: v.reshape(()) if not isinstance(v, str) and v.size == 1 else v for k, v in got.items()}


def _wrong_cost(y: Array, t: Array, switches: frozenset[str], epsilon: float) -> Array:
    terms = (1 if "no_targets" in switches else t) * np.log(y + epsilon)
    if "binary" in switches:
        terms = terms + (1 - t) * np.log(1 - y + epsilon)
    divisor = terms.size if "mean_of_elements" in switches else 1 if "not_averaged" in switches else len(y)
    divisor *= IMAGE if "divided_by_length" in switches else 1
    return np.asarray((1 if "sign" in switches else -1) * terms.sum() / divisor)


def backward_propagation(bench: Bench) -> Judgement:
    """All gradients, once with none and once with many that are clipped."""
    hidden, classes, batch = 6, 4, 5
    trials = []
    for sizes in (np.array([0.3, 0.3, 0.3, 0.3, 0.3]), np.array([0.02, 0.4, 300.0, 0.1, 1.0])):
        params = [p * s for p, s in zip(draw_params(bench.rng, IMAGE, hidden, classes, 1.0), sizes, strict=True)]
        X = bench.rng.standard_normal((batch, IMAGE, IMAGE))
        targets = np.eye(classes)[np.arange(batch) % classes]
        states, y = _right_forward(params, X)
        h = {t: states[t] for t in range(IMAGE)} | {-1: np.zeros((batch, hidden))}
        trials.append((params, X, h, y, targets))
    got: dict[str, Array | str] = {}
    want: dict[str, Array] = {}
    mutated: tuple[Any, ...] = ()
    for name, given in zip(("", "@large"), trials, strict=True):
        result = bench.run(Call("backward_propagation", given))[0]
        mutated += result.mutated
        got |= {f"{k}{name}": v for k, v in _five(result.value).items()}
        want |= {f"{k}{name}": v for k, v in _right_backward(*given).items()}

    def wrong(switches: frozenset[str]) -> dict[str, Array]:
        pairs = zip(("", "@large"), trials, strict=True)
        return {
            f"d{p}{name}": grad
            for name, given in pairs
            for p, grad in zip(PARAMS, rnn_mistakes.backward(*given, switches), strict=True)
        }

    readings = [Reading(want, wrong=wrong)]
    trial = Trial(_shaped(got, want), readings, IMAGE * batch, rnn_mistakes.BACKWARD, part="backward_propagation")
    judged = settle(trial)
    return replace(judged, remark="It changes its arguments in place.") if mutated else judged


def _five(returned: Any) -> dict[str, Array | str]:
    names = [f"d{name}" for name in PARAMS]
    if isinstance(returned, Mapping) and set(names) <= set(returned):
        returned = [returned[name] for name in names]
    if not isinstance(returned, list | tuple) or len(returned) != len(names):
        said = "is None" if returned is None else "is missing: it does not return dU, dW, dV, db, dc"
        return dict.fromkeys(names, said)
    return {name: as_array(value) for name, value in zip(names, returned, strict=True)}


def _shaped(got: Mapping[str, Array | str], want: Mapping[str, Array]) -> dict[str, Array | str]:
    """(n,) counts as (1, n): both are added to (1, n) alike."""
    return {
        k: v[None] if not isinstance(v, str) and k in want and v[None].shape == want[k].shape else v
        for k, v in got.items()
    }


def _right_backward(params: list[Array], x: Array, h: Any, y: Array, targets: Array) -> dict[str, Array]:
    net = rnn_mnist(IMAGE, len(params[1]), y.shape[1])
    net.load(as_names(params))
    net(x)
    net.backward((y - targets) / len(x) / IMAGE)
    grads = clip_by_value(net.grads, 1.0)
    return {
        "dU": grads["0.w_x"],
        "dW": grads["0.w_h"],
        "dV": grads["1.w"],
        "db": grads["0.b"][None],
        "dc": grads["1.b"][None],
    }


def update_parameters(bench: Bench) -> Judgement:
    """Four steps of Adam on five weights; some gradients are as small as eps."""
    params = draw_params(bench.rng, 3, 4, 2)

    def drawn(w: Array) -> Array:
        return bench.rng.standard_normal(w.shape) * 10.0 ** bench.rng.integers(-8, 1, w.shape)

    grads = [[drawn(w) for w in params] for _ in range(4)]
    zeros = [np.zeros_like(p) for p in params]
    bench.run(Set("params", params), Set("ms", zeros), Set("vs", zeros))
    steps: list[Any] = []
    for t in range(1, 5):
        # what one step returns is given to the next
        given = Ref("params" if t == 1 else "after")
        value = bench.call("update_parameters", given, grads[t - 1], Ref("ms"), Ref("vs"), t, bind="after")
        if value is None:
            # updated in place without being returned
            value = bench.run(Set("after", Ref("params")), Get("params"))[1].value
        steps.append(value)
    return adam.judge(params, grads, steps, PARAMS)


def _recipe(name: str, title: str, judge: Any, right: Mapping[str, str] | None = None) -> Recipe:
    return Recipe(f"rnn-mnist/{name}", title, judge, (name,), right=right or {})


RECIPES = (
    _recipe("init_parameters", "Glorot uniform weights, zero biases and moments", init_parameters),
    _recipe("softmax", "Softmax over the classes", softmax),
    _recipe("forward_propagation", "The forward pass through 28 steps", forward_propagation, {"softmax": SOFTMAX}),
    _recipe("compute_cost", "Cross-entropy, the mean over the batch", compute_cost),
    _recipe("backward_propagation", "Backpropagation through time, clipped", backward_propagation),
    _recipe("update_parameters", "Adam", update_parameters),
)

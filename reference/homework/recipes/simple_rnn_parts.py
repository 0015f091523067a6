"""S3 `scratch-simple-rnn`: tanh, softmax, SGD, initial weights and mini-batches."""

from collections.abc import Callable

import numpy as np

from reference.homework.isolation.process import Call, Get, New, Ref, Set, Stub
from reference.homework.recipes.bench import Bench
from reference.homework.recipes.draws import Draw, judge_draw, merge_causes, usual
from reference.homework.recipes.judging import Judgement, Mistake, Numbers, Reading, Trial, as_array, combined, settle
from reference.homework.recipes.making import Unclear, arguments, parameters
from reference.homework.recipes.recipe import Recipe
from reference.homework.recipes.simple_rnn import extend
from reference.homework.recipes.softmaxes import MISTAKES as SOFTMAX
from reference.homework.recipes.softmaxes import judge_softmax
from reference.homework.verdict import Cause, Quantity
from reference.pair import Array
from scratch.activations import Softmax, Tanh

TANH = {
    "tanh_squared": Mistake("backward multiplies by tanh(a)**2.", "The derivative is 1 - tanh(a)**2."),
    "of_output": Mistake("tanh is applied to the output once more in backward.", "1 - Z**2, where Z = tanh(A)."),
    "one_minus": Mistake("backward multiplies by 1 - tanh(a).", "The derivative is 1 - tanh(a)**2."),
    "not_chained": Mistake("backward does not multiply by what it is given.", "dZ * (1 - tanh(A)**2)."),
    "of_argument": Mistake(
        "backward takes what it is given for Z, and returns 1 - Z**2 of it.", "It is given dZ: keep Z, dZ * (1 - Z**2)."
    ),
    "no_slope": Mistake("backward passes on what it is given.", "dZ * (1 - tanh(A)**2)."),
    "input_squared": Mistake("backward multiplies by 1 - a**2.", "1 - tanh(a)**2."),
}


def hipo(bench: Bench) -> Judgement:
    """tanh and its derivative, twice."""
    symbol = bench.symbol("Hipo")
    inputs = [(bench.rng.standard_normal((3, 4)), bench.rng.standard_normal((3, 4))) for _ in range(2)]
    bench.run(New("Hipo", bind="layer"))
    got: dict[str, Array | str] = {}
    want: dict[str, Array] = {}
    second = (parameters(symbol, "backward") or [])[1:2]
    for name, (a, dz) in zip(("", "@again"), inputs, strict=True):
        z = Tanh().value(a)
        more = [z if second[0].name.lower() in ("z", "y", "out", "h") else a] if second and second[0].required else []
        results = bench.run(Call("layer.forward", (a,)), Call("layer.backward", (dz, *more)))
        got |= {f"forward{name}": as_array(results[0].value), f"backward{name}": as_array(results[1].value)}
        layer = Tanh()
        want |= {f"forward{name}": layer(a), f"backward{name}": layer.backward(dz)}

    def wrong(switches: frozenset[str]) -> Numbers:
        pairs = zip(("", "@again"), inputs, strict=True)
        return want | {f"backward{name}": _wrong_tanh(a, dz, switches) for name, (a, dz) in pairs}

    return settle(Trial(got, [Reading(want, wrong=wrong)], 4, TANH, part="Hipo"))


def _wrong_tanh(a: Array, dz: Array, switches: frozenset[str]) -> Array:
    z = np.tanh(a)
    forms = {
        "tanh_squared": dz * z**2,
        "of_output": dz * (1 - np.tanh(z) ** 2),
        "one_minus": dz * (1 - z),
        "not_chained": 1 - z**2,
        "of_argument": 1 - dz**2,
        "no_slope": dz,
        "input_squared": dz * (1 - a**2),
    }
    return next((forms[switch] for switch in forms if switch in switches), dz * (1 - z**2))


OVER_STEPS = Cause(
    "softmax_over_steps",
    "Softmax of (batch, time, classes) sums over the steps.",
    True,
    "Sum along the last axis, with keepdims=True.",
)
BACKWARD = {
    "sign": Mistake("backward has the wrong sign.", "Z - y."),
    "one_over_y": Mistake("backward is -y / Z, which leaves out the derivative of softmax.", "Z - y."),
}


def softmax(bench: Bench) -> Judgement:
    """Rows of two and of three axes, and Z - y."""
    bench.run(New("Softmax", bind="layer"))
    flat = judge_softmax(bench, "layer.forward", axis=1)
    return combined(flat, _of_sequences(bench), _softmax_backward(bench))


def _of_sequences(bench: Bench) -> Judgement:
    a = 2 * bench.rng.standard_normal((2, 5, 3))
    z = as_array(bench.run(Call("layer.forward", (a,), optional=True))[0].value)
    over_steps = Softmax(1)(a)
    if isinstance(z, str) or (z.shape == a.shape and np.allclose(z, over_steps, rtol=1e-12, atol=0)):
        # the output may be on the last step only, (batch, classes)
        causes = () if isinstance(z, str) else (OVER_STEPS,)
        return Judgement("correct", causes=causes, conventions=("softmax of (batch, classes) only",))

    def wrong(switches: frozenset[str]) -> Numbers:
        e = np.exp(a)
        if "softmax_whole_array~shifted" in switches:
            e = np.exp(a - a.max(axis=-1, keepdims=True))
        if "not_normalised" in switches:
            return {"forward of sequences": e}
        return {"forward of sequences": e / (e.sum() if switches else e.sum(axis=-1, keepdims=True))}

    want = {"forward of sequences": Softmax()(a)}
    mistakes = {
        name: SOFTMAX[name] for name in ("softmax_whole_array", "softmax_whole_array~shifted", "not_normalised")
    }
    return settle(Trial({"forward of sequences": z}, [Reading(want, wrong=wrong)], 28, mistakes, part="Softmax"))


def _softmax_backward(bench: Bench) -> Judgement:
    Z, y = Softmax()(bench.rng.standard_normal((3, 4))), np.eye(4)[[2, 0, 3]]
    spec = parameters(bench.symbol("Softmax"), "backward") or []
    swapped = len(spec) > 1 and spec[0].name.lower() in ("y", "t", "y_true", "target")
    if len(spec) == 1:
        Z = Softmax()(a := bench.rng.standard_normal((3, 4)))
        bench.run(Call("layer.forward", (a,)))
    given = (y,) if len(spec) == 1 else (y, Z) if swapped else (Z, y)
    value = bench.call("layer.backward", *given)
    value = (
        next((v for v in value if isinstance(v, np.ndarray) and v.shape == y.shape), None)
        if isinstance(value, tuple)
        else value
    )

    def reading(share: float, said: str) -> Reading:
        forms = {"sign": y - Z, "one_over_y": -y / Z}
        return Reading(
            {"backward": (Z - y) * share},
            said,
            lambda switches: {"backward": share * next((forms[s] for s in forms if s in switches), Z - y)},
        )

    readings = [
        reading(1.0, "Softmax.backward is not averaged"),
        reading(1 / 3, "Softmax.backward is averaged over the batch"),
    ]
    return settle(Trial({"backward": as_array(value)}, readings, 4, BACKWARD, part="Softmax"))


SGD = {
    "bias_ascends": Mistake("The step of B is added.", "layer.B -= lr * layer.dB."),
    "ascent": Mistake("The steps are added: the loss goes up.", "Subtract them."),
    "no_learning_rate": Mistake("The gradients are not multiplied by lr.", "lr * layer.dW_x."),
    "recurrent_weight_left": Mistake("W_h is not updated.", "layer.W_h -= lr * layer.dW_h."),
    "bias_left": Mistake("B is not updated.", "layer.B -= lr * layer.dB."),
    "lr_ignored": Mistake("The learning rate is 0.01 whatever is given.", "Use self.lr."),
}


def sgd(bench: Bench) -> Judgement:
    """Three steps with other gradients each."""
    lr, batch = 0.37, 3
    weights = {
        name: bench.rng.standard_normal(shape) for name, shape in (("W_x", (2, 4)), ("W_h", (4, 4)), ("B", (4,)))
    }
    x = bench.rng.standard_normal((batch, 5, 2))
    grads = [{n: bench.rng.standard_normal(w.shape) for n, w in weights.items()} for _ in range(3)]
    bench.run(New("SGD", (lr,), bind="sgd"), Set("layer", Stub("namespace", **weights, x=x, X=x)))
    got: dict[str, Array | str] = {}
    for t, each in enumerate(grads):
        bench.run(*(Set(f"layer.d{n}", g, inplace=False) for n, g in each.items()), Call("sgd.update", (Ref("layer"),)))
        gets = bench.run(*(Get(f"layer.{n}") for n in weights))
        got |= {f"{n}@{t}": as_array(r.value) for n, r in zip(weights, gets, strict=True)}

    def stepped(share: float, switches: frozenset[str] = frozenset()) -> dict[str, Array]:
        numbers, w = {}, {n: v.copy() for n, v in weights.items()}
        for t, each in enumerate(grads):
            for n, g in each.items():
                w[n] = w[n] - share * _rate(n, lr, switches) * g
                numbers[f"{n}@{t}"] = w[n]
        return numbers

    def reading(share: float, said: str) -> Reading:
        return Reading(stepped(share), said, lambda switches: stepped(share, switches))

    readings = [reading(1.0, ""), reading(1 / batch, "SGD divides by the batch size")]
    return settle(Trial(got, readings, 9, SGD, part="SGD"))


def _rate(name: str, lr: float, switches: frozenset[str]) -> float:
    """What the gradient of a weight is multiplied by."""
    if ("recurrent_weight_left" in switches and name == "W_h") or ("bias_left" in switches and name == "B"):
        return 0.0
    size = 1.0 if "no_learning_rate" in switches else 0.01 if "lr_ignored" in switches else lr
    return -size if "ascent" in switches or ("bias_ascends" in switches and name == "B") else size


def simple_initializer(bench: Bench) -> Judgement:
    """The three kinds of weights, and biases of any values."""
    symbol = bench.symbol("SimpleInitializer")
    n_in, n_out, sigma = 70, 110, 0.37
    kinds = {"sig": sigma, "xav": 1 / np.sqrt(n_in), "he": np.sqrt(2 / n_in)}
    quantities: list[Quantity] = []
    causes: list[Cause] = []
    for kind, deviation in kinds.items():
        try:
            given = arguments(symbol, {"weight_type": kind, "sigma": sigma}, ("weight_type", "sigma"))
        except Unclear as error:
            return Judgement("unsupported", remark=f"{error}.")
        bench.run(New("SimpleInitializer", (), given, bind="init"))
        value = bench.seeded_call(11, "init.W", n_in, n_out)
        quantity, found = judge_draw(kind, value, (n_in, n_out), Draw("normal", float(deviation)), usual(n_in, n_out))
        quantities.append(quantity)
        causes += found
    bias = as_array(bench.run(Call("init.B", (n_out,), optional=True))[0].value)
    shape = "is missing" if isinstance(bias, str) else bias.shape
    fits = shape in ((n_out,), (1, n_out))
    quantities.append(Quantity("B", fits, problem="" if fits else f"has shape {shape}, expected {(n_out,)}"))
    right = all(quantity.agree for quantity in quantities)
    return Judgement("correct" if right else "wrong", tuple(quantities), merge_causes(causes))


def get_mini_batch(bench: Bench) -> Judgement:
    """Every sample once, with its label, in batches of the size asked for, shuffled by the seed."""
    n, size = 23, 5
    X, y = np.arange(n * 6, dtype=float).reshape(n, 3, 2), np.arange(n) * 10
    batches = bench.call("crosscheck_batches", X, y, size, 4)
    again = bench.call("crosscheck_batches", X, y, size, 4)
    other = bench.call("crosscheck_batches", X, y, size, 5)
    first, repeated, differs = ([as_array(b[1]) for b in each] for each in (batches, again, other))
    sizes = [len(b) for b in first if not isinstance(b, str)]
    order, second, third = (
        np.concatenate([b for b in each if not isinstance(b, str)]) for each in (first, repeated, differs)
    )
    images = np.concatenate([b[0] for b in batches])
    paired = len(images) == len(order) and bool((images[:, 0, 0] / 6 * 10 == order).all())
    checks = {
        "sizes": (sizes == [5, 5, 5, 5, 3], f"the batches have {sizes} samples, expected [5, 5, 5, 5, 3]"),
        "every sample": (sorted(order) == sorted(y), "not every sample comes exactly once"),
        "labels": (paired, "samples and labels are not shuffled together"),
        "shuffled": (not np.array_equal(order, np.sort(order)), "the samples come in their old order"),
        "seed": (np.array_equal(order, second) and not np.array_equal(order, third), "the seed makes no difference"),
    }
    quantities = tuple(Quantity(name, right, problem="" if right else said) for name, (right, said) in checks.items())
    return Judgement("correct" if all(q.agree for q in quantities) else "wrong", quantities)


def _recipe(name: str, title: str, judge: Callable[[Bench], Judgement], *methods: str) -> Recipe:
    return Recipe(f"simple-rnn/{name}", title, judge, (name,), methods, extend=extend)


RECIPES = (
    _recipe("Hipo", "The hyperbolic tangent", hipo, "backward", "forward"),
    _recipe("Softmax", "Softmax, and Z - y", softmax, "backward", "forward"),
    _recipe("SGD", "Gradient descent", sgd, "update"),
    _recipe("SimpleInitializer", "Gaussian weights: sigma, Xavier, He", simple_initializer, "W", "B"),
    _recipe("GetMiniBatch", "Mini-batches", get_mini_batch),
)

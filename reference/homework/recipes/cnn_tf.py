"""S4 `cnn-tf`: convolution, pooling, flatten and dense in TensorFlow 1 style, and the cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.homework.reading.submission import Submission
from reference.homework.recipes import tf_examples, tf_tools
from reference.homework.recipes.bench import Bench
from reference.homework.recipes.costs import class_cost, probabilities
from reference.homework.recipes.draws import judge_draw, judge_zeros, merge_causes, uniform, usual
from reference.homework.recipes.extraction import Block, block_with, left_blank, slice_of, source_of
from reference.homework.recipes.judging import Judgement, Mistake, Numbers, Reading, Trial, as_array, combined, settle
from reference.homework.recipes.recipe import Recipe
from reference.homework.verdict import Cause, Quantity
from reference.pair import Array
from scratch.activations import ReLU, Softmax
from scratch.convolution import Conv2D
from scratch.dense import Dense
from scratch.pooling import AvgPool2D, MaxPool2D
from scratch.reshaping import Flatten

COSTS = ("cost", "loss")


def cost_block(submission: Submission) -> Block | None:
    return block_with(submission.path, COSTS)


def extend(submission: Submission) -> Submission:
    """TensorFlow's first interface, the tools, the worked examples, and the cost as a function of y and t."""
    sources = tf_examples.sources(submission)
    block = cost_block(submission)
    if block is not None:
        name = next(name for name in COSTS if name in block.assigned())
        sources.append(source_of("crosscheck_cost", ("y", "t"), slice_of(block, [name], ("y", "t")), name))
    return tf_tools.extend(submission, sources)


@dataclass(frozen=True)
class Run:
    """A layer called with arguments on an input; `weights` take the place of those of their shapes."""

    name: str
    args: tuple[Any, ...]
    x: Array
    function: str = ""
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    weights: tuple[Array, ...] = ()

    def __call__(self, bench: Bench) -> tuple[Array | str, list[Any]]:
        """What the layer gives, and its initial weights. Raises Raised."""
        x = self.x.astype(np.float32)
        arguments = (self.name, self.args, self.function, dict(self.kwargs), x, self.weights)
        given = bench.call("crosscheck_layer", *arguments)
        if given["left"]:
            shapes = " and ".join(str(w.shape) for w in self.weights)
            return f"is missing: the layer has no variables of the shapes {shapes}", given["initial"]
        return as_array(given["y"]), given["initial"]


FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "": lambda u: u,
    "relu": lambda u: ReLU().forward(u),
    "softmax": lambda u: Softmax().forward(u),
}
BIAS_MISTAKES = {
    "bias_after_function": Mistake("The bias is added after the function.", "function(u + b)."),
    "no_bias": Mistake("The bias is not added.", "Add b before the function."),
    "no_function": Mistake("The function is not applied.", "Return function(u + b)."),
}
CONV = {
    **BIAS_MISTAKES,
    "strides_ignored": Mistake("strides makes no difference: it is always 1.", "Hand self.strides to conv2d."),
    "padding_ignored": Mistake("padding makes no difference: it is always VALID.", "Hand self.padding to conv2d."),
    "always_same": Mistake("padding makes no difference: it is always SAME.", "Hand self.padding to conv2d."),
}


def biased(u: Array, b: Array, function: str, switches: frozenset[str]) -> Array:
    """function(u + b) with these mistakes made."""
    f = FUNCTIONS["" if "no_function" in switches else function]
    if "no_bias" in switches:
        return f(u)
    return f(u) + b if "bias_after_function" in switches else f(u + b)


def conv(bench: Bench) -> Judgement:
    """Two strides, two paddings, random biases; the initial weights of a larger one."""
    w, b = 0.5 * bench.rng.standard_normal((3, 2, 2, 4)), bench.rng.standard_normal(4)
    settings = {"y": ("", 1, "VALID"), "y of stride 2": ("relu", 2, "VALID"), "y of SAME": ("relu", 2, "SAME")}
    xs = {name: bench.rng.standard_normal((2, 7, 6, 2)) for name in settings}
    got: dict[str, Array | str] = {}
    for name, (function, stride, padding) in settings.items():
        kwargs = {"strides": [1, stride, stride, 1], "padding": padding}
        got[name], _ = Run("Conv", (list(w.shape),), xs[name], function or "identity", kwargs, (w, b))(bench)

    def numbers(switches: frozenset[str]) -> dict[str, Array]:
        made = {}
        for name, (function, stride, padding) in settings.items():
            layer = Conv2D(
                2,
                4,
                (3, 2),
                stride=1 if "strides_ignored" in switches else stride,
                padding=_padding(padding, switches),
                bias=False,
            )
            layer.load({"w": w})
            made[name] = biased(layer(xs[name]), b, function, switches)
        return made

    judged = settle(Trial(got, [Reading(numbers(frozenset()), wrong=numbers)], 12, CONV, part="Conv"))
    shape, size = (5, 5, 10, 30), bench.rng.standard_normal((1, 6, 6, 10))
    _, initial = Run("Conv", (list(shape),), size, "relu", {}, ())(bench)
    return combined(judged, initial_weights(initial, shape, 250, 750, "Conv"))


def _padding(padding: str, switches: frozenset[str]) -> Any:
    if "padding_ignored" in switches:
        return "valid"
    return "same" if "always_same" in switches else padding.lower()


def initial_weights(initial: list[Any], shape: tuple[int, ...], fan_in: int, fan_out: int, part: str) -> Judgement:
    """He uniform weights and zero biases, both float32."""
    if len(initial) != 2:
        problem = f"is missing: the layer has {len(initial)} variables, expected W and b"
        return Judgement("wrong", (Quantity("initial W", False, problem=problem, part=part),))
    w, b = sorted(initial, key=np.ndim, reverse=True)
    others = usual(fan_in, fan_out)
    taps = int(np.prod(shape[:-2]))
    if taps > 1:
        others = [*others, *(other for other in usual(fan_in // taps, fan_out // taps))]
    quantity, causes = judge_draw(
        "initial W", w, shape, uniform(6, fan_in), [o for o in others if o.draw != uniform(6, fan_in)]
    )
    if taps > 1 and not quantity.agree and uniform(6, fan_in // taps).fits(np.asarray(w)):
        said = "initial W: the fan-in leaves out the size of the filter."
        causes = [Cause("fan_in_without_filter", said, True, "fan_in = height * width * channels.")]
    quantities = [quantity, *judge_zeros({"initial b": (b, shape[-1:])})]
    for name, array in (("initial W", w), ("initial b", b)):
        if np.asarray(array).dtype != np.float32:
            quantities.append(Quantity(name, False, problem=f"is {np.asarray(array).dtype}, expected float32"))
    right = all(quantity.agree for quantity in quantities)
    return Judgement("correct" if right else "wrong", tuple(quantities), merge_causes(causes))


POOLING = {
    "mean_for_max": Mistake("It takes the mean, not the largest.", "tf.nn.max_pool."),
    "strides_are_ksize": Mistake("The strides are always those of ksize.", "Hand self.strides to max_pool."),
    "strides_ignored": Mistake("strides makes no difference: it is always 2.", "Hand self.strides to max_pool."),
    "padding_ignored": Mistake("padding makes no difference: it is always VALID.", "Hand self.padding to max_pool."),
    "always_same": Mistake("padding makes no difference: it is always SAME.", "Hand self.padding to max_pool."),
}


def pooling(bench: Bench) -> Judgement:
    """Windows that touch, that overlap, and that are padded; all numbers negative in one."""
    settings = {"y": (2, 2, "VALID"), "y of overlapping windows": (3, 1, "VALID"), "y of SAME": (3, 2, "SAME")}
    xs = {name: bench.rng.standard_normal((2, 7, 6, 3)) - 3 * (name == "y of SAME") for name in settings}
    got: dict[str, Array | str] = {}
    for name, (size, stride, padding) in settings.items():
        kwargs = {"ksize": [1, size, size, 1], "strides": [1, stride, stride, 1], "padding": padding}
        got[name], _ = Run("Pooling", (), xs[name], "", kwargs)(bench)

    def numbers(switches: frozenset[str]) -> dict[str, Array]:
        made = {}
        for name, (size, stride, padding) in settings.items():
            step = size if "strides_are_ksize" in switches else 2 if "strides_ignored" in switches else stride
            pool = AvgPool2D if "mean_for_max" in switches else MaxPool2D
            made[name] = pool(size, stride=step, padding=_padding(padding, switches))(xs[name])
        return made

    return settle(Trial(got, [Reading(numbers(frozenset()), wrong=numbers)], 9, POOLING, part="Pooling"))


FLATTEN = {
    "channels_first": Mistake("The channels are put first before flattening.", "Reshape x as it is."),
    "batch_flattened": Mistake("The batch is flattened too.", "Keep the first axis."),
}


def flatten(bench: Bench) -> Judgement:
    x = bench.rng.standard_normal((2, 3, 4, 5))
    y, _ = Run("Flatten", (), x)(bench)

    def wrong(switches: frozenset[str]) -> Numbers:
        a = x.transpose(0, 3, 1, 2) if "channels_first" in switches else x
        return {"y": a.reshape(-1) if "batch_flattened" in switches else a.reshape(len(x), -1)}

    return settle(Trial({"y": y}, [Reading({"y": Flatten()(x)}, wrong=wrong)], 4, FLATTEN, part="Flatten"))


def dense(bench: Bench) -> Judgement:
    """With softmax, with ReLU, and the initial weights of a larger one."""
    w, b = bench.rng.standard_normal((5, 3)), bench.rng.standard_normal(3)
    xs = {function: bench.rng.standard_normal((4, 5)) for function in ("softmax", "relu")}
    got = {f"y with {f}": Run("Dense", (5, 3), x, f, {}, (w, b))(bench)[0] for f, x in xs.items()}

    def numbers(switches: frozenset[str]) -> dict[str, Array]:
        layer = Dense(5, 3, bias=False)
        layer.load({"w": w})
        return {f"y with {f}": biased(layer(x), b, f, switches) for f, x in xs.items()}

    judged = settle(Trial(got, [Reading(numbers(frozenset()), wrong=numbers)], 5, BIAS_MISTAKES, part="Dense"))
    _, initial = Run("Dense", (130, 60), bench.rng.standard_normal((1, 130)), "identity")(bench)
    return combined(judged, initial_weights(initial, (130, 60), 130, 60, "Dense"))


COST = {
    "mean_of_elements": Mistake("The mean is taken over classes too.", "reduce_sum(..., axis=1) inside reduce_mean."),
    "not_averaged": Mistake("The cost is summed over the samples.", "reduce_mean of the sums."),
    "not_clipped": Mistake("y is not clipped: a probability of 0 gives nan.", "tf.clip_by_value(y, 1e-10, y)."),
    "sign": Mistake("The minus sign is missing.", "-reduce_mean(...)."),
}


def cost(bench: Bench) -> Judgement:
    """The mean over samples, some of which have probability 0 for their class."""
    block = cost_block(bench.submission)
    if block is None or left_blank(block, next(name for name in COSTS if name in block.assigned())):
        return Judgement("unfinished", remark="The cost is not computed yet.")
    y, t = probabilities(bench.rng, 7, 4), np.eye(4)[bench.rng.integers(0, 4, 7)]
    certain, labels = np.eye(4)[[0, 1, 2]], np.eye(4)[[0, 3, 2]]
    trials = {"cost": (y, t), "cost where y is 0": (certain, labels)}
    got = {name: as_array(bench.call("crosscheck_cost_of", *given)) for name, given in trials.items()}
    want = {name: class_cost(p, d, 0.0, 1e-10) for name, (p, d) in trials.items()}

    def wrong(switches: frozenset[str]) -> Numbers:
        numbers = {}
        for name, (p, d) in trials.items():
            logs = np.log(p if "not_clipped" in switches else np.maximum(p, 1e-10))
            divisor = p.size if "mean_of_elements" in switches else 1 if "not_averaged" in switches else len(p)
            numbers[name] = np.asarray((1 if "sign" in switches else -1) * np.sum(d * logs) / divisor)
        return numbers

    judged = settle(Trial(got, [Reading(want, wrong=wrong)], 28, COST, part="cost"))
    return Judgement(judged.verdict, judged.quantities, judged.causes, (), judged.remark, block.cell, block.line)


def _recipe(name: str, title: str, judge: Callable[[Bench], Judgement], *symbols: str) -> Recipe:
    methods = ("__call__",) if symbols and symbols[0] != "Flatten" else ()
    return Recipe(f"cnn-tf/{name}", title, judge, symbols, methods, extend=extend, limits=tf_tools.ROOM)


RECIPES = (
    _recipe("convolution_examples", "Small images convolved", tf_examples.convolutions),
    _recipe("pooling_examples", "Small images pooled", tf_examples.poolings),
    _recipe("Conv", "The convolution layer", conv, "Conv"),
    _recipe("Pooling", "The pooling layer", pooling, "Pooling"),
    _recipe("Flatten", "Flattening", flatten, "Flatten"),
    _recipe("Dense", "The dense layer", dense, "Dense"),
    _recipe("cost", "The cost", cost),
)

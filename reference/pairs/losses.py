"""Losses of one class among several, and their twins."""

import functools
import importlib
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, indices, listed, mixed, normal, one_hot, positive, probabilities, targets
from reference.pair import Case, Input, Pair, Twin
from scratch.losses import CrossEntropy, NegativeLogLikelihood, SoftmaxCrossEntropy

REDUCTIONS = ("mean", "sum", "none")
KERAS_REDUCTIONS = {"mean": "sum_over_batch_size", "sum": "sum", "none": "none"}
WEIGHTS = (0.5, 2.0, 1.25, 0.75, 3.0, 1.5)
# the shape of a batch for each reduction; where nothing is averaged every sample has several positions
PLACES = {reduction: (4,) if reduction == "mean" else (2, 3) for reduction in REDUCTIONS}


def fixed(spec: Input) -> Input:
    """The same numbers, as targets."""
    return replace(spec, differentiable=False)


def unlike_keras(case: Case, differs: dict[str, float], reason: str) -> tuple[Case, Case]:
    """The case where Keras differs in these quantities: compared with PyTorch, and shown with Keras."""
    shown = replace(case, name=f"{case.name}-keras", frameworks=("keras",), differs=differs, reason=reason)
    return replace(case, frameworks=("torch",), reason=reason), shown


def composed(framework: str, name: str, *options: str, reason: str) -> Twin:
    """A twin that is the function `name` of the glue for a framework, given these options, and reduced."""

    def build(_: Any, o: SimpleNamespace) -> Any:
        glue = importlib.import_module(f"reference.migration.glue.{framework}.losses")
        loss = functools.partial(getattr(glue, name), **{option: getattr(o, option) for option in options})
        return glue.reduced(loss, o.reduction, getattr(o, "per_sample", False))

    return Twin(build, likeness="composed", reason=reason)


def _torch_class_loss(make: Callable[..., Any]) -> Callable[[Any, SimpleNamespace], Any]:
    """A loss of PyTorch's own with weights and an ignored index; their mean over the number of targets is composed."""

    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch import losses as glue

        over_number = o.reduction == "mean" and o.class_weights is not None and not o.weighted_mean
        given: dict[str, Any] = {
            "weight": glue.weights(o.class_weights),
            "reduction": "sum" if over_number else o.reduction,
        }
        if o.ignore_index is not None:
            given["ignore_index"] = o.ignore_index
        loss = make(torch, o, **given)
        if over_number:
            return functools.partial(glue.mean_over_targets, loss, ignore_index=o.ignore_index)
        return functools.partial(glue.class_loss, loss)

    return build


def _keras_class_loss(name: str) -> Callable[[Any, SimpleNamespace], Any]:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        glue = importlib.import_module("reference.migration.glue.keras.losses")
        smoothing = getattr(o, "label_smoothing", 0.0)
        return getattr(glue, name)(o.class_weights, o.weighted_mean, o.ignore_index, smoothing, o.reduction)

    return build


def _draw_targets(rng: np.random.Generator, shape: tuple[int, ...], classes: int) -> Input:
    return choose(rng, one_hot(*shape, classes), indices(*shape, below=classes), targets(*shape, classes))


def draw_shape(rng: np.random.Generator) -> tuple[int, ...]:
    """A batch, with positions or without."""
    return tuple(rng.integers(1, 7, rng.integers(1, 3)).tolist())


def _draw_options(rng: np.random.Generator, classes: int) -> dict[str, Any]:
    return {
        "class_weights": choose(rng, None, tuple(rng.uniform(0.2, 3.0, classes).tolist())),
        "weighted_mean": bool(rng.integers(2)),
        "ignore_index": choose(rng, None, int(rng.integers(classes))),
        "reduction": choose(rng, *REDUCTIONS),
    }


def _draw_softmax(rng: np.random.Generator) -> Case:
    shape, classes = draw_shape(rng), int(rng.integers(2, 12))
    options = _draw_options(rng, classes) | {"label_smoothing": choose(rng, 0.0, float(rng.uniform(0.0, 0.4)))}
    if options["ignore_index"] is None:
        t = _draw_targets(rng, shape, classes)
    else:
        t = some_ignored(shape, classes, options["ignore_index"])
    return Case("", {"x": normal(*shape, classes, scale=float(10 ** rng.uniform(-2, 0.5))), "t": t}, options)


def some_ignored(shape: tuple[int, ...], classes: int, index: int) -> Input:
    """Class indices, some of them `index`, but not the first."""

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Any:
        t = np.where(rng.random(size) < 0.4, index, rng.integers(0, classes, size))
        t.flat[0] = 0 if index else 1
        return t

    return Input(shape, fill, differentiable=False)


_ALL_IGNORED = Input((3,), lambda rng, size: np.full(size, -100), differentiable=False)


def _target_cases(name: str, x: Callable[..., Input]) -> Iterator[Case]:
    """Every kind of target and every reduction, of a loss whose prediction is called `name`."""
    for r, at in PLACES.items():
        yield Case(f"one-hot-{r}", {name: x(*at, 6), "t": one_hot(*at, 6)}, {"reduction": r})
        yield Case(f"indices-{r}", {name: x(2, 3, 6), "t": indices(2, 3, below=6)}, {"reduction": r})
        yield Case(f"rows-{r}", {name: x(4, 6), "t": targets(4, 6)}, {"reduction": r})


def _weighted_cases(name: str, x: Callable[..., Input]) -> tuple[Case, ...]:
    """Weights and ignored indices, of a loss whose prediction is called `name`."""
    weights, each = {"class_weights": WEIGHTS}, {r: {"reduction": r} for r in REDUCTIONS}
    both = {"class_weights": WEIGHTS, "ignore_index": 2}
    every, some = indices(5, below=6), some_ignored((5,), 6, 2)
    return (
        *(Case(f"weights-{r}", {name: x(5, 6), "t": every}, {**weights, "reduction": r}) for r in REDUCTIONS),
        *(
            Case(f"ignored-{r}", {name: x(2, 3, 6), "t": some_ignored((2, 3), 6, i)}, o | {"ignore_index": i})
            for (r, o), i in zip(each.items(), (-100, 0, -100), strict=True)
        ),
        Case("weights-ignored", {name: x(5, 6), "t": some}, both),
        Case("weights-by-number", {name: x(2, 3, 6), "t": indices(2, 3, below=6)}, {**weights, "weighted_mean": False}),
        Case("all-by-number", {name: x(5, 6), "t": some}, {**both, "weighted_mean": False}),
        Case("positions", {name: x(2, 3, 4, 6), "t": some_ignored((2, 3, 4), 6, 2)}, both),
    )


_SMOOTHED = {"label_smoothing": 0.2}
_BOTH = {"class_weights": WEIGHTS, "ignore_index": -100}
SOFTMAX_CROSS_ENTROPY = Pair(
    "softmax_cross_entropy",
    SoftmaxCrossEntropy,
    torch=Twin(
        _torch_class_loss(
            lambda torch, o, **given: torch.nn.CrossEntropyLoss(label_smoothing=o.label_smoothing, **given)
        )
    ),
    keras=Twin(_keras_class_loss("SoftmaxCrossEntropy")),
    kind="loss",
    cases=(
        *_target_cases("x", normal),
        Case("batch1", {"x": normal(1, 5), "t": one_hot(1, 5)}),
        *(Case(f"classes-{n}", {"x": normal(3, n), "t": indices(3, below=n)}) for n in (1, 2)),
        Case("large-logits", {"x": mixed(4, 6, scale=1000.0), "t": one_hot(4, 6)}),
        Case("confident", {"x": listed([800.0, -800.0, 0.0]), "t": one_hot(2, 3)}),
        Case("impossible", {"x": listed([0.5, -0.25, -math.inf]), "t": indices(2, below=2)}, smooth=False),
        *_weighted_cases("x", normal),
        Case("weights-rows", {"x": normal(5, 6), "t": targets(5, 6)}, {"class_weights": WEIGHTS}),
        Case("positions-rows", {"x": normal(2, 3, 5), "t": targets(2, 3, 5)}),
        # PyTorch takes rows together with an index to ignore as long as that can be no class
        Case("ignored-rows", {"x": normal(5, 6), "t": targets(5, 6)}, {"ignore_index": -100}),
        Case("smoothed-positions", {"x": normal(2, 3, 5), "t": targets(2, 3, 5)}, _SMOOTHED),
        Case("smoothed-indices", {"x": normal(4, 6), "t": indices(4, below=6)}, {**_SMOOTHED, "reduction": "none"}),
        Case("smoothed-one-hot", {"x": normal(4, 6), "t": one_hot(4, 6)}, {"label_smoothing": 0.3}),
        Case("smoothed-rows", {"x": normal(5, 6), "t": targets(5, 6)}, {**_SMOOTHED, "class_weights": WEIGHTS}),
        Case("smoothed-ignored", {"x": normal(5, 6), "t": some_ignored((5,), 6, -100)}, {**_SMOOTHED, **_BOTH}),
        *unlike_keras(
            Case("unnormalised", {"x": normal(4, 6), "t": fixed(positive(4, 6))}),
            {"dx": 0.1},
            "Keras' gradient is softmax(x) - t whatever the targets sum to, which is wrong unless that is 1",
        ),
        *unlike_keras(
            Case(
                "nothing-left",
                {"x": normal(3, 6), "t": _ALL_IGNORED},
                {"ignore_index": -100},
                only=("y",),
                smooth=False,
                reason="where there is no loss there is no gradient",
            ),
            {"y": 1.0},
            "where all targets are ignored PyTorch's mean is NaN, Keras' is 0",
        ),
    ),
    draw=_draw_softmax,
)


def logs(*shape: int) -> Input:
    """Logarithms of probabilities."""
    return Input(shape, lambda rng, size: np.log(probabilities(*shape).fill(rng, size)))


def _impossible_last(*shape: int) -> Input:
    """Logarithms of probabilities, that of the last class 0."""
    return Input(
        shape, lambda rng, size: np.where(np.arange(1, size[-1] + 1) < size[-1], logs(*size).fill(rng, size), -np.inf)
    )


def _draw_nll(rng: np.random.Generator) -> Case:
    shape, classes = draw_shape(rng), int(rng.integers(2, 12))
    options = _draw_options(rng, classes)
    ignored = options["ignore_index"]
    t = indices(*shape, below=classes) if ignored is None else some_ignored(shape, classes, ignored)
    return Case("", {"log_p": logs(*shape, classes), "t": t}, options)


NEGATIVE_LOG_LIKELIHOOD = Pair(
    "negative_log_likelihood",
    NegativeLogLikelihood,
    torch=Twin(_torch_class_loss(lambda torch, o, **given: torch.nn.NLLLoss(**given))),
    keras=Twin(_keras_class_loss("ClassLoss"), likeness="composed", reason="Keras' own take logits or probabilities"),
    kind="loss",
    cases=(
        *(Case(r, {"log_p": logs(*at, 6), "t": indices(*at, below=6)}, {"reduction": r}) for r, at in PLACES.items()),
        Case("batch1", {"log_p": logs(1, 5), "t": indices(1, below=5)}),
        Case("impossible", {"log_p": _impossible_last(4, 6), "t": indices(4, below=5)}, smooth=False),
        *_weighted_cases("log_p", logs),
    ),
    draw=_draw_nll,
)


# ---- from probabilities


def _keras_clipped(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.losses import CrossEntropy as Clipped

    return Clipped(o.low, o.high, o.normalise, o.label_smoothing, o.reduction)


def _draw_clipped(rng: np.random.Generator) -> Case:
    # of several samples, none too sure: where all losses are nearly 0, rounding errors are what is left of them
    shape, classes = (int(rng.integers(3, 7)), *draw_shape(rng)[1:]), int(rng.integers(2, 12))
    low = choose(rng, 1e-7, float(10 ** rng.uniform(-10, -2)))
    return Case(
        "",
        {"p": probabilities(*shape, classes, sharpness=1.5), "t": _draw_targets(rng, shape, classes)},
        {
            "reduction": choose(rng, *REDUCTIONS),
            "low": low,
            "high": choose(rng, 1 - low, math.inf),
            "normalise": choose(rng, "never", "before", "after"),
            "label_smoothing": choose(rng, 0.0, 0.2),
        },
    )


def _at(name: str, values: list[float], **options: Any) -> Case:
    """Probabilities at and beyond the bounds."""
    return Case(name, {"p": listed(values), "t": targets(2, len(values))}, options, smooth=False)


_NARROW = {"low": 0.1, "high": 0.6}
CROSS_ENTROPY = Pair(
    "cross_entropy",
    CrossEntropy,
    torch=composed(
        "torch",
        "cross_entropy",
        *("low", "high", "normalise", "label_smoothing"),
        reason="PyTorch's own takes logits or log-probabilities, unclipped",
    ),
    keras=Twin(
        _keras_clipped,
        likeness="composed",
        reason="Keras' own always normalise, and clip at 1e-7 only; with these options they are the twins",
    ),
    kind="loss",
    cases=(
        *_target_cases("p", probabilities),
        _at("s2-clip", [0.0, 0.999, 0.25, 1e-9], low=1e-8, high=1 - 1e-8, reduction="sum"),
        _at("keras-clip", [0.0, 1.0, 0.25, 1e-9]),
        _at("s4-clip", [0.0, 1.0, 1e-12, 0.5], low=1e-10, high=math.inf),
        Case("clipped-both", {"p": probabilities(5, 4, sharpness=3), "t": targets(5, 4)}, _NARROW),
        _at("at-the-bounds", [0.25, 0.75, 0.5], low=0.25, high=0.75),
        *(
            Case(f"keras-{kind}", {"p": positive(4, 6), "t": t}, {"normalise": normalise})
            for kind, t, normalise in (("rows", targets(4, 6), "before"), ("indices", indices(4, below=6), "after"))
        ),
        Case("after-rows", {"p": positive(2, 3, 5), "t": fixed(positive(2, 3, 5))}, {"normalise": "after"}),
        Case("after-clipped", {"p": positive(4, 6), "t": indices(4, below=6)}, {"normalise": "after", **_NARROW}),
        Case("before-clipped", {"p": positive(4, 6), "t": targets(4, 6)}, {"normalise": "before", **_NARROW}),
        Case("before-indices", {"p": positive(2, 3, 5), "t": indices(2, 3, below=5)}, {"normalise": "before"}),
        Case("smoothed", {"p": probabilities(4, 6), "t": one_hot(4, 6)}, _SMOOTHED),
        Case("smoothed-indices", {"p": positive(4, 6), "t": indices(4, below=6)}, {**_SMOOTHED, "normalise": "after"}),
        Case("smoothed-keras", {"p": positive(4, 6), "t": one_hot(4, 6)}, {**_SMOOTHED, "normalise": "before"}),
        Case("positions", {"p": probabilities(2, 3, 5), "t": indices(2, 3, below=5)}),
    ),
    draw=_draw_clipped,
)

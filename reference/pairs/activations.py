"""Activations and their twins: what all elementwise ones share, the best known of them, and softmax."""

import functools
import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import constant, listed, mixed, normal, tied, with_infinities, with_nan
from reference.pair import Case, Input, Options, Pair, Twin
from scratch.activations import Identity, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh

Builder = Callable[[Any, SimpleNamespace], Any]

# where any of the elementwise functions has a kink, and places between
KINKS = (-6.0, -3.0, -1.0, -0.5, -0.2, 0.0, 0.3, 0.5, 1.0, 2.0, 3.0, 5.5, 6.0, 7.0)


def glue(framework: str, name: str, *options: str) -> Builder:
    """Builds the function `name` of the glue for a framework, called with these of the layer's options."""

    def build(_: Any, o: SimpleNamespace) -> Any:
        module = importlib.import_module(f"reference.migration.glue.{framework}.activations")
        return functools.partial(getattr(module, name), **{option: getattr(o, option) for option in options})

    return build


def composed(framework: str, name: str, *options: str, reason: str) -> Twin:
    """A twin that is a function of the glue."""
    return Twin(glue(framework, name, *options), likeness="composed", reason=reason)


def keras_function(name: str, **options: str) -> Builder:
    """The function `name` of keras.activations, its arguments being these of the layer's options."""

    def build(keras: Any, o: SimpleNamespace) -> Any:
        given = {argument: getattr(o, option) for argument, option in options.items()}
        return functools.partial(getattr(keras.activations, name), **given)

    return build


def elementwise_cases(
    options: Options | None = None,
    *,
    scales: tuple[float, float] = (100.0, 1e5),
    at_infinity: str = "",
    torch_only: Mapping[str, str] | None = None,
) -> tuple[Case, ...]:
    """What every elementwise function is compared on.

    `at_infinity` says why the gradient is left out there; `torch_only` says of a case why Keras is not asked.
    """
    o = options or {}
    y_only: dict[str, Any] = {"only": ("y",), "reason": at_infinity} if at_infinity else {}
    cases = (
        Case("vector", {"x": normal(7)}, o),
        Case("batch", {"x": normal(4, 6)}, o),
        Case("images", {"x": normal(2, 5, 4, 3)}, o),
        # far below 0 several functions are a difference of nearly equal numbers, near it and above 1 some are flat
        Case("one", {"x": Input((1, 1), lambda rng, size: rng.uniform(0.55, 0.95, size))}, o),
        Case("large", {"x": mixed(4, 6, scale=scales[0])}, o),
        Case("huge", {"x": mixed(3, 5, scale=scales[1])}, o),
        Case("tiny", {"x": normal(4, 6, scale=1e-9)}, o),
        Case("kink", {"x": listed(KINKS)}, o, smooth=False),
        Case("zero", {"x": constant(3, 4)}, o, smooth=False),
        Case("infinities", {"x": with_infinities(4, 6)}, o, smooth=False, **y_only),
    )
    why = torch_only or {}
    return tuple(
        replace(case, frameworks=("torch",), reason=why[case.name]) if case.name in why else case for case in cases
    )


def away(*shape: int) -> Input:
    """Numbers between 1 and 4 of either sign, for functions of which only rounding errors are left near 0."""
    return Input(shape, lambda rng, size: rng.choice([-1.0, 1.0], size) * rng.uniform(1.0, 4.0, size))


def nan_case(options: Options | None = None, **more: Any) -> Case:
    """NaN gives NaN."""
    given = {
        "only": ("y",),
        "reason": "the slope at NaN is arbitrary: where PyTorch's ReLU passes the gradient, Keras' stops it",
        **more,
    }
    return Case("nan", {"x": with_nan(4, 6)}, options or {}, smooth=False, **given)


def far_below_case() -> Case:
    """Where exp(x) is 0, and nothing else is given: beside a half, 1e-304 would pass for 0."""
    return Case("far-below", {"x": listed([-800.0, -1e6, -math.inf])}, smooth=False)


def tail_case(sign: float, **more: Any) -> Case:
    """Where a curve has nearly met its asymptote: what is left of it are the digits that 1 + exp(x) drops."""
    return Case("tail", {"x": listed([20.0 * sign, 25.0 * sign, 30.0 * sign, 36.0 * sign])}, **more)


def draw_elementwise(
    rng: np.random.Generator, options: Callable[[np.random.Generator], Options] | None = None, largest: float = 3.0
) -> Case:
    """Any rank, any scale up to 10**largest. Of very few numbers all may be where rounding errors are large."""
    shape = (*rng.integers(1, 7, rng.integers(0, 4)).tolist(), int(rng.integers(5, 10)))
    scale = float(10 ** rng.uniform(-3, largest))
    return Case("", {"x": mixed(*shape, scale=scale)}, options(rng) if options else {})


def elementwise(
    name: str,
    layer: type,
    torch: str | Builder | Twin,
    keras: str | Builder | Twin,
    *,
    cases: tuple[Case, ...] | None = None,
    draw_options: Callable[[np.random.Generator], Options] | None = None,
    largest: float = 3.0,
    **more: Any,
) -> Pair:
    """A pair of an elementwise function. A twin is the name of a class or function of one argument, or is built."""

    def twin(given: str | Builder | Twin, named: Callable[[str], Builder]) -> Twin:
        if isinstance(given, Twin):
            return given
        return Twin(named(given) if isinstance(given, str) else given)

    return Pair(
        name,
        layer,
        twin(torch, lambda name: lambda framework, o: getattr(framework.nn, name)()),
        twin(keras, lambda name: lambda framework, o: framework.layers.Activation(name)),
        kind="activation",
        cases=(*elementwise_cases(), nan_case()) if cases is None else cases,
        draw=functools.partial(draw_elementwise, options=draw_options, largest=largest),
        **more,
    )


IDENTITY = elementwise("identity", Identity, "Identity", "linear")
RELU = elementwise(
    "relu",
    ReLU,
    "ReLU",
    "relu",
    cases=(*elementwise_cases(), Case("ties", {"x": tied(4, 6)}, smooth=False), nan_case()),
    notes=("At the kink the slope is 0 in all three; max(x, 0) written out differs.",),
)
SIGMOID = elementwise(
    "sigmoid",
    Sigmoid,
    "Sigmoid",
    "sigmoid",
    cases=(*elementwise_cases(), nan_case(), far_below_case(), tail_case(-1)),
)
TANH = elementwise("tanh", Tanh, "Tanh", "tanh")


def _draw_softmax(rng: np.random.Generator) -> Case:
    shape = rng.integers(2, 7, rng.integers(1, 5)).tolist()
    axis = int(rng.integers(-len(shape), len(shape)))
    return Case("", {"x": normal(*shape, scale=float(10 ** rng.uniform(-2, 0.5)))}, {"axis": axis})


_SOFTMAX_CASES = (
    Case("rows", {"x": normal(4, 6)}),
    Case("vector", {"x": normal(5)}),
    Case("columns", {"x": normal(4, 6)}, {"axis": 0}),
    Case("middle", {"x": normal(3, 5, 4)}, {"axis": 1}),
    Case("rank3", {"x": normal(2, 3, 5)}),
    Case("channels", {"x": normal(2, 4, 3, 5)}, {"axis": 3}),
    Case("one-class", {"x": normal(3, 1)}, frameworks=("torch",), reason="Keras warns that this is likely a mistake"),
    Case("large", {"x": mixed(4, 6, scale=1000.0)}),
    Case("shifted", {"x": listed([1e4, 1e4 + 1, 1e4 - 2])}),
    Case("equal", {"x": constant(3, 5, value=2.0)}),
    Case("minus-infinity", {"x": listed([-math.inf, 0.0, 1.0, -2.0])}, smooth=False),
    Case("plus-infinity", {"x": listed([math.inf, 0.0, 1.0])}, smooth=False),
    Case("nan", {"x": listed([math.nan, 0.0, 1.0])}, smooth=False),
)

SOFTMAX = Pair(
    "softmax",
    Softmax,
    torch=Twin(lambda torch, o: torch.nn.Softmax(dim=o.axis)),
    keras=Twin(lambda keras, o: keras.layers.Softmax(axis=o.axis)),
    kind="activation",
    cases=_SOFTMAX_CASES,
    draw=_draw_softmax,
)
LOG_SOFTMAX = Pair(
    "log_softmax",
    LogSoftmax,
    torch=Twin(lambda torch, o: torch.nn.LogSoftmax(dim=o.axis)),
    keras=Twin(keras_function("log_softmax", axis="axis")),
    kind="activation",
    cases=_SOFTMAX_CASES,
    draw=_draw_softmax,
)

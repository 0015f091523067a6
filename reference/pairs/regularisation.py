"""Layers that draw at random, and their twins, all given the same draw.

Random streams differ between the frameworks, so a comparison needs the mask or noise to be given; in training, both
are then composed of operations, at inference they are the frameworks' own layers. What is drawn without being asked
for is judged by its statistics, in the tests.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import FRAMEWORKS, Case, Input, Pair, Twin
from scratch.regularisation import (
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)

STREAMS = "it draws from a stream of its own, and takes no mask"
CHANNELS_FIRST = dict.fromkeys(("x", "drawn", "y"), "n ... c -> n c ...")
Use = Callable[[Any, Any, SimpleNamespace], Any]


def kept(*shape: int) -> Input:
    """A mask, true in two of three places."""
    return Input(shape, lambda rng, size: rng.random(size) < 2 / 3, differentiable=False)


def noise(*shape: int) -> Input:
    """N(0, 1)."""
    return Input(shape, normal(*shape).fill, differentiable=False)


def _torch_given(own: Callable[[Any, SimpleNamespace], Any], use: Use) -> Callable[[Any, SimpleNamespace], Any]:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.regularisation import Given

        return Given(own(torch.nn, o), lambda x, drawn: use(x, drawn.to(x.dtype), o))

    return build


def _keras_given(own: Callable[[Any, SimpleNamespace], Any], use: Use) -> Callable[[Any, SimpleNamespace], Any]:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.regularisation import Given

        return Given(own(keras.layers, o), lambda x, drawn: use(x, keras.ops.cast(drawn, x.dtype), o))

    return build


def _pair(
    name: str,
    layer: Any,
    torch: Callable[[Any, SimpleNamespace], Any],
    keras: Callable[[Any, SimpleNamespace], Any],
    use: Use,
    cases: tuple[Case, ...],
    draw: Callable[[np.random.Generator], Case],
    notes: tuple[str, ...] = (),
    spares: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    **torch_twin: Any,
) -> Pair:
    return Pair(
        name,
        layer,
        spares=spares,
        torch=Twin(_torch_given(torch, use), **{"likeness": "composed", "reason": STREAMS, **torch_twin}),
        keras=Twin(_keras_given(keras, use), likeness="composed", reason=STREAMS),
        cases=cases,
        draw=draw,
        notes=notes,
    )


def _rate_cases(shape: tuple[int, ...], drawn: Input) -> tuple[Case, ...]:
    x = normal(*shape)
    given = {"x": x, "drawn": drawn}
    return (
        Case("half", given, {"rate": 0.5}),
        Case("quarter", given, {"rate": 0.25}),
        Case("most", given, {"rate": 0.9}),
        Case("nothing-dropped", given, {"rate": 0.0}),
        Case("inference", {"x": x}, {"rate": 0.5}, training=False),
        Case("inference-given", given, {"rate": 0.5}, training=False),
    )


def _draw_rate(rank: tuple[int, int], drawn: Callable[..., Input]) -> Callable[[np.random.Generator], Case]:
    def draw(rng: np.random.Generator) -> Case:
        shape = rng.integers(1, 7, rng.integers(*rank)).tolist()
        inputs = {"x": normal(*shape), "drawn": drawn(*shape)}
        return Case("", inputs, {"rate": float(rng.uniform(0, 0.95))}, training=bool(rng.integers(4)))

    return draw


def _inverted(x: Any, m: Any, o: SimpleNamespace) -> Any:
    return x * m / (1 - o.rate)


DROPOUT = _pair(
    "dropout",
    Dropout,
    lambda nn, o: nn.Dropout(o.rate),
    lambda layers, o: layers.Dropout(o.rate, noise_shape=o.noise_shape),
    _inverted,
    cases=(
        *_rate_cases((4, 6), kept(4, 6)),
        Case("images", {"x": normal(2, 5, 4, 3), "drawn": kept(2, 5, 4, 3)}, {"rate": 0.3}),
        Case("batch1", {"x": normal(1, 5), "drawn": kept(1, 5)}, {"rate": 0.3}),
        Case("shared", {"x": normal(3, 4, 5), "drawn": kept(3, 1, 5)}, {"rate": 0.3, "noise_shape": (None, 1, None)}),
    ),
    draw=_draw_rate((1, 5), kept),
)


def _spatial(rank: int, layer: Any, shape: tuple[int, ...]) -> Pair:
    def mask(batch: int, *rest: int) -> Input:
        return kept(batch, *[1] * rank, rest[-1])

    return _pair(
        f"spatial_dropout{rank}d",
        layer,
        lambda nn, o: getattr(nn, f"Dropout{rank}d")(o.rate),
        lambda layers, o: getattr(layers, f"SpatialDropout{rank}D")(o.rate),
        _inverted,
        cases=_rate_cases(shape, mask(*shape)),
        draw=_draw_rate((rank + 2, rank + 3), mask),
        layout=CHANNELS_FIRST,
    )


SPATIAL_DROPOUT1D = _spatial(1, SpatialDropout1D, (3, 5, 4))
SPATIAL_DROPOUT2D = _spatial(2, SpatialDropout2D, (3, 5, 4, 6))
SPATIAL_DROPOUT3D = _spatial(3, SpatialDropout3D, (3, 5, 4, 2, 6))


def _alpha(x: Any, m: Any, o: SimpleNamespace) -> Any:
    alpha = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717
    a = ((1 - o.rate) * (1 + o.rate * alpha**2)) ** -0.5
    return a * (x * m + alpha * (1 - m)) - a * alpha * o.rate


ALPHA_DROPOUT = _pair(
    "alpha_dropout",
    AlphaDropout,
    lambda nn, o: nn.AlphaDropout(o.rate),
    lambda layers, o: layers.AlphaDropout(o.rate, noise_shape=o.noise_shape),
    _alpha,
    cases=(
        *_rate_cases((4, 6), kept(4, 6)),
        Case("shared", {"x": normal(3, 4, 5), "drawn": kept(3, 1, 5)}, {"rate": 0.3, "noise_shape": (None, 1, None)}),
    ),
    draw=_draw_rate((1, 5), kept),
    spares={edge: dict.fromkeys(FRAMEWORKS, "dropped is times 0 there, a NaN") for edge in ("nan", "infinities")},
)

GAUSSIAN_DROPOUT = _pair(
    "gaussian_dropout",
    GaussianDropout,
    lambda nn, o: nn.Identity(),
    lambda layers, o: layers.GaussianDropout(o.rate),
    lambda x, e, o: x * (1 + (o.rate / (1 - o.rate)) ** 0.5 * e),
    cases=_rate_cases((4, 6), noise(4, 6)),
    draw=_draw_rate((1, 5), noise),
    reason="PyTorch has no such layer",
)


def _draw_sigma(rng: np.random.Generator) -> Case:
    shape = rng.integers(1, 7, rng.integers(1, 5)).tolist()
    sigma = choose(rng, 0.0, float(10 ** rng.uniform(-3, 0)))
    return Case("", {"x": normal(*shape), "drawn": noise(*shape)}, {"sigma": sigma}, training=bool(rng.integers(4)))


GAUSSIAN_NOISE = _pair(
    "gaussian_noise",
    GaussianNoise,
    lambda nn, o: nn.Identity(),
    lambda layers, o: layers.GaussianNoise(o.sigma),
    lambda x, e, o: x + o.sigma * e,
    cases=(
        Case("rows", {"x": normal(4, 6), "drawn": noise(4, 6)}, {"sigma": 0.5}),
        Case("images", {"x": normal(2, 5, 4, 3), "drawn": noise(2, 5, 4, 3)}, {"sigma": 0.1}),
        Case("strong", {"x": normal(4, 6), "drawn": noise(4, 6)}, {"sigma": 1.0}),
        Case("none", {"x": normal(4, 6), "drawn": noise(4, 6)}, {"sigma": 0.0}),
        Case("inference", {"x": normal(4, 6)}, {"sigma": 0.5}, training=False),
        Case("inference-given", {"x": normal(4, 6), "drawn": noise(4, 6)}, {"sigma": 0.5}, training=False),
    ),
    draw=_draw_sigma,
    notes=("Keras accepts no sigma above 1.",),
    reason="PyTorch has no such layer",
)

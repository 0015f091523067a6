"""Normalisation and its twins."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal, offset
from reference.pair import Case, Pair, Slot, Twin
from scratch.normalisation import BatchNorm, LayerNorm

CHANNELS_FIRST = {"x": "n ... c -> n c ...", "y": "n ... c -> n c ..."}
TORCH = {"gamma": Slot("weight"), "beta": Slot("bias")}
KERAS = {"gamma": Slot("gamma"), "beta": Slot("beta")}
TORCH_RUNNING = {"running_mean": Slot("running_mean"), "running_variance": Slot("running_var")}
TORCH_COUNTING = TORCH_RUNNING | {"batches": Slot("num_batches_tracked")}
KERAS_RUNNING = {"running_mean": Slot("moving_mean"), "running_variance": Slot("moving_variance")}


def draw_shape(rng: np.random.Generator, rank: int) -> tuple[list[int], int]:
    """(batch, *spatial) and channels."""
    return rng.integers(2, 6, rank + 1).tolist(), int(rng.integers(1, 4) * 2)


def draw_affine(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "epsilon": float(10 ** rng.uniform(-6, -1)),
        "scale": bool(rng.integers(4)),
        "center": bool(rng.integers(4)),
    }


def _torch_batch_norm(rank: int) -> Callable[[Any, SimpleNamespace], Any]:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.normalisation import biased_batch_norm, trained

        own = getattr(torch.nn, f"BatchNorm{rank}d")
        biased = o.track and not o.unbiased
        make = (lambda *args, **kwargs: biased_batch_norm(rank, *args, **kwargs)) if biased else own
        options = {"eps": o.epsilon, "affine": o.scale or o.center, "track_running_stats": o.track}
        share = None if o.momentum is None else 1 - o.momentum
        return trained(make(o.channels, momentum=share, **options), o.scale, o.center)

    return build


def _keras_batch_norm(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.normalisation import UnbiasedBatchNormalization

    make = UnbiasedBatchNormalization if o.unbiased else keras.layers.BatchNormalization
    return make(epsilon=o.epsilon, momentum=o.momentum, scale=o.scale, center=o.center)


def _draw_batch_norm(rank: int) -> Callable[[np.random.Generator], Case]:
    def draw(rng: np.random.Generator) -> Case:
        lead, channels = draw_shape(rng, choose(rng, 0, 1) if rank == 1 else rank)
        # of two numbers a channel, z is nearly +1 and -1 whatever they are: the case "two-rows" is enough of those
        lead[0] += len(lead) == 1
        options = {"momentum": float(rng.uniform(0, 1)), "unbiased": bool(rng.integers(2)), **draw_affine(rng)}
        return Case(
            "", {"x": normal(*lead, channels)}, {"channels": channels, **options}, training=bool(rng.integers(3))
        )

    return draw


def _torch_only_cases(*shape: int) -> tuple[Case, ...]:
    """What Keras has not: a mean of all batches in the place of running moments, and none of either."""
    x, channels, rank = {"x": normal(*shape)}, {"channels": shape[-1]}, max(len(shape) - 2, 1)
    counting = {"torch": Twin(_torch_batch_norm(rank), TORCH | TORCH_COUNTING, CHANNELS_FIRST)}
    every: dict[str, Any] = {"frameworks": ("torch",), "twins": counting}
    reason = "Keras' running moments forget; it has none that are the mean of all batches"
    return (
        Case("cumulative", x, {**channels, "momentum": None, "unbiased": True}, reason=reason, **every),
        Case("cumulative-biased", x, {**channels, "momentum": None}, reason=reason, **every),
        Case(
            "untracked-inference",
            x,
            {**channels, "track": False, "scale": False},
            training=False,
            frameworks=("torch",),
            reason="Keras always keeps running moments, and takes them at inference",
        ),
    )


def _batch_norm_cases(*shape: int) -> tuple[Case, ...]:
    x, options = {"x": normal(*shape)}, {"channels": shape[-1]}
    return (
        Case("training", x, options),
        Case("training-unbiased", x, {**options, "unbiased": True}),
        Case("inference", x, options, training=False),
        Case("inference-unbiased", x, {**options, "unbiased": True}, training=False),
        Case("keras-defaults", x, {**options, "epsilon": 1e-3, "momentum": 0.99}),
        Case("torch-defaults", x, {**options, "epsilon": 1e-5, "momentum": 0.9, "unbiased": True}),
        Case("large-epsilon", x, {**options, "epsilon": 2.0}),
        Case("keeps-nothing", x, {**options, "momentum": 0.0}),
        Case("no-scale", x, {**options, "scale": False}),
        Case("no-center", x, {**options, "center": False, "unbiased": True}),
        Case("neither", x, {**options, "scale": False, "center": False}),
        Case("large-mean", {"x": offset(*shape)}, options),
    )


def _batch_norm(rank: int, cases: tuple[Case, ...]) -> Pair:
    return Pair(
        f"batch_norm{rank}d",
        BatchNorm,
        empty=False,
        torch=Twin(_torch_batch_norm(rank), TORCH | TORCH_RUNNING, CHANNELS_FIRST),
        keras=Twin(_keras_batch_norm, KERAS | KERAS_RUNNING),
        cases=cases,
        draw=_draw_batch_norm(rank),
        notes=(
            "Keras' momentum is the share kept of the old value, PyTorch's the share of the new; they add to 1.",
            "Into the running variance goes the batch's: as it is in Keras, times N / (N - 1) in PyTorch. Both are "
            "an option here; the framework that lacks it has a few lines of glue.",
            "Keras' default epsilon is 1e-3, PyTorch's 1e-5.",
            "momentum=None, a mean of all batches, and track_running_stats=False are PyTorch's alone.",
        ),
    )


STOCK_TORCH = Twin(
    lambda torch, o: torch.nn.BatchNorm1d(o.channels, eps=o.epsilon, momentum=1 - o.momentum), TORCH | TORCH_RUNNING
)
STOCK_KERAS = Twin(
    lambda keras, o: keras.layers.BatchNormalization(epsilon=o.epsilon, momentum=o.momentum), KERAS | KERAS_RUNNING
)

BATCH_NORM1D = _batch_norm(
    1,
    (
        *_batch_norm_cases(7, 3),
        *_torch_only_cases(7, 3),
        # with a small epsilon z would be +1 and -1 whatever x is, and its gradient nothing but rounding errors
        Case("two-rows", {"x": normal(2, 3)}, {"channels": 3, "epsilon": 0.5}),
        Case("sequences", {"x": normal(4, 5, 3)}, {"channels": 3, "unbiased": True}),
        Case("sequences-inference", {"x": normal(4, 5, 3)}, {"channels": 3}, training=False),
        Case("batch1-inference", {"x": normal(1, 6)}, {"channels": 6}, training=False),
        Case(
            "batch1",
            {"x": normal(1, 6)},
            {"channels": 6, "epsilon": 0.1},
            frameworks=("keras",),
            reason="PyTorch refuses to train on one value per channel, whose normalised value is 0",
        ),
        Case(
            "stock-torch",
            {"x": normal(4, 3)},
            {"channels": 3, "momentum": 0.5},
            frameworks=("torch",),
            differs={"running_variance": 0.01},
            twins={"torch": STOCK_TORCH},
            reason="torch.nn.BatchNorm1d takes the batch's variance times N / (N - 1) into the running one",
        ),
        Case(
            "stock-keras",
            {"x": normal(4, 3)},
            {"channels": 3, "momentum": 0.5, "unbiased": True},
            frameworks=("keras",),
            differs={"running_variance": 0.01},
            twins={"keras": STOCK_KERAS},
            reason="keras.layers.BatchNormalization takes the batch's variance as it is into the running one",
        ),
    ),
)
BATCH_NORM2D = _batch_norm(
    2,
    (
        *_batch_norm_cases(2, 5, 4, 3),
        *_torch_only_cases(2, 5, 4, 3),
        Case("batch1", {"x": normal(1, 3, 4, 2)}, {"channels": 2}),
    ),
)
VOLUMES = _batch_norm_cases(2, 5, 3, 4, 6)
BATCH_NORM3D = _batch_norm(3, (*VOLUMES[:6], VOLUMES[-1], *_torch_only_cases(2, 5, 3, 4, 6)))


def _torch_layer_norm(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.normalisation import AxesLayerNorm, trained

    options = {"eps": o.epsilon, "elementwise_affine": o.scale or o.center}
    if o.axis is None or o.axis == tuple(range(-len(o.shape), 0)):
        return trained(torch.nn.LayerNorm(o.shape, **options), o.scale, o.center)
    return trained(AxesLayerNorm(o.shape, o.axis, **options), o.scale, o.center)


def _draw_layer_norm(rng: np.random.Generator) -> Case:
    # two numbers are normalised to nearly +1 and -1 whatever they are
    size = rng.permutation(np.arange(3, 8))[: rng.integers(2, 5)].tolist()
    count = int(rng.integers(1, len(size)))
    first = choose(rng, -len(size), 0)
    axis = tuple(sorted(int(i) for i in first + rng.choice(np.arange(1, len(size)), count, replace=False)))
    return Case("", {"x": normal(*size)}, {"shape": tuple(size[i] for i in axis), "axis": axis, **draw_affine(rng)})


def _layer_norm_case(name: str, shape: tuple[int, ...], over: tuple[int, ...], **options: Any) -> Case:
    return Case(name, {"x": normal(*shape)}, {"shape": over, **options})


LAYER_NORM = Pair(
    "layer_norm",
    LayerNorm,
    torch=Twin(_torch_layer_norm, TORCH),
    keras=Twin(
        lambda keras, o: keras.layers.LayerNormalization(
            axis=list(o.axis or range(-len(o.shape), 0)), epsilon=o.epsilon, scale=o.scale, center=o.center
        ),
        KERAS,
    ),
    cases=(
        _layer_norm_case("rows", (4, 6), (6,)),
        _layer_norm_case("sequences", (3, 5, 4), (4,)),
        _layer_norm_case("batch1", (1, 5), (5,)),
        _layer_norm_case("wide", (3, 100), (100,)),
        _layer_norm_case("last-two", (2, 5, 7), (5, 7)),
        _layer_norm_case("images", (2, 5, 4, 3), (5, 4, 3)),
        _layer_norm_case("middle", (2, 5, 7), (5,), axis=(1,)),
        _layer_norm_case("apart", (2, 5, 4, 3), (5, 3), axis=(1, 3)),
        _layer_norm_case("from-behind", (2, 5, 4, 3), (5, 4), axis=(-3, -2)),
        _layer_norm_case("keras-epsilon", (4, 6), (6,), epsilon=1e-3),
        _layer_norm_case("large-epsilon", (4, 6), (6,), epsilon=2.0),
        _layer_norm_case("no-scale", (4, 6), (6,), scale=False),
        _layer_norm_case("no-center", (4, 6), (6,), center=False),
        _layer_norm_case("neither", (4, 6), (6,), scale=False, center=False),
        Case("large-mean", {"x": offset(4, 6)}, {"shape": (6,)}, training=False),
    ),
    draw=_draw_layer_norm,
    notes=("Keras' default epsilon is 1e-3, PyTorch's 1e-5. PyTorch's axes are always the last ones.",),
)

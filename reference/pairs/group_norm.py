"""Normalisation over groups of channels, and its twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import normal, offset
from reference.pair import Case, Pair, Twin
from reference.pairs.normalisation import (
    CHANNELS_FIRST,
    KERAS,
    KERAS_RUNNING,
    TORCH,
    TORCH_RUNNING,
    draw_affine,
    draw_shape,
)
from scratch.group_norm import GroupNorm, InstanceNorm

# of each rank, all sizes distinct
SHAPES = {1: (4, 5, 3), 2: (2, 5, 4, 3), 3: (2, 5, 3, 4, 6)}


def _torch_group_norm(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.normalisation import trained

    affine = o.scale or o.center
    return trained(torch.nn.GroupNorm(o.groups, o.channels, eps=o.epsilon, affine=affine), o.scale, o.center)


def _draw_group_norm(rng: np.random.Generator) -> Case:
    lead, _ = draw_shape(rng, int(rng.integers(1, 4)))
    groups, size = (int(n) for n in rng.integers(1, 5, 2))
    return Case(
        "", {"x": normal(*lead, groups * size)}, {"channels": groups * size, "groups": groups, **draw_affine(rng)}
    )


def _group_norm_case(name: str, shape: tuple[int, ...], groups: int, **options: Any) -> Case:
    return Case(name, {"x": normal(*shape)}, {"channels": shape[-1], "groups": groups, **options})


GROUP_NORM = Pair(
    "group_norm",
    GroupNorm,
    torch=Twin(_torch_group_norm, TORCH, CHANNELS_FIRST),
    keras=Twin(
        lambda keras, o: keras.layers.GroupNormalization(
            groups=o.groups, epsilon=o.epsilon, scale=o.scale, center=o.center
        ),
        KERAS,
    ),
    cases=(
        _group_norm_case("images", (2, 5, 4, 6), 3),
        _group_norm_case("sequences", (3, 5, 6), 2),
        _group_norm_case("volumes", (2, 3, 5, 4, 6), 2),
        _group_norm_case("rows", (3, 8), 2),
        _group_norm_case("one-group", (2, 5, 4, 6), 1),
        _group_norm_case("batch1", (1, 3, 5, 4), 2),
        _group_norm_case("keras-epsilon", (2, 5, 4, 6), 3, epsilon=1e-3),
        _group_norm_case("large-epsilon", (2, 5, 4, 6), 3, epsilon=2.0),
        Case("large-mean", {"x": offset(2, 5, 4, 6)}, {"channels": 6, "groups": 3}),
        _group_norm_case("no-scale", (2, 5, 4, 6), 3, scale=False),
        _group_norm_case("no-center", (2, 5, 4, 6), 3, center=False),
        _group_norm_case("neither", (2, 5, 4, 6), 3, scale=False, center=False),
    ),
    draw=_draw_group_norm,
)


def _keras_instance_norm(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.normalisation import TrackingInstanceNormalization

    options = {"epsilon": o.epsilon, "scale": o.scale, "center": o.center}
    if o.track:
        return TrackingInstanceNormalization(momentum=o.momentum, **options)
    return keras.layers.GroupNormalization(groups=-1, **options)


def _instance_norm(rank: int) -> Pair:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.normalisation import trained

        own = getattr(torch.nn, f"InstanceNorm{rank}d")
        options = {"affine": o.scale or o.center}
        if o.track:
            options |= {"track_running_stats": True, "momentum": 1 - o.momentum}
        return trained(own(o.channels, eps=o.epsilon, **options), o.scale, o.center)

    def draw(rng: np.random.Generator) -> Case:
        lead, channels = draw_shape(rng, rank)
        lead[1] += rank == 1
        options = {"track": bool(rng.integers(2)), "momentum": float(rng.uniform(0, 1)), **draw_affine(rng)}
        return Case(
            "", {"x": normal(*lead, channels)}, {"channels": channels, **options}, training=bool(rng.integers(3))
        )

    shape = SHAPES[rank]
    x, options = {"x": normal(*shape)}, {"channels": shape[-1]}
    tracked = {**options, "track": True}
    return Pair(
        f"instance_norm{rank}d",
        InstanceNorm,
        torch=Twin(build, TORCH | TORCH_RUNNING, CHANNELS_FIRST),
        keras=Twin(_keras_instance_norm, KERAS | KERAS_RUNNING),
        cases=(
            Case("affine", x, options),
            Case("batch1", {"x": normal(1, *shape[1:])}, options),
            Case("keras-epsilon", x, {**options, "epsilon": 1e-3}),
            Case("large-epsilon", x, {**options, "epsilon": 2.0}),
            Case("torch-default", x, {**options, "scale": False, "center": False}),
            Case("no-scale", x, {**options, "scale": False}),
            Case("no-center", x, {**options, "center": False}),
            Case("large-mean", {"x": offset(*shape)}, options, training=False),
            Case("tracked", x, tracked),
            Case("tracked-inference", x, tracked, training=False),
            Case("tracked-batch1", {"x": normal(1, *shape[1:])}, {**tracked, "momentum": 0.5}),
            Case("tracked-keeps-nothing", x, {**tracked, "momentum": 0.0, "scale": False, "center": False}),
        ),
        draw=draw,
        notes=(
            "In Keras it is a GroupNormalization with groups=-1. PyTorch trains no scale and shift unless asked.",
            "Running moments are PyTorch's alone: means over the samples, the variance of each times N / (N - 1). At "
            "inference they replace the sample's own; a port without them normalises by other numbers.",
            "momentum=None, which makes a mean of all batches in BatchNorm, leaves the running moments as they are.",
        ),
    )


INSTANCE_NORM1D, INSTANCE_NORM2D, INSTANCE_NORM3D = (_instance_norm(rank) for rank in (1, 2, 3))

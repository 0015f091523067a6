"""Normalisation that only rescales, and its twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import constant, listed, mixed, normal
from reference.pair import Case, Pair, Slot, Twin
from reference.pairs.normalisation import CHANNELS_FIRST
from scratch.scaling import LocalResponseNorm, RMSNorm, UnitNorm


def _keras_rms_norm(keras: Any, o: SimpleNamespace) -> Any:
    axis = list(range(-len(o.shape), 0))
    if o.scale:
        return keras.layers.RMSNormalization(axis=axis, epsilon=o.epsilon)
    return lambda x: keras.ops.rms_normalization(x, axis=axis, epsilon=o.epsilon)


def _rms_norm_case(name: str, shape: tuple[int, ...], last: int = 1, **options: Any) -> Case:
    return Case(name, {"x": normal(*shape)}, {"shape": shape[-last:], **options})


def _draw_rms_norm(rng: np.random.Generator) -> Case:
    # one number is normalised to nearly +1 or -1 whatever it is
    shape = tuple(rng.permutation(np.arange(3, 8))[: rng.integers(2, 5)].tolist())
    last = int(rng.integers(1, len(shape)))
    return _rms_norm_case("", shape, last, epsilon=float(10 ** rng.uniform(-7, 0)), scale=bool(rng.integers(3)))


RMS_NORM = Pair(
    "rms_norm",
    RMSNorm,
    torch=Twin(
        lambda torch, o: torch.nn.RMSNorm(o.shape, eps=o.epsilon, elementwise_affine=o.scale), {"gamma": Slot("weight")}
    ),
    keras=Twin(_keras_rms_norm, {"gamma": Slot("scale")}),
    cases=(
        _rms_norm_case("rows", (4, 6)),
        _rms_norm_case("sequences", (3, 5, 4)),
        _rms_norm_case("batch1", (1, 5)),
        _rms_norm_case("one-number", (3, 1), epsilon=0.1),
        _rms_norm_case("wide", (3, 100)),
        _rms_norm_case("last-two", (2, 5, 7), 2),
        _rms_norm_case("images", (2, 5, 4, 3), 3),
        _rms_norm_case("large-epsilon", (4, 6), epsilon=2.0),
        _rms_norm_case("no-scale", (4, 6), scale=False),
        Case("large-values", {"x": mixed(4, 6, scale=1e4)}, {"shape": (6,)}),
        Case("zero", {"x": constant(3, 4)}, {"shape": (4,), "epsilon": 1e-3}),
    ),
    draw=_draw_rms_norm,
    notes=("Without an epsilon, PyTorch adds the eps of the dtype, Keras 1e-6.",),
)


def _keras_unit_norm(keras: Any, o: SimpleNamespace) -> Any:
    if o.epsilon == 1e-12:
        return keras.layers.UnitNormalization(axis=o.axis)
    return lambda x: keras.ops.normalize(x, axis=o.axis, order=2, epsilon=o.epsilon)


def _draw_unit_norm(rng: np.random.Generator) -> Case:
    shape = rng.integers(2, 7, rng.integers(1, 5)).tolist()
    axis = int(rng.integers(-len(shape), len(shape)))
    return Case("", {"x": normal(*shape)}, {"axis": axis, "epsilon": float(rng.choice([1e-12, 1e-3, 0.5]))})


UNIT_NORM = Pair(
    "unit_norm",
    UnitNorm,
    torch=Twin(lambda torch, o: lambda x: torch.nn.functional.normalize(x, dim=o.axis, eps=o.epsilon)),
    keras=Twin(_keras_unit_norm),
    cases=(
        Case("rows", {"x": normal(4, 6)}),
        Case("columns", {"x": normal(4, 6)}, {"axis": 0}),
        Case("middle", {"x": normal(2, 5, 3)}, {"axis": 1}),
        Case("images", {"x": normal(2, 4, 3, 5)}, {"axis": -2}),
        Case("vector", {"x": normal(5)}),
        Case("short", {"x": mixed(4, 6, scale=1e-3)}, {"epsilon": 0.1}),
        Case("large", {"x": mixed(4, 6, scale=1e6)}),
        Case("zero", {"x": constant(3, 4)}, smooth=False),
        Case("kink", {"x": listed([0.25, 0.0])}, {"epsilon": 0.25}, smooth=False),
    ),
    draw=_draw_unit_norm,
)


def _keras_local_response_norm(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.scaling import local_response_norm

    return lambda x: local_response_norm(x, o.size, o.alpha, o.beta, o.k)


def _draw_local_response_norm(rng: np.random.Generator) -> Case:
    shape = rng.integers(1, 7, rng.integers(3, 6)).tolist()
    alpha, beta, k = (float(v) for v in rng.uniform((0.01, 0.1, 0.5), (3, 1.5, 3)))
    size = int(rng.integers(1, 9))
    return Case("", {"x": normal(*shape)}, {"size": size, "alpha": alpha, "beta": beta, "k": k})


LOCAL_RESPONSE_NORM = Pair(
    "local_response_norm",
    LocalResponseNorm,
    torch=Twin(
        lambda torch, o: torch.nn.LocalResponseNorm(o.size, alpha=o.alpha, beta=o.beta, k=o.k), layout=CHANNELS_FIRST
    ),
    keras=Twin(
        _keras_local_response_norm,
        likeness="composed",
        reason="tf.nn.local_response_normalization has no float64 and no even sizes",
    ),
    cases=(
        Case("defaults", {"x": normal(2, 5, 4, 7)}, {"size": 5}),
        Case("alexnet", {"x": normal(2, 4, 3, 8)}, {"size": 5, "k": 2.0}),
        Case("strong", {"x": normal(2, 5, 4, 7)}, {"size": 3, "alpha": 2.0, "beta": 0.5}),
        Case("even", {"x": normal(2, 5, 4, 7)}, {"size": 4, "alpha": 1.5}),
        Case("one-channel-windows", {"x": normal(2, 3, 5)}, {"size": 1, "alpha": 1.0}),
        Case("wider-than-channels", {"x": normal(2, 5, 3)}, {"size": 9, "alpha": 1.0}),
        Case("batch1", {"x": normal(1, 4, 2, 6)}, {"size": 3, "alpha": 1.0, "beta": 1.0, "k": 0.5}),
        Case("volumes", {"x": normal(2, 3, 4, 5, 6)}, {"size": 2, "alpha": 1.0}),
        Case("large", {"x": mixed(2, 4, 5, scale=100.0)}, {"size": 3, "alpha": 1.0}),
    ),
    draw=_draw_local_response_norm,
    notes=("TensorFlow's alpha is PyTorch's divided by the size of the window; its depth_radius is size // 2.",),
)

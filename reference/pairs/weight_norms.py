"""Layers whose weight is normalised, and their twins."""

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from reference.fills import choose, normal
from reference.pair import Array, Case, Pair, Slot, Twin
from scratch.convolution import Conv2D
from scratch.dense import Dense
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Layer
from scratch.weight_norms import SpectralNorm, WeightNorm

MATRIX = "n_in n_out -> n_out n_in"
KERNEL = "kh kw n_in n_out -> n_out n_in kh kw"
IMAGES = {"x": "n h w c -> n c h w", "y": "n h w c -> n c h w"}


def _layer(
    n_in: int, n_out: int, kernel: tuple[int, int] | None, bias: bool, init: Initializer, rng: Seed, dtype: DTypeLike
) -> Layer:
    """A Dense layer, or with a kernel a convolution of images."""
    if kernel is None:
        return Dense(n_in, n_out, bias=bias, init=init, rng=rng, dtype=dtype)
    return Conv2D(n_in, n_out, kernel, bias=bias, init=init, rng=rng, dtype=dtype)


def weight_norm(
    n_in: int,
    n_out: int,
    *,
    kernel: tuple[int, int] | None = None,
    axis: int | None = -1,
    bias: bool = True,
    init: Initializer = GlorotUniform(),
    rng: Seed = None,
    dtype: DTypeLike = np.float64,
) -> WeightNorm:
    """Dense or a convolution with the lengths of its weight apart, along an axis or as a whole."""
    return WeightNorm(_layer(n_in, n_out, kernel, bias, init, rng, dtype), axis=axis)


def spectral_norm(
    n_in: int,
    n_out: int,
    *,
    kernel: tuple[int, int] | None = None,
    iterations: int = 1,
    bias: bool = True,
    init: Initializer = GlorotUniform(),
    rng: Seed = None,
    dtype: DTypeLike = np.float64,
) -> SpectralNorm:
    """Dense or a convolution whose weight is divided by its largest singular value."""
    return SpectralNorm(_layer(n_in, n_out, kernel, bias, init, rng, dtype), iterations=iterations)


def _torch_convolution(torch: Any, o: SimpleNamespace) -> Any:
    return torch.nn.Conv2d(o.n_in, o.n_out, o.kernel, bias=o.bias)


PLACE = "parametrizations.weight"


def _keras_weight_norm(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.weight_norms import WeightNormDense

    return WeightNormDense(o.n_out, use_bias=o.bias, axis=o.axis)


# PyTorch's `dim` by the axis of a matrix in scratch, and of a kernel of images: the last of scratch is its first
MATRIX_DIMS = {-1: 0, 1: 0, 0: 1, -2: 1, None: None}
KERNEL_DIMS = {-1: 0, 3: 0, 2: 1, 0: 2, 1: 3, None: None}


def _torch_weight_norm(torch: Any, o: SimpleNamespace) -> Any:
    norm = torch.nn.utils.parametrizations.weight_norm
    if o.kernel is None:
        return norm(torch.nn.Linear(o.n_in, o.n_out, o.bias), dim=MATRIX_DIMS[o.axis])
    return norm(_torch_convolution(torch, o), dim=KERNEL_DIMS[o.axis])


def _weight_norm_slots(weight: str, lengths: str) -> dict[str, Slot]:
    return {"v": Slot(f"{PLACE}.original1", weight), "g": Slot(f"{PLACE}.original0", lengths), "b": Slot("bias")}


def _keras_spectral_norm(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.weight_norms import SpectralNormDense

    return SpectralNormDense(o.n_out, o.iterations, use_bias=o.bias)


def _case(name: str, shape: tuple[int, ...], n_out: int, training: bool = True, **options: Any) -> Case:
    return Case(name, {"x": normal(*shape)}, {"n_in": shape[-1], "n_out": n_out, **options}, training=training)


def _images(twin: Twin, **more: Any) -> Case:
    """A convolution; its twin in PyTorch has its weights in another order."""
    return Case(
        "images",
        {"x": normal(2, 5, 4, 3)},
        {"n_in": 3, "n_out": 6, "kernel": (3, 2)},
        **more,
        frameworks=("torch",),
        twins={"torch": twin},
        reason="in Keras the layer is composed, of a product",
    )


def _along(name: str, axis: int | None, lengths: str) -> Case:
    """Lengths along another axis of a matrix than the last; they lie otherwise in PyTorch."""
    twin = Twin(_torch_weight_norm, _weight_norm_slots(MATRIX, lengths))
    return replace(_case(name, (4, 3), 5, axis=axis), twins={"torch": twin})


def _images_along(name: str, axis: int | None, lengths: str) -> Case:
    """The same of a kernel of images."""
    case = _images(Twin(_torch_weight_norm, _weight_norm_slots(KERNEL, lengths), IMAGES))
    return replace(case, name=name, options={**case.options, "axis": axis})


def _draw(rng: np.random.Generator) -> Case:
    shape = tuple(int(n) for n in rng.integers((1, 2), (7, 9)))
    return _case("", shape, int(rng.integers(1, 9)), bias=choose(rng, True, False))


def _draw_weight_norm(rng: np.random.Generator) -> Case:
    case = _draw(rng)
    # of a row of one element the direction is constant, and its gradient what rounding errors leave
    axis = choose(rng, -1, 0, None) if case.options["n_out"] > 1 else choose(rng, -1, None)
    lengths = {-1: "n_out -> n_out 1", 0: "n_in -> 1 n_in", None: ""}[axis]
    twin = Twin(_torch_weight_norm, _weight_norm_slots(MATRIX, lengths))
    return replace(case, options={**case.options, "axis": axis}, twins={"torch": twin})


def _lengths(o: SimpleNamespace, g: Array, every: Mapping[str, Array]) -> Array:
    v = every["v"]
    kept = None if o.axis is None else o.axis % v.ndim
    return np.asarray(np.sqrt((v**2).sum(axis=tuple(i for i in range(v.ndim) if i != kept))))


WEIGHT_NORM = Pair(
    "weight_norm",
    weight_norm,
    torch=Twin(_torch_weight_norm, _weight_norm_slots(MATRIX, "n_out -> n_out 1")),
    keras=Twin(
        _keras_weight_norm,
        {"v": Slot("kernel"), "g": Slot("g"), "b": Slot("bias")},
        likeness="composed",
        reason="Keras has none",
    ),
    cases=(
        _case("plain", (4, 3), 5),
        _case("no-bias", (2, 4, 5), 3, bias=False),
        _images(Twin(_torch_weight_norm, _weight_norm_slots(KERNEL, "n_out -> n_out 1 1 1"), IMAGES)),
        _along("inputs", 0, "n_in -> 1 n_in"),
        _along("whole", None, ""),
        _images_along("images-inputs", 2, "n_in -> 1 n_in 1 1"),
        _images_along("images-rows", 0, "kh -> 1 1 kh 1"),
        _images_along("images-whole", None, ""),
    ),
    draw=_draw_weight_norm,
    starts={"g": _lengths},
    notes=("PyTorch's dim is counted in its own order, (n_out, n_in, ...): its 0 is the last axis here.",),
)

SPECTRAL_NORM = Pair(
    "spectral_norm",
    spectral_norm,
    torch=Twin(
        lambda torch, o: torch.nn.utils.parametrizations.spectral_norm(
            torch.nn.Linear(o.n_in, o.n_out, o.bias), n_power_iterations=o.iterations
        ),
        {
            "w": Slot(f"{PLACE}.original", MATRIX),
            "b": Slot("bias"),
            "v": Slot(f"{PLACE}.0._v"),
            "u": Slot(f"{PLACE}.0._u"),
        },
    ),
    keras=Twin(
        _keras_spectral_norm,
        {"w": Slot("kernel"), "b": Slot("bias"), "v": Slot("v"), "u": Slot("u")},
        likeness="composed",
        reason="Keras' SpectralNormalization begins with the other vector and writes over the kernel, "
        "which it does not divide at inference",
    ),
    cases=(
        _case("inference", (4, 3), 5, training=False),
        replace(_case("training", (4, 3), 5), beside=()),
        replace(_case("iterations", (2, 4, 5), 3, iterations=3, bias=False), beside=()),
        _images(
            Twin(
                lambda torch, o: torch.nn.utils.parametrizations.spectral_norm(_torch_convolution(torch, o)),
                {
                    "w": Slot(f"{PLACE}.original", KERNEL),
                    "b": Slot("bias"),
                    "v": Slot(f"{PLACE}.0._v", "(kh kw n_in) -> (n_in kh kw)", sizes={"kh": 3, "kw": 2}),
                    "u": Slot(f"{PLACE}.0._u"),
                },
                IMAGES,
            ),
            beside=(),
        ),
    ),
    # in training its buffers move at every call, as those of the declared cases do
    draw=lambda rng: replace(_draw(rng), beside=()),
    starts={"v": lambda o, v, every: 1.0, "u": lambda o, u, every: 1.0},
)

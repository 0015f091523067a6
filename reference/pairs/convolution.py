"""Convolutions and their twins."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Pair, Slot, Twin
from scratch.convolution import Conv1D, Conv2D, Conv3D

# the spatial axes of an image and of a kernel, by how many there are
SPACE = {1: "t", 2: "h w", 3: "d h w"}
TAPS = {1: "k", 2: "kh kw", 3: "kd kh kw"}


def channels_first(rank: int) -> dict[str, str]:
    """The layout of images in PyTorch."""
    axes = f"n {SPACE[rank]} c -> n c {SPACE[rank]}"
    return {"x": axes, "y": axes}


CHANNELS_FIRST = channels_first(2)


def each(value: Any, rank: int) -> Any:
    """A number or one for each axis as a tuple of one for each axis; None, and the name of a padding, as it is."""
    return value if value is None or isinstance(value, str) else tuple(np.broadcast_to(value, rank).tolist())


def torch_convolution(torch: Any, o: SimpleNamespace, rank: int, **more: Any) -> Any:
    """PyTorch's convolution for these options, with the padding it lacks added."""
    from reference.migration.glue.torch import convolution as glue

    plain = getattr(torch.nn, f"Conv{rank}d")
    made = {"same": getattr(glue, f"SameConv{rank}d"), "causal": glue.CausalConv1d}.get(o.padding, plain)
    padding = 0 if isinstance(o.padding, str) else o.padding
    options = {"stride": o.stride, "padding": padding, "dilation": o.dilation, "bias": o.bias, **more}
    options["padding_mode"] = o.padding_mode
    return made(kernel_size=o.kernel, **options)


def keras_windows(o: SimpleNamespace, rank: int) -> dict[str, Any]:
    """The options that all of Keras' convolutions share."""
    return {
        "kernel_size": each(o.kernel, rank),
        "strides": each(o.stride, rank),
        "padding": each(o.padding, rank),
        "dilation_rate": each(o.dilation, rank),
        "use_bias": o.bias,
        **({} if o.padding_mode == "zeros" else {"padding_mode": o.padding_mode}),
    }


def _keras(rank: int) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras import convolution as glue

        return getattr(glue, f"Conv{rank}D")(o.n_out, groups=o.groups, **keras_windows(o, rank))

    return build


def draw_windows(rng: np.random.Generator, rank: int, kernels: tuple[Any, ...]) -> dict[str, Any]:
    """Options of a convolution that say where its windows are."""
    strides = {1: (1, 2, 3), 2: ((1, 1), (2, 2), (1, 2), (3, 2)), 3: (1, 2, (1, 2, 3), (2, 1, 1))}[rank]
    dilations = {1: (1, 1, 2, 3), 2: ((1, 1), (1, 1), (2, 2), (1, 3)), 3: (1, 1, 2, (1, 2, 1))}[rank]
    numbers = {1: (1, 2, "causal"), 2: ((1, 0), 2), 3: (1, (0, 1, 2))}[rank]
    return {
        "kernel": choose(rng, *kernels),
        "stride": choose(rng, *strides),
        "padding": choose(rng, "valid", "same", *numbers),
        "padding_mode": choose(rng, "zeros", "zeros", "reflect", "replicate", "circular"),
        "dilation": choose(rng, *dilations),
        "bias": choose(rng, True, False),
    }


KERNELS: dict[int, tuple[Any, ...]] = {
    1: (1, 2, 3, 4, 5),
    2: ((1, 1), (2, 2), (3, 3), (2, 3), (4, 1), (5, 3)),
    3: (1, 2, (2, 3, 1), (1, 2, 3), (3, 1, 2)),
}


def draw_sizes(rng: np.random.Generator, rank: int) -> list[int]:
    """A batch and an image."""
    return [int(rng.integers(1, 5)), *(int(n) for n in rng.integers(3, {1: 20, 2: 11, 3: 7}[rank], rank))]


GROUPS_DILATED = (
    "TensorFlow's gradient of a kernel in groups with a dilation writes outside its memory for some sizes: the process "
    "may end (3 images of 12 by 8, kernel 2 by 3, dilation 1 by 3, 2 groups)"
)


def _draw(rank: int) -> Any:
    def draw(rng: np.random.Generator) -> Case:
        groups = int(rng.choice([1, 1, 2, 3]))
        n_in, n_out = (groups * int(n) for n in rng.choice(np.arange(1, 5), 2, replace=False))
        options = {**draw_windows(rng, rank, KERNELS[rank]), "n_in": n_in, "n_out": n_out, "groups": groups}
        drawn = Case("", {"x": normal(*draw_sizes(rng, rank), n_in)}, options)
        dilated = groups > 1 and options["dilation"] not in (1, (1,) * rank)
        return replace(drawn, frameworks=("torch",), reason=GROUPS_DILATED) if dilated else drawn

    return draw


def case(name: str, shape: tuple[int, ...], n_out: int, kernel: Any, **options: Any) -> Case:
    """A case of a layer with `n_in` channels and `n_out`."""
    return Case(name, {"x": normal(*shape)}, {"n_in": shape[-1], "n_out": n_out, "kernel": kernel, **options})


def _pair(layer: Any, cases: tuple[Case, ...], *notes: str) -> Pair:
    rank = layer.rank
    return Pair(
        f"conv{rank}d",
        layer,
        torch=Twin(
            lambda torch, o: torch_convolution(
                torch, o, rank, in_channels=o.n_in, out_channels=o.n_out, groups=o.groups
            ),
            {"w": Slot("weight", f"{TAPS[rank]} n_in n_out -> n_out n_in {TAPS[rank]}"), "b": Slot("bias")},
            channels_first(rank),
        ),
        keras=Twin(_keras(rank), {"w": Slot("kernel"), "b": Slot("bias")}),
        cases=cases,
        draw=_draw(rank),
        notes=(
            "PyTorch has no SAME padding at a stride above 1: zeros are added as TensorFlow counts them, then valid.",
            "Keras has no padding in numbers (zeros are added first) and no stride with a dilation (windows are "
            "picked).",
            "padding_mode is PyTorch's alone; in Keras what it puts around x is added first.",
            *notes,
        ),
    )


SHORT_KERNELS_IN_3D = (
    "TensorFlow's float64 3D convolution on a CPU is wrong with SAME where the kernel is shorter than the stride by 2 "
    "or more: its first window may start after the first element."
)

CONV1D = _pair(
    Conv1D,
    (
        case("valid", (2, 7, 3), 4, 3),
        case("same", (2, 7, 3), 4, 3, padding="same"),
        case("same-stride2-even", (2, 8, 3), 5, 4, stride=2, padding="same"),
        case("causal", (2, 7, 3), 4, 3, padding="causal"),
        case("causal-dilation", (3, 8, 2), 4, 3, padding="causal", dilation=2),
        case("causal-stride", (2, 9, 3), 4, 2, padding="causal", stride=2),
        case("causal-dilation-stride", (2, 9, 3), 4, 2, padding="causal", stride=2, dilation=3),
        case("padding-stride", (2, 8, 3), 4, 5, stride=3, padding=2),
        case("dilation-same", (2, 9, 3), 4, 2, dilation=3, padding="same"),
        case("groups-of-one", (2, 5, 3), 6, 4, groups=3),
        case("kernel1", (2, 7, 4), 6, 1, stride=2, padding=1, groups=2),
        case("same-short-kernel", (2, 8, 3), 5, 2, stride=4, padding="same"),
        case("batch1", (1, 6, 2), 3, 3),
        case("one-output", (2, 4, 3), 5, 4),
        case("no-bias", (2, 6, 3), 4, 3, bias=False),
        case("long-rows", (520, 7, 2), 3, 3, stride=2),
        case("reflect", (2, 7, 3), 4, 5, stride=2, padding=2, padding_mode="reflect"),
        case("replicate-causal", (2, 7, 3), 4, 3, dilation=2, padding="causal", padding_mode="replicate"),
        case("circular-same-even", (2, 7, 3), 5, 4, padding="same", padding_mode="circular"),
    ),
    "PyTorch has no causal padding: zeros are added in front, then valid.",
)

CONV2D = _pair(
    Conv2D,
    (
        case("valid", (2, 7, 6, 3), 4, (3, 2)),
        case("same", (2, 7, 6, 3), 4, 3, padding="same"),
        case("same-even", (2, 7, 6, 3), 5, (4, 2), padding="same"),
        case("stride2", (2, 8, 7, 3), 4, 3, stride=2),
        case("same-stride2", (2, 8, 6, 3), 4, 3, stride=2, padding="same"),
        case("same-stride2-even", (2, 7, 6, 3), 5, (4, 2), stride=2, padding="same"),
        case("stride-unequal", (2, 8, 9, 3), 4, (2, 3), stride=(1, 3)),
        case("padding1", (2, 7, 6, 3), 4, 3, padding=1),
        case("padding-stride", (2, 8, 6, 3), 4, (3, 2), stride=2, padding=(2, 1)),
        case("dilation", (2, 9, 8, 3), 4, (3, 2), dilation=(2, 3)),
        case("dilation-same", (2, 9, 8, 3), 4, (3, 2), dilation=2, padding="same"),
        case("dilation-stride", (2, 11, 9, 3), 4, 3, dilation=2, stride=2),
        case("groups", (2, 6, 5, 6), 4, 3, groups=2),
        case("groups-stride-same", (3, 8, 7, 6), 9, (2, 3), groups=3, stride=2, padding="same"),
        case("batch1", (1, 6, 5, 2), 3, 3),
        case("one-output", (2, 3, 4, 2), 5, (3, 4)),
        case("kernel1", (2, 5, 3, 4), 6, 1, stride=(2, 1), padding=1, groups=2),
        case("no-bias", (2, 6, 5, 3), 4, 3, bias=False),
        case("channel1", (3, 7, 6, 1), 4, 3),
        case("reflect-same-even", (2, 7, 6, 3), 5, (4, 2), padding="same", padding_mode="reflect"),
        case("replicate", (2, 7, 6, 3), 4, 3, stride=2, padding=(2, 1), padding_mode="replicate"),
        case("circular-groups", (2, 5, 7, 4), 6, (5, 3), padding=(3, 2), padding_mode="circular", groups=2),
        # more rows of windows than are multiplied at once, and rows that are multiplied one by one, for two reasons
        case("many-rows", (2, 100, 41, 4), 3, 5, stride=(2, 1), dilation=(2, 1), padding=1),
        case("many-rows-stride1", (2, 50, 41, 4), 3, 5),
        case("long-columns", (2, 6, 139, 40), 3, 5),
        case("long-rows", (80, 8, 20, 4), 3, (5, 3), stride=(2, 3), padding=1),
        replace(
            case("long-rows-dilation-groups", (80, 9, 12, 4), 6, (3, 2), dilation=(2, 3), groups=2),
            frameworks=("torch",),
            reason=GROUPS_DILATED,
        ),
        # of each place every second row of windows sees it, through neighbouring taps; and the other way round
        case("long-rows-dilation-stride", (80, 15, 9, 2), 3, (3, 2), stride=(2, 1), dilation=(4, 1)),
        case("long-rows-stride-dilation", (80, 16, 9, 2), 3, (4, 2), stride=(4, 1), dilation=(2, 1)),
    ),
)

CONV3D = _pair(
    Conv3D,
    (
        case("valid", (2, 4, 5, 6, 3), 7, (2, 3, 1)),
        case("same-stride2-even", (2, 5, 6, 4, 3), 7, (2, 3, 4), stride=2, padding="same"),
        case("stride-unequal", (2, 5, 4, 7, 3), 6, 2, stride=(2, 1, 3)),
        case("same-short-kernel", (2, 5, 6, 8, 3), 7, (2, 1, 1), stride=(2, 3, 4), padding="same"),
        case("padding-stride", (2, 4, 5, 6, 3), 7, (3, 1, 2), stride=2, padding=(1, 0, 2)),
        case("dilation", (2, 5, 7, 6, 3), 4, 2, dilation=(1, 3, 2)),
        case("dilation-stride", (2, 5, 7, 6, 3), 4, 2, dilation=2, stride=(2, 1, 1)),
        case("groups", (2, 3, 5, 4, 6), 8, 2, groups=2),
        case("kernel1", (2, 3, 5, 7, 4), 6, 1, stride=(2, 1, 3), padding=(1, 0, 2), groups=2),
        case("batch1", (1, 4, 3, 5, 2), 6, 2),
        case("reflect", (2, 3, 5, 4, 1), 6, (2, 4, 3), padding=(1, 3, 2), padding_mode="reflect"),
        case("circular", (2, 3, 5, 4, 1), 6, (2, 4, 3), padding=(1, 3, 2), padding_mode="circular"),
        case("no-bias", (2, 3, 5, 4, 1), 6, (1, 2, 3), bias=False),
        case("long-rows", (45, 4, 5, 5, 2), 3, (2, 3, 2), stride=(2, 1, 1)),
    ),
    SHORT_KERNELS_IN_3D,
)

CONV3D_NATIVE = replace(
    CONV3D,
    name="conv3d_native",
    keras=replace(
        CONV3D.keras,
        build=lambda keras, o: keras.layers.Conv3D(o.n_out, groups=o.groups, **keras_windows(o, 3)),
        likeness="inexact",
        reason=f"keras.layers.Conv3D. {SHORT_KERNELS_IN_3D}",
    ),
    cases=(
        case("valid", (2, 4, 5, 6, 3), 7, (2, 3, 1)),
        case("same-stride2-even", (2, 5, 6, 4, 3), 7, (2, 3, 4), stride=2, padding="same"),
        replace(
            case("same-short-kernel", (2, 5, 6, 8, 3), 7, (2, 1, 1), stride=(2, 3, 4), padding="same"),
            frameworks=("keras",),
            differs={"y": 0.01},
            reason=SHORT_KERNELS_IN_3D,
        ),
    ),
    draw=None,
    notes=("conv3d has a twin in Keras that agrees everywhere.",),
)

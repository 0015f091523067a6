"""Depthwise and separable convolutions and their twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Pair, Slot, Twin
from reference.pairs.convolution import (
    KERNELS,
    TAPS,
    case,
    channels_first,
    draw_sizes,
    draw_windows,
    keras_windows,
    torch_convolution,
)
from scratch.depthwise_convolution import DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D

NOTES = (
    "PyTorch has no SAME padding at a stride above 1 and no causal padding: zeros are added first, then valid.",
    "Keras has no padding in numbers (zeros are added first), TensorFlow's depthwise kernel no unequal strides "
    "(windows are picked).",
)


def _torch_depthwise(torch: Any, o: SimpleNamespace, rank: int) -> Any:
    n_out = o.n_in * o.multiplier
    return torch_convolution(torch, o, rank, in_channels=o.n_in, out_channels=n_out, groups=o.n_in)


def _torch_separable(torch: Any, o: SimpleNamespace, rank: int) -> Any:
    depthwise = _torch_depthwise(torch, SimpleNamespace(**{**vars(o), "bias": False}), rank)
    pointwise = getattr(torch.nn, f"Conv{rank}d")(o.n_in * o.multiplier, o.n_out, 1, bias=o.bias)
    return torch.nn.Sequential(depthwise, pointwise)


def _keras(name: str, rank: int) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras import convolution as glue

        filters = (o.n_out,) if name == "Separable" else ()
        return getattr(glue, f"{name}Conv{rank}D")(*filters, depth_multiplier=o.multiplier, **keras_windows(o, rank))

    return build


def _draw(rank: int, separable: bool) -> Any:
    def draw(rng: np.random.Generator) -> Case:
        n_in, n_out = (int(n) for n in rng.choice(np.arange(1, 7), 2, replace=False))
        options = {**draw_windows(rng, rank, KERNELS[rank]), "n_in": n_in, "multiplier": choose(rng, 1, 2, 3)}
        x = normal(*draw_sizes(rng, rank), n_in)
        return Case("", {"x": x}, {**options, "n_out": n_out} if separable else options)

    return draw


def _depthwise_case(name: str, shape: tuple[int, ...], kernel: Any, **options: Any) -> Case:
    return Case(name, {"x": normal(*shape)}, {"n_in": shape[-1], "kernel": kernel, **options})


def _depthwise(layer: Any, cases: tuple[Case, ...]) -> Pair:
    rank = layer.rank
    return Pair(
        f"depthwise_conv{rank}d",
        layer,
        torch=Twin(
            lambda torch, o: _torch_depthwise(torch, o, rank),
            {"w": Slot("weight", f"{TAPS[rank]} c m -> (c m) 1 {TAPS[rank]}"), "b": Slot("bias")},
            channels_first(rank),
        ),
        keras=Twin(_keras("Depthwise", rank), {"w": Slot("kernel"), "b": Slot("bias")}),
        cases=cases,
        draw=_draw(rank, separable=False),
        notes=("In PyTorch it is a convolution with as many groups as input channels.", *NOTES),
    )


def _separable(layer: Any, cases: tuple[Case, ...]) -> Pair:
    rank = layer.depthwise_part.rank
    return Pair(
        f"separable_conv{rank}d",
        layer,
        torch=Twin(
            lambda torch, o: _torch_separable(torch, o, rank),
            {
                "w_depthwise": Slot("0.weight", f"{TAPS[rank]} c m -> (c m) 1 {TAPS[rank]}"),
                "w_pointwise": Slot("1.weight", f"{TAPS[rank]} d n_out -> n_out d {TAPS[rank]}"),
                "b": Slot("1.bias"),
            },
            channels_first(rank),
            likeness="composed",
            reason="a grouped convolution without bias, then one with a kernel of 1; PyTorch has no layer for both",
        ),
        keras=Twin(
            _keras("Separable", rank),
            {"w_depthwise": Slot("depthwise_kernel"), "w_pointwise": Slot("pointwise_kernel"), "b": Slot("bias")},
        ),
        cases=cases,
        draw=_draw(rank, separable=True),
        notes=NOTES,
    )


DEPTHWISE_CONV1D = _depthwise(
    DepthwiseConv1D,
    (
        _depthwise_case("valid", (2, 7, 3), 4),
        _depthwise_case("multiplier", (2, 7, 4), 3, multiplier=3),
        _depthwise_case("same-stride2-even", (2, 8, 3), 4, multiplier=2, stride=2, padding="same"),
        _depthwise_case("causal-dilation", (2, 8, 3), 3, multiplier=2, padding="causal", dilation=2),
        _depthwise_case("padding-stride", (2, 8, 3), 5, multiplier=2, padding=2, stride=3),
        _depthwise_case("dilation-stride", (2, 11, 3), 3, multiplier=2, dilation=2, stride=3),
        _depthwise_case("batch1", (1, 6, 2), 3),
        _depthwise_case("no-bias", (2, 6, 3), 4, bias=False),
        _depthwise_case("circular-causal", (2, 8, 3), 3, multiplier=2, padding="causal", padding_mode="circular"),
    ),
)

DEPTHWISE_CONV2D = _depthwise(
    DepthwiseConv2D,
    (
        _depthwise_case("valid", (2, 7, 6, 4), (3, 2)),
        _depthwise_case("multiplier", (2, 7, 6, 4), (2, 3), multiplier=3),
        _depthwise_case("same-stride2", (2, 8, 7, 3), (4, 3), multiplier=2, stride=2, padding="same"),
        _depthwise_case("stride-unequal", (2, 8, 7, 3), 2, multiplier=2, stride=(1, 3)),
        _depthwise_case("padding", (2, 5, 6, 3), (3, 4), multiplier=2, padding=(1, 2)),
        _depthwise_case("dilation", (2, 9, 8, 3), (3, 2), multiplier=2, dilation=(2, 3)),
        _depthwise_case("dilation-stride", (2, 11, 9, 3), 3, multiplier=2, dilation=2, stride=2),
        _depthwise_case("batch1", (1, 6, 5, 2), 3, multiplier=4),
        _depthwise_case("reflect", (2, 5, 6, 3), (3, 4), multiplier=2, padding=(1, 2), padding_mode="reflect"),
        _depthwise_case("channel1", (2, 6, 5, 1), 3, multiplier=4),
        _depthwise_case("no-bias", (2, 6, 5, 3), 4, bias=False),
    ),
)

SEPARABLE_CONV1D = _separable(
    SeparableConv1D,
    (
        case("valid", (2, 7, 3), 5, 4),
        case("multiplier", (2, 8, 3), 5, 4, multiplier=2),
        case("same-stride2", (2, 8, 3), 5, 4, multiplier=2, stride=2, padding="same"),
        case("causal-dilation", (2, 8, 3), 5, 3, padding="causal", dilation=2),
        case("batch1", (1, 6, 2), 5, 3),
        case("no-bias", (2, 6, 3), 5, 4, bias=False),
        case("replicate", (2, 8, 3), 5, 4, multiplier=2, padding=2, padding_mode="replicate"),
    ),
)

SEPARABLE_CONV2D = _separable(
    SeparableConv2D,
    (
        case("valid", (2, 7, 6, 3), 5, (3, 2)),
        case("multiplier", (2, 7, 6, 4), 5, (2, 3), multiplier=3),
        case("fewer-outputs", (2, 7, 6, 4), 3, 2),
        case("same-stride2", (2, 8, 7, 3), 5, (4, 3), multiplier=2, stride=2, padding="same"),
        case("stride-unequal", (2, 8, 7, 3), 5, 2, stride=(1, 3)),
        case("padding", (2, 5, 6, 3), 7, (3, 4), multiplier=2, padding=(1, 2)),
        case("dilation", (2, 9, 8, 3), 5, (3, 2), dilation=(2, 3)),
        case("batch1", (1, 6, 5, 2), 4, 3, multiplier=4),
        case("no-bias", (2, 6, 5, 3), 4, 3, bias=False),
        case("circular", (2, 6, 5, 3), 4, 3, padding="same", padding_mode="circular"),
    ),
)

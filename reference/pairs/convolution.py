"""Convolutions and their twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Pair, Slot, Twin
from scratch.convolution import Conv2D

CHANNELS_FIRST = {"x": "n h w c -> n c h w", "y": "n h w c -> n c h w"}


def _torch_conv2d(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.convolution import SameConv2d

    conv, padding = (SameConv2d, 0) if o.padding == "same" else (torch.nn.Conv2d, o.padding)
    return conv(
        o.n_in, o.n_out, o.kernel, stride=o.stride, padding=padding, dilation=o.dilation, groups=o.groups, bias=o.bias
    )


def _keras_conv2d(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.convolution import Conv2D as Composed

    return Composed(
        o.n_out,
        o.kernel,
        strides=np.broadcast_to(o.stride, 2).tolist(),
        padding=o.padding,
        dilation_rate=np.broadcast_to(o.dilation, 2).tolist(),
        groups=o.groups,
        use_bias=o.bias,
    )


def _draw(rng: np.random.Generator) -> Case:
    groups = int(rng.choice([1, 1, 2, 3]))
    n_in, n_out = (groups * int(n) for n in rng.choice(np.arange(1, 5), 2, replace=False))
    return Case(
        "",
        {"x": normal(int(rng.integers(1, 5)), int(rng.integers(3, 11)), int(rng.integers(3, 11)), n_in)},
        {
            "n_in": n_in,
            "n_out": n_out,
            "kernel": choose(rng, (1, 1), (2, 2), (3, 3), (2, 3), (4, 1), (5, 3)),
            "stride": choose(rng, (1, 1), (2, 2), (1, 2), (3, 2)),
            "padding": choose(rng, "valid", "same", (1, 0), 2),
            "dilation": choose(rng, (1, 1), (1, 1), (2, 2), (1, 3)),
            "groups": groups,
            "bias": choose(rng, True, False),
        },
    )


def _case(name: str, shape: tuple[int, ...], n_out: int, kernel: Any, **options: Any) -> Case:
    return Case(name, {"x": normal(*shape)}, {"n_in": shape[-1], "n_out": n_out, "kernel": kernel, **options})


CONV2D = Pair(
    "conv2d",
    Conv2D,
    torch=Twin(
        _torch_conv2d,
        {"w": Slot("weight", "kh kw n_in n_out -> n_out n_in kh kw"), "b": Slot("bias")},
        CHANNELS_FIRST,
    ),
    keras=Twin(_keras_conv2d, {"w": Slot("kernel"), "b": Slot("bias")}),
    cases=(
        _case("valid", (2, 7, 6, 3), 4, (3, 2)),
        _case("same", (2, 7, 6, 3), 4, 3, padding="same"),
        _case("same-even", (2, 7, 6, 3), 5, (4, 2), padding="same"),
        _case("stride2", (2, 8, 7, 3), 4, 3, stride=2),
        _case("same-stride2", (2, 8, 6, 3), 4, 3, stride=2, padding="same"),
        _case("same-stride2-even", (2, 7, 6, 3), 5, (4, 2), stride=2, padding="same"),
        _case("stride-unequal", (2, 8, 9, 3), 4, (2, 3), stride=(1, 3)),
        _case("padding1", (2, 7, 6, 3), 4, 3, padding=1),
        _case("padding-stride", (2, 8, 6, 3), 4, (3, 2), stride=2, padding=(2, 1)),
        _case("dilation", (2, 9, 8, 3), 4, (3, 2), dilation=(2, 3)),
        _case("dilation-same", (2, 9, 8, 3), 4, (3, 2), dilation=2, padding="same"),
        _case("dilation-stride", (2, 11, 9, 3), 4, 3, dilation=2, stride=2),
        _case("groups", (2, 6, 5, 6), 4, 3, groups=2),
        _case("groups-stride-same", (3, 8, 7, 6), 9, (2, 3), groups=3, stride=2, padding="same"),
        _case("batch1", (1, 6, 5, 2), 3, 3),
        _case("one-output", (2, 3, 4, 2), 5, (3, 4)),
        _case("kernel1", (2, 5, 4, 3), 6, 1),
        _case("no-bias", (2, 6, 5, 3), 4, 3, bias=False),
        _case("channel1", (3, 7, 6, 1), 4, 3),
    ),
    draw=_draw,
    notes=(
        "PyTorch has no SAME padding at a stride above 1: zeros are added as TensorFlow counts them, then valid.",
        "Keras has no padding in numbers (zeros are added first) and no stride with a dilation (windows are picked).",
    ),
)

"""Transposed convolutions and their twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Pair, Slot, Twin
from reference.pairs.convolution import SHORT_KERNELS_IN_3D, TAPS, case, channels_first, draw_sizes, each
from scratch.transposed_convolution import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose


def _torch(rank: int) -> Any:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch import convolution as glue

        kernel, stride, dilation = (each(value, rank) for value in (o.kernel, o.stride, o.dilation))
        more = each(o.output_padding, rank)
        made = getattr(torch.nn, f"ConvTranspose{rank}d")
        if o.padding == "same":
            made = getattr(glue, f"SameConvTranspose{rank}d")
        elif more is None:
            # Keras' VALID never leaves out the rest of a stride that is longer than the kernel
            spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
            rest = tuple(max(s - span, 0) for s, span in zip(stride, spans, strict=True))
            more = rest if o.padding == "valid" else (0,) * rank
        padding = 0 if isinstance(o.padding, str) else o.padding
        options = {"stride": stride, "padding": padding, "output_padding": more, "dilation": dilation}
        return made(o.n_in, o.n_out, kernel, groups=o.groups, bias=o.bias, **options)

    return build


def _keras(rank: int) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.convolution import ConvTranspose, shorter_by_two

        options = {
            "strides": each(o.stride, rank),
            "padding": each(o.padding, rank),
            "output_padding": each(o.output_padding, rank),
            "dilation_rate": each(o.dilation, rank),
            "use_bias": o.bias,
        }
        kernel = each(o.kernel, rank)
        wrong = rank == 3 and o.padding == "same" and shorter_by_two(kernel, options["strides"])
        if isinstance(o.padding, str) and o.groups == 1 and max(options["dilation_rate"]) == 1 and not wrong:
            return getattr(keras.layers, f"Conv{rank}DTranspose")(o.n_out, kernel, **options)
        return ConvTranspose(o.n_out, kernel, groups=o.groups, **options)

    return build


def _draw(rank: int) -> Any:
    kernels = {1: (1, 2, 3, 4, 5), 2: (1, 2, 3, (2, 3), (4, 1), (5, 3)), 3: (1, 2, (2, 3, 1), (1, 2, 3))}[rank]
    strides = {1: (1, 2, 3), 2: (1, 2, (1, 2), (3, 2)), 3: (1, 2, (1, 2, 3))}[rank]

    def draw(rng: np.random.Generator) -> Case:
        groups = int(rng.choice([1, 1, 1, 2]))
        n_in, n_out = (groups * int(n) for n in rng.choice(np.arange(1, 5), 2, replace=False))
        batch, *sizes = draw_sizes(rng, rank)
        options = {
            "n_in": n_in,
            "n_out": n_out,
            "groups": groups,
            "kernel": choose(rng, *kernels),
            "stride": choose(rng, *strides),
            "padding": choose(rng, "valid", "same", 1, 2),
            "output_padding": choose(rng, None, None, 0, 1),
            "dilation": choose(rng, 1, 1, 1, 2),
            "bias": choose(rng, True, False),
        }
        return Case("", {"x": normal(batch, *(max(n // 2, 2) for n in sizes), n_in)}, options)

    return draw


def _pair(layer: Any, cases: tuple[Case, ...], *notes: str) -> Pair:
    rank, taps = layer.rank, TAPS[layer.rank]
    return Pair(
        f"conv{rank}d_transpose",
        layer,
        torch=Twin(
            _torch(rank),
            {"w": Slot("weight", f"{taps} n_in n_out -> n_in n_out {taps}"), "b": Slot("bias")},
            channels_first(rank),
        ),
        keras=Twin(_keras(rank), {"w": Slot("kernel", f"{taps} n_in n_out -> {taps} n_out n_in"), "b": Slot("bias")}),
        cases=cases,
        draw=_draw(rank),
        notes=(
            "Keras keeps the outputs before the inputs in the kernel, other than in its convolutions.",
            "TensorFlow's SAME cuts the smaller half in front. PyTorch cuts both ends alike: where the kernel less the "
            "stride is even, padding=(kernel - stride) / 2 is the same; where it is odd nothing is, and the popular "
            "ConvTranspose2d(3, 2, padding=1, output_padding=1) is one pixel off: the whole is computed and cut.",
            "Keras has no padding in numbers (cut from VALID), no groups (one layer each), and TensorFlow no dilation "
            "on a CPU (zeros between the taps).",
            "Keras' VALID fills up a stride longer than the kernel, PyTorch only with output_padding=stride - kernel.",
            *notes,
        ),
    )


CONV1D_TRANSPOSE = _pair(
    Conv1DTranspose,
    (
        case("valid", (2, 5, 3), 4, 3, stride=2),
        case("same", (2, 5, 3), 4, 3, stride=2, padding="same"),
        case("same-output-padding", (2, 5, 3), 4, 3, stride=3, padding="same", output_padding=1),
        case("output-padding", (2, 5, 3), 4, 2, stride=3, output_padding=1),
        case("padding", (2, 5, 3), 4, 4, stride=2, padding=1),
        case("padding-2", (2, 5, 3), 4, 6, stride=2, padding=2),
        case("padding-output-padding", (2, 5, 3), 6, 3, stride=3, padding=1, output_padding=2),
        case("dilation", (2, 5, 3), 4, 3, dilation=2),
        case("groups", (2, 5, 6), 4, 3, stride=2, groups=2),
        case("batch1-no-bias", (1, 4, 2), 3, 5, bias=False),
        case("long-rows", (520, 4, 2), 3, 3, stride=2),
    ),
)

CONV2D_TRANSPOSE = _pair(
    Conv2DTranspose,
    (
        case("valid", (2, 5, 6, 3), 4, (3, 2)),
        case("valid-stride", (2, 5, 4, 3), 7, (3, 2), stride=(1, 2)),
        case("valid-short-kernel", (2, 5, 4, 3), 6, (2, 1), stride=3),
        case("valid-output-padding", (2, 5, 4, 3), 6, (2, 3), stride=(3, 2), output_padding=(2, 0)),
        case("same", (2, 5, 4, 3), 6, 3, padding="same"),
        case("same-stride2", (2, 5, 4, 3), 6, 3, stride=2, padding="same"),
        case("same-4-2", (2, 5, 4, 3), 6, 4, stride=2, padding="same"),
        case("same-5-2", (2, 5, 4, 3), 6, 5, stride=2, padding="same"),
        case("same-4-1", (2, 5, 4, 3), 6, (4, 2), padding="same"),
        case("same-short-kernel", (2, 5, 4, 3), 6, 2, stride=(3, 4), padding="same"),
        case("same-output-padding", (2, 5, 4, 3), 6, (3, 4), stride=(2, 3), padding="same", output_padding=(0, 2)),
        case("padding-4-2", (2, 5, 4, 3), 6, 4, stride=2, padding=1),
        case("padding-3-2-output-padding", (2, 5, 4, 3), 6, 3, stride=2, padding=1, output_padding=1),
        case("output-padding-beyond", (2, 5, 4, 3), 6, (3, 2), stride=3, padding=(1, 0), output_padding=2),
        case("dilation", (2, 5, 4, 3), 6, (3, 2), dilation=(2, 3)),
        case("dilation-stride-padding", (2, 5, 4, 3), 6, (3, 2), dilation=2, stride=(2, 3), padding=1),
        case("dilation-same", (2, 5, 4, 3), 6, 3, dilation=2, stride=2, padding="same"),
        case("groups", (2, 5, 3, 6), 4, 3, stride=2, groups=2),
        case("groups-same", (2, 5, 4, 6), 9, (3, 2), stride=2, padding="same", groups=3),
        case("batch1", (1, 4, 5, 2), 3, 3, stride=2),
        case("no-bias", (2, 5, 4, 3), 6, 3, stride=2, bias=False),
        case("long-rows", (60, 3, 9, 4), 6, (3, 2), stride=(2, 1), groups=2),
    ),
)

CONV3D_TRANSPOSE = _pair(
    Conv3DTranspose,
    (
        case("valid", (2, 3, 5, 4, 6), 7, (2, 3, 1)),
        case("same-stride", (2, 3, 4, 5, 6), 7, (3, 2, 1), stride=(2, 1, 2), padding="same"),
        case("same-short-kernel", (2, 3, 4, 5, 1), 6, (1, 2, 1), stride=(3, 2, 4), padding="same"),
        case("padding", (2, 3, 4, 5, 1), 6, (3, 2, 4), stride=2, padding=(1, 0, 1), output_padding=(1, 0, 0)),
        case("dilation", (2, 3, 4, 5, 1), 6, 2, dilation=(2, 1, 3)),
        case("groups", (2, 3, 5, 4, 6), 8, (1, 2, 3), stride=(3, 1, 2), groups=2),
        case("batch1-no-bias", (1, 3, 2, 4, 5), 6, 2, bias=False),
    ),
    SHORT_KERNELS_IN_3D,
)

"""Pooling and its twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, constant, infinities_apart, normal, tied, with_nan
from reference.pair import Case, Input, Pair, Twin
from reference.pairs.convolution import channels_first, each
from scratch import pooling
from scratch.pooling import MaxPool3D


def sizes_of(o: SimpleNamespace, rank: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    kernel = each(o.kernel, rank)
    return kernel, kernel if o.stride is None else each(o.stride, rank)


def _torch_max(rank: int) -> Any:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.pooling import SameMaxPool

        dilation = each(o.dilation, rank)
        if o.padding == "same":
            return SameMaxPool(*sizes_of(o, rank), dilation)
        padding = 0 if o.padding == "valid" else o.padding
        native = getattr(torch.nn, f"MaxPool{rank}d")
        return native(o.kernel, o.stride, padding, dilation=o.dilation, ceil_mode=o.ceil_mode)

    return build


def _torch_avg(rank: int) -> Any:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.pooling import SameAvgPool, SumPool

        kernel, stride = sizes_of(o, rank)
        divisor = o.divisor or float(np.prod(kernel))
        if o.padding == "same" and not (o.count_padding or o.divisor):
            return SameAvgPool(kernel, stride)
        if o.padding == "same" or (o.divisor and rank == 1):
            total = SumPool(kernel, stride, o.padding, o.ceil_mode)
            return lambda x: total(x) / divisor
        options = {"ceil_mode": o.ceil_mode, "count_include_pad": o.count_padding}
        if o.divisor:
            options["divisor_override"] = o.divisor
        padding = 0 if o.padding == "valid" else o.padding
        return getattr(torch.nn, f"AvgPool{rank}d")(kernel, stride, padding, **options)

    return build


def _torch_sum(rank: int) -> Any:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.pooling import SumPool

        return SumPool(*sizes_of(o, rank), o.padding, o.ceil_mode)

    return build


def _keras_max(rank: int) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.pooling import max_pool

        dilation = each(o.dilation, rank) if o.dilation != 1 else None
        if isinstance(o.padding, str) and rank < 3 and not (dilation or o.ceil_mode):
            return getattr(keras.layers, f"MaxPooling{rank}D")(*sizes_of(o, rank), padding=o.padding)
        return lambda x: max_pool(x, *sizes_of(o, rank), o.padding, dilation, o.ceil_mode)

    return build


def _keras_avg(rank: int) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.pooling import avg_pool

        if isinstance(o.padding, str) and rank < 3 and not (o.count_padding or o.ceil_mode or o.divisor):
            return getattr(keras.layers, f"AveragePooling{rank}D")(*sizes_of(o, rank), padding=o.padding)
        return lambda x: avg_pool(x, *sizes_of(o, rank), o.padding, o.count_padding, o.ceil_mode, o.divisor)

    return build


def _keras_sum(rank: int) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.pooling import sum_pool

        return lambda x: sum_pool(x, *sizes_of(o, rank), o.padding, o.ceil_mode)

    return build


def _keras_own_max3d(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.pooling import max_pool_in_float32

    return lambda x: max_pool_in_float32(x, *sizes_of(o, 3), o.padding)


def last(rank: int, *values: Any) -> tuple[Any, ...]:
    """The last `rank` of three: cases for volumes, cut down to images and sequences."""
    return values[-rank:]


def common_cases(rank: int) -> tuple[Case, ...]:
    """The cases of every pooling layer."""

    def at(*values: Any) -> tuple[Any, ...]:
        return last(rank, *values)

    x = normal(2, *at(5, 7, 6), 3)
    return (
        Case("valid", {"x": x}, {"kernel": 2}),
        Case("unequal-window", {"x": x}, {"kernel": at(2, 3, 2)}),
        Case("overlapping", {"x": x}, {"kernel": 3, "stride": 2}),
        Case("stride1", {"x": x}, {"kernel": 2, "stride": 1}),
        Case("gaps", {"x": normal(2, *at(4, 9, 8), 3)}, {"kernel": 2, "stride": at(3, 3, 4)}),
        Case("same", {"x": x}, {"kernel": 2, "padding": "same"}),
        *([] if rank == 3 else [Case("same-gaps", {"x": x}, {"kernel": 2, "stride": 4, "padding": "same"})]),
        Case("same-overlapping", {"x": x}, {"kernel": 3, "stride": 2, "padding": "same"}),
        Case("same-stride1-even", {"x": x}, {"kernel": at(3, 2, 4), "stride": 1, "padding": "same"}),
        Case("padding1", {"x": x}, {"kernel": 3, "stride": 2, "padding": 1}),
        Case("padding-unequal", {"x": x}, {"kernel": at(2, 2, 4), "stride": at(2, 1, 2), "padding": at(0, 1, 2)}),
        # along the last axis a window reaches past the padding, along the one before it would begin behind all of x
        Case(
            "ceil-mode",
            {"x": normal(2, *at(4, 5, 6), 3)},
            {"kernel": at(2, 2, 3), "stride": 2, "padding": 1, "ceil_mode": True},
        ),
        Case("batch1", {"x": normal(1, *at(3, 5, 4), 2)}, {"kernel": 2}),
        Case("whole-image", {"x": normal(3, *at(2, 5, 4), 1)}, {"kernel": at(2, 5, 4)}),
        Case("large-values", {"x": normal(2, *at(4, 6, 5), 3, scale=1e6)}, {"kernel": at(1, 3, 2)}),
    )


def draw_windows(rank: int, **more: Any) -> Any:
    """Random cases; `more` are the values of further options."""
    kernels = {1: (1, 2, 3, 5), 2: (1, 2, 3, (2, 3), (3, 2), (4, 1), (3, 5)), 3: (1, 2, (2, 3, 1), (1, 2, 4))}[rank]
    strides = {1: (None, 1, 2, 3), 2: (None, 1, 2, 3, (1, 2), (3, 1)), 3: (None, 1, 2, (1, 3, 2))}[rank]
    most = {1: 25, 2: 12, 3: 7}[rank]

    def draw(rng: np.random.Generator) -> Case:
        shape = (int(rng.integers(1, 4)), *(int(n) for n in rng.integers(3, most, rank)), int(rng.integers(1, 5)))
        options = {
            "kernel": choose(rng, *kernels),
            "stride": choose(rng, *strides),
            "padding": choose(rng, "valid", "same", 1, last(rank, 1, 0, 1)),
            "ceil_mode": choose(rng, False, False, True),
        }
        return Case("", {"x": normal(*shape)}, options | {name: choose(rng, *values) for name, values in more.items()})

    return draw


NAN_IN_KERAS = "TensorFlow's max-pooling drops a NaN or not, depending on its place in the window and on the dtype"
TO_NAN = "a window that holds NaN passes no gradient; PyTorch's own sends it to a NaN"
IN_3D = "by planes, then along the depth: TensorFlow's 3D pooling has no float64 kernel on a CPU"


def _exact_below_3d(build: Any, rank: int) -> Twin:
    return Twin(build(rank)) if rank < 3 else Twin(build(rank), likeness="composed", reason=IN_3D)


def _max(rank: int) -> Pair:
    def at(*values: Any) -> tuple[Any, ...]:
        return last(rank, *values)

    def edge(name: str, x: Input, **options: Any) -> Case:
        return Case(name, {"x": x}, options, smooth=False)

    def nan_held(torch: Any, o: SimpleNamespace) -> Any:
        pool = _torch_max(rank)(torch, o)
        return lambda x: pool(x).masked_fill(pool(x).isnan(), np.nan)

    constant_nan = {"torch": Twin(nan_held, layout=channels_first(rank))}
    ties, small = tied(2, *at(5, 7, 6), 3), (2, *at(4, 6, 5), 3)
    many = {"x": with_nan({1: 20, 2: 5, 3: 2}[rank], *at(4, 6, 7), 3)}
    nan: dict[str, Any] = {"inputs": many, "options": {"kernel": 2}, "only": ("y",), "smooth": False}
    return Pair(
        f"max_pool{rank}d",
        getattr(pooling, f"MaxPool{rank}D"),
        torch=Twin(_torch_max(rank), layout=channels_first(rank)),
        keras=_exact_below_3d(_keras_max, rank),
        cases=(
            *common_cases(rank),
            edge("ties", ties, kernel=at(2, 3, 2)),
            edge("ties-overlapping", ties, kernel=3, stride=1),
            edge("ties-same", ties, kernel=3, stride=2, padding="same"),
            edge("all-equal", constant(*small), kernel=at(2, 2, 3)),
            edge("infinities", infinities_apart(*small), kernel=at(1, 2, 3)),
            Case(
                "dilation",
                {"x": normal(2, *at(5, 9, 7), 3)},
                {
                    **{"kernel": at(2, 3, 2), "stride": at(2, 3, 3), "padding": at(0, 1, 1)},
                    **{"dilation": at(2, 2, 3), "ceil_mode": True},
                },
            ),
            Case(
                "ceil-mode-dilation",
                {"x": normal(2, *at(5, 8, 8), 3)},
                {"kernel": 2, "stride": 3, "dilation": 2, "ceil_mode": True},
            ),
            edge("ties-dilation", ties, kernel=2, stride=1, dilation=2, padding="same"),
            Case("one-place", {"x": normal(2, *at(3, 5, 4), 3)}, {"kernel": 1, "stride": 2}),
            Case("nan", frameworks=("torch",), reason=f"{NAN_IN_KERAS}; the gradient to a NaN has no use", **nan),
            Case("nan-gradient", **{**nan, "only": ("dx",)}, frameworks=("torch",), twins=constant_nan, reason=TO_NAN),
            Case("nan-in-keras", frameworks=("keras",), differs={"y": 1e-3}, reason=NAN_IN_KERAS, **nan),
        ),
        draw=draw_windows(rank, dilation=(1, 1, 2)),
        notes=("Of equal maxima the first, row by row, gets the gradient.", NAN_IN_KERAS),
    )


def _avg(rank: int) -> Pair:
    x = {"x": normal(4, *last(rank, 5, 7, 6), 3)}
    counted = {"kernel": 3, "stride": 2, "count_padding": True}
    return Pair(
        f"avg_pool{rank}d",
        getattr(pooling, f"AvgPool{rank}D"),
        torch=Twin(_torch_avg(rank), layout=channels_first(rank)),
        keras=_exact_below_3d(_keras_avg, rank),
        cases=(
            *common_cases(rank),
            Case("count-padding", x, {**counted, "padding": 1, "ceil_mode": True}),
            Case("count-padding-same", x, {**counted, "padding": "same"}),
            # a last window reaches further past the padding than that is wide
            Case(
                "count-padding-past",
                {"x": normal(2, *last(rank, 5, 7, 6), 3)},
                {"kernel": 4, "stride": 3, "padding": 1, "ceil_mode": True, "count_padding": True},
            ),
            Case("divisor", x, {**counted, "padding": 1, "divisor": 5}),
        ),
        draw=draw_windows(rank, count_padding=(True, False), divisor=(None, None, 7)),
        notes=(
            "Keras never counts the padding; PyTorch does unless count_include_pad=False, and never what is past it.",
            "ceil_mode and divisor_override are PyTorch's alone; its AvgPool1d has no divisor_override.",
        ),
    )


def _sum(rank: int) -> Pair:
    reason = "average pooling times the size of the window"
    return Pair(
        f"sum_pool{rank}d",
        getattr(pooling, f"SumPool{rank}D"),
        torch=Twin(_torch_sum(rank), layout=channels_first(rank), likeness="composed", reason=reason),
        keras=Twin(_keras_sum(rank), likeness="composed", reason=reason),
        cases=common_cases(rank),
        draw=draw_windows(rank),
    )


MAX_POOL1D, MAX_POOL2D, MAX_POOL3D = (_max(rank) for rank in (1, 2, 3))
AVG_POOL1D, AVG_POOL2D, AVG_POOL3D = (_avg(rank) for rank in (1, 2, 3))
SUM_POOL1D, SUM_POOL2D, SUM_POOL3D = (_sum(rank) for rank in (1, 2, 3))

TIES_IN_3D = "TensorFlow's 3D kernel hands the whole gradient to each of equal maxima, PyTorch's to the first"

MAX_POOL3D_NATIVE = Pair(
    "max_pool3d_native",
    MaxPool3D,
    torch=Twin(_torch_max(3), layout=channels_first(3)),
    keras=Twin(
        _keras_own_max3d,
        likeness="inexact",
        reason=f"keras.layers.MaxPooling3D. {TIES_IN_3D}, and has float32 only on a CPU",
    ),
    cases=tuple(
        Case(
            f"ties-{framework}-{name}",
            {"x": tied(2, 5, 7, 6, 3)},
            options,
            smooth=False,
            frameworks=(framework,),
            differs={"dx": 0.01} if framework == "keras" else {},
            reason=TIES_IN_3D,
        )
        for framework in ("torch", "keras")
        for name, options in (
            ("valid", {"kernel": (1, 2, 2)}),
            ("same", {"kernel": (2, 2, 2), "stride": (2, 1, 3), "padding": "same"}),
        )
    ),
    notes=(
        f"{TIES_IN_3D}; max_pool3d has a twin in Keras that agrees.",
        # measured with TensorFlow 2.21, TF_ENABLE_ONEDNN_OPTS=0, the default on processors without AVX-512
        "TensorFlow's 3D kernel without oneDNN shifts the windows where the padding is same, the stride exceeds the "
        "kernel and the size is a multiple of the stride.",
    ),
)

"""Pooling and its twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, constant, normal, tied, with_infinities, with_nan
from reference.pair import Case, Pair, Twin
from reference.pairs.convolution import CHANNELS_FIRST
from scratch.pooling import AvgPool2D, LpPool2D, MaxPool2D, SumPool2D


def _sizes(o: SimpleNamespace) -> tuple[tuple[int, int], tuple[int, int]]:
    kernel = tuple(np.broadcast_to(o.kernel, 2).tolist())
    return kernel, kernel if o.stride is None else tuple(np.broadcast_to(o.stride, 2).tolist())


def _torch_max(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.pooling import SameMaxPool2d

    if o.padding == "same":
        return SameMaxPool2d(*_sizes(o))
    return torch.nn.MaxPool2d(o.kernel, o.stride, 0 if o.padding == "valid" else o.padding)


def _torch_avg(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.pooling import SameAvgPool2d, SumPool2d

    kernel, stride = _sizes(o)
    if o.padding != "same":
        padding = 0 if o.padding == "valid" else o.padding
        return torch.nn.AvgPool2d(kernel, stride, padding, count_include_pad=o.count_padding)
    if o.count_padding:
        total = SumPool2d(kernel, stride, o.padding)
        return lambda x: total(x) / (kernel[0] * kernel[1])
    return SameAvgPool2d(kernel, stride)


def _torch_sum(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.pooling import SumPool2d

    return SumPool2d(*_sizes(o), o.padding)


def _torch_lp(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.pooling import LpPool2d

    return LpPool2d(o.p, *_sizes(o), o.padding)


def _keras_max(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.pooling import max_pool2d

    if isinstance(o.padding, str):
        return keras.layers.MaxPooling2D(*_sizes(o), padding=o.padding)
    return lambda x: max_pool2d(x, *_sizes(o), o.padding)


def _keras_avg(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.pooling import avg_pool2d

    if isinstance(o.padding, str) and not o.count_padding:
        return keras.layers.AveragePooling2D(*_sizes(o), padding=o.padding)
    return lambda x: avg_pool2d(x, *_sizes(o), o.padding, o.count_padding)


def _keras_sum(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.pooling import sum_pool2d

    return lambda x: sum_pool2d(x, *_sizes(o), o.padding)


def _keras_lp(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.pooling import lp_pool2d

    return lambda x: lp_pool2d(x, o.p, *_sizes(o), o.padding)


X = normal(2, 7, 6, 3)
COMMON = (
    Case("valid", {"x": X}, {"kernel": 2}),
    Case("window-3x2", {"x": X}, {"kernel": (3, 2)}),
    Case("overlapping", {"x": X}, {"kernel": 3, "stride": 2}),
    Case("stride1", {"x": X}, {"kernel": 2, "stride": 1}),
    Case("gaps", {"x": normal(2, 9, 8, 3)}, {"kernel": 2, "stride": (3, 4)}),
    Case("same", {"x": X}, {"kernel": 2, "padding": "same"}),
    Case("same-overlapping", {"x": X}, {"kernel": 3, "stride": 2, "padding": "same"}),
    Case("same-stride1-even", {"x": X}, {"kernel": (2, 4), "stride": 1, "padding": "same"}),
    Case("padding1", {"x": X}, {"kernel": 3, "stride": 2, "padding": 1}),
    Case("padding-unequal", {"x": X}, {"kernel": (2, 4), "stride": (1, 2), "padding": (1, 2)}),
    Case("batch1", {"x": normal(1, 5, 4, 2)}, {"kernel": 2}),
    Case("whole-image", {"x": normal(3, 5, 4, 2)}, {"kernel": (5, 4)}),
    Case("large-values", {"x": normal(2, 6, 5, 3, scale=1e6)}, {"kernel": (3, 2)}),
)


def _draw(rng: np.random.Generator) -> Case:
    n, h, w, c = (int(k) for k in (rng.integers(1, 4), rng.integers(3, 12), rng.integers(3, 12), rng.integers(1, 5)))
    return Case(
        "",
        {"x": normal(n, h, w, c)},
        {
            "kernel": choose(rng, 1, 2, 3, (2, 3), (3, 2), (4, 1), (3, 5)),
            "stride": choose(rng, None, 1, 2, 3, (1, 2), (3, 1)),
            "padding": choose(rng, "valid", "same", 1, (0, 1)),
        },
    )


def _draw_avg(rng: np.random.Generator) -> Case:
    case = _draw(rng)
    return Case("", case.inputs, {**case.options, "count_padding": bool(rng.integers(2))})


def _draw_lp(rng: np.random.Generator) -> Case:
    case = _draw(rng)
    return Case("", case.inputs, {**case.options, "p": float(rng.choice([1, 2, 3, 4.5]))})


NAN_IN_KERAS = "TensorFlow's max-pooling drops a NaN or not, depending on its place in the window and on the dtype"

MAX_POOL2D = Pair(
    "max_pool2d",
    MaxPool2D,
    torch=Twin(_torch_max, layout=CHANNELS_FIRST),
    keras=Twin(_keras_max),
    cases=(
        *COMMON,
        Case("ties", {"x": tied(2, 7, 6, 3)}, {"kernel": (3, 2)}, smooth=False),
        Case("ties-overlapping", {"x": tied(2, 7, 6, 3)}, {"kernel": 3, "stride": 1}, smooth=False),
        Case("ties-same", {"x": tied(2, 7, 6, 3)}, {"kernel": 3, "stride": 2, "padding": "same"}, smooth=False),
        Case("all-equal", {"x": constant(2, 6, 5, 3)}, {"kernel": (2, 3)}, smooth=False),
        Case("infinities", {"x": with_infinities(2, 6, 5, 3)}, {"kernel": (2, 3)}, smooth=False),
        Case(
            "nan",
            {"x": with_nan(2, 6, 5, 3)},
            {"kernel": 2},
            only=("y",),
            smooth=False,
            frameworks=("torch",),
            reason=f"{NAN_IN_KERAS}; the gradient to a NaN has no use",
        ),
    ),
    draw=_draw,
    notes=("Of equal maxima the first, row by row, gets the gradient.", NAN_IN_KERAS),
)

AVG_POOL2D = Pair(
    "avg_pool2d",
    AvgPool2D,
    torch=Twin(_torch_avg, layout=CHANNELS_FIRST),
    keras=Twin(_keras_avg),
    cases=(
        *COMMON,
        Case("count-padding", {"x": X}, {"kernel": 3, "stride": 2, "padding": 1, "count_padding": True}),
        Case("count-padding-same", {"x": X}, {"kernel": 3, "stride": 2, "padding": "same", "count_padding": True}),
    ),
    draw=_draw_avg,
    notes=("Keras never counts the padding; PyTorch does unless count_include_pad=False.",),
)

SUM_POOL2D = Pair(
    "sum_pool2d",
    SumPool2D,
    torch=Twin(_torch_sum, layout=CHANNELS_FIRST, likeness="composed", reason="average pooling with divisor 1"),
    keras=Twin(_keras_sum, likeness="composed", reason="average pooling times the size of the window"),
    cases=COMMON,
    draw=_draw,
)

LP_POOL2D = Pair(
    "lp_pool2d",
    LpPool2D,
    torch=Twin(
        _torch_lp,
        layout=CHANNELS_FIRST,
        likeness="composed",
        reason="LPPool2d of |x|: for odd p PyTorch's own gives NaN or a wrong sign on negative inputs",
    ),
    keras=Twin(_keras_lp, likeness="composed", reason="sum pooling of |x|**p, then its root; Keras has no Lp pooling"),
    cases=(
        *COMMON,
        Case("p1", {"x": X}, {"kernel": 2, "p": 1.0}),
        Case("p3", {"x": X}, {"kernel": (3, 2), "p": 3.0}),
        Case("p4.5-same", {"x": X}, {"kernel": 3, "stride": 2, "padding": "same", "p": 4.5}),
        Case("all-zero", {"x": constant(2, 6, 5, 3)}, {"kernel": (2, 3)}, smooth=False),
    ),
    draw=_draw_lp,
)

"""Images as their windows and back, and the twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Pair, Twin
from reference.pairs.convolution import each
from scratch.folding import Fold, Unfold

IMAGES, WINDOWS = "n h w c -> n c h w", "n windows k -> n k windows"
ORDER = (
    "In a window PyTorch has the numbers of a channel together (c kh kw), keras.ops.image.extract_patches and "
    "tf.image.extract_patches those of a pixel (kh kw c)."
)


def _windows(o: SimpleNamespace) -> tuple[Any, ...]:
    return tuple(each(value, 2) for value in (o.kernel, o.stride, o.padding, o.dilation))


def _keras_unfold(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.folding import unfold

    return lambda x: unfold(x, *_windows(o))


def _keras_fold(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.folding import fold

    return lambda x: fold(x, o.output_size, *_windows(o))


def _torch_unfold(torch: Any, o: SimpleNamespace) -> Any:
    return torch.nn.Unfold(o.kernel, dilation=o.dilation, padding=o.padding, stride=o.stride)


def _torch_fold(torch: Any, o: SimpleNamespace) -> Any:
    return torch.nn.Fold(o.output_size, o.kernel, dilation=o.dilation, padding=o.padding, stride=o.stride)


def _folded(name: str, shape: tuple[int, int, int, int], kernel: Any, **options: Any) -> Case:
    """A case of `Fold` from one of `Unfold`: its output is the input."""
    given = {"kernel": kernel, **options}
    n, height, width, channels = shape
    unfold = Unfold(**given)
    windows = unfold.windows((height, width))
    x = normal(n, windows[0] * windows[1], channels * unfold.kernel[0] * unfold.kernel[1])
    return Case(name, {"x": x}, {"output_size": (height, width), **given})


def _unfolded(name: str, shape: tuple[int, int, int, int], kernel: Any, **options: Any) -> Case:
    return Case(name, {"x": normal(*shape)}, {"kernel": kernel, **options})


def _cases(case: Any) -> tuple[Case, ...]:
    return (
        case("plain", (2, 5, 6, 3), (3, 2)),
        case("stride-equals-kernel", (2, 4, 6, 3), 2, stride=2),
        case("stride-unequal", (2, 7, 8, 3), (2, 3), stride=(3, 2)),
        case("padding", (2, 4, 5, 3), (3, 2), padding=(1, 2)),
        case("dilation", (2, 7, 6, 3), (3, 2), dilation=(2, 3)),
        case("all", (2, 7, 6, 3), (2, 3), stride=2, padding=1, dilation=(3, 2)),
        case("gaps", (2, 7, 8, 3), 2, stride=3),
        case("kernel1", (2, 5, 4, 3), 1),
        case("one-channel", (2, 5, 4, 1), (3, 2)),
        case("batch1", (1, 4, 5, 2), 2),
    )


def _draw(case: Any) -> Any:
    def draw(rng: np.random.Generator) -> Case:
        kernel, stride, dilation = ((int(a), int(b)) for a, b in rng.integers(1, 4, (3, 2)))
        if choose(rng, True, False):
            dilation = (1, 1)
        # a window at the least
        height, width = ((k - 1) * d + 1 + int(rng.integers(6)) for k, d in zip(kernel, dilation, strict=True))
        n, channels, *padding = (int(k) for k in rng.integers((1, 1, 0, 0), (4, 4, 3, 3)))
        options = {"stride": stride, "padding": tuple(padding), "dilation": dilation}
        return case("", (n, height, width, channels), kernel, **options)

    return draw


UNFOLD = Pair(
    "unfold",
    Unfold,
    torch=Twin(_torch_unfold, layout={"x": IMAGES, "y": WINDOWS}),
    keras=Twin(
        _keras_unfold, likeness="composed", reason="takes of pixels; extract_patches has another order of the numbers"
    ),
    cases=_cases(_unfolded),
    draw=_draw(_unfolded),
    notes=(ORDER,),
)

FOLD = Pair(
    "fold",
    Fold,
    torch=Twin(_torch_fold, layout={"x": WINDOWS, "y": IMAGES}),
    keras=Twin(_keras_fold, likeness="composed", reason="sums of segments; Keras has no layer for it"),
    cases=_cases(_folded),
    draw=_draw(_folded),
    notes=(ORDER,),
)

"""Up-sampling, zero-padding and cropping, and their twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import FRAMEWORKS, Case, Pair, Twin
from reference.pairs.convolution import channels_first, each
from reference.pairs.pooling import last
from scratch import resizing
from scratch.resizing import UpSampling2D, per_side

RANKS = (1, 2, 3)
LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
IN_FLOAT32 = "TensorFlow computes bilinear up-sampling in float32, whatever the dtype"


def _torch_up(rank: int) -> Any:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        corners = None if o.interpolation == "nearest" else o.align_corners
        scale = tuple(float(size) for size in each(o.size, rank))
        return torch.nn.Upsample(scale_factor=scale, mode=o.interpolation, align_corners=corners)

    return build


def _keras_up(rank: int) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.resizing import upsample_linear

        size = each(o.size, rank)
        if o.interpolation == "nearest":
            return getattr(keras.layers, f"UpSampling{rank}D")(size if rank > 1 else size[0])
        return lambda x: upsample_linear(x, size, o.align_corners)

    return build


def draw_shape(rng: np.random.Generator, rank: int, least: int = 1) -> tuple[int, ...]:
    most = {1: 15, 2: 8, 3: 6}[rank]
    return (int(rng.integers(1, 4)), *(int(n) for n in rng.integers(least, most, rank)), int(rng.integers(1, 5)))


def _up(rank: int) -> Pair:
    def at(*values: int) -> tuple[int, ...]:
        return last(rank, *values)

    def draw(rng: np.random.Generator) -> Case:
        size = tuple(int(n) for n in rng.integers(1, {1: 6, 2: 5, 3: 4}[rank], rank))
        interpolation, corners = choose(rng, ("nearest", False), (LINEAR[rank], False), (LINEAR[rank], True))
        options = {"size": size, "interpolation": interpolation, "align_corners": corners}
        return Case("", {"x": normal(*draw_shape(rng, rank))}, options)

    x = {"x": normal(2, *at(3, 4, 5), 7)}
    linear: dict[str, Any] = {"interpolation": LINEAR[rank]}
    return Pair(
        f"up_sampling{rank}d",
        getattr(resizing, f"UpSampling{rank}D"),
        torch=Twin(_torch_up(rank), layout=channels_first(rank)),
        keras=Twin(_keras_up(rank)),
        cases=(
            Case("nearest", x),
            Case("nearest-unequal", x, {"size": at(1, 2, 3)}),
            Case("linear", x, linear),
            Case("linear-unequal", x, {"size": at(2, 3, 4), **linear}),
            Case("linear-one-pixel", {"x": normal(2, *[1] * rank, 3)}, {"size": 3, **linear}),
            Case("align-corners", x, {"size": at(1, 3, 2), "align_corners": True, **linear}),
            Case("align-corners-one-pixel", {"x": normal(2, *at(2, 3, 1), 3)}, {"align_corners": True, **linear}),
            Case(
                "align-corners-same-size",
                {"x": normal(2, *at(3, 2, 1), 3)},
                {"size": at(2, 1, 1), "align_corners": True, **linear},
            ),
            Case("batch1", {"x": normal(1, *at(2, 3, 4), 2)}, {"size": at(3, 2, 5), **linear}),
        ),
        draw=draw,
        notes=(
            f"Keras interpolates linearly in 2D only; there {IN_FLOAT32}, which is up_sampling2d_native: "
            "the twin here is composed of takes and sums.",
            "Keras always aligns areas (align_corners=False).",
        ),
    )


UP_SAMPLING1D, UP_SAMPLING2D, UP_SAMPLING3D = (_up(rank) for rank in RANKS)

UP_SAMPLING2D_NATIVE = Pair(
    "up_sampling2d_native",
    UpSampling2D,
    torch=Twin(_torch_up(2), layout=channels_first(2)),
    keras=Twin(
        lambda keras, o: keras.layers.UpSampling2D(each(o.size, 2), interpolation=o.interpolation),
        likeness="inexact",
        reason=f"keras.layers.UpSampling2D. {IN_FLOAT32}: it is right to some 1e-7 only",
    ),
    cases=(
        Case("nearest", {"x": normal(2, 4, 5, 3)}, {"size": (2, 3)}),
        *(
            Case(
                f"bilinear-{framework}",
                {"x": normal(2, 4, 5, 3)},
                {"size": (3, 7), "interpolation": "bilinear"},
                frameworks=(framework,),
                differs={"y": 1e-10, "dx": 1e-10} if framework == "keras" else {},
                reason=IN_FLOAT32,
            )
            for framework in ("torch", "keras")
        ),
    ),
)


def _torch_window(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.resizing import upsample_window

    size = each(o.size, 2)
    if (o.interpolation, o.coefficient, o.border) == ("bicubic", -0.75, "edge"):
        scale = tuple(map(float, size))
        return torch.nn.Upsample(scale_factor=scale, mode="bicubic", align_corners=o.align_corners)
    return lambda x: upsample_window(x, size, o.interpolation, o.align_corners, o.coefficient, o.border)


def _keras_window(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.resizing import upsample_window

    size = each(o.size, 2)
    return lambda x: upsample_window(x, size, o.interpolation, o.align_corners, o.coefficient, o.border)


def _draw_window(rng: np.random.Generator) -> Case:
    options = {
        "size": tuple(int(n) for n in rng.integers(1, 6, 2)),
        "interpolation": choose(rng, "bicubic", "bicubic", "lanczos3", "lanczos5"),
        "align_corners": bool(rng.integers(2)),
        "border": choose(rng, "edge", "renormalised"),
        "coefficient": choose(rng, -0.75, -0.5, float(rng.uniform(-1, 0))),
    }
    return Case("", {"x": normal(*draw_shape(rng, 2))}, options)


def _window_case(name: str, shape: tuple[int, ...] = (2, 4, 5, 3), **more: Any) -> Case:
    fields = {key: more.pop(key) for key in ("frameworks", "differs", "twins", "reason") if key in more}
    return Case(name, {"x": normal(*shape)}, {"interpolation": "bicubic", **more}, **fields)


OF_KERAS: dict[str, Any] = {"coefficient": -0.5, "border": "renormalised"}
STOCK_KERAS: dict[str, Any] = {
    "frameworks": ("keras",),
    "twins": {
        "keras": Twin(lambda keras, o: keras.layers.UpSampling2D(each(o.size, 2), interpolation=o.interpolation))
    },
}

_TIMES_0 = "a product with a matrix of weights carries it, times 0, along the whole axis"
UP_SAMPLING2D_WINDOW = Pair(
    "up_sampling2d_window",
    UpSampling2D,
    spares={edge: dict.fromkeys(FRAMEWORKS, _TIMES_0) for edge in ("nan", "infinities")},
    torch=Twin(
        _torch_window,
        layout=channels_first(2),
        likeness="composed",
        reason="torch.nn.Upsample(mode='bicubic') for the coefficient -0.75 and the border 'edge', otherwise sums of "
        "shifted images; PyTorch has no Lanczos window",
    ),
    keras=Twin(
        _keras_window,
        likeness="composed",
        reason="sums of shifted images; keras.layers.UpSampling2D has its own coefficient and border, and computes in "
        "float32",
    ),
    cases=(
        _window_case("bicubic"),
        _window_case("unequal", size=(3, 4)),
        _window_case("align-corners", size=(1, 3), align_corners=True),
        _window_case("one-pixel", (2, 1, 1, 3), size=(2, 3)),
        _window_case("align-corners-one-pixel", (2, 3, 1, 2), size=(1, 2), align_corners=True),
        _window_case("batch1", (1, 7, 2, 3), size=(2, 5)),
        _window_case("keys", size=(2, 3), **OF_KERAS),
        _window_case("renormalised", size=(2, 3), border="renormalised", align_corners=True),
        _window_case("lanczos3", size=(2, 3), interpolation="lanczos3", **OF_KERAS),
        _window_case("lanczos5", (2, 7, 6, 3), size=(2, 3), interpolation="lanczos5", **OF_KERAS),
        _window_case("lanczos-edge", (2, 7, 6, 3), size=(3, 2), interpolation="lanczos3", align_corners=True),
        _window_case(
            "stock-keras",
            size=2,
            differs={"y": 0.01, "dx": 0.01},
            reason="Keras' coefficient is -0.5, and weights outside of the image are left out there",
            **STOCK_KERAS,
        ),
        _window_case(
            "stock-keras-table",
            size=(3, 7),
            differs={"y": 1e-4, "dx": 1e-4},
            reason="TensorFlow takes bicubic weights from a table of 1024 places between two pixels",
            **(STOCK_KERAS | OF_KERAS),
        ),
    ),
    draw=_draw_window,
    notes=(
        "Bicubic is not one thing: the coefficient is -0.75 in PyTorch and -0.5 in Keras, and beyond the border "
        "PyTorch goes on with the edge, where Keras leaves the weights out and divides by the sum of the others.",
        "Keras always aligns areas (align_corners=False).",
    ),
)


def draw_sides(rng: np.random.Generator, rank: int, most: int) -> Any:
    """A number, one for each axis, or (before, after) for each axis."""
    return choose(
        rng,
        int(rng.integers(0, most)),
        tuple(int(n) for n in rng.integers(0, most, rank)) if rank > 1 else 1,
        tuple((int(a), int(b)) for a, b in rng.integers(0, most, (rank, 2))),
    )


def last_axis_first(o: Any, rank: int) -> tuple[int, ...]:
    """(before, after) of the last axis, then of the one before it, ..., as PyTorch takes them."""
    return tuple(amount for pair in reversed(per_side("padding", o, rank)) for amount in pair)


def _keras_sides(value: Any, rank: int) -> Any:
    sides = tuple(per_side("padding", value, rank))
    return sides[0] if rank == 1 else sides


def _resized(name: str, option: str, rank: int, torch: Twin, sizes: tuple[int, ...], least: int) -> Pair:
    """Zero-padding or cropping, from images of `sizes`; random ones have at least `least` pixels along an axis."""

    def draw(rng: np.random.Generator) -> Case:
        return Case("", {"x": normal(*draw_shape(rng, rank, least))}, {option: draw_sides(rng, rank, 3)})

    x = {"x": normal(2, *last(rank, *sizes), 3)}
    return Pair(
        f"{'zero_padding' if option == 'padding' else 'cropping'}{rank}d",
        getattr(resizing, f"{name}{rank}D"),
        torch=torch,
        keras=Twin(
            lambda keras, o: getattr(keras.layers, f"{name}{rank}D")(_keras_sides(getattr(o, option), rank)),
        ),
        cases=(
            Case("default", x),
            Case("number", x, {option: 2}),
            Case("each-side", x, {option: last(rank, (0, 1), (2, 1), (1, 0))}),
            Case("one-side", x, {option: last(rank, (0, 0), (1, 0), (0, 2))}),
            Case("nothing", x, {option: 0}),
            Case("batch1", {"x": normal(1, *last(rank, *sizes), 2)}, {option: last(rank, (0, 1), (1, 1), (1, 2))}),
            Case("each-axis", x, {option: last(rank, 0, 2, 1)}) if rank > 1 else Case("two-sides", x, {option: (2, 1)}),
        ),
        draw=draw,
    )


def _zero_padding(rank: int) -> Pair:
    twin = Twin(
        lambda torch, o: getattr(torch.nn, f"ZeroPad{rank}d")(last_axis_first(o.padding, rank)),
        layout=channels_first(rank),
    )
    return _resized("ZeroPadding", "padding", rank, twin, (3, 4, 5), 1)


def _cropping(rank: int) -> Pair:
    twin = Twin(
        lambda torch, o: getattr(torch.nn, f"ZeroPad{rank}d")(tuple(-n for n in last_axis_first(o.cropping, rank))),
        layout=channels_first(rank),
        likeness="composed",
        reason=f"ZeroPad{rank}d by less than nothing; PyTorch has no layer that crops",
    )
    return _resized("Cropping", "cropping", rank, twin, (5, 6, 7), 3)


ZERO_PADDING1D, ZERO_PADDING2D, ZERO_PADDING3D = (_zero_padding(rank) for rank in RANKS)
CROPPING1D, CROPPING2D, CROPPING3D = (_cropping(rank) for rank in RANKS)

"""Keras models, their ports to PyTorch, and ports in which a function between two layers is another one."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import keras
import torch
from ported_models import Torch
from torch import nn
from torch.nn import functional as F

from reference.migration.glue.torch.pooling import SameMaxPool

layers = keras.layers
Make = Callable[[], Any]


def images(between: Callable[[Any], Any], size: int = 8) -> Make:
    def model() -> Any:
        x = keras.Input((size, size, 3))
        h = between(layers.Conv2D(4, 3, padding="same", activation="tanh")(x))
        return keras.Model(x, layers.Conv2D(2, 2)(h))

    return model


def torch_images(between: Callable[[Any], Any]) -> Make:
    first = lambda: nn.Conv2d(3, 4, 3, padding=1)  # noqa: E731
    return lambda: Torch(lambda m, x: m.b(between(m.a(x).tanh())), a=first(), b=nn.Conv2d(4, 2, 2))


def module(between: Make) -> Make:
    first = lambda: nn.Conv2d(3, 4, 3, padding=1)  # noqa: E731
    parts = lambda: (("a", first()), ("tanh", nn.Tanh()), ("between", between()), ("b", nn.Conv2d(4, 2, 2)))  # noqa: E731
    return lambda: nn.Sequential(OrderedDict(parts()))


def rows(forward: Callable[..., Any]) -> Make:
    """Three dense layers of six features, and a way to call them."""

    def model() -> Any:
        x = keras.Input((6,))
        return keras.Model(x, forward(layers.Dense(6), layers.Dense(6), layers.Dense(6), x))

    return model


def torch_rows(forward: Callable[..., Any]) -> Make:
    parts = lambda: {name: nn.Linear(6, 6) for name in "abc"}  # noqa: E731
    return lambda: Torch(lambda m, x: forward(m.a, m.b, m.c, x), **parts())


def steps(pooled: Callable[[Any], Any]) -> Make:
    def model() -> Any:
        x = keras.Input((5, 4))
        return keras.Model(x, layers.Dense(3)(pooled(layers.Conv1D(6, 2)(x))))

    return model


def torch_steps(pooled: Callable[[Any], Any]) -> Make:
    return lambda: Torch(lambda m, x: m.b(pooled(m.a(x).transpose(1, 2))), a=nn.Conv1d(4, 6, 2), b=nn.Linear(6, 3))


def u_net(order: int) -> Make:
    def forward(m: Any, x: Any) -> Any:
        skip = m.a(x).relu()
        up = F.interpolate(m.b(F.max_pool2d(skip, 2)), scale_factor=2)
        return m.c(torch.cat([up, skip][::order], 1))

    return lambda: Torch(
        forward, a=nn.Conv2d(3, 4, 3, padding=1), b=nn.Conv2d(4, 4, 3, padding=1), c=nn.Conv2d(8, 2, 1)
    )


def keras_u_net() -> Any:
    x = keras.Input((8, 6, 3))
    skip = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    up = layers.UpSampling2D()(layers.Conv2D(4, 3, padding="same")(layers.MaxPooling2D()(skip)))
    return keras.Model(x, layers.Conv2D(2, 1)(layers.Concatenate()([up, skip])))


def encoder(first_norm: bool) -> Make:
    def forward(m: Any, x: Any) -> Any:
        h = m.norm(x)
        return m.out((x if first_norm else h) + m.inner(h).relu())

    return lambda: Torch(forward, norm=nn.LayerNorm(6, 1e-3), inner=nn.Linear(6, 6), out=nn.Linear(6, 2))


def keras_encoder() -> Any:
    x = keras.Input((6,))
    return keras.Model(x, layers.Dense(2)(x + layers.Dense(6, "relu")(layers.LayerNormalization()(x))))


def embedded(factor: float) -> Make:
    return lambda: Torch(lambda m, x: m.b((m.a(x) * factor + x).tanh()), a=nn.Linear(6, 6), b=nn.Linear(6, 6))


def keras_embedded() -> Any:
    x = keras.Input((6,))
    scaled = layers.Lambda(lambda y: y * 6**0.5)(layers.Dense(6)(x))
    return keras.Model(x, layers.Dense(6)(keras.ops.tanh(scaled + x)))


MAX, MEAN = (lambda x: F.max_pool2d(x, 2)), (lambda x: F.avg_pool2d(x, 2))
UP = layers.UpSampling2D
# the Keras model, the right port, the wrong one, the name of the mistake, and what is said of it
CALLS: dict[str, tuple[Make, Make, Make, str, str]] = {
    "max-for-mean": (
        images(lambda h: layers.AveragePooling2D(2)(h)),
        *(torch_images(MEAN), torch_images(MAX)),
        *("pooling", "B takes the largest of each window, A takes the mean of each window; use torch.nn.AvgPool2d"),
    ),
    "mean-for-max": (
        *(images(lambda h: layers.MaxPooling2D()(h)), torch_images(MAX), module(lambda: nn.AvgPool2d(2))),
        *("pooling", "use torch.nn.MaxPool2d"),
    ),
    "pool-same": (
        images(lambda h: layers.MaxPooling2D(3, 2, "same")(h)),
        *(torch_images(SameMaxPool((3, 3), (2, 2))), torch_images(lambda x: F.max_pool2d(x, 3, 2, 1))),
        *("pool padding", "A pads as SAME; use reference.migration.glue.torch.pooling.SameMaxPool"),
    ),
    "pool-counts-padding": (
        images(lambda h: layers.AveragePooling2D(3, 1, "same")(h)),
        torch_images(lambda x: F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)),
        torch_images(lambda x: F.avg_pool2d(x, 3, 1, 1)),
        *("pool padding", "count_include_pad=False"),
    ),
    "pool-size": (
        images(lambda h: layers.MaxPooling2D(3, 2)(h)),
        torch_images(lambda x: F.max_pool2d(x, 3, 2)),
        module(lambda: nn.MaxPool2d(2)),
        *("pool size", "B has windows of 2, 2 apart, with padding 0, A has windows of 3, 2 apart"),
    ),
    "global-pool": (
        images(lambda h: layers.UpSampling2D(2)(layers.GlobalAveragePooling2D(keepdims=True)(h))),
        torch_images(lambda x: F.interpolate(F.adaptive_avg_pool2d(x, 1), scale_factor=2)),
        torch_images(lambda x: F.interpolate(F.adaptive_max_pool2d(x, 1), scale_factor=2)),
        *("pooling", "torch.nn.AdaptiveAvgPool2d"),
    ),
    "mean-of-steps": (
        steps(lambda h: layers.GlobalMaxPooling1D()(h)),
        *(torch_steps(lambda h: h.amax(1)), torch_steps(lambda h: h.mean(1))),
        *("pooling", "B takes the mean of an axis, A takes the largest of an axis; use x.amax(dim)"),
    ),
    "last-step": (
        steps(lambda h: layers.GlobalAveragePooling1D()(h)),
        *(torch_steps(lambda h: h.mean(1)), torch_steps(lambda h: h[:, -1])),
        *("pooling", "B takes the last step, A takes the mean"),
    ),
    "largest-by-max": (
        steps(lambda h: layers.GlobalAveragePooling1D()(h)),
        *(torch_steps(lambda h: h.mean(1)), torch_steps(lambda h: h.max(1).values)),
        *("pooling", "B takes the largest of an axis, A takes the mean"),
    ),
    "align-corners": (
        images(lambda h: UP(2, interpolation="bilinear")(h)),
        *(torch_images(lambda x: F.interpolate(x, scale_factor=2, mode="bilinear")),),
        module(lambda: nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)),
        *("align_corners", "align_corners=False"),
    ),
    "nearest": (
        images(lambda h: UP(2)(h)),
        torch_images(lambda x: F.interpolate(x, scale_factor=2)),
        torch_images(lambda x: F.interpolate(x, scale_factor=2, mode="bilinear")),
        *("interpolation", "B interpolates bilinear"),
    ),
    "product": (
        rows(lambda a, b, c, x: c(layers.Add()([a(x), b(x)]))),
        *(torch_rows(lambda a, b, c, x: c(a(x) + b(x))), torch_rows(lambda a, b, c, x: c(a(x) * b(x)))),
        *("merge", "B multiplies them, A adds them; use x + y"),
    ),
    "sum-for-product": (
        rows(lambda a, b, c, x: c(layers.Multiply()([a(x), b(x)]))),
        *(torch_rows(lambda a, b, c, x: c(a(x) * b(x))), torch_rows(lambda a, b, c, x: c(a(x) + b(x)))),
        *("merge", "B adds them, A multiplies them"),
    ),
    "difference": (
        rows(lambda a, b, c, x: c(layers.Subtract()([a(x), b(x)]))),
        *(torch_rows(lambda a, b, c, x: c(a(x) - b(x))), torch_rows(lambda a, b, c, x: c(b(x) - a(x)))),
        *("merge", "B subtracts"),
    ),
    "maximum": (
        rows(lambda a, b, c, x: c(layers.Maximum()([a(x), b(x)]))),
        torch_rows(lambda a, b, c, x: c(torch.maximum(a(x), b(x)))),
        torch_rows(lambda a, b, c, x: c(torch.minimum(a(x), b(x)))),
        *("merge", "B takes the smaller, A takes the larger"),
    ),
    "average": (
        rows(lambda a, b, c, x: c(layers.Average()([a(x), b(x)]))),
        *(torch_rows(lambda a, b, c, x: c((a(x) + b(x)) / 2)), torch_rows(lambda a, b, c, x: c(a(x) + b(x)))),
        *("merge", "B adds them, A takes the mean of both"),
    ),
    "no-residual": (
        rows(lambda a, b, c, x: c(x + b(keras.ops.relu(a(x))))),
        torch_rows(lambda a, b, c, x: c(x + b(a(x).relu()))),
        torch_rows(lambda a, b, c, x: c(b(a(x).relu()))),
        *("residual", "A adds the model's input, B does not"),
    ),
    "no-residual-before-an-activation": (
        rows(lambda a, b, c, x: c(keras.ops.relu(a(x) + b(keras.ops.tanh(a(x)))))),
        torch_rows(lambda a, b, c, x: (lambda h: c((h + b(h.tanh())).relu()))(a(x))),
        torch_rows(lambda a, b, c, x: c(b(a(x).tanh()).relu())),
        *("residual", "A adds what layer 'a' gives"),
    ),
    "residual-too-many": (
        rows(lambda a, b, c, x: c(b(keras.ops.relu(a(x))))),
        torch_rows(lambda a, b, c, x: c(b(a(x).relu()))),
        torch_rows(lambda a, b, c, x: c(x + b(a(x).relu()))),
        *("residual", "B adds them, A takes the second alone"),
    ),
    "residual-of-the-norm": (
        keras_encoder,
        encoder(True),
        encoder(False),
        "residual",
        "B adds what layer 'norm' gives, A adds the model's input",
    ),
    "factor-in-a-lambda": (
        rows(lambda a, b, c, x: c(b(layers.Lambda(lambda y: y * 2)(a(x))))),
        torch_rows(lambda a, b, c, x: c(b(a(x) * 2))),
        torch_rows(lambda a, b, c, x: c(b(a(x)))),
        *("factor", "A multiplies by 2, B does not; add this"),
    ),
    "pixels": (
        rows(lambda a, b, c, x: c(b(a(layers.Rescaling(1 / 255)(x))))),
        *(torch_rows(lambda a, b, c, x: c(b(a(x / 255)))), torch_rows(lambda a, b, c, x: c(b(a(x))))),
        *("factor", "A multiplies by 1/255"),
    ),
    "pixels-from-minus-one": (
        rows(lambda a, b, c, x: c(b(a(layers.Rescaling(1 / 127.5, -1)(x))))),
        torch_rows(lambda a, b, c, x: c(b(a(x / 127.5 - 1)))),
        torch_rows(lambda a, b, c, x: c(b(a(x / 255)))),
        *("factor", "A multiplies by 2 and adds -1"),
    ),
    "factor-too-many": (
        rows(lambda a, b, c, x: c(b(a(x)))),
        *(torch_rows(lambda a, b, c, x: c(b(a(x)))), torch_rows(lambda a, b, c, x: c(b(a(x) * 0.5)))),
        *("factor", "B multiplies by 0.5"),
    ),
    "factor-in-front-of-a-sum": (keras_embedded, embedded(6**0.5), embedded(1.0), "factor", "by sqrt(6)"),
    "joined": (keras_u_net, u_net(1), u_net(-1), "concatenation order", "B joins them as 1, 2, A joins them as 2, 1"),
    "activation-of-a-sum": (
        rows(lambda a, b, c, x: c(keras.ops.relu(a(x) + b(x)))),
        *(torch_rows(lambda a, b, c, x: c((a(x) + b(x)).relu())), torch_rows(lambda a, b, c, x: c(a(x) + b(x)))),
        *("activation", "A computes relu, B does not; add this"),
    ),
    "activation-of-the-input": (
        rows(lambda a, b, c, x: c(b(a(x)))),
        *(torch_rows(lambda a, b, c, x: c(b(a(x)))), torch_rows(lambda a, b, c, x: c(b(a(x.tanh()))))),
        *("activation", "B computes tanh, A does not; leave this out"),
    ),
}

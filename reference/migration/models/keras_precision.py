"""Keras with constants of float64: TensorFlow rounds some of them to float32, whatever the dtype of the numbers."""

import contextlib
import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src import backend

from reference.migration.glue.keras import pooling
from reference.migration.glue.keras.activations import gelu
from reference.migration.glue.keras.resizing import upsample_linear, upsample_window

# a layer or module, the name of what is put in the place of its own, and that
Change = tuple[Any, str, Any]
OF_ATTENTION = {"_inverse_sqrt_key_dim": "_key_dim", "_inverse_sqrt_head_dim": "head_dim"}


@contextlib.contextmanager
def in_full_precision(model: Any, rounded: set[str]) -> Iterator[None]:
    """Inside, nothing that the model computes is rounded to float32; what would be, where it is met, goes to `rounded`.

    What is left out: bicubic weights from a table that has none for the places asked for.
    """
    changes = [
        (backend.nn, "gelu", _told(rounded, "gelu", lambda x, approximate=True: gelu(x, approximate))),
        (backend.nn, "leaky_relu", functools.partial(_leaky_relu, rounded, backend.nn.leaky_relu)),
        *(change for layer in model._flatten_layers() for change in _of_layer(layer, rounded)),
    ]
    with contextlib.ExitStack() as stack:
        for owner, name, value in changes:
            stack.enter_context(_changed(owner, name, value))
        yield


@contextlib.contextmanager
def _changed(owner: Any, name: str, value: Any) -> Iterator[None]:
    # not setattr of a layer: Keras would track it
    layer = isinstance(owner, keras.layers.Layer)
    put, own = object.__setattr__ if layer else setattr, name in vars(owner)
    before = getattr(owner, name)
    put(owner, name, value)
    try:
        yield
    finally:
        if own:
            put(owner, name, before)
        else:
            object.__delattr__(owner, name)


def _told(rounded: set[str], name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def tell(*args: Any, **kwargs: Any) -> Any:
        rounded.add(name)
        return call(*args, **kwargs)

    return tell


def _leaky_relu(rounded: set[str], own: Callable[..., Any], x: Any, negative_slope: float = 0.2) -> Any:
    if _exact(negative_slope):
        return own(x, negative_slope)
    rounded.add("leaky_relu")
    return tf.where(x > 0, x, x * tf.constant(negative_slope, x.dtype))


def _exact(*values: Any) -> bool:
    """Whether float32 has all of these numbers."""
    return all(bool(np.all(np.float32(value) == np.float64(value))) for value in values)


def _of_layer(layer: Any, rounded: set[str]) -> Iterator[Change]:
    kind = type(layer).__name__
    for name, n in OF_ATTENTION.items():
        scale = getattr(layer, name, None)
        if isinstance(scale, float) and not _exact(scale):
            rounded.add(kind)
            yield layer, name, tf.constant(1 / math.sqrt(getattr(layer, n)), "float64")
    if isinstance(layer, keras.layers.Rescaling) and _scalars(layer) and not _exact(layer.scale, layer.offset):
        scale, offset = (tf.constant(value, "float64") for value in (layer.scale, layer.offset))
        yield layer, "call", _told(rounded, kind, lambda x: tf.cast(x, "float64") * scale + offset)
    if isinstance(layer, keras.layers.Normalization) and layer.input_mean is not None:
        mean, variance = (np.asarray(x, np.float64) for x in (layer.input_mean, layer.input_variance))
        if not _exact(mean, variance) and layer.axis in (None, (-1,), (len(layer.mean.shape) - 1,)):
            yield layer, "call", _told(rounded, kind, functools.partial(_normalised, mean, variance, layer.invert))
    # TensorFlow has none of float64 on a CPU
    of_volumes = {keras.layers.MaxPooling3D: pooling.max_pool, keras.layers.AveragePooling3D: _mean_of_windows}
    pool = next((pool for each, pool in of_volumes.items() if isinstance(layer, each)), None)
    if pool is not None and layer.data_format == "channels_last":
        windows = tuple(layer.pool_size), tuple(layer.strides), layer.padding
        yield layer, "call", functools.partial(_pooled, pool, windows)
    if isinstance(layer, keras.layers.UpSampling2D) and layer.data_format == "channels_last":
        size: tuple[int, ...] = tuple(layer.size)
        if layer.interpolation == "bilinear":
            yield layer, "call", _told(rounded, kind, lambda x: upsample_linear(x, size))
        # places between two pixels that the table of 1024 has
        elif layer.interpolation == "bicubic" and all(n in (1, 2, 4, 8, 16) for n in size):
            window = functools.partial(upsample_window, coefficient=-0.5, border="renormalised")
            yield layer, "call", _told(rounded, kind, lambda x: window(x, size, "bicubic"))


def _normalised(mean: Any, variance: Any, invert: bool, x: Any) -> Any:
    deviation = np.maximum(np.sqrt(variance), keras.config.epsilon())
    x = tf.cast(x, "float64")
    return x * deviation + mean if invert else (x - mean) / deviation


def _pooled(pool: Callable[..., Any], windows: tuple[Any, ...], x: Any) -> Any:
    return pool(x, *windows)


def _mean_of_windows(x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    return pooling.avg_pool(x, kernel, stride, padding, False)


def _scalars(layer: Any) -> bool:
    return np.ndim(layer.scale) == np.ndim(layer.offset) == 0

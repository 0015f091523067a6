"""What the code of the facts has at hand: the frameworks, layouts, and a few things that take more than a line."""

import contextlib
import io
import math
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from reference.migration.facts import descent, fresh
from reference.migration.facts.arrays import nchw, nhwc, numpy, oihw
from reference.migration.facts.descent import (
    averaged,
    averaging,
    once_keras,
    once_torch,
    rescaled,
    shrinking,
    with_grads,
)
from reference.pair import Array

Draw = Callable[[tuple[int, ...]], Array]


def raised(call: Callable[[], Any]) -> str:
    """The name of what a call raises; "nothing" where it does not."""
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return "nothing"


def loaded_keras(layer: Any, *weights: Any) -> Callable[..., Any]:
    """A Keras layer with these weights; it takes its input's shape from the first call."""

    def call(x: Any, *more: Any, **options: Any) -> Any:
        if not layer.built and more:
            layer(x, *more, **options)
        elif not layer.built:
            # a call is as slow as the one that counts
            layer.build([np.shape(each) for each in x] if isinstance(x, list) else np.shape(x))
        layer.set_weights([numpy(w) for w in weights])
        return layer(x, *more, **options)

    return call


def loaded_torch(module: Any, *weights: Any) -> Any:
    """A PyTorch module with these weights, in the order of its parameters and then its buffers; in eval mode."""
    import torch

    places = [*module.parameters(), *(b for b in module.buffers() if b.ndim)]
    with torch.no_grad():
        for place, value in zip(places, weights, strict=False):
            place.copy_(torch.as_tensor(numpy(value)))
    return module.eval()


def moments(sample: Any) -> Array:
    """The deviation and the largest of a sample: what tells the laws of initializers apart."""
    values = numpy(sample).astype(np.float64)
    return np.array([values.std(), np.abs(values).max()])


@contextlib.contextmanager
def written_files() -> Iterator[Callable[[Callable[[str], Any], str], str]]:
    """Inside, `written(save, ending)` is the path of a file that `save` writes."""
    # a file that the code has opened and left open cannot be removed on every system
    with tempfile.TemporaryDirectory(prefix="crosscheck-", ignore_cleanup_errors=True) as folder:

        def written(save: Callable[[str], Any], ending: str) -> str:
            path = os.path.join(tempfile.mkdtemp(dir=folder), f"model{ending}")
            save(path)
            return path

        yield written


def dense_model(w: Any) -> Any:
    """A Keras model of one dense layer with this kernel."""
    import keras

    model = keras.Sequential([keras.layers.Dense(w.shape[1])])
    model(np.zeros((1, w.shape[0])))
    model.layers[0].set_weights([numpy(w), np.zeros(w.shape[1])])
    return model


def read_kernel(path: str, shape: Any) -> Array:
    """The array of this shape in a file that Keras wrote, read without TensorFlow."""
    import h5py

    source: Any = path
    if zipfile.is_zipfile(path):
        source = io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5"))
    found: list[Array] = []
    with h5py.File(source) as file:
        file.visititems(lambda name, item: found.append(np.array(item)) if hasattr(item, "shape") else None)
    return next(array for array in found if array.shape == tuple(shape))


SHARED: dict[str, Any] = (
    {
        each.__name__: each
        for each in (
            np,
            math,
            nchw,
            nhwc,
            oihw,
            raised,
            numpy,
            moments,
            rescaled,
            shrinking,
            dense_model,
            read_kernel,
        )
    }
    | {each.__name__: each for each in (with_grads, averaged, averaging, once_keras, once_torch)}
    | {"np": np}
)


def in_torch(code: str, given: dict[str, Any], dtype: str, gradient: tuple[str, ...], dy: Draw) -> list[Any]:
    """The value of an expression in PyTorch, and the gradients of the arrays asked for."""
    import torch

    from reference.frameworks.torch import made_as
    from reference.migration.glue.torch.recurrent import ResetBeforeGRU
    from reference.migration.glue.torch.resizing import upsample_window

    names = {**SHARED, **given, "torch": torch, "nn": torch.nn, "F": torch.nn.functional}
    names |= {
        "changed_torch": fresh.changed_torch,
        "loaded": loaded_torch,
        "descend": descent.descend_torch,
        "rates": descent.rates_torch,
        "adam_as_keras": descent.adam_as_keras,
        "ResetBeforeGRU": ResetBeforeGRU,
        "upsample_window": upsample_window,
    }
    with torch.random.fork_rng(devices=[]), made_as(dtype), written_files() as written:
        torch.manual_seed(0)
        arrays = {n: torch.tensor(_cast(v, dtype)) for n, v in given.items() if isinstance(v, np.ndarray)}
        for name in gradient:
            arrays[name].requires_grad_()
        y = eval(code, {**names, **arrays, "written": written})
        if not gradient:
            return [numpy(y)]
        upstream = torch.tensor(dy(tuple(y.shape)).astype(dtype))
        # of a number, as in the adapter, or autograd would import SymPy
        found = torch.autograd.grad((y * upstream).sum(), [arrays[name] for name in gradient], allow_unused=True)
    return [numpy(y), *(numpy(g) for g in found)]


def in_keras(code: str, given: dict[str, Any], dtype: str, gradient: tuple[str, ...], dy: Draw) -> list[Any]:
    """The same in Keras and TensorFlow."""
    import keras
    import tensorflow as tf

    from reference.frameworks.keras import float_type
    from reference.migration.glue.keras.optimizers import ASGD
    from reference.migration.glue.keras.recurrent import projected_lstm

    names = {**SHARED, **given, "keras": keras, "tf": tf, "layers": keras.layers, "losses": keras.losses}
    names |= {"projected_lstm": projected_lstm, "ASGD": ASGD, "changed_keras": fresh.changed_keras}
    names |= {"ops": keras.ops, "loaded": loaded_keras, "descend": descent.descend_keras, "rates": descent.rates_keras}
    with float_type(dtype), written_files() as written, tf.GradientTape() as tape:
        arrays = {n: tf.convert_to_tensor(_cast(v, dtype)) for n, v in given.items() if isinstance(v, np.ndarray)}
        tape.watch([arrays[name] for name in gradient])
        y = eval(code, {**names, **arrays, "written": written})
    if not gradient:
        return [numpy(y)]
    upstream = tf.convert_to_tensor(dy(tuple(y.shape)).astype(dtype))
    found = tape.gradient(y, [arrays[name] for name in gradient], upstream)
    return [numpy(y), *(None if g is None else numpy(tf.convert_to_tensor(g)) for g in found)]


def _cast(array: Array, dtype: str) -> Array:
    return array.astype(dtype) if array.dtype.kind == "f" else array

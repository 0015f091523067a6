"""The same normal numbers for two models that draw them as they run, whichever framework draws: a VAE's, for example.

The k-th draw of a shape is the same everywhere. Where there are more than two axes, channels may lie first or last, so
a sample has one number.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from reference.pair import Array


class Noise:
    """Standard normal numbers, by their shape and by how often it was asked for."""

    def __init__(self) -> None:
        self.asked: Counter[tuple[int, ...]] = Counter()

    def __call__(self, shape: Any) -> Array:
        sizes = tuple(int(n) for n in shape)
        key = tuple(sorted(sizes))
        self.asked[key] += 1
        rng = np.random.default_rng([29, self.asked[key]])
        if len(sizes) < 3:
            return rng.standard_normal(sizes)
        return np.broadcast_to(rng.standard_normal((sizes[0], *(1,) * (len(sizes) - 1))), sizes).copy()


@contextlib.contextmanager
def in_torch(tell: Callable[[], None]) -> Iterator[None]:
    """Inside, PyTorch's normal numbers are these; `tell` is called where any are drawn."""
    import torch
    from torch.overrides import TorchFunctionMode

    noise = Noise()

    def drawn(func: Any, args: Any, kwargs: Any) -> Any:
        tell()
        before = torch.get_rng_state()
        out = func(*args, **kwargs)
        torch.set_rng_state(before)
        given = dict(zip(("self", "mean", "std") if "_" in func.__name__ else ("mean", "std"), args, strict=False))
        given |= kwargs
        mean, std = (given.get("mean", 0.0), given.get("std", 1.0)) if "normal" in func.__name__ else (0.0, 1.0)
        values = torch.from_numpy(np.array(noise(out.shape))).to(out) * std + mean
        return out.copy_(values) if func is torch.Tensor.normal_ else values

    class Same(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if func in (torch.randn, torch.randn_like, torch.normal, torch.Tensor.normal_):
                return drawn(func, args, kwargs or {})
            return func(*args, **(kwargs or {}))

    with Same():
        yield


@contextlib.contextmanager
def in_keras(tell: Callable[[], None]) -> Iterator[None]:
    """Inside, the normal numbers of Keras and TensorFlow are these; `tell` is called where any are drawn."""
    import tensorflow as tf
    from keras.src import backend

    noise = Noise()

    def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None, **_: Any) -> Any:
        tell()
        values = tf.constant(noise(shape), dtype or backend.floatx())
        return values * tf.cast(stddev, values.dtype) + tf.cast(mean, values.dtype)

    kept = backend.random.normal, tf.random.normal
    backend.random.normal, tf.random.normal = normal, normal
    try:
        yield
    finally:
        backend.random.normal, tf.random.normal = kept

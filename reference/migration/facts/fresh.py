"""What settings change the last bits of results, some of which TensorFlow reads only as it starts.

There a process of its own computes the same; PyTorch changes them as it runs.
"""

import contextlib
import functools
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from reference.pair import Array

# what each differs in from one thread with oneDNN, which TensorFlow takes by itself on some processors only
PLAIN, TWO_THREADS, DETERMINISTIC, NO_ONEDNN = "one thread", "two threads", "deterministic", "without oneDNN"
SECONDS = 120  # until a process has ended that takes four


def changed_keras(setting: str) -> list[str]:
    """What has other bits in TensorFlow with a setting than in one thread with oneDNN."""
    return _changed(_results_of(PLAIN), _results_of(setting))


def changed_torch(setting: str) -> list[str]:
    """The same in PyTorch."""
    import torch

    with _set_torch(torch, PLAIN):
        before = _results_torch(torch)
    with _set_torch(torch, setting):
        return _changed(before, _results_torch(torch))


def _changed(before: list[str], after: list[str]) -> list[str]:
    names = ("convolution", "gradient of its kernel", "product", "sum", "softmax")
    return [name for name, x, y in zip(names, before, after, strict=True) if x != y]


def _arrays() -> tuple[Array, ...]:
    """Images, a kernel, a cotangent, a matrix, and many numbers; channels last."""
    rng = np.random.default_rng(7)
    shapes = ((8, 24, 24, 16), (3, 3, 16, 32), (8, 22, 22, 32), (128, 512), (2_000_000,))
    return tuple(rng.standard_normal(shape, np.float32) for shape in shapes)


def _digest(array: Array) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()


def _results_keras(tf: Any) -> list[str]:
    x, w, dy, m, many = map(tf.constant, _arrays())
    with tf.GradientTape() as tape:
        tape.watch(w)
        y = tf.nn.conv2d(x, w, 1, "VALID")
    found = [y, tape.gradient(y, w, dy), tf.matmul(m, m, transpose_b=True), tf.reduce_sum(many), tf.nn.softmax(m)]
    return [_digest(each.numpy()) for each in found]


def _results_torch(torch: Any) -> list[str]:
    x, w, dy, m, many = map(torch.from_numpy, _arrays())
    x, dy, w = x.movedim(-1, 1), dy.movedim(-1, 1), w.permute(3, 2, 0, 1).clone().requires_grad_()
    y = torch.conv2d(x, w)
    (dw,) = torch.autograd.grad(y, w, dy)
    return [_digest(each.detach().numpy()) for each in (y, dw, m @ m.T, many.sum(), m.softmax(-1))]


@contextlib.contextmanager
def _set_torch(torch: Any, setting: str) -> Iterator[None]:
    threads, alike = torch.get_num_threads(), torch.get_deterministic_debug_mode()
    onednn = torch.backends.mkldnn.enabled
    try:
        torch.set_num_threads(2 if setting == TWO_THREADS else 1)
        # as use_deterministic_algorithms does, which imports the compiler
        torch.set_deterministic_debug_mode("error" if setting == DETERMINISTIC else alike)
        torch.backends.mkldnn.enabled = onednn and setting != NO_ONEDNN
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_deterministic_debug_mode(alike)
        torch.backends.mkldnn.enabled = onednn


@functools.cache
def _results_of(setting: str) -> list[str]:
    """What TensorFlow computes with a setting, in a process of its own."""
    code = f"from reference.migration.facts import fresh; fresh.write({setting!r})"
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": "0" if setting == NO_ONEDNN else "1"}
    environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment, timeout=SECONDS, check=True
    )
    return done.stdout.decode().split()


def write(setting: str) -> None:
    """In that process: the results, one a line."""
    from reference.frameworks import framework

    framework("keras")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(2 if setting == TWO_THREADS else 1)
    if setting == DETERMINISTIC:
        tf.random.set_seed(7)
        tf.config.experimental.enable_op_determinism()
    for each in _results_keras(tf):
        print(each)

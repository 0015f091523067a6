"""Keras on TensorFlow as a judge: build a twin, load weights, forward, vector-Jacobian product."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np

from reference.frameworks import resolve
from reference.frameworks.quiet import quiet_stderr
from reference.pair import Array, Twin

with quiet_stderr():
    import keras
    import tensorflow as tf

tf.get_logger().setLevel("ERROR")

if keras.backend.backend() != "tensorflow":
    raise ImportError(f"Keras runs on {keras.backend.backend()}, the twins need KERAS_BACKEND=tensorflow")


@contextlib.contextmanager
def float_type(dtype: str) -> Iterator[None]:
    """Layers, losses and optimizers made inside compute in `dtype`."""
    previous, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    try:
        yield
    finally:
        keras.config.set_floatx(previous)
        keras.config.set_dtype_policy(policy)


class Keras:
    name = "keras"

    def version(self) -> str:
        return f"keras {keras.__version__} on tensorflow {tf.__version__}"

    def build(self, twin: Twin, options: Any, dtype: str, inputs: list[Array]) -> Any:
        assert twin.build is not None
        with float_type(dtype):
            module = twin.build(keras, options)
            module(*map(tf.convert_to_tensor, inputs))
        return module

    def uncovered(self, module: Any, paths: list[str]) -> list[str]:
        if not isinstance(module, keras.layers.Layer):
            return []
        covered = {id(resolve(module, path)) for path in paths}
        return [weight.path for weight in module.trainable_variables if id(weight) not in covered]

    def get(self, module: Any, path: str) -> Array:
        return np.array(resolve(module, path))

    def set(self, module: Any, path: str, value: Array) -> None:
        resolve(module, path).assign(value)

    def run(
        self, module: Any, inputs: list[Array], differentiable: list[bool], dy: Array | None, paths: list[str]
    ) -> tuple[Array, list[Array | None], list[Array]]:
        tensors = list(map(tf.convert_to_tensor, inputs))
        leaves = [t for t, wanted in zip(tensors, differentiable, strict=True) if wanted]
        weights = [resolve(module, path).value for path in paths]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(leaves)
            tape.watch(weights)
            y = module(*tensors)
        if dy is None:
            return y.numpy(), [], []
        grads = tape.gradient(y, leaves + weights, tf.convert_to_tensor(dy), tf.UnconnectedGradients.ZERO)
        arrays = [tf.convert_to_tensor(g).numpy() for g in grads]
        by_input = iter(arrays)
        input_grads = [next(by_input) if wanted else None for wanted in differentiable]
        return y.numpy(), input_grads, list(by_input)

    def stepper(self, twin: Twin, options: Any, dtype: str, weights: list[Array]) -> "KerasStepper":
        return KerasStepper(twin, options, dtype, weights)

    def draw(self, twin: Twin, options: Any, shape: tuple[int, ...], seed: int) -> Array:
        assert twin.build is not None
        return np.array(twin.build(keras, options)(seed)(shape, "float32"))


class KerasStepper:
    """A Keras optimizer with its weights, its step compiled."""

    def __init__(self, twin: Twin, options: Any, dtype: str, weights: list[Array]) -> None:
        assert twin.build is not None
        with float_type(dtype):
            self.weights = [keras.Variable(w, dtype=dtype) for w in weights]
            self.optimizer = twin.build(keras, options)
            self.optimizer.build(self.weights)
        self.apply = tf.function(lambda grads: self.optimizer.apply(grads, self.weights))

    def set_lr(self, lr: float) -> None:
        self.optimizer.learning_rate = lr

    def step(self, grads: list[Array]) -> None:
        self.apply([tf.constant(g) for g in grads])

    def values(self) -> list[Array]:
        return [np.array(w) for w in self.weights]


ADAPTER = Keras()

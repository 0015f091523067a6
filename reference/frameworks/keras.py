"""Keras on TensorFlow as a judge: build a twin, load weights, forward, vector-Jacobian product."""

import contextlib
import os
import random
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np

from reference.frameworks import Job, resolve
from reference.frameworks.quiet import quiet_stderr
from reference.pair import Array, Twin

with quiet_stderr():
    import keras
    import tensorflow as tf

tf.get_logger().setLevel("ERROR")
# one thread: sums run in one order, and small twins are not slowed down by threads that wait for each other
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)

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
        return np.array(resolve(module, path).numpy())

    def set(self, module: Any, path: str, value: Array) -> None:
        resolve(module, path).assign(value)

    def run(
        self,
        module: Any,
        inputs: list[Array],
        differentiable: list[bool],
        dy: Array | None,
        paths: list[str],
        training: bool = True,
    ) -> tuple[Array, list[Array | None], list[Array]]:
        tensors = list(map(tf.convert_to_tensor, inputs))
        leaves = [t for t, wanted in zip(tensors, differentiable, strict=True) if wanted]
        weights = [resolve(module, path).value for path in paths]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(leaves)
            tape.watch(weights)
            # TensorFlow functions and losses know no training mode; layers take it as an argument
            y = module(*tensors, **({"training": training} if isinstance(module, keras.layers.Layer) else {}))
        if dy is None:
            return y.numpy(), [], []
        grads = tape.gradient(y, leaves + weights, tf.convert_to_tensor(dy), tf.UnconnectedGradients.ZERO)
        arrays = [tf.convert_to_tensor(g).numpy() for g in grads]
        by_input = iter(arrays)
        input_grads = [next(by_input) if wanted else None for wanted in differentiable]
        return y.numpy(), input_grads, list(by_input)

    def steps(
        self, twin: Twin, options: Any, dtype: str, weights: list[Array], grads: list[Array], rates: list[float]
    ) -> list[Array]:
        assert twin.build is not None
        with float_type(dtype):
            variables = [keras.Variable(w, dtype=dtype) for w in weights]
            optimizer = twin.build(keras, options)
            optimizer.build(variables)

        def step(t: Any, *seen: Any) -> tuple[Any, ...]:
            optimizer.learning_rate.assign(given_rates[t])
            optimizer.apply([steps[t] for steps in given_grads], variables)
            return t + 1, *(values.write(t, v.value) for values, v in zip(seen, variables, strict=True))

        def all_steps() -> list[Any]:
            seen = [tf.TensorArray(dtype, len(rates), element_shape=w.shape) for w in weights]
            _, *after = tf.while_loop(lambda t, *_: t < len(rates), step, (0, *seen))
            return [values.stack() for values in after]

        given_grads, given_rates = list(map(tf.constant, grads)), tf.constant(rates, dtype)
        with unoptimised_graphs():
            # one graph of all steps, and nothing in it for autograph to translate: tracing is what takes long here
            return [np.array(after) for after in tf.function(all_steps, autograph=False)()]

    def draw(self, twin: Twin, options: Any, shape: tuple[int, ...], seed: int) -> Array:
        assert twin.build is not None
        # layers seed their own initializers from Python's generator
        before = random.getstate()
        random.seed(seed)
        try:
            return np.array(keras.ops.convert_to_numpy(twin.build(keras, options)(seed)(shape, "float32")))
        finally:
            random.setstate(before)

    def schedule(self, twin: Twin, options: Any, metrics: list[float]) -> list[float]:
        assert twin.build is not None
        with float_type("float64"):
            schedule = twin.build(keras, options)
            if isinstance(schedule, keras.callbacks.Callback):
                return _reported(schedule, options.lr, metrics)

            # one graph of all steps; called one by one, a schedule takes a millisecond
            def every() -> Any:
                return tf.map_fn(
                    lambda step: tf.cast(schedule(step), "float64"),
                    tf.range(len(metrics)),
                    fn_output_signature="float64",
                )

            with unoptimised_graphs():
                return [float(rate) for rate in tf.function(every, autograph=False)()]

    def trainer(self, job: Job) -> "KerasTrainer":
        return KerasTrainer(job)


@contextlib.contextmanager
def unoptimised_graphs() -> Iterator[None]:
    """TensorFlow runs graphs as they are; optimising one that is run once takes longer than running it."""
    options = tf.config.optimizer.get_experimental_options()
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False, **options})


def _reported(callback: Any, lr: float, metrics: list[float]) -> list[float]:
    """The learning rates under a callback that is told the loss after every epoch."""
    model = SimpleNamespace(optimizer=keras.optimizers.SGD(lr))
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, metric in enumerate(metrics):
        rates.append(float(model.optimizer.learning_rate.numpy()))
        callback.on_epoch_end(epoch, {callback.monitor: metric})
    return rates


class KerasTrainer:
    """A model, a loss and an optimizer, stepped as one compiled TensorFlow function."""

    def __init__(self, job: Job) -> None:
        twin, options = job.network
        self.module = ADAPTER.build(twin, options, job.dtype, [job.example])
        self.variables = {path: resolve(self.module, path) for path in job.weights}
        for path, w in job.weights.items():
            ADAPTER.set(self.module, path, w)
        optimizer, optimizer_options = job.optimizer
        loss, loss_options = job.loss
        assert optimizer.build is not None
        assert loss.build is not None
        with float_type(job.dtype):
            self.loss = loss.build(keras, loss_options)
            self.optimizer = optimizer.build(keras, optimizer_options)
            self.optimizer.build(list(self.variables.values()))
        self.scale = job.gradient_scale
        self.compiled = tf.function(self._step, reduce_retracing=True)
        self.forward = tf.function(self.module, reduce_retracing=True)

    def _step(self, x: Any, t: Any) -> tuple[Any, Any]:
        variables = list(self.variables.values())
        with tf.GradientTape() as tape:
            logits = self.module(x)
            cost = self.loss(logits, t) * self.scale
        self.optimizer.apply(tape.gradient(cost, [v.value for v in variables]), variables)
        return cost, tf.math.count_nonzero(tf.argmax(logits, 1) == t)

    def step(self, x: Array, t: Array) -> tuple[float, int]:
        cost, right = self.compiled(tf.convert_to_tensor(x), tf.convert_to_tensor(t))
        return float(cost), int(right)

    def logits(self, x: Array) -> Array:
        logits: Array = self.forward(tf.convert_to_tensor(x)).numpy()
        return logits

    def weights(self) -> dict[str, Array]:
        return {path: np.asarray(v.numpy()) for path, v in self.variables.items()}

    def state(self) -> dict[str, Array]:
        kept = {f"weight/{path}": w.copy() for path, w in self.weights().items()}
        return kept | {f"optimizer/{i}": np.array(v.numpy()) for i, v in enumerate(self.optimizer.variables)}

    def restore(self, state: Mapping[str, Array]) -> None:
        for path in self.variables:
            ADAPTER.set(self.module, path, state[f"weight/{path}"])
        for i, variable in enumerate(self.optimizer.variables):
            variable.assign(state[f"optimizer/{i}"])


ADAPTER = Keras()

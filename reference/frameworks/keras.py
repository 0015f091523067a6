"""Keras on TensorFlow as a judge: build a twin, load weights, forward, vector-Jacobian product."""

import contextlib
import logging
import os
import random
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np

from reference.frameworks import Job, Ran, resolve
from reference.frameworks.imports import hidden, quiet_stderr
from reference.pair import Array, Twin

# Keras has wrappers for scikit-learn and galleries in Matplotlib, which nothing here uses: two of its five seconds;
# TensorFlow imports SciPy for what it keeps of an older Keras
with quiet_stderr(), hidden("sklearn", "matplotlib", "scipy"):
    import keras
    import tensorflow as tf
    from keras.src.backend.common.global_state import get_global_attribute

tf.get_logger().setLevel("ERROR")
logging.getLogger("absl").setLevel("ERROR")  # Keras calls HDF5 legacy, whenever a file is written that was asked for
# one thread: sums run in one order, and small twins are not slowed down by threads that wait for each other
with contextlib.suppress(RuntimeError):  # TensorFlow is at work already, in threads of whoever asks for `port`
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


class Given(keras.StatelessScope):
    """Inside, the weights of a module are the given tensors, by path; also those that are made only inside.

    TensorFlow's own variables are not needed for that. Each new shape of one costs 4 ms, and to have them before the
    first call would take a call of its own.
    """

    def __init__(self, module: Any = None, weights: Mapping[str, Any] | None = None) -> None:
        super().__init__(initialize_variables=False)
        self.module = module
        self.to_find = dict(weights or {})

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        # Keras would give a value to what was made here, when the next scope of any kind ends
        get_global_attribute("uninitialized_variables", []).clear()

    def get_current_value(self, variable: Any) -> Any:
        if id(variable) not in self.state_mapping:
            self._find()
        return super().get_current_value(variable)

    def value(self, path: str) -> Any:
        """The tensor that the variable at a path is now."""
        return resolve(self.module, path).value

    def _find(self) -> None:
        for path, value in list(self.to_find.items()):
            try:
                variable = resolve(self.module, path)
            except (AttributeError, IndexError):  # not made yet
                continue
            if tuple(variable.shape) != tuple(value.shape):
                raise ValueError(f"{path} has shape {tuple(variable.shape)}, got {tuple(value.shape)}")
            self.add_update((variable, self.to_find.pop(path)))


class Keras:
    name = "keras"

    def version(self) -> str:
        return f"keras {keras.__version__} on tensorflow {tf.__version__}"

    def build(self, twin: Twin, options: Any, dtype: str) -> Any:
        assert twin.build is not None
        with float_type(dtype), Given():
            return twin.build(keras, options)

    def uncovered(self, module: Any, paths: Iterable[str]) -> list[str]:
        if not isinstance(module, keras.layers.Layer):
            return []
        covered = {id(resolve(module, path)) for path in paths}
        return [weight.path for weight in module.trainable_variables if id(weight) not in covered]

    def run(
        self,
        module: Any,
        inputs: list[Array],
        differentiable: list[bool],
        dy: Array,
        weights: Mapping[str, Array],
        buffers: Mapping[str, Array],
        training: bool = True,
    ) -> Ran:
        tensors = list(map(tf.convert_to_tensor, inputs))
        leaves = [t for t, wanted in zip(tensors, differentiable, strict=True) if wanted]
        given = {path: tf.convert_to_tensor(w) for path, w in {**weights, **buffers}.items()}
        trained = [given[path] for path in weights]
        # TensorFlow functions and losses know no training mode; layers take it as an argument
        mode = {"training": training} if isinstance(module, keras.layers.Layer) else {}
        scope, tape = Given(module, given), tf.GradientTape(watch_accessed_variables=False)
        with float_type(dy.dtype.name), scope, tape:
            tape.watch(leaves + trained)
            y = module(*tensors, **mode)
            after = {path: scope.value(path) for path in given}
        grads = tape.gradient(y, leaves + trained, tf.convert_to_tensor(dy), tf.UnconnectedGradients.ZERO)
        arrays = iter([tf.convert_to_tensor(g).numpy() for g in grads])
        return Ran(
            y.numpy(),
            [next(arrays) if wanted else None for wanted in differentiable],
            dict(zip(weights, arrays, strict=True)),
            {path: after[path].numpy() for path in buffers},
        )

    def steps(
        self,
        twin: Twin,
        options: Any,
        dtype: str,
        names: list[str],
        weights: list[Array],
        grads: list[Array],
        rates: list[float],
        look_at: Collection[int],
    ) -> list[dict[str, list[Array]]]:
        assert twin.build is not None
        with float_type(dtype):
            variables = [keras.Variable(w, dtype=dtype, name=name) for name, w in zip(names, weights, strict=True)]
            optimizer = twin.build(keras, options)
            optimizer.build(variables)

        def step(*given: Any) -> None:
            optimizer.apply(list(given), variables)

        # a graph of one step, and nothing in it for autograph to translate: tracing is what takes long here
        shapes = [tf.TensorSpec(w.shape, dtype) for w in weights]
        seen = []
        with float_type(dtype), unoptimised_graphs():
            traced = tf.function(step, autograph=False).get_concrete_function(*shapes)
            for t, (rate, *given) in enumerate(zip(rates, *map(tf.unstack, grads), strict=True), start=1):
                if t == 1 or rate != rates[t - 2]:
                    optimizer.learning_rate.assign(rate)
                traced(*given)
                if t in look_at:
                    kinds = {"": variables, **averages(optimizer)}
                    seen.append({kind: [np.array(v.numpy()) for v in some] for kind, some in kinds.items()})
        return seen

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
                return list(map(float, tf.function(every, autograph=False)().numpy()))

    def trainer(self, job: Job) -> "KerasTrainer":
        return KerasTrainer(job)


def averages(optimizer: Any) -> dict[str, list[Any]]:
    """The averages of the weights that an optimizer keeps, by kind; none before its first step."""
    kinds = {
        "ema": optimizer._model_variables_moving_average if optimizer.use_ema else None,
        "ax": getattr(optimizer, "kept", {}).get("ax"),  # of glue.keras.optimizers
    }
    return {kind: some for kind, some in kinds.items() if some and optimizer.iterations > 0}


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
    """The learning rates under a callback, which is told the loss after every epoch where it asks for one."""
    # all that the callback asks of a model; with a number for the variable, which takes a millisecond an epoch
    model = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=lr))
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, metric in enumerate(metrics):
        callback.on_epoch_begin(epoch)
        rates.append(float(model.optimizer.learning_rate))
        callback.on_epoch_end(epoch, {getattr(callback, "monitor", "loss"): metric})
    return rates


class KerasTrainer:
    """A model, a loss and an optimizer, stepped as one compiled TensorFlow function."""

    def __init__(self, job: Job) -> None:
        twin, options = job.network
        optimizer, optimizer_options = job.optimizer
        loss, loss_options = job.loss
        assert twin.build is not None
        assert optimizer.build is not None
        assert loss.build is not None
        with float_type(job.dtype):
            self.module = twin.build(keras, options)
            self.module(tf.convert_to_tensor(job.example))  # which makes the weights
            self.variables = {path: resolve(self.module, path) for path in job.weights}
            for path, w in job.weights.items():
                self.variables[path].assign(w)
            self.loss = loss.build(keras, loss_options)
            self.optimizer = optimizer.build(keras, optimizer_options)
            self.optimizer.build(list(self.variables.values()))
        self.scale = job.gradient_scale
        self.compiled = tf.function(self.update, reduce_retracing=True)
        self.forward = tf.function(self.module, reduce_retracing=True)

    def update(self, x: Any, t: Any) -> tuple[Any, Any]:
        """One step on tensors; its cost, and how many predictions before it were right."""
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
            self.variables[path].assign(state[f"weight/{path}"])
        for i, variable in enumerate(self.optimizer.variables):
            variable.assign(state[f"optimizer/{i}"])


ADAPTER = Keras()

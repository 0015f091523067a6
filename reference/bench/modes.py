"""The ways in which a framework can be asked to run a training step, each ready to be called again and again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reference.bench.names import CHANNELS_LAST, COMPILED, MODES, TRAIN_ON_BATCH, XLA
from reference.bench.workloads import pair_of
from reference.pair import Array
from reference.training.trainers import SCRATCH, ScratchTrainer, TwinTrainer
from scratch.training import Recipe


@dataclass(frozen=True)
class Implementation:
    """`step()` makes one training step on the batch; `weights()` are those it has come to, as they lie in scratch."""

    step: Callable[[], Any]
    weights: Callable[[], Mapping[str, Array]]


def modes_of(recipe: Recipe, frameworks: Sequence[str], x: Array) -> list[str]:
    """The modes of these frameworks that mean something for this workload: images alone have channels to be last."""
    modes = [mode for name in frameworks for mode in MODES[name]]
    return [mode for mode in modes if mode != CHANNELS_LAST or x.ndim == 4]


def make(mode: str, recipe: Recipe, dtype: str, weights: Mapping[str, Array], x: Array, t: Array) -> Implementation:
    """A workload in one mode, with these weights to start from, as scratch has them."""
    if mode == SCRATCH:
        trainer = ScratchTrainer(recipe, dtype, 0)
        trainer.network.load(weights)
        return Implementation(lambda: trainer.step(x, t), trainer.weights)
    name = next(name for name, modes in MODES.items() if mode in modes)
    twin = TwinTrainer(recipe, name, dtype, weights, x, pair_of(recipe))
    prepare = _torch_step if name == "torch" else _keras_step
    return Implementation(prepare(mode, twin, x, t), lambda: twin.weights_like(weights))


def _torch_step(mode: str, twin: TwinTrainer, x: Array, t: Array) -> Callable[[], Any]:
    import torch

    from reference.frameworks.torch import tensor

    trainer: Any = twin.trainer
    inputs, target = tensor(twin.lay(x)), tensor(t)
    if mode == CHANNELS_LAST:
        trainer.module.to(memory_format=torch.channels_last)
        inputs = inputs.contiguous(memory_format=torch.channels_last)
    if mode == COMPILED:
        torch._dynamo.reset()  # what another workload compiled would count against its limit
        trainer.module = torch.compile(trainer.module)
    return lambda: trainer.update(inputs, target)


def _keras_step(mode: str, twin: TwinTrainer, x: Array, t: Array) -> Callable[[], Any]:
    import tensorflow as tf

    from reference.frameworks.keras import float_type

    trainer: Any = twin.trainer
    inputs, target = tf.constant(twin.lay(x)), tf.constant(t)
    if mode == TRAIN_ON_BATCH:
        model, dtype = trainer.module, x.dtype.name

        def train_on_batch() -> Any:
            with float_type(dtype):
                return model.train_on_batch(inputs, target)

        with float_type(dtype):
            model.compile(trainer.optimizer, lambda t, logits: trainer.loss(logits, t) * trainer.scale)
        return train_on_batch
    compiled = tf.function(trainer.update, jit_compile=mode == XLA)
    # the cost comes to Python, as it does in `train_on_batch` and in scratch; TensorFlow has then finished
    return lambda: float(compiled(inputs, target)[0])

"""How the five source systems learn: their recipes, and a step of training."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scratch.adam_optimizers import Adam
from scratch.data import Dataset, MiniBatches, scale_01, standardise
from scratch.layer import Array
from scratch.losses import Loss, SoftmaxCrossEntropy
from scratch.models import cnn, rnn_mnist, simple_rnn, three_layer_mlp, two_layer_net
from scratch.network import Sequential
from scratch.optimizers import SGD, Optimizer


@dataclass(frozen=True)
class Split:
    """Prepared images and labels: x_train (n, ...), t_train (n,) labels, x_test (m, ...), t_test (m,)."""

    x_train: Array
    t_train: Array
    x_test: Array
    t_test: Array


@dataclass(frozen=True)
class Recipe:
    """A model with its data preparation, loss, optimizer and schedule.

    The gradient of the loss is multiplied by `gradient_scale` before backward, and so is the cost that is reported.
    An epoch is a pass over the shuffled images or, with `steps`, that many random samples of `batch_size` images.
    The last epoch stops when `total_steps` is reached, where that is given.
    """

    name: str
    model: Callable[..., Sequential]
    prepare: Callable[[Dataset, str], Split]
    optimizer: Callable[..., Optimizer]
    optimizer_options: Mapping[str, Any]
    batch_size: int
    epochs: int
    loss: type[Loss] = SoftmaxCrossEntropy
    loss_options: Mapping[str, Any] = field(default_factory=dict)
    gradient_scale: float = 1.0
    steps: int | None = None
    total_steps: int | None = None

    def batches(self, split: Split, seed: int) -> MiniBatches:
        """The mini-batches of this recipe; epoch k has the same ones whatever ran before."""
        return MiniBatches(
            split.x_train,
            split.t_train,
            self.batch_size,
            seed,
            with_replacement=self.steps is not None,
            steps=self.steps,
        )


def training_step(
    network: Sequential, loss: Loss, optimizer: Optimizer, x: Array, t: Array, gradient_scale: float = 1.0
) -> tuple[float, int]:
    """One step on a batch; its scaled cost and how many of its predictions, made before the step, were right."""
    logits = network.forward(x)
    cost = float(loss.forward(logits, t)) * gradient_scale
    network.backward(loss.backward(gradient_scale))
    optimizer.step(network.params, network.grads)
    return cost, int(np.count_nonzero(logits.argmax(axis=1) == t))


def _rows(data: Dataset, dtype: str) -> Split:
    """Standardised by the training images' mean and deviation; an image is a sequence of its rows."""
    x_train, x_test = standardise(data.x_train, data.x_test, dtype)
    return Split(x_train, data.t_train, x_test, data.t_test)


def _raw_pixels(data: Dataset, dtype: str) -> Split:
    """Raw 0..255 pixels; all images shuffled with seed 111 and split 5 : 1 : 1, the middle part left aside."""
    x = np.concatenate([data.x_train, data.x_test]).reshape(-1, 784).astype(dtype)
    t = np.concatenate([data.t_train, data.t_test])
    order = np.random.RandomState(111).permutation(len(x))
    train, test = order[: len(x) * 5 // 7], order[len(x) * 6 // 7 :]
    return Split(x[train], t[train], x[test], t[test])


def _images(data: Dataset, dtype: str) -> Split:
    """Pixels 0..1, one channel."""
    return Split(
        scale_01(data.x_train, dtype)[..., None],
        data.t_train,
        scale_01(data.x_test, dtype)[..., None],
        data.t_test,
    )


def _vectors(data: Dataset, dtype: str) -> Split:
    """Pixels 0..1, an image as one row of numbers."""
    x_train, x_test = (scale_01(x, dtype).reshape(len(x), -1) for x in (data.x_train, data.x_test))
    return Split(x_train, data.t_train, x_test, data.t_test)


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        # S1. The division by the 28 rows belongs to the exercise; each gradient is clipped before Adam sees it.
        Recipe(
            "rnn-mnist",
            rnn_mnist,
            _rows,
            Adam,
            {"lr": 0.001, "epsilon": 1e-8, "clip_value": 1.0},
            batch_size=250,
            epochs=5,
            gradient_scale=1 / 28,
        ),
        # S2. The notebook sums its cost over the batch and leaves the gradients to the student; averaged they learn.
        Recipe(
            "three-layer-mlp",
            three_layer_mlp,
            _raw_pixels,
            SGD,
            {"lr": 0.01},
            batch_size=100,
            epochs=10,
        ),
        # S3. Its classifier takes the last state; the source fixes neither the rate nor the number of epochs.
        Recipe("simple-rnn", simple_rnn, _rows, SGD, {"lr": 0.01}, batch_size=20, epochs=5),
        # S4. The source clips its probabilities at 1e-10 before the logarithm; from logits nothing needs clipping.
        Recipe("cnn", cnn, _images, SGD, {"lr": 0.01}, batch_size=100, epochs=10),
        # S5. 10,000 random samples of 100 images, looked at every 600 steps.
        Recipe(
            "two-layer-net",
            two_layer_net,
            _vectors,
            SGD,
            {"lr": 0.1},
            batch_size=100,
            epochs=17,
            steps=600,
            total_steps=10_000,
        ),
    )
}

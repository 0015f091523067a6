"""Models written three times, as users of each framework would, and training of each."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import torch
from torch import nn

from reference.frameworks.keras import float_type
from reference.migration import glue
from reference.registry import find
from scratch import activations, bidirectional, convolution, dense, gru, lstm, normalisation, pooling, reshaping
from scratch.adam_optimizers import Adam
from scratch.depthwise_convolution import DepthwiseConv2D
from scratch.network import Sequential
from scratch.transformer import TransformerEncoderBlock
from scratch.transposed_convolution import Conv2DTranspose

layers = keras.layers
FRAMEWORKS = ("scratch", "torch", "keras")


class WithMask(nn.Module):
    """A recurrent layer that reads a mask too, then a linear one."""

    def __init__(self, rnn: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.head, self.rnn = head, rnn  # not in the order of the calls

    def forward(self, x: Any, mask: Any) -> Any:
        return self.head(self.rnn(x, mask))


def _with_mask(rnn: Any, n_out: int) -> Any:
    x, mask = keras.Input((6, 4)), keras.Input((6,), dtype="bool")
    return keras.Model([x, mask], layers.Dense(n_out)(rnn(x, mask=mask)))


def _lenet(framework: str) -> Any:
    pair = find("lenet5")
    case = pair.cases[0]
    if framework == "scratch":
        return pair.layer(**case.options)
    module = {"torch": torch, "keras": keras}[framework]
    model = pair.twin(framework).build(module, pair.options(case))
    if framework == "keras":
        model.build((None, 28, 28, 1))
    return model


def _cnn(framework: str) -> Any:
    if framework == "torch":
        return nn.Sequential(
            *(glue.SameConv2d(3, 4, (3, 3), 2), glue.KerasBatchNorm2d(4), nn.ReLU()),
            glue.SameAvgPool((3, 3), (1, 1)),
            glue.SameConv2d(4, 8, (3, 2), groups=4),
            *(glue.SameConvTranspose2d(8, 5, (3, 3), (2, 2)), nn.Tanh()),
            *(nn.Flatten(), nn.Linear(5 * 8 * 6, 7), nn.ReLU(), nn.Linear(7, 2)),
        )
    if framework == "keras":
        return keras.Sequential(
            [
                keras.Input((8, 6, 3)),
                *(layers.Conv2D(4, 3, 2, "same"), layers.BatchNormalization(), layers.ReLU()),
                layers.AveragePooling2D(3, 1, "same"),
                layers.DepthwiseConv2D((3, 2), padding="same", depth_multiplier=2),
                layers.Conv2DTranspose(5, 3, 2, "same", activation="tanh"),
                *(layers.Flatten(), layers.Dense(7, "relu"), layers.Dense(2)),
            ]
        )
    return Sequential(
        [
            convolution.Conv2D(3, 4, 3, stride=2, padding="same"),
            normalisation.BatchNorm(4, epsilon=1e-3, momentum=0.99),
            activations.ReLU(),
            pooling.AvgPool2D(3, stride=1, padding="same"),
            DepthwiseConv2D(4, (3, 2), multiplier=2, padding="same"),
            Conv2DTranspose(8, 5, 3, stride=2, padding="same"),
            *(
                activations.Tanh(),
                reshaping.Flatten(),
                dense.Dense(5 * 8 * 6, 7),
                activations.ReLU(),
                dense.Dense(7, 2),
            ),
        ]
    )


def _bilstm(framework: str) -> Any:
    if framework == "torch":
        rnn = glue.MaskedLSTM(4, 5, bidirectional=True, sequences=False)
        for name in ("bias_hh_l0", "bias_hh_l0_reverse"):
            getattr(rnn, name).requires_grad_(False).zero_()
        return WithMask(rnn, nn.Linear(10, 3))
    if framework == "keras":
        return _with_mask(layers.Bidirectional(layers.LSTM(5)), 3)
    return Sequential([bidirectional.Bidirectional(lstm.LSTM, 4, 5, sequences=False), dense.Dense(10, 3)])


def _gru(framework: str, after: bool) -> Any:
    if framework == "torch":
        made = glue.MaskedGRU(4, 5) if after else glue.ResetBeforeGRU(4, 5)
        return WithMask(made, nn.Linear(5, 3))
    if framework == "keras":
        return _with_mask(layers.GRU(5, return_sequences=True, reset_after=after), 3)
    return Sequential([(gru.GRU if after else gru.ResetBeforeGRU)(4, 5), dense.Dense(5, 3)])


def _transformer(framework: str) -> Any:
    # heads of 4: Keras rounds the scale 1 / sqrt(size) to float32, which 1 / 2 survives
    if framework == "torch":
        return nn.TransformerEncoderLayer(12, 3, 7, dropout=0.0, batch_first=True)
    if framework == "keras":
        x = keras.Input((5, 12))
        h = layers.LayerNormalization(epsilon=1e-5)(x + layers.MultiHeadAttention(3, 4)(x, x))
        y = h + layers.Dense(12)(layers.Dense(7, "relu")(h))
        return keras.Model(x, layers.LayerNormalization(epsilon=1e-5)(y))
    return TransformerEncoderBlock(12, 3, 7)


MODELS: dict[str, Callable[[str], Any]] = {
    "lenet5": _lenet,
    "cnn": _cnn,
    "bilstm": _bilstm,
    "gru-reset-after": lambda framework: _gru(framework, True),
    "gru-reset-before": lambda framework: _gru(framework, False),
    "transformer": _transformer,
}
SHAPES = {"lenet5": (28, 28, 1), "cnn": (8, 6, 3), "transformer": (5, 12)}


def build(name: str, framework: str, seed: int) -> Any:
    """The model in float64, with random weights, biases too."""
    keras.utils.set_random_seed(seed)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with float_type("float64"):
            model = MODELS[name](framework)
    finally:
        torch.set_default_dtype(before)
    shuffle(model, framework, seed)
    return model


def shuffle(model: Any, framework: str, seed: int) -> None:
    """Weights that are all unequal: biases start as zeros, which would hide where they go."""
    rng = np.random.default_rng(seed)
    if framework == "torch":
        with torch.no_grad():
            for weight in model.parameters():
                if weight.requires_grad:
                    weight.add_(torch.from_numpy(rng.normal(0, 0.1, tuple(weight.shape))))
    elif framework == "keras":
        for variable in model.trainable_variables:
            variable.assign(variable + rng.normal(0, 0.1, variable.shape))
    else:
        for array in model.params.values():
            array += rng.normal(0, 0.1, array.shape)


def inputs(name: str, seed: int = 3) -> list[Any]:
    """Inputs, channels last."""
    rng = np.random.default_rng(seed)
    if name in SHAPES:
        return [rng.standard_normal((4, *SHAPES[name]))]
    mask = np.arange(6) < rng.integers(2, 7, (4, 1))
    return [rng.standard_normal((4, 6, 4)), mask]


def optimizer(framework: str, model: Any) -> Any:
    """PyTorch's Adam."""
    if framework == "torch":
        return torch.optim.Adam([p for p in model.parameters() if p.requires_grad])
    if framework == "keras":
        with float_type("float64"):
            made = glue.TorchAdam()
            made.build(model.trainable_variables)
            return made
    return Adam()


def train(framework: str, model: Any, rule: Any, steps: int, name: str) -> None:
    """Steps on one batch, towards targets that are the same for all frameworks."""
    given = inputs(name)
    target = np.random.default_rng(5).standard_normal(outputs(framework, model, given).shape)
    if framework == "torch":
        tensors = as_torch(given)
        model.train()
        for _ in range(steps):
            rule.zero_grad()
            ((model(*tensors) - torch.from_numpy(target)) ** 2).mean().backward()
            rule.step()
    elif framework == "keras":

        @tf.function
        def step() -> None:
            with tf.GradientTape() as tape:
                cost = tf.reduce_mean((model(given if len(given) > 1 else given[0], training=True) - target) ** 2)
            weights = model.trainable_variables
            rule.apply(tape.gradient(cost, [w.value for w in weights]), weights)

        with float_type("float64"):
            for _ in range(steps):
                step()
    else:
        for _ in range(steps):
            y = model.forward(*given)
            model.backward(2 * (y - target) / y.size)
            rule.step(model.params, model.grads)


def as_torch(given: list[Any]) -> list[Any]:
    return [torch.from_numpy(np.moveaxis(x, -1, 1).copy() if x.ndim == 4 else x) for x in given]


def outputs(framework: str, model: Any, given: list[Any]) -> Any:
    """The outputs at inference."""
    if framework == "torch":
        model.eval()
        with torch.no_grad():
            return model(*as_torch(given)).numpy()
    if framework == "keras":
        return model(given if len(given) > 1 else given[0], training=False).numpy()
    model.training = False
    y = model.forward(*given)
    model.training = True
    return y

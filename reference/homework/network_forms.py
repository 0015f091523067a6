"""What small networks are asked: layers of scratch's one after the other, with the usual activations and losses on top.

A form says which; a problem of it holds inputs, targets and weights, and the gradients that scratch computes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.fills import normal, one_hot
from reference.homework.problem import Problem, problem
from reference.pair import Array, Input, Pair, Twin
from scratch.activations import Identity, ReLU, Sigmoid, Softmax, Tanh
from scratch.binary_losses import SigmoidCrossEntropy
from scratch.convolution import Conv2D
from scratch.dense import Dense
from scratch.layer import Layer
from scratch.losses import Loss, SoftmaxCrossEntropy
from scratch.network import Sequential
from scratch.pooling import MaxPool2D
from scratch.regression_losses import MeanSquaredError
from scratch.reshaping import Flatten

ACTIVATIONS: Mapping[str, type[Layer]] = {
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "softmax": Softmax,
    "identity": Identity,
}
# those of cross-entropy are given what comes before the last activation
LOSSES: Mapping[str, type[Loss]] = {
    "cross-entropy": SoftmaxCrossEntropy,
    "binary cross-entropy": SigmoidCrossEntropy,
    "half the squared error": MeanSquaredError,
}
# which may follow an output, the usual one first
FOLLOWING: Mapping[str, tuple[str, ...]] = {
    "identity": ("cross-entropy", "half the squared error", "binary cross-entropy"),
    "softmax": ("cross-entropy", "half the squared error"),
    "sigmoid": ("binary cross-entropy", "half the squared error"),
}


@dataclass(frozen=True)
class Form:
    """`sizes` of the dense layers, from the inputs to the outputs; `hidden` and `output` are their activations.

    `loss` follows, summed over the batch, with class `indices` or rows as targets; without one the backward pass is
    handed the gradient of the output. `filters`, `kernel`, `padding` and whether a pool of 2 comes after each
    convolution describe what is before the dense layers, on images of `side` and `channels`; the first of the sizes
    is then what they leave.
    """

    sizes: tuple[int, ...] = (5, 7, 4)
    hidden: str = "relu"
    output: str = "softmax"
    loss: str = ""
    indices: bool = False
    bias: bool = True
    batch: int = 9
    filters: tuple[int, ...] = ()
    kernel: int = 3
    padding: int = 0
    pool: bool = True
    side: int = 14
    channels: int = 1

    @property
    def depth(self) -> int:
        """How many layers have weights."""
        return len(self.filters) + len(self.sizes) - 1

    @property
    def places(self) -> tuple[int, ...]:
        """Where these layers are among all."""
        apart = 3 if self.pool else 2
        first = [apart * i for i in range(len(self.filters))]
        after = apart * len(first) + bool(first)
        return (*first, *(after + 2 * i for i in range(len(self.sizes) - 1)))

    @property
    def left(self) -> int:
        """The side of the images after all convolutions, 0 where they do not fit."""
        side = self.side
        for _ in self.filters:
            side = side + 2 * self.padding - self.kernel + 1
            if self.pool and side % 2:
                return 0
            side = side // 2 if self.pool else side
        return max(side, 0)


class Network(Layer):
    """A network as a form asks for it, its weights w1, b1, w2, ... from the first layer on.

    With a loss, `backward` starts there and gives the gradients of the weights only.
    """

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form
        self.layers = Sequential([*_convolutions(form), *_dense(form)])
        self.head = ACTIVATIONS[form.output]()
        self.names = {
            f"{kind}{i}": f"{at}.{kind}" for i, at in enumerate(form.places, 1) for kind in "wb"[: 1 + form.bias]
        }
        self.params = {name: self.layers.params[inner] for name, inner in self.names.items()}

    def forward(self, x: Array, *targets: Array) -> Array:
        self.layers.load({inner: self.params[name] for name, inner in self.names.items()})
        self.z, self.targets = self.layers.forward(x), targets
        self.y = self.head.forward(self.z)
        return self.y

    def backward(self, dy: Array) -> Any:
        dx: Any = ()
        if not self.form.loss:
            dx = self.layers.backward(self.head.backward(dy))
        else:
            loss = LOSSES[self.form.loss](reduction="sum")
            squared = isinstance(loss, MeanSquaredError)
            loss.forward(self.y if squared else self.z, *self.targets)
            dz = loss.backward()
            self.layers.backward(self.head.backward(dz / 2) if squared else dz)
        self.grads = {name: self.layers.grads[inner] for name, inner in self.names.items()}
        return dx


def _convolutions(form: Form) -> list[Layer]:
    layers: list[Layer] = []
    channels = (form.channels, *form.filters)
    for n_in, n_out in zip(channels, form.filters, strict=False):
        convolution = Conv2D(n_in, n_out, form.kernel, padding=form.padding, bias=form.bias)
        layers += [convolution, ACTIVATIONS[form.hidden](), *([MaxPool2D(2)] if form.pool else [])]
    return [*layers, Flatten()] if layers else []


def _dense(form: Form) -> list[Layer]:
    layers: list[Layer] = []
    for n_in, n_out in zip(form.sizes, form.sizes[1:], strict=False):
        layers += [Dense(n_in, n_out, bias=form.bias), ACTIVATIONS[form.hidden]()]
    return layers[:-1]


NONE = Twin(None, likeness="none", reason="it is only asked of submissions")
NETWORK = Pair("network", Network, NONE, NONE, ())


def _bits(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Rows of zeros and ones, so that neither is everywhere."""
    return np.asarray(rng.permuted(np.arange(np.prod(shape)).reshape(shape) % 2, axis=0), np.float64)


def ask(form: Form, seed: int, label: str = "") -> Problem:
    """A problem of this form."""
    shape = (form.side, form.side, form.channels) if form.filters else (form.sizes[0],)
    x = normal(form.batch, *shape)
    inputs = {"x": x}
    if form.loss:
        inputs = {"x": Input(x.shape, x.fill, differentiable=False), "t": _targets(form)}
    return problem(NETWORK, inputs, seed, label=label, facts={"form": form}, apart=("t",), form=form)


def _targets(form: Form) -> Input:
    n, classes = form.batch, form.sizes[-1]
    if form.indices:
        return Input((n,), lambda rng, shape: rng.integers(0, classes, shape), differentiable=False)
    fill = _bits if form.loss == "binary cross-entropy" else one_hot(n, classes).fill
    return Input((n, classes), fill, differentiable=False)

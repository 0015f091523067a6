"""What small networks are asked: layers of scratch's one after the other, with the usual activations and losses on top.

A form says which; a problem of it holds inputs, targets and weights, and the gradients that scratch computes.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.fills import normal, one_hot
from reference.homework.problem import Problem, of_submissions, problem
from reference.pair import Array, Case, Input
from reference.sides import Arrays, make_arrays
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

# how many dense layers networks of these names have; the second counts its input as one, or does not
DEPTHS = {"two-layer-net": (2,), "three-layer-mlp": (2, 3)}

# which share of a layer's outputs is zero behind ReLUs that tell something
CLOSED = 0.15, 0.8
MOST_SEEDS = 40


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


def convolutional(base: Form, shapes: Sequence[tuple[int, ...]], side: int, same: bool, pool: bool) -> Form | None:
    """The form whose weights have these shapes, in this order; None where images of this side do not lead to them."""
    kernels = [shape for shape in shapes if len(shape) == 4]
    dense = [shape for shape in shapes if len(shape) == 2 and 1 not in shape]
    if not kernels or not dense:
        return None
    first = kernels[0][2] == kernels[0][3]  # (n_out, n_in, h, w), else (h, w, n_in, n_out)
    filters = tuple(shape[0] if first else shape[3] for shape in kernels)
    kernel = kernels[0][2] if first else kernels[0][0]
    channels = kernels[0][1] if first else kernels[0][2]
    padding = (kernel - 1) // 2 if same else 0
    form = replace(base, filters=filters, kernel=kernel, channels=channels, padding=padding, pool=pool, side=side)
    sizes = [form.left**2 * filters[-1]]
    for shape in dense:
        if sizes[-1] not in shape:
            return None
        sizes.append(shape[1] if shape[0] == sizes[-1] else shape[0])
    return replace(form, sizes=tuple(sizes))


def is_such(form: Form, asked: str) -> bool:
    """Whether a network of this form is one of those that go by a name."""
    if asked == "cnn":
        return bool(form.filters)
    return asked not in DEPTHS or (form.depth in DEPTHS[asked] and not form.filters)


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


NETWORK = of_submissions("network", Network)


def _bits(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Rows of zeros and ones, so that neither is everywhere."""
    return np.asarray(rng.permuted(np.arange(np.prod(shape)).reshape(shape) % 2, axis=0), np.float64)


@functools.lru_cache(maxsize=64)
def ask(form: Form, seed: int, label: str = "") -> Problem:
    """A problem of this form, whose ReLUs are neither all open nor all closed."""
    shape = (form.side, form.side, form.channels) if form.filters else (form.sizes[0],)
    x = normal(form.batch, *shape)
    inputs = {"x": x}
    if form.loss:
        inputs = {"x": Input(x.shape, x.fill, differentiable=False), "t": _targets(form)}
    case = Case(f"homework {label}".strip(), inputs, {"form": form})
    seeds = range(1000 * seed, 1000 * seed + MOST_SEEDS)
    telling = next((each for each in seeds if _tells(form, make_arrays(NETWORK, case, each))), seeds[0])
    return problem(NETWORK, inputs, telling, label=label, facts={"form": form}, apart=("t",), form=form)


def _tells(form: Form, arrays: Arrays) -> bool:
    """Whether a gradient that passes a ReLU unhindered shows in every layer."""
    made = Network(form)
    made.load(arrays.params)
    made.layers.load({inner: made.params[name] for name, inner in made.names.items()})
    inner = made.layers.layers
    ends = [i for i, layer in enumerate(inner) if isinstance(layer, ReLU)]
    h = arrays.inputs["x"]
    for i, layer in enumerate(inner):
        h = layer.forward(h)
        behind = isinstance(layer, MaxPool2D) or (i in ends and not isinstance(inner[i + 1], MaxPool2D))
        if behind and not CLOSED[0] <= np.mean(h == 0) <= CLOSED[1]:
            return False
    return True


def _targets(form: Form) -> Input:
    n, classes = form.batch, form.sizes[-1]
    if form.indices:  # every class is there: some make their rows as long as the largest
        return Input((n,), lambda rng, shape: rng.permutation(np.arange(n) % classes), differentiable=False)
    fill = _bits if form.loss == "binary cross-entropy" else one_hot(n, classes).fill
    return Input((n, classes), fill, differentiable=False)

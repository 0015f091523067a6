"""What a layer must keep from call to call, and mistakes that show there only."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference.pair import Case, Input
from reference.parity import CONTRACT, check
from reference.registry import find
from scratch.layer import Array, Layer
from scratch.normalisation import BatchNorm
from scratch.smooth_activations import GELU
from scratch.transformer import TransformerEncoderBlock

OWN = ("params", "grads", "buffers", "_rooms", "training", "input_gradient")


class OneMemoryForAll(Layer):
    """Keeps what the gradient needs in the class, where the next object of the class overwrites it."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in OWN or isinstance(value, Layer):
            object.__setattr__(self, name, value)
        else:
            setattr(type(self), name, value)


class KeepsUntilUsed(Layer):
    """Does not forget a forward pass before there was a backward pass for it."""

    used = True

    def forward(self, *inputs: Array) -> Array:
        if self.used:
            self.first = [np.array(x) for x in inputs]
        self.used = False
        return super().forward(*inputs)

    def backward(self, dy: Array) -> Any:
        super().forward(*self.first)
        self.used = True
        return super().backward(dy)


class CopiesWeightsOnce(Layer):
    """Computes with copies of its weights, made when they are loaded."""

    def load(self, params: Any, buffers: Any = None) -> None:
        super().load(params, buffers)
        self.copies = {name: w.copy() for name, w in self.params.items()}

    def forward(self, *inputs: Array) -> Array:
        stepped = dict(self.params)
        self.params.update(vars(self).get("copies", {}))
        y = super().forward(*inputs)
        self.params.update(stepped)
        return y


class TakesMemoryInOrder(Layer):
    """Reads its input as it lies in memory."""

    def forward(self, x: Array, *others: Array) -> Array:
        return super().forward(x.ravel(order="K").reshape(x.shape), *others)


class TakesCotangentsInOrder(Layer):
    """Reads the cotangent as it lies in memory."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy.ravel(order="K").reshape(dy.shape))


class ClipsGradients(Layer):
    """Clips the gradient of its input, far above what any case has."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        return (
            tuple(np.clip(d, -1e4, 1e4) for d in dx)
            if isinstance(dx, tuple)
            else dx
            if dx is None
            else np.clip(dx, -1e4, 1e4)
        )


class DropsSmallGradients(Layer):
    """Makes 0 of gradients of its input that are smaller than any case has."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        return dx if dx is None else np.where(np.abs(dx) < 1e-9, 0, dx)


class SeedsEveryone(Layer):
    """Seeds the generator that everyone shares, with the same seed at each call."""

    def forward(self, *inputs: Array) -> Array:
        np.random.seed(0)
        return super().forward(*inputs)


class OtherwiseAtInference(Layer):
    """Halves its output at inference, though it has nothing to do with the mode."""

    def forward(self, *inputs: Array) -> Array:
        y = super().forward(*inputs)
        return y if self.training else y / 2


class OtherwiseOnceTrained(Layer):
    """Halves its output at inference, once it has been in training."""

    trained = False

    def forward(self, *inputs: Array) -> Array:
        self.trained = self.trained or self.training
        y = super().forward(*inputs)
        return y / 2 if self.trained and not self.training else y


class OtherwiseOnceAtRest(Layer):
    """Halves its output in training, once it has been at inference."""

    rested = False

    def forward(self, *inputs: Array) -> Array:
        self.rested = self.rested or not self.training
        y = super().forward(*inputs)
        return y / 2 if self.rested and self.training else y


class DividesByTheCotangent(Layer):
    """Brings the cotangent to the size 1 and the gradients back: 0 / 0 where there is none."""

    def backward(self, dy: Array) -> Any:
        size = 2.0 ** np.ceil(np.log2(np.abs(dy).max(initial=0)))
        dx = super().backward(dy / size)
        self.grads = {name: size * g for name, g in self.grads.items()}
        return tuple(size * d for d in dx) if isinstance(dx, tuple) else dx if dx is None else size * dx


class TellsInputsByIdentity(Layer):
    """Takes an array that it has seen as an input before for zeros."""

    def forward(self, *inputs: Array) -> Array:
        seen = [any(x is z for z in inputs[:i]) for i, x in enumerate(inputs)]
        return super().forward(*(0 * x if again else x for x, again in zip(inputs, seen, strict=True)))


class ModeOfTheMoment(BatchNorm):
    """Takes its gradient in the mode that is set now, not in that of its forward pass."""

    def forward(self, x: Array) -> Array:
        self.mode = self.training
        return super().forward(x)

    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        return dx if self.training == self.mode else dy.copy()


class RunsOnce(BatchNorm):
    """Updates the running moments at the first batch only."""

    def forward(self, x: Array) -> Array:
        before = {name: b.copy() for name, b in self.buffers.items()}
        y = super().forward(x)
        if "ran" in vars(self):
            self.buffers.update(before)
        self.ran = True
        return y


class CannotBeWritten(Layer):
    """Returns a view that one number or row is spread over."""

    def forward(self, *inputs: Array) -> Array:
        y = super().forward(*inputs)
        return np.broadcast_to(y[None], (1, *y.shape))[0]


def of(name: str, mistake: type[Layer]) -> Callable[..., Any]:
    layer: Any = find(name).layer
    return mistake if issubclass(mistake, layer) else type(mistake.__name__, (mistake, layer), {})


MANY = ("dense", "conv2d", "relu", "layer_norm")
REFUSED = [
    *((name, OneMemoryForAll, "last") for name in (*MANY, "max_pool2d", "embedding", "mean_squared_error", "gru")),
    *((name, KeepsUntilUsed, "last") for name in (*MANY, "max_pool2d", "embedding")),
    *((name, CopiesWeightsOnce, "step") for name in ("dense", "conv2d", "lstm", "layer_norm", "embedding", "prelu")),
    *(
        (name, TakesMemoryInOrder, "order")
        for name in (*MANY, "lstm", "avg_pool2d", "embedding", "softmax_cross_entropy")
    ),
    *((name, TakesCotangentsInOrder, "order") for name in (*MANY, "max_pool2d")),
    *((name, ClipsGradients, "linear") for name in (*MANY, "lstm", "dot_product_attention")),
    *((name, DropsSmallGradients, "linear") for name in (*MANY, "lstm", "max_pool2d", "huber")),
    *((name, SeedsEveryone, "shared") for name in MANY),
    *((name, OtherwiseAtInference, "mode") for name in ("dense", "conv2d", "relu", "lstm")),
    *((name, CannotBeWritten, "writable") for name in MANY),
    *((name, OtherwiseOnceTrained, "mode") for name in ("dense", "conv2d", "relu", "gru", "max_pool2d")),
    *((name, OtherwiseOnceTrained, "last") for name in ("layer_norm", "batch_norm1d", "dropout")),
    *((name, OtherwiseOnceAtRest, "last") for name in (*MANY, "batch_norm2d", "lstm", "dropout")),
    *((name, DividesByTheCotangent, "zero") for name in (*MANY, "huber", "lstm", "softmax", "add")),
    *((name, TellsInputsByIdentity, "same") for name in ("add", "dot_product_attention", "maximum", "dot")),
    ("batch_norm2d", ModeOfTheMoment, "last"),
    ("batch_norm1d", RunsOnce, "running"),
]


@pytest.mark.parametrize(
    ("name", "mistake", "finding"), REFUSED, ids=[f"{name}-{mistake.__name__}" for name, mistake, _ in REFUSED]
)
def test_the_contract_refuses_it(name: str, mistake: type[Layer], finding: str) -> None:
    pair, wrong = find(name), of(name, mistake)
    found = [check(pair, case, CONTRACT, layer=wrong).findings for case in pair.cases]
    assert finding in [each.name for findings in found for each in findings if not each.agree]


@pytest.mark.parametrize("name", ["dense", "batch_norm1d", "lstm", "dropout", "mean_squared_error"])
def test_a_layer_without_mistake_is_not_refused(name: str) -> None:
    pair = find(name)
    assert all(check(pair, case, CONTRACT).agree for case in pair.cases)


def test_numbers_too_small_to_be_in_proportion_are_no_mistake() -> None:
    """Of a gradient below the smallest normal number the last bits are lost; not of one just above what is lost."""
    pair, small = find("log_sigmoid"), np.array([[705.0, 707.5, 709.3, 712.8]])
    case = Case("small", {"x": Input(small.shape, lambda rng, shape: small)})
    right = check(pair, case, CONTRACT)
    assert right.agree, [finding for finding in right.findings if not finding.agree]

    class DropsTheSmallest(pair.layer):  # type: ignore[misc, name-defined]
        def backward(self, dy: Array) -> Array:
            dx: Array = super().backward(dy)
            return np.where(np.abs(dx) < 2.0**-1010, 0, dx)

    assert [
        finding.name for finding in check(pair, case, CONTRACT, layer=DropsTheSmallest).findings if not finding.agree
    ] == ["linear"]


def test_blocks_with_one_activation_keep_what_they_saw() -> None:
    rng, gelu = np.random.default_rng(0), GELU()
    first, second = (TransformerEncoderBlock(4, 2, 6, activation=gelu, rng=seed) for seed in (1, 2))
    x, dy = rng.standard_normal((2, 3, 5, 4))[:, :2]
    first.forward(x)
    alone = first.backward(dy)
    first.forward(x)
    second.forward(2 * x)
    assert np.array_equal(first.backward(dy), alone)

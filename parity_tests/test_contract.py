"""What the contract refuses that no twin can see, each in the one finding that says so."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import DTypeLike

from reference.parity import CONTRACT, check
from reference.registry import find
from scratch.dense import Dense
from scratch.initializers import HeNormal
from scratch.layer import Array
from scratch.merging import Add
from scratch.models import two_layer_net
from scratch.pooling import MaxPool2D, SumPool1D
from scratch.recurrent import SimpleRNN
from scratch.regression_losses import MeanSquaredError
from scratch.regularisation import Dropout, GaussianNoise, SpatialDropout1D
from scratch.reshaping import Flatten
from scratch.stacked import Stacked


class DrawsTheSame(Dropout):
    """Draws the same numbers at every call."""

    def draw(self, x: Array) -> Array:
        self.rng = np.random.default_rng(0)
        return super().draw(x)


class DrawsTwice(Dropout):
    """Keeps a share of (1 - rate)**2."""

    def draw(self, x: Array) -> Array:
        return super().draw(x) & super().draw(x)


class DrawsWide(GaussianNoise):
    """Draws with a deviation of 1.2, so that there is more noise than sigma says."""

    def draw(self, x: Array) -> Array:
        return np.asarray(1.2 * super().draw(x), x.dtype)


class DrawsInFloat64(GaussianNoise):
    """Draws in float64 whatever the input is."""

    def draw(self, x: Array) -> Array:
        return self.rng.standard_normal(x.shape)


class DrawsEverything(SpatialDropout1D):
    """Draws a number for every place, where one for each channel is taken."""

    def draw(self, x: Array) -> Array:
        return np.asarray(self.rng.random(x.shape) >= self.rate)


class StaysInTraining(Dense):
    """Cannot be set to inference."""

    @property
    def training(self) -> bool:
        return True

    @training.setter
    def training(self, value: bool) -> None:
        pass


class SameSeed(Stacked):
    """Every layer draws its weights anew from the seed."""

    def __init__(self, *args: Any, rng: Any = None, **options: Any) -> None:
        super().__init__(*args, rng=rng, **options)
        for layer in self.layers:
            layer.params["w_h"] = HeNormal()(layer.params["w_h"].shape, rng)


def stacked(n_in: int, n_hidden: int, **options: Any) -> Stacked:
    return SameSeed(SimpleRNN, n_in, n_hidden, **options)


def wide_net(*args: Any, **options: Any) -> Any:
    """Weights of a deviation of 1, where it should be 0.01."""
    net = two_layer_net(*args, **options)
    net.layers[0].params["w"] *= 100
    return net


def net_of_one_part(*args: Any, **options: Any) -> Any:
    """The second weight has another distribution than the first."""
    net = two_layer_net(*args, **options)
    net.layers[2].params["w"] = np.sign(net.layers[2].params["w"]) * 0.01
    return net


class CotangentOfTwo(MeanSquaredError):
    """The cotangent is 2 unless given."""

    def backward(self, dy: Array | float = 2.0) -> Array:
        return super().backward(dy)


class CotangentInFloat64(MeanSquaredError):
    """Without a cotangent the gradient is in float64."""

    def backward(self, dy: Array | float | None = None) -> Array:
        return super().backward(1.0).astype(np.float64) if dy is None else super().backward(dy)


class TupleOfOne(SumPool1D):
    """Returns a tuple of one gradient where there is one input."""

    def backward(self, dy: Array) -> Any:
        return (super().backward(dy),)


class PoolsInPlace(SumPool1D):
    """Sums in the memory of the first tap, which is that of an input that lies batch last."""

    def window_sum(self, x: Array) -> Array:
        first, *others = self.taps(x)
        for view in others:
            first += view
        return first


class KeepsItsRoom(SimpleRNN):
    """Works in the arrays of its first call, however large the batch."""

    def room(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
        kept = self._rooms.setdefault(name, np.empty(shape, dtype))
        return kept[..., : shape[-1]] if name == "z" else kept


class HandsOutItsRoom(SimpleRNN):
    """Returns the states in the array that the next call works in."""

    def forward(self, x: Array, *given: Array) -> Array:
        super().forward(x, *given)
        return self.history[0][1:].transpose(2, 0, 1)


class RoomForTheFirst(Dense):
    """Works in an array with as many rows as the first batch."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        self.kept = vars(self).get("kept", np.empty_like(y))
        self.kept[: len(y)] = y
        return self.kept[: len(y)].copy()


class GeometryOfTheFirst(MaxPool2D):
    """Places its windows as the size of the first image asks for."""

    def forward(self, x: Array) -> Array:
        self.first = vars(self).get("first", x.shape[1:-1])
        h, w = (min(sizes) for sizes in zip(self.first, x.shape[1:-1], strict=True))
        return super().forward(x[:, :h, :w])


class WritesAndRestores(Dense):
    """Divides its input in place, and multiplies it again after use."""

    def forward(self, x: Array) -> Array:
        x /= 2
        y = 2 * super().forward(x.copy())
        x *= 2
        return y


class OneForAll(Add):
    """Returns one array for the gradients of all inputs."""

    def backward(self, dy: Array) -> Any:
        first, *others = super().backward(dy)
        return (first, *(first for _ in others))


class AtLeastOne(Flatten):
    """Lets NumPy find the number of features, which it cannot without a sample."""

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return x.copy().reshape(len(x), -1)


REFUSED: list[tuple[str, Callable[..., Any], str, str]] = [
    ("dropout", DrawsTheSame, "draws", "float64"),
    ("dropout", DrawsTwice, "draws", "float64"),
    ("gaussian_noise", DrawsWide, "draws", "float64"),
    ("gaussian_noise", DrawsInFloat64, "draws", "float32"),
    ("spatial_dropout1d", DrawsEverything, "draws", "float64"),
    ("dense", StaysInTraining, "training", "float64"),
    ("stacked_simple_rnn", stacked, "seed", "float64"),
    ("two-layer-net", wide_net, "drawn", "float64"),
    ("two-layer-net", net_of_one_part, "drawn", "float64"),
    ("mean_squared_error", CotangentOfTwo, "cotangent", "float64"),
    ("mean_squared_error", CotangentInFloat64, "cotangent", "float32"),
    ("sum_pool1d", TupleOfOne, "form", "float64"),
    ("sum_pool1d", PoolsInPlace, "arguments", "float64"),
    ("simple_rnn", HandsOutItsRoom, "results", "float64"),
    ("simple_rnn", KeepsItsRoom, "sizes", "float64"),
    ("dense", RoomForTheFirst, "sizes", "float64"),
    ("max_pool2d", GeometryOfTheFirst, "sizes", "float64"),
    ("dense", WritesAndRestores, "arguments", "float64"),
    ("flatten", AtLeastOne, "empty", "float64"),
    ("add", OneForAll, "apart", "float64"),
]


@pytest.mark.parametrize(
    ("name", "wrong", "finding", "dtype"), REFUSED, ids=[getattr(each[1], "__name__", "") for each in REFUSED]
)
def test_the_contract_refuses_it(name: str, wrong: Callable[..., Any], finding: str, dtype: str) -> None:
    pair = find(name)
    case = pair.cases[0]
    findings = check(pair, case, CONTRACT, dtype, layer=wrong).findings
    assert finding in [each.name for each in findings if not each.agree]
    assert check(pair, case, CONTRACT, dtype).agree

"""Wrong versions of the networks: a wrong layer in its place, or layers wrongly put together."""

from typing import Any

import numpy as np

from scratch.activations import Identity, Softmax, Tanh
from scratch.layer import Array, Layer
from scratch.models import cnn, rnn_mnist, simple_rnn, three_layer_mlp, two_layer_net
from scratch.network import Sequential
from scratch.reshaping import Flatten
from wrong import Version, Versions, activations, convolution, dense, max_pooling, pooling, recurrent, reshaping
from wrong.common import ANY, GRADIENTS, UpdatesWeights, made_by


class SoftmaxAtEnd(Sequential):
    """Returns probabilities where logits are expected."""

    def forward(self, x: Array) -> Array:
        return Softmax().forward(super().forward(x))


class ReLUAtEnd(Sequential):
    """The output layer has an activation too."""

    def forward(self, x: Array) -> Array:
        return np.maximum(super().forward(x), 0)


class SecondLayerLast(Sequential):
    """The activation comes after the output layer instead of before."""

    def forward(self, x: Array) -> Array:
        for layer in (self.layers[0], *self.layers[2:], self.layers[1]):
            x = layer.forward(x)
        return x

    def backward(self, dy: Array) -> Any:
        for layer in (self.layers[1], *reversed(self.layers[2:]), self.layers[0]):
            dy = layer.backward(dy)
        return dy


class InputScaled(Sequential):
    """Divides the input by 255."""

    def forward(self, x: Array) -> Array:
        return super().forward(x / 255)


class TimeForFeatures(Sequential):
    """Reads an image column by column; runs on square images only."""

    def forward(self, x: Array) -> Array:
        return super().forward(x.swapaxes(1, 2))


class EachLayerAverages(Sequential):
    """Every layer divides by the batch size."""

    def backward(self, dy: Array) -> Any:
        for layer in reversed(self.layers):
            dy = layer.backward(dy / len(dy))
        return dy


class SecondLayerSkipped(Sequential):
    """The backward pass leaves out the activation after the first layer."""

    def backward(self, dy: Array) -> Any:
        for layer in reversed((self.layers[0], *self.layers[2:])):
            dy = layer.backward(dy)
        return dy


class FirstLayerFrozen(Sequential):
    """The gradients of the first layer are zero."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        for g in self.layers[0].grads.values():
            g *= 0
        return dx


class StopsEarly(Sequential):
    """The backward pass never reaches the first layer."""

    def backward(self, dy: Array) -> Any:
        for layer in reversed(self.layers[1:]):
            dy = layer.backward(dy)
        return dy


class NamesFromTheEnd(Sequential):
    """The gradients are called by the number of their layer counted from the end."""

    @property
    def grads(self) -> dict[str, Array]:
        last = len(self.layers) - 1
        return {f"{last - i}.{name}": g for i, layer in enumerate(self.layers) for name, g in layer.grads.items()}


class MemoryOrder(Flatten):
    """Flattens in the order in which the numbers lie in memory, which a layer before may have changed."""

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return np.stack([sample.ravel(order="K") for sample in x])


def put(model: Version, where: int, layer: type[Layer]) -> Version:
    """`model` with the layer at a place turned into another."""

    def made(**options: Any) -> Sequential:
        network = model(**options)
        network.layers[where].__class__ = _with(type(network.layers[where]), layer)
        return network

    return _called(made, f"{layer.__name__}{where}", f"In the place of layer {where}: {layer.__doc__}")


def joined(model: Version, *kinds: type[Sequential]) -> tuple[Version, ...]:
    """`model` with its layers put together in each of these ways."""

    def version(kind: type[Sequential]) -> Version:
        def made(**options: Any) -> Sequential:
            network = model(**options)
            network.__class__ = kind
            return network

        return _called(made, kind.__name__, kind.__doc__)

    return tuple(map(version, kinds))


def _called(made: Version, name: str, doc: str | None) -> Version:
    made.__name__, made.__doc__ = name, (doc or "").partition("\n")[0]
    return made


def _with(layer: type[Layer], mistake: type[Layer]) -> Any:
    return made_by(layer, (mistake,))[0]


SAMPLES = made_by(Sequential, GRADIENTS)
CONTRACT = (*made_by(Sequential, (*ANY, UpdatesWeights)), StopsEarly, NamesFromTheEnd)


def _mlp(model: Version, other: type[Layer]) -> Versions:
    return Versions(
        outputs=(
            *joined(model, SoftmaxAtEnd, ReLUAtEnd, SecondLayerLast, InputScaled),
            *(put(model, 1, Identity), put(model, 1, other), put(model, 0, dense.BiasTwice)),
        ),
        gradients=(
            *joined(model, *SAMPLES, EachLayerAverages, SecondLayerSkipped, FirstLayerFrozen),
            *(put(model, 1, mistake) for mistake in (activations.TimesInput, activations.MaskFromCotangent)),
            *(put(model, 0, dense.BiasAveraged), put(model, 2, dense.WeightAveraged)),
        ),
        contract=joined(model, *CONTRACT),
    )


def _rnn(model: Version) -> Versions:
    return Versions(
        outputs=(
            *joined(model, SoftmaxAtEnd, ReLUAtEnd, InputScaled, TimeForFeatures),
            *(put(model, 0, recurrent.FirstForLast), put(model, 0, recurrent.RecurrentTransposed)),
            *(put(model, 0, recurrent.BiasTwice), put(model, 1, dense.BiasTwice)),
        ),
        gradients=(
            *joined(model, *SAMPLES, EachLayerAverages, FirstLayerFrozen),
            *(put(model, 0, layer) for layer in (recurrent.NoTimeGradient, recurrent.TruncatedAtFive)),
            *(put(model, 0, layer) for layer in (recurrent.StateAfter, recurrent.BackTransposeMissing)),
            put(model, 1, dense.WeightAveraged),
        ),
        contract=joined(model, *CONTRACT),
    )


WRONG = {
    "three-layer-mlp": _mlp(three_layer_mlp, Tanh),
    "two-layer-net": _mlp(two_layer_net, activations.Leaky),
    "rnn-mnist": _rnn(rnn_mnist),
    "simple-rnn": _rnn(simple_rnn),
    "cnn": Versions(
        outputs=(
            *joined(cnn, SoftmaxAtEnd, ReLUAtEnd, InputScaled),
            *(put(cnn, 0, convolution.Flipped), put(cnn, 3, convolution.KernelAxesSwapped)),
            *(put(cnn, 1, pooling.AveragesChannels), put(cnn, 2, Identity), put(cnn, 5, Identity)),
            *(put(cnn, 6, flatten) for flatten in (reshaping.ChannelsFirst, MemoryOrder)),
        ),
        gradients=(
            *joined(cnn, *SAMPLES, EachLayerAverages, FirstLayerFrozen),
            *(put(cnn, 3, layer) for layer in (convolution.ReshapesForTransposing, convolution.WeightRotated)),
            *(put(cnn, 4, layer) for layer in (max_pooling.SpreadEvenly, max_pooling.LastSampleMask)),
            *(put(cnn, 6, reshaping.BackwardFortran), put(cnn, 3, convolution.LastUnitOnly)),
        ),
        contract=joined(cnn, *CONTRACT),
    ),
}

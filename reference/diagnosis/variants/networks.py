"""Networks: what goes back from one layer to the next."""

import itertools
from collections.abc import Callable
from typing import Any

from reference.diagnosis.variant import Catalogue, Variant
from reference.diagnosis.variants.pooling import backward as to_every_maximum
from scratch.activations import Activation, Sigmoid
from scratch.dense import Dense
from scratch.layer import Array
from scratch.network import Composite, Sequential
from scratch.pooling import MaxPooling
from scratch.windows import batch_last

VARIANTS = Catalogue()


def _unsloped(first: Callable[[Sequential, Array], Array]) -> Callable[[Sequential, Array], Any]:
    """dA goes back through the weights in the place of dZ, which only the gradients of the weights are made of.

    `first` gives the dA of the last layer from what comes in.
    """

    def backward(self: Sequential, dy: Array) -> Any:
        passed, given = first(self, dy), dy
        for layer in reversed(self.layers):
            if isinstance(layer, Activation):
                given = layer.backward(passed)
            elif isinstance(layer, Composite):
                passed = given = layer.backward(given)
            else:
                layer.backward(given)
                grads = dict(layer.grads)
                passed = given = layer.backward(passed)
                layer.grads = grads
        return passed

    return backward


def _before_sigmoid(self: Sequential, dy: Array) -> Array:
    """The gradient of sigmoid(z) from that of z, the output of the last layer."""
    last = self.layers[-1]
    if not isinstance(last, Dense):
        return dy
    z = last.x @ last.params["w"] + last.params.get("b", 0.0)
    sigmoid = Sigmoid()
    return dy / sigmoid.slope(z, sigmoid.value(z))


for _first in (lambda self, dy: dy, _before_sigmoid):
    VARIANTS.append(Variant("activation-missing-backward", Sequential, {"backward": _unsloped(_first)}))


def _skipping(number: int) -> Callable[[Sequential, Array], Any]:
    """The gradient does not pass through one activation.

    Of equal maxima of what it gives, zeros of a ReLU, each gets the gradient of the window, as masks are made.
    """

    def backward(self: Sequential, dy: Array) -> Any:
        skipped = [layer for layer in self.layers if isinstance(layer, Activation)][number : number + 1]
        for before, layer in reversed(list(itertools.pairwise([None, *self.layers]))):
            if layer in skipped:
                continue
            if isinstance(layer, MaxPooling) and isinstance(before, Activation) and before in skipped:
                vars(layer)["x"] = batch_last(before.y)
                dy = to_every_maximum(layer, dy)
            else:
                dy = layer.backward(dy)  # type: ignore[union-attr]
        return dy

    return backward


for _number in (0, 1):
    VARIANTS.append(Variant("activation-missing-backward", Sequential, {"backward": _skipping(_number)}))

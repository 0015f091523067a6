"""What is timed: the networks of the five source systems as they are trained, and an LSTM."""

import dataclasses
import difflib
import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from reference.errors import RequestError
from reference.pair import Array, Pair, Slot, Twin
from reference.pairs.lstm import GATES
from reference.pairs.recurrent import keras_slots, part, torch_slots
from reference.registry import find
from scratch.convolution import Convolution
from scratch.dense import Dense
from scratch.initializers import Seed
from scratch.lstm import LSTM
from scratch.network import Sequential
from scratch.recurrent import Recurrent
from scratch.training import RECIPES, Recipe


class UnknownWorkload(RequestError):
    """Nothing that can be timed has that name."""


def lstm_mnist(
    image_size: int = 28,
    hidden_size: int = 128,
    class_num: int = 10,
    *,
    rng: Seed = None,
    dtype: DTypeLike = np.float64,
) -> Sequential:
    """An image read row by row by an LSTM, whose last state a dense layer classifies.

    x: (batch, rows, image_size) -> logits: (batch, class_num).
    """
    rng = np.random.default_rng(rng)
    return Sequential(
        [
            LSTM(image_size, hidden_size, sequences=False, rng=rng, dtype=dtype),
            Dense(hidden_size, class_num, rng=rng, dtype=dtype),
        ]
    )


def _torch_lstm(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.recurrent import LSTM

    lstm = LSTM(o.image_size, o.hidden_size, sequences=False)
    return torch.nn.Sequential(lstm, torch.nn.Linear(o.hidden_size, o.class_num))


def _keras_lstm(keras: Any, o: SimpleNamespace) -> Any:
    return keras.Sequential([keras.layers.LSTM(o.hidden_size), keras.layers.Dense(o.class_num)])


_LSTM = Pair(
    "lstm-mnist",
    lstm_mnist,
    torch=Twin(
        _torch_lstm,
        {
            **part("0", torch_slots(blocks=GATES, start="0.")),
            "1.w": Slot("1.weight", "n_in n_out -> n_out n_in"),
            "1.b": Slot("1.bias"),
        },
        frozen=("0.bias_hh_l0",),
    ),
    keras=Twin(
        _keras_lstm,
        {
            **part("0", keras_slots("layers.0.cell", GATES)),
            "1.w": Slot("layers.1.kernel"),
            "1.b": Slot("layers.1.bias"),
        },
    ),
    kind="network",
    cases=(),
)

WORKLOADS: dict[str, Recipe] = {
    **RECIPES,
    _LSTM.name: dataclasses.replace(RECIPES["rnn-mnist"], name=_LSTM.name, model=lstm_mnist),
}


def workloads_of(names: Sequence[str]) -> list[Recipe]:
    """The workloads with these names, all without any. Raises UnknownWorkload."""
    if unknown := [name for name in names if name not in WORKLOADS]:
        close = difflib.get_close_matches(unknown[0], WORKLOADS, n=1, cutoff=0.4)
        hint = f"Close: {close[0]}. " if close else ""
        raise UnknownWorkload(f"no workload is called '{unknown[0]}'. {hint}Known: {', '.join(WORKLOADS)}")
    return [WORKLOADS[name] for name in names] or list(WORKLOADS.values())


def pair_of(recipe: Recipe) -> Pair:
    """The twins of a workload's network."""
    return _LSTM if recipe.name == _LSTM.name else find(recipe.name)


def products(network: Sequential, x: Array) -> float:
    """Floating-point operations in the matrix products of one training step on x, two for each multiplication.

    Each weight of a matrix is used once for every place it is applied to: forward, in its own gradient, and in that of
    its input, which the first layer's input does not need.
    """
    total = 0.0
    for i, layer in enumerate(network.layers):
        y = layer.forward(x)
        if isinstance(layer, Recurrent):
            places, inner = math.prod(x.shape[:2]), {"w_h"}
        elif isinstance(layer, (Dense, Convolution)):
            places, inner = math.prod(y.shape[:-1]), set()
        else:
            places, inner = 0, set()
        for name, w in layer.params.items():
            if w.ndim > 1:
                total += 2 * places * w.size * (3 if i or name in inner else 2)
        x = y
    return total

"""Recurrent layers and their twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import normal
from reference.pair import Case, Pair, Slot, Twin
from scratch.recurrent import SimpleRNN

WEIGHT_IH = Slot("weight_ih_l0", "n_in hidden -> hidden n_in")
WEIGHT_HH = Slot("weight_hh_l0", "before after -> after before")


def _torch_rnn(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.recurrent import RNN

    return RNN(o.n_in, o.n_hidden, nonlinearity=o.activation, bias=o.bias, sequences=o.sequences)


def _torch_any(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.recurrent import SimpleRNN as Composed

    functions = {"identity": torch.nn.Identity(), "sigmoid": torch.sigmoid}
    return Composed(o.n_in, o.n_hidden, functions[o.activation], o.bias, o.sequences)


def _keras_rnn(keras: Any, o: SimpleNamespace) -> Any:
    activation = "linear" if o.activation == "identity" else o.activation
    layer = keras.layers.SimpleRNN(o.n_hidden, activation=activation, use_bias=o.bias, return_sequences=o.sequences)
    return _Stateful(layer)


class _Stateful:
    """A Keras RNN called with h_0 as a second argument; its weights are found on the layer's cell."""

    def __init__(self, layer: Any) -> None:
        self.layer, self.cell = layer, layer.cell

    def __call__(self, x: Any, h_0: Any = None) -> Any:
        return self.layer(x) if h_0 is None else self.layer(x, initial_state=[h_0])


def _case(name: str, shape: tuple[int, int, int], hidden: int, state: bool = False, **options: Any) -> Case:
    inputs = {"x": normal(*shape)} | ({"h_0": normal(shape[0], hidden)} if state else {})
    return Case(name, inputs, {"n_in": shape[2], "n_hidden": hidden, **options})


def _cases(**options: Any) -> tuple[Case, ...]:
    return (
        _case("sequences", (3, 6, 4), 5, **options),
        _case("last", (3, 6, 4), 5, sequences=False, **options),
        _case("stateful", (3, 6, 4), 5, state=True, **options),
        _case("stateful-last", (3, 6, 4), 5, state=True, sequences=False, **options),
        _case("one-step", (3, 1, 4), 5, state=True, **options),
        _case("batch1", (1, 5, 2), 3, **options),
        _case("one-unit", (4, 5, 2), 1, state=True, **options),
        _case("square", (2, 6, 4), 4, state=True, **options),
        _case("no-bias", (3, 6, 4), 5, bias=False, **options),
        _case("long", (2, 40, 3), 4, **options),
    )


def _draw(*activations: str) -> Any:
    def draw(rng: np.random.Generator) -> Case:
        batch, time, n_in, hidden = (int(n) for n in rng.integers((1, 1, 1, 1), (6, 12, 7, 8)))
        return _case(
            "",
            (batch, time, n_in),
            hidden,
            state=bool(rng.integers(2)),
            sequences=bool(rng.integers(2)),
            bias=bool(rng.integers(2)),
            activation=str(rng.choice(activations)),
        )

    return draw


KERAS = Twin(
    _keras_rnn,
    {"w_x": Slot("cell.kernel"), "w_h": Slot("cell.recurrent_kernel"), "b": Slot("cell.bias")},
)

SIMPLE_RNN = Pair(
    "simple_rnn",
    SimpleRNN,
    torch=Twin(
        _torch_rnn,
        {"w_x": WEIGHT_IH, "w_h": WEIGHT_HH, "b": Slot("bias_ih_l0")},
        frozen=("bias_hh_l0",),
    ),
    keras=KERAS,
    cases=(
        *_cases(activation="tanh"),
        *(Case(f"relu-{c.name}", c.inputs, c.options) for c in _cases(activation="relu")[:5]),
    ),
    draw=_draw("tanh", "relu"),
    notes=("PyTorch has a second bias; training both doubles the step of their sum, so it is held at zero.",),
)

SIMPLE_RNN_ANY = Pair(
    "simple_rnn_activation",
    SimpleRNN,
    torch=Twin(
        _torch_any,
        {
            "w_x": Slot("cell.weight_ih", WEIGHT_IH.axes),
            "w_h": Slot("cell.weight_hh", WEIGHT_HH.axes),
            "b": Slot("cell.bias_ih"),
        },
        frozen=("cell.bias_hh",),
        likeness="composed",
        reason="torch.nn.RNN offers tanh and ReLU only; the weights of an RNNCell with another activation",
    ),
    keras=KERAS,
    cases=(*_cases(activation="sigmoid")[:5], _case("identity", (3, 5, 4), 3, state=True, activation="identity")),
    draw=_draw("sigmoid", "identity"),
)

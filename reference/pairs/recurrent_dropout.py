"""Recurrent layers with dropout of what they read, and their twins, all given the same masks.

What is drawn without being asked for is judged by its statistics, in the tests.
"""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Array, Case, Pair, Slot, Start, Twin
from reference.pairs.gru import KERAS_SLOTS
from reference.pairs.gru import slots as gru_slots
from reference.pairs.lstm import GATES, STATES
from reference.pairs.recurrent import keras_slots, mask, torch_slots
from reference.pairs.regularisation import kept
from scratch.recurrent_dropout import GRUWithDropout, LSTMWithDropout, SimpleRNNWithDropout

NONE = "PyTorch drops nothing inside a recurrent layer; the weights of a cell in a loop, with masks given"
GIVEN = "it draws from a stream of its own; the masks are put where the cell keeps those of a sequence"
NOTES = (
    "PyTorch's `dropout` is another: of the outputs between stacked layers, drawn anew at each step.",
    "With recurrent_dropout Keras draws masks for each gate, without it one of x for all gates of the LSTM and GRU.",
)


def _torch(name: str) -> Callable[[Any, SimpleNamespace], Any]:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch import recurrent_dropout

        return getattr(recurrent_dropout, name)(
            o.n_in,
            o.n_hidden,
            {"tanh": torch.tanh, "relu": torch.relu}[o.activation],
            bias=o.bias,
            sequences=o.sequences,
            go_backwards=o.go_backwards,
            zero_output_for_mask=o.zero_output_for_mask,
            dropout=o.dropout,
            recurrent_dropout=o.recurrent_dropout,
        )

    return build


def _keras(name: str) -> Callable[[Any, SimpleNamespace], Any]:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras import recurrent

        return getattr(recurrent, name)(
            o.n_hidden,
            activation=o.activation,
            use_bias=o.bias,
            return_sequences=o.sequences,
            go_backwards=o.go_backwards,
            zero_output_for_mask=o.zero_output_for_mask,
            dropout=o.dropout,
            recurrent_dropout=o.recurrent_dropout,
        )

    return build


def _case(
    name: str,
    gates: int,
    shape: tuple[int, int, int],
    hidden: int,
    rates: tuple[float, float],
    *,
    states: tuple[str, ...] = (),
    masked: str = "",
    given: bool = True,
    training: bool = True,
    **options: Any,
) -> Case:
    """A case with x of this shape, dropped at these rates, with these states given, and masked in this way."""
    batch, time, n_in = shape
    inputs = {"x": normal(*shape), **{state: normal(batch, hidden) for state in states}}
    if masked:
        inputs["mask"] = mask(batch, time, masked)
    if rates[0] and given:
        inputs["kept_x"] = kept(batch, gates if rates[1] else 1, n_in)
    if rates[1] and given:
        inputs["kept_h"] = kept(batch, gates, hidden)
    dropped = {each: rate for each, rate in zip(("dropout", "recurrent_dropout"), rates, strict=True) if rate}
    return Case(name, inputs, {"n_in": n_in, "n_hidden": hidden, **dropped, **options}, training=training)


def _cases(gates: int, states: tuple[str, ...]) -> tuple[Case, ...]:
    def case(name: str, shape: tuple[int, int, int], hidden: int, rates: tuple[float, float], **more: Any) -> Case:
        return _case(name, gates, shape, hidden, rates, **more)

    return (
        case("both", (6, 4, 3), 5, (0.3, 0.4)),
        case("inputs", (6, 4, 3), 5, (0.25, 0.0)),
        case("recurrent", (6, 4, 3), 5, (0.0, 0.5)),
        case("last", (6, 4, 3), 5, (0.3, 0.4), sequences=False),
        case("stateful", (6, 4, 3), 5, (0.5, 0.2), states=states),
        case("one-step", (3, 1, 4), 5, (0.5, 0.6), states=states),
        case("batch1", (1, 4, 5), 6, (0.5, 0.6), states=states),
        case("no-bias", (6, 4, 3), 5, (0.3, 0.4), bias=False),
        case("relu", (6, 4, 3), 5, (0.3, 0.4), activation="relu"),
        case("long", (2, 20, 3), 4, (0.1, 0.1)),
        case("backwards", (5, 4, 3), 2, (0.3, 0.4), states=states, go_backwards=True),
        case("gaps", (6, 4, 3), 5, (0.3, 0.4), states=states, masked="gaps"),
        case("zeros", (6, 4, 3), 5, (0.3, 0.4), masked="gaps", zero_output_for_mask=True, go_backwards=True),
        case("one-step-masked", (4, 1, 3), 5, (0.3, 0.4), states=states, masked="empty"),
        case("nothing-dropped", (6, 4, 3), 5, (0.0, 0.0), states=states),
        case("inference", (6, 4, 3), 5, (0.3, 0.4), given=False, training=False),
        case("inference-given", (6, 4, 3), 5, (0.3, 0.4), states=states, training=False),
    )


def _draw(gates: int, states: tuple[str, ...]) -> Callable[[np.random.Generator], Case]:
    def draw(rng: np.random.Generator) -> Case:
        batch, time, n_in, hidden = (int(n) for n in rng.integers((1, 1, 1, 1), (6, 10, 7, 8)))
        rates = (choose(rng, 0.0, 0.2, 0.7), choose(rng, 0.0, 0.1, 0.6))
        masked = choose(rng, "", "", "right", "gaps", "empty")
        return _case(
            "",
            gates,
            (batch, time, n_in),
            hidden,
            rates,
            states=choose(rng, states, ()),
            masked=masked,
            training=bool(rng.integers(5)),
            activation=choose(rng, "tanh", "relu"),
            sequences=choose(rng, True, False),
            go_backwards=choose(rng, True, False),
            bias=choose(rng, True, False),
            zero_output_for_mask=bool(masked) and choose(rng, True, False),
        )

    return draw


def _pair(
    name: str,
    layer: Any,
    own: str,
    torch: Mapping[str, Slot],
    keras: Mapping[str, Slot],
    frozen: tuple[str, ...],
    states: tuple[str, ...],
    starts: Mapping[str, Start],
) -> Pair:
    return Pair(
        name,
        layer,
        torch=Twin(_torch(f"Dropping{own}"), torch, frozen=frozen, likeness="composed", reason=NONE),
        keras=Twin(_keras(f"Dropping{own}"), keras, likeness="composed", reason=GIVEN),
        cases=_cases(layer.gates, states),
        draw=_draw(layer.gates, states),
        starts=starts,
        notes=NOTES,
    )


def _remembering(o: SimpleNamespace, b: Array, every: Mapping[str, Array]) -> Array:
    return np.repeat([0, 1, 0, 0], len(b) // 4)


SIMPLE_RNN_DROPOUT = _pair(
    "simple_rnn_dropout",
    SimpleRNNWithDropout,
    "SimpleRNN",
    torch_slots("", start="cell."),
    keras_slots(),
    ("cell.bias_hh",),
    ("h_0",),
    {},
)
LSTM_DROPOUT = _pair(
    "lstm_dropout",
    LSTMWithDropout,
    "LSTM",
    torch_slots("", GATES, "cell."),
    keras_slots(blocks=GATES),
    ("cell.bias_hh",),
    STATES,
    {"b": _remembering},
)
GRU_DROPOUT = _pair("gru_dropout", GRUWithDropout, "GRU", gru_slots("", "cell."), KERAS_SLOTS, (), ("h_0",), {})

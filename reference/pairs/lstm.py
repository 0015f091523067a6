"""The LSTM and its twins."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Array, Case, Pair, Slot, Twin
from reference.pairs.recurrent import (
    PACKED,
    TWO_BIASES,
    draw_recurrent,
    keras_layer,
    keras_slots,
    mask,
    masked_cases,
    plain_cases,
    recurrent_case,
    torch_layer,
    torch_loop,
    torch_slots,
)
from scratch.lstm import LSTM, ProjectedLSTM

STATES = ("h_0", "c_0")
GATES = "i f o g -> i f g o"
KERAS = Twin(keras_layer("LSTM"), keras_slots(blocks=GATES))
SLOTS = torch_slots(blocks=GATES)


def _forgetting_little(o: SimpleNamespace, b: Array, every: Mapping[str, Array]) -> Array:
    return np.repeat([0, o.forget_bias, 0, 0], len(b) // 4)


STARTS = {"b": _forgetting_little}

LSTM_PLAIN = Pair(
    "lstm",
    LSTM,
    torch=Twin(torch_layer("LSTM"), SLOTS, frozen=("bias_hh_l0",)),
    keras=KERAS,
    cases=(*plain_cases(STATES), recurrent_case("forget-bias-0", (6, 4, 3), 5, STATES, forget_bias=0.0)),
    starts=STARTS,
    draw=draw_recurrent(STATES),
    notes=(TWO_BIASES, "A new forget bias is 1 in Keras and here; in PyTorch it is random like all the others."),
)

LSTM_ANY = Pair(
    "lstm_activation",
    LSTM,
    torch=Twin(
        torch_loop("AnyLSTM", "activation", "recurrent_activation"),
        torch_slots("", GATES, "cell."),
        frozen=("cell.bias_hh",),
        likeness="composed",
        reason="the activations of torch.nn.LSTM are fixed; the weights of an LSTMCell with others",
    ),
    keras=KERAS,
    cases=(
        *plain_cases(STATES, activation="sigmoid", recurrent_activation="tanh")[:5],
        recurrent_case("relu", (5, 4, 3), 6, STATES, activation="relu"),
        recurrent_case("identity", (2, 4, 3), 5, STATES, activation="identity"),
        recurrent_case("hard-gates", (2, 4, 3), 5, STATES, recurrent_activation="hard_sigmoid"),
        recurrent_case("relu-gates", (2, 4, 3), 5, STATES, recurrent_activation="relu"),
    ),
    starts=STARTS,
    draw=draw_recurrent(STATES, activation=("tanh", "relu", "sigmoid"), recurrent_activation=("sigmoid", "tanh")),
)

MASKED_LSTM_PLAIN = Pair(
    "masked_lstm",
    LSTM,
    torch=Twin(torch_layer("LSTM"), SLOTS, frozen=("bias_hh_l0",), likeness="composed", reason=PACKED),
    keras=KERAS,
    cases=masked_cases(STATES),
    starts=STARTS,
    draw=draw_recurrent(STATES, masked=True),
)


def _projected(
    name: str, shape: tuple[int, int, int], hidden: int, projected: int, given: bool = False, masked: str = "", **o: Any
) -> Case:
    """A case with x of this shape, with states where they are `given`, and masked in this way."""
    states = {"h_0": normal(shape[0], projected), "c_0": normal(shape[0], hidden)} if given else {}
    masks = {"mask": mask(*shape[:2], masked)} if masked else {}
    options = {"n_in": shape[2], "n_hidden": hidden, "n_projected": projected, **o}
    return Case(name, {"x": normal(*shape), **states, **masks}, options)


def _keras_projected(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.recurrent import RNN, ProjectedLSTMCell

    return RNN(
        ProjectedLSTMCell(o.n_hidden, o.n_projected, use_bias=o.bias),
        return_sequences=o.sequences,
        go_backwards=o.go_backwards,
        zero_output_for_mask=o.zero_output_for_mask,
    )


def _draw_projected(rng: np.random.Generator) -> Case:
    batch, time, n_in, projected = (int(n) for n in rng.integers((1, 1, 1, 1), (6, 12, 7, 6)))
    masked = choose(rng, "", "", "right", "left", "gaps", "empty")
    return _projected(
        "",
        (batch, time, n_in),
        projected + int(rng.integers(1, 4)),
        projected,
        given=choose(rng, True, False),
        masked=masked,
        sequences=choose(rng, True, False),
        go_backwards=choose(rng, True, False),
        bias=choose(rng, True, False),
        zero_output_for_mask=bool(masked) and choose(rng, True, False),
    )


PROJECTED_LSTM = Pair(
    "projected_lstm",
    ProjectedLSTM,
    torch=Twin(
        torch_layer("LSTM", proj_size="n_projected"),
        {**SLOTS, "w_r": Slot("weight_hr_l0", "hidden projected -> projected hidden")},
        frozen=("bias_hh_l0",),
    ),
    keras=Twin(
        _keras_projected,
        {**keras_slots(blocks=GATES), "w_r": Slot("cell.projection_kernel")},
        likeness="composed",
        reason="Keras' LSTM has no projection; an LSTMCell whose output is multiplied by one more kernel",
    ),
    cases=(
        _projected("sequences", (6, 4, 3), 5, 2),
        _projected("last", (6, 4, 3), 5, 2, sequences=False),
        _projected("stateful", (6, 4, 3), 5, 2, True),
        _projected("stateful-last", (7, 4, 2), 6, 3, True, sequences=False),
        _projected("one-step", (3, 1, 4), 6, 5, True),
        _projected("batch1", (1, 4, 2), 5, 3),
        _projected("one-projected", (5, 4, 2), 3, 1, True),
        _projected("no-bias", (6, 4, 3), 5, 2, bias=False),
        _projected("long", (2, 20, 3), 5, 4),
        _projected("backwards", (5, 4, 3), 6, 2, True, go_backwards=True),
        _projected("backwards-last", (5, 4, 3), 6, 2, go_backwards=True, sequences=False),
        _projected("right", (6, 4, 3), 5, 2, masked="right"),
        _projected("gaps", (6, 4, 3), 5, 2, True, "gaps"),
        _projected("gaps-last", (6, 4, 3), 5, 2, True, "gaps", sequences=False, go_backwards=True),
        _projected("zeros", (6, 4, 3), 5, 2, True, "gaps", zero_output_for_mask=True, go_backwards=True),
        _projected("one-step-masked", (3, 1, 4), 5, 2, True, "empty"),
        _projected("empty", (5, 4, 2), 6, 3, True, "empty"),
        _projected("forget-bias-0", (6, 4, 3), 5, 2, forget_bias=0.0),
    ),
    starts=STARTS,
    draw=_draw_projected,
    notes=(TWO_BIASES, "PyTorch refuses a projection that is not smaller than the cell."),
)

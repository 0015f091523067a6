"""The LSTM and its twins."""

from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np

from reference.pair import Array, Pair, Twin
from reference.pairs.recurrent import (
    PACKED,
    TWO_BIASES,
    draw_recurrent,
    keras_layer,
    keras_slots,
    masked_cases,
    plain_cases,
    recurrent_case,
    torch_layer,
    torch_loop,
    torch_slots,
)
from scratch.lstm import LSTM

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

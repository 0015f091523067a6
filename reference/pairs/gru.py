"""Gated recurrent units and their twins."""

from dataclasses import replace

from reference.pair import Case, Pair, Slot, Twin
from reference.pairs.recurrent import (
    PACKED,
    draw_recurrent,
    keras_layer,
    keras_slots,
    masked_cases,
    plain_cases,
    recurrent_case,
    shown,
    torch_layer,
    torch_loop,
    torch_slots,
)
from scratch.gru import GRU, ResetBeforeGRU

GATES, SAME = "z r g -> r z g", "z r g -> z r g"


def slots(end: str = "_l0", start: str = "", blocks: str = GATES) -> dict[str, Slot]:
    """Where w_x, w_h, b and b_h lie in PyTorch: `start` goes before the name of each weight, `end` after it."""
    plain = torch_slots(end, blocks, start)
    return {**plain, "b_h": replace(plain["b"], name=f"{start}bias_hh{end}")}


# the two biases are the rows of one variable
KERAS_BIAS = Slot("cell.bias", "hidden -> 1 hidden", part=(0, 2))
KERAS_SLOTS = {**keras_slots(), "b": KERAS_BIAS, "b_h": replace(KERAS_BIAS, part=(1, 2))}
KERAS = Twin(keras_layer("GRU", reset_after=True), KERAS_SLOTS)


def _shown(name: str, twin: Twin, reason: str) -> Case:
    """PyTorch's own GRU, put where it does not belong."""
    quantities = ("y", "dx", "dh_0", *(f"d{weight}" for weight in twin.slots))
    return shown(recurrent_case(name, (6, 4, 3), 5, ("h_0",)), twin, quantities, reason)


GRU_PLAIN = Pair(
    "gru",
    GRU,
    torch=Twin(torch_layer("GRU"), slots()),
    keras=KERAS,
    cases=(
        *plain_cases(),
        _shown(
            "gates-not-swapped",
            Twin(torch_layer("GRU"), slots(blocks=SAME)),
            "PyTorch has the gates in the order r z n; copied in Keras' order the shapes fit and the numbers do not",
        ),
    ),
    draw=draw_recurrent(),
)

GRU_ANY = Pair(
    "gru_activation",
    GRU,
    torch=Twin(
        torch_loop("AnyGRU", "activation", "recurrent_activation"),
        slots("", "cell."),
        likeness="composed",
        reason="the activations of torch.nn.GRU are fixed; the weights of a GRUCell with others",
    ),
    keras=KERAS,
    cases=(
        *plain_cases(activation="sigmoid", recurrent_activation="tanh")[:5],
        recurrent_case("relu", (5, 4, 3), 6, ("h_0",), activation="relu"),
        recurrent_case("identity", (2, 4, 3), 5, ("h_0",), activation="identity"),
        recurrent_case("relu-gates", (2, 4, 3), 5, ("h_0",), recurrent_activation="relu"),
    ),
    draw=draw_recurrent(activation=("tanh", "relu", "sigmoid"), recurrent_activation=("sigmoid", "tanh")),
)

MASKED_GRU = Pair(
    "masked_gru",
    GRU,
    torch=Twin(torch_layer("GRU"), slots(), likeness="composed", reason=PACKED),
    keras=KERAS,
    cases=masked_cases(),
    draw=draw_recurrent(masked=True),
)

GRU_RESET_BEFORE = Pair(
    "gru_reset_before",
    ResetBeforeGRU,
    torch=Twin(
        torch_loop("ResetBeforeGRU", "activation", "recurrent_activation"),
        torch_slots("", GATES, "cell."),
        likeness="composed",
        reason="torch.nn.GRU applies the reset gate after the matrix only; a loop with the weights of a GRUCell",
    ),
    keras=Twin(keras_layer("GRU", reset_after=False), keras_slots()),
    cases=(
        *plain_cases(),
        recurrent_case("relu", (5, 4, 3), 6, ("h_0",), activation="relu"),
        recurrent_case("tanh-gates", (5, 4, 3), 2, ("h_0",), recurrent_activation="tanh"),
        recurrent_case("relu-gates", (2, 4, 3), 5, ("h_0",), recurrent_activation="relu"),
        _shown(
            "reset-after",
            Twin(torch_layer("GRU"), torch_slots(blocks=GATES), frozen=("bias_hh_l0",)),
            "torch.nn.GRU applies the reset gate after the matrix; no map of the weights makes up for it",
        ),
    ),
    draw=draw_recurrent(activation=("tanh", "relu", "sigmoid"), recurrent_activation=("sigmoid", "tanh")),
)

MASKED_GRU_RESET_BEFORE = replace(
    GRU_RESET_BEFORE,
    name="masked_gru_reset_before",
    cases=masked_cases(),
    draw=draw_recurrent(masked=True),
)

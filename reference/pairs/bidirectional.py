"""Recurrent layers that read a sequence in both directions, and their twins."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from reference.fills import choose, normal
from reference.pair import Case, Pair, Slot, Twin
from reference.pairs.recurrent import PACKED, keras_slots, mask, part, shown, torch_slots
from scratch.bidirectional import Bidirectional, MergeMode
from scratch.gru import GRU
from scratch.initializers import Seed
from scratch.lstm import LSTM
from scratch.recurrent import Recurrent, SimpleRNN


@dataclass(frozen=True)
class Cell:
    """A recurrent layer that composites are made of: its class in scratch and its names in the frameworks.

    `gates`: the orders in scratch and PyTorch, and in scratch and Keras, where they differ.
    """

    layer: type[Recurrent]
    torch: str
    keras: str
    states: tuple[str, ...] = ("h",)
    gates: tuple[str, str] = ("", "")
    one_bias: bool = True

    def torch_slots(self, end: str, start: str = "") -> dict[str, Slot]:
        """Where the weights of one layer and direction lie in PyTorch; their names end in `end`."""
        slots = torch_slots(end, self.gates[0], start)
        return slots if self.one_bias else {**slots, "b_h": replace(slots["b"], name=f"{start}bias_hh{end}")}

    def keras_slots(self, path: str) -> dict[str, Slot]:
        """Where the weights lie in a Keras cell."""
        slots = keras_slots(path, self.gates[1])
        if self.one_bias:
            return slots
        # the two biases are the rows of one variable
        rows = (Slot(f"{path}.bias", "hidden -> 1 hidden", part=(row, 2)) for row in range(2))
        return slots | dict(zip(("b", "b_h"), rows, strict=True))

    def frozen(self, *ends: str) -> tuple[str, ...]:
        """PyTorch's second biases."""
        return tuple(f"bias_hh{end}" for end in ends) if self.one_bias else ()

    def names(self, *parts: str) -> tuple[str, ...]:
        """What the states are called, of one part after the other."""
        return tuple(f"{state}_{each}" for each in parts for state in self.states)


RNN = Cell(SimpleRNN, "RNN", "SimpleRNN")
LSTM_CELL = Cell(LSTM, "LSTM", "LSTM", ("h", "c"), ("i f o g -> i f g o", "i f o g -> i f g o"))
GRU_CELL = Cell(GRU, "GRU", "GRU", gates=("z r g -> r z g", ""), one_bias=False)


def composite_case(
    name: str, shape: tuple[int, int, int], hidden: int, states: tuple[str, ...] = (), masked: str = "", **options: Any
) -> Case:
    """A case with x of this shape, with these states given, and masked in this way."""
    inputs = {"x": normal(*shape), **{state: normal(shape[0], hidden) for state in states}}
    if masked:
        inputs["mask"] = mask(*shape[:2], masked)
    return Case(name, inputs, {"n_in": shape[2], "n_hidden": hidden, **options})


def composite_cases(states: tuple[str, ...], **options: Any) -> tuple[Case, ...]:
    """The cases of every composite of recurrent layers."""
    case = composite_case
    return (
        case("sequences", (6, 4, 3), 5, **options),
        case("last", (6, 4, 3), 5, sequences=False, **options),
        case("stateful", (6, 4, 3), 5, states, **options),
        case("stateful-last", (6, 4, 3), 5, states, sequences=False, **options),
        case("one-step", (3, 1, 4), 2, states, **options),
        case("batch1", (1, 4, 2), 3, **options),
        case("no-bias", (5, 4, 3), 2, bias=False, **options),
    )


def composite_draw(
    states: Callable[[dict[str, Any]], tuple[str, ...]], masked: bool = False, **choices: tuple[Any, ...]
) -> Callable[[np.random.Generator], Case]:
    """Random cases; `states` gives the names of the states under the options drawn from `choices`."""

    def draw(rng: np.random.Generator) -> Case:
        batch, time, n_in, hidden = (int(n) for n in rng.integers((1, 1, 1, 1), (6, 9, 7, 8)))
        options = {name: choose(rng, *values) for name, values in choices.items()}
        given = choose(rng, states(options), ())
        kind = choose(rng, "right", "left", "gaps", "empty") if masked else ""
        options |= {"sequences": choose(rng, True, False), "bias": choose(rng, True, False)}
        return composite_case("", (batch, time, n_in), hidden, given, kind, **options)

    return draw


def _layer(cell: Cell) -> Callable[..., Bidirectional]:
    def layer(
        n_in: int,
        n_hidden: int,
        *,
        merge: MergeMode = "concat",
        sequences: bool = True,
        bias: bool = True,
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> Bidirectional:
        options: dict[str, Any] = {"sequences": sequences, "bias": bias, "rng": rng, "dtype": dtype}
        return Bidirectional(cell.layer, n_in, n_hidden, merge=merge, **options)

    layer.__name__ = f"Bidirectional{cell.layer.__name__}"
    return layer


def _torch(cell: Cell) -> Callable[[Any, SimpleNamespace], Any]:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch import recurrent

        if o.merge != "concat":
            return recurrent.MergedLSTM(o.n_in, o.n_hidden, bias=o.bias, sequences=o.sequences, merge=o.merge)
        made = getattr(recurrent, cell.torch)
        return made(o.n_in, o.n_hidden, bias=o.bias, sequences=o.sequences, bidirectional=True)

    return build


def _torch_last_row(torch: Any, o: SimpleNamespace) -> Any:
    """The mistake that LAST_ROW is about."""
    from reference.migration.glue.torch import recurrent

    class LastRow(recurrent.LSTM):
        def forward(self, *inputs: Any) -> Any:
            return super().forward(*inputs)[:, -1]

    return LastRow(o.n_in, o.n_hidden, bidirectional=True)


def _torch_unpacked(torch: Any, o: SimpleNamespace) -> Any:
    """The mistake that UNPACKED is about."""
    from reference.migration.glue.torch import recurrent

    class Unpacked(recurrent.LSTM):
        def forward(self, x: Any, mask: Any) -> Any:
            return super().forward(x * mask[..., None])

    return Unpacked(o.n_in, o.n_hidden, bidirectional=True, sequences=o.sequences)


def _keras(cell: Cell) -> Callable[[Any, SimpleNamespace], Any]:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.recurrent import Bidirectional as Called

        layer = getattr(keras.layers, cell.keras)(o.n_hidden, use_bias=o.bias, return_sequences=o.sequences)
        return Called(layer, merge_mode=o.merge)

    return build


ENDS = {"forward": "_l0", "backward": "_l0_reverse"}
UNPACKED = "without pack_padded_sequence PyTorch reads the padding, in the backward direction before all else"
LAST_ROW = "the last row of PyTorch's output has the backward direction after one step; Keras takes its last state"


def _twins(cell: Cell) -> tuple[Twin, Twin]:
    slots_torch = {k: s for name, end in ENDS.items() for k, s in part(name, cell.torch_slots(end)).items()}
    slots_keras = {k: s for name in ENDS for k, s in part(name, cell.keras_slots(f"{name}_layer.cell")).items()}
    return Twin(_torch(cell), slots_torch, frozen=cell.frozen(*ENDS.values())), Twin(_keras(cell), slots_keras)


def _pair(cell: Cell) -> Pair:
    states = cell.names(*ENDS)
    torch, keras = _twins(cell)
    return Pair(
        f"bidirectional_{'simple_rnn' if cell is RNN else cell.torch.lower()}",
        _layer(cell),
        torch,
        keras,
        composite_cases(states),
        draw=composite_draw(lambda options: states),
        notes=(LAST_ROW,),
    )


BIDIRECTIONAL_RNN, BIDIRECTIONAL_GRU = _pair(RNN), _pair(GRU_CELL)
BIDIRECTIONAL_LSTM = _pair(LSTM_CELL)
BIDIRECTIONAL_LSTM = replace(
    BIDIRECTIONAL_LSTM,
    cases=(
        *BIDIRECTIONAL_LSTM.cases,
        shown(
            composite_case("last-row", (6, 4, 3), 5, sequences=False),
            replace(BIDIRECTIONAL_LSTM.torch, build=_torch_last_row),
            ("y", "dx", "backward.dw_x", "backward.dw_h", "backward.db"),
            LAST_ROW,
        ),
    ),
)

STATES = LSTM_CELL.names(*ENDS)
MERGES: tuple[MergeMode, ...] = ("sum", "mul", "ave")
BIDIRECTIONAL_MERGE = replace(
    BIDIRECTIONAL_LSTM,
    name="bidirectional_merge",
    torch=replace(
        BIDIRECTIONAL_LSTM.torch,
        likeness="composed",
        reason="PyTorch only puts the directions side by side; they are taken apart and added or multiplied",
    ),
    cases=(
        *(composite_case(merge, (5, 4, 3), 6, STATES, merge=merge) for merge in MERGES),
        *(composite_case(f"{merge}-last", (5, 4, 3), 2, merge=merge, sequences=False) for merge in MERGES),
    ),
    draw=composite_draw(lambda options: STATES, merge=MERGES),
)
MASKED_BIDIRECTIONAL = replace(
    BIDIRECTIONAL_LSTM,
    name="masked_bidirectional_lstm",
    torch=replace(BIDIRECTIONAL_LSTM.torch, likeness="composed", reason=PACKED),
    cases=(
        composite_case("right", (6, 4, 3), 5, masked="right"),
        composite_case("right-last", (6, 4, 3), 5, masked="right", sequences=False),
        composite_case("left", (6, 4, 3), 2, STATES, "left"),
        composite_case("gaps", (6, 4, 3), 5, STATES, "gaps"),
        composite_case("gaps-last", (6, 4, 3), 5, STATES, "gaps", sequences=False),
        composite_case("empty", (5, 4, 2), 3, STATES, "empty"),
        composite_case("empty-last", (5, 4, 2), 3, STATES, "empty", sequences=False),
        shown(
            composite_case("unpacked", (6, 4, 3), 5, masked="right", sequences=False),
            replace(BIDIRECTIONAL_LSTM.torch, build=_torch_unpacked),
            ("y", "dx", *(f"{side}.d{weight}" for side in ENDS for weight in ("w_x", "w_h", "b"))),
            UNPACKED,
        ),
    ),
    draw=composite_draw(lambda options: STATES, masked=True),
    notes=("Keras gives zeros at masked steps of a bidirectional sequence, though a single direction repeats.",),
)

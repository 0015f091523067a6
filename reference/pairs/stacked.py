"""Recurrent layers one above the other, and their twins."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from reference.pair import Pair, Twin
from reference.pairs.bidirectional import (
    GRU_CELL,
    LSTM_CELL,
    RNN,
    Cell,
    composite_case,
    composite_cases,
    composite_draw,
)
from reference.pairs.recurrent import part
from scratch.initializers import Seed
from scratch.stacked import Stacked

MOST = 3


def _layer(cell: Cell) -> Callable[..., Stacked]:
    def layer(
        n_in: int,
        n_hidden: int,
        *,
        layers: int = 2,
        sequences: bool = True,
        bias: bool = True,
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> Stacked:
        options: dict[str, Any] = {"sequences": sequences, "bias": bias, "rng": rng, "dtype": dtype}
        return Stacked(cell.layer, n_in, n_hidden, layers=layers, **options)

    layer.__name__ = f"Stacked{cell.layer.__name__}"
    return layer


def _torch(cell: Cell) -> Callable[[Any, SimpleNamespace], Any]:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch import recurrent

        made = getattr(recurrent, cell.torch)
        return made(o.n_in, o.n_hidden, num_layers=o.layers, bias=o.bias, sequences=o.sequences)

    return build


def _keras(cell: Cell) -> Callable[[Any, SimpleNamespace], Any]:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.recurrent import Stack

        layer, last = getattr(keras.layers, cell.keras), o.layers - 1
        return Stack(
            [layer(o.n_hidden, use_bias=o.bias, return_sequences=o.sequences or i < last) for i in range(o.layers)]
        )

    return build


def _states(cell: Cell, layers: int = 2) -> tuple[str, ...]:
    return cell.names(*map(str, range(layers)))


def _pair(cell: Cell) -> Pair:
    torch = {k: s for i in range(MOST) for k, s in part(str(i), cell.torch_slots(f"_l{i}")).items()}
    keras = {k: s for i in range(MOST) for k, s in part(str(i), cell.keras_slots(f"layers.{i}.cell")).items()}
    return Pair(
        f"stacked_{'simple_rnn' if cell is RNN else cell.torch.lower()}",
        _layer(cell),
        torch=Twin(_torch(cell), torch, frozen=cell.frozen(*(f"_l{i}" for i in range(MOST)))),
        keras=Twin(_keras(cell), keras),
        cases=(
            *composite_cases(_states(cell)),
            composite_case("three", (2, 4, 3), 5, _states(cell, 3), layers=3),
            composite_case("one", (2, 4, 3), 5, _states(cell, 1), layers=1, sequences=False),
        ),
        draw=composite_draw(lambda options: _states(cell, options["layers"]), layers=(1, 2, 3)),
    )


STACKED_RNN, STACKED_LSTM, STACKED_GRU = _pair(RNN), _pair(LSTM_CELL), _pair(GRU_CELL)

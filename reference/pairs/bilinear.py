"""Bilinear and its twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import normal
from reference.pair import FRAMEWORKS, Case, Pair, Slot, Twin
from scratch.bilinear import Bilinear


def _keras(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.bilinear import Bilinear as Composed

    return Composed(o.n_out, o.bias)


def _case(name: str, lead: tuple[int, ...], n_x: int, n_z: int, n_out: int, bias: bool = True) -> Case:
    options = {"n_x": n_x, "n_z": n_z, "n_out": n_out} | ({} if bias else {"bias": False})
    return Case(name, {"x": normal(*lead, n_x), "z": normal(*lead, n_z)}, options)


def _draw(rng: np.random.Generator) -> Case:
    lead = tuple(rng.integers(1, 6, rng.integers(1, 4)).tolist())
    n_x, n_z, n_out = (int(n) for n in rng.integers(1, 8, 3))
    return _case("", lead, n_x, n_z, n_out, bias=bool(rng.integers(2)))


BILINEAR = Pair(
    "bilinear",
    Bilinear,
    spares={
        "infinities": dict.fromkeys(FRAMEWORKS, "x w or w z comes first, and infinities of either sign add to NaN")
    },
    torch=Twin(
        lambda torch, o: torch.nn.Bilinear(o.n_x, o.n_z, o.n_out, bias=o.bias), {"w": Slot("weight"), "b": Slot("bias")}
    ),
    keras=Twin(
        _keras,
        {"w": Slot("kernel"), "b": Slot("bias")},
        likeness="composed",
        reason="Keras has no such layer; two einsums with a weight",
    ),
    cases=(
        _case("plain", (4,), 3, 5, 2),
        _case("square", (2,), 4, 4, 4),
        _case("batch1", (1,), 3, 2, 5),
        _case("no-bias", (4,), 3, 5, 2, bias=False),
        _case("sequences", (2, 6), 3, 5, 4),
        _case("one-number", (3,), 1, 1, 1),
    ),
    draw=_draw,
)

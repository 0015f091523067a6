"""Dense and its twins."""

import numpy as np

from reference.fills import normal
from reference.pair import Case, Pair, Slot, Twin
from scratch.dense import Dense


def _draw(rng: np.random.Generator) -> Case:
    n_in, n_out = (int(n) for n in rng.choice(np.arange(1, 40), 2, replace=False))
    lead = [int(n) for n in rng.choice(np.arange(1, 7), rng.integers(1, 4), replace=False)]
    return Case(
        f"{'x'.join(map(str, lead))}-{n_in}-{n_out}",
        {"x": normal(*lead, n_in)},
        {"n_in": n_in, "n_out": n_out, "bias": bool(rng.integers(2))},
    )


DENSE = Pair(
    "dense",
    Dense,
    torch=Twin(
        lambda torch, o: torch.nn.Linear(o.n_in, o.n_out, bias=o.bias),
        {"w": Slot("weight", "n_in n_out -> n_out n_in"), "b": Slot("bias")},
    ),
    keras=Twin(
        lambda keras, o: keras.layers.Dense(o.n_out, use_bias=o.bias),
        {"w": Slot("kernel"), "b": Slot("bias")},
    ),
    cases=(
        Case("plain", {"x": normal(4, 3)}, {"n_in": 3, "n_out": 5}),
        Case("square", {"x": normal(3, 4)}, {"n_in": 4, "n_out": 4}),
        Case("batch1", {"x": normal(1, 6)}, {"n_in": 6, "n_out": 2}),
        Case("no-bias", {"x": normal(4, 3)}, {"n_in": 3, "n_out": 5, "bias": False}),
        Case("rank3", {"x": normal(2, 4, 3)}, {"n_in": 3, "n_out": 5}),
        Case("rank4", {"x": normal(2, 4, 6, 3)}, {"n_in": 3, "n_out": 5}),
        Case("wide", {"x": normal(6, 300)}, {"n_in": 300, "n_out": 7}),
        Case("large-values", {"x": normal(4, 3, scale=1e6)}, {"n_in": 3, "n_out": 5}),
    ),
    draw=_draw,
)

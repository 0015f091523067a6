"""Small networks that show how layers are put together, each twin written as users of its framework would."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Pair, Slot, Twin
from reference.pairs.recurrent import keras_slots, part, torch_slots
from scratch.activations import Identity, ReLU, Sigmoid
from scratch.dense import Dense
from scratch.merging import Add, Average, Concatenate, Multiply
from scratch.network import Branches, Residual, Sequential
from scratch.recurrent import SimpleRNN

DENSE = "n_in n_out -> n_out n_in"


def torch_dense(**places: str) -> dict[str, Slot]:
    """Slots of dense layers: from the part of the network that each is to its name in the PyTorch module."""
    return {
        key: slot
        for name, path in places.items()
        for key, slot in part(name, {"w": Slot(f"{path}.weight", DENSE), "b": Slot(f"{path}.bias")}).items()
    }


def keras_dense(**places: str) -> dict[str, Slot]:
    """Slots of dense layers: from the part of the network that each is to its name in the Keras model."""
    return {
        key: slot
        for name, path in places.items()
        for key, slot in part(name, {"w": Slot(f"{path}.kernel"), "b": Slot(f"{path}.bias")}).items()
    }


def _case(name: str, shape: tuple[int, ...], sizes: Mapping[str, int], **options: Any) -> Case:
    return Case(name, {"x": normal(*shape)}, {**sizes, **options})


def sequential(n_in: int, n_hidden: int, n_out: int) -> Sequential:
    """Each step of a sequence through a dense layer, then a recurrent one, whose last state is classified."""
    return Sequential(
        [Dense(n_in, n_hidden), Sigmoid(), SimpleRNN(n_hidden, n_hidden, sequences=False), Dense(n_hidden, n_out)]
    )


def _torch_sequential(torch: Any, o: SimpleNamespace) -> Any:
    nn = torch.nn

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Sequential(nn.Linear(o.n_in, o.n_hidden), nn.Sigmoid())
            self.rnn = nn.RNN(o.n_hidden, o.n_hidden, batch_first=True)
            self.head = nn.Linear(o.n_hidden, o.n_out)

        def forward(self, x: Any) -> Any:
            _, h = self.rnn(self.embed(x))
            return self.head(h[0])

    return Network()


def _keras_sequential(keras: Any, o: SimpleNamespace) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [layers.Dense(o.n_hidden, activation="sigmoid"), layers.SimpleRNN(o.n_hidden), layers.Dense(o.n_out)]
    )


def _draw_sequential(rng: np.random.Generator) -> Case:
    batch, time, n_in, n_hidden, n_out = (int(n) for n in rng.integers(1, 8, 5))
    return _case("", (batch, time, n_in), {"n_in": n_in, "n_hidden": n_hidden, "n_out": n_out})


SEQUENTIAL = Pair(
    "sequential",
    sequential,
    torch=Twin(
        _torch_sequential,
        {**torch_dense(**{"0": "embed.0", "3": "head"}), **part("2", torch_slots(start="rnn."))},
        frozen=("rnn.bias_hh_l0",),
    ),
    keras=Twin(
        _keras_sequential,
        {**keras_dense(**{"0": "layers.0", "3": "layers.2"}), **part("2", keras_slots("layers.1.cell"))},
    ),
    kind="network",
    cases=(
        _case("plain", (3, 5, 4), {"n_in": 4, "n_hidden": 6, "n_out": 2}),
        _case("batch1", (1, 4, 2), {"n_in": 2, "n_hidden": 3, "n_out": 5}),
        _case("one-step", (4, 1, 3), {"n_in": 3, "n_hidden": 5, "n_out": 2}),
    ),
    draw=_draw_sequential,
)


def residual(n: int, n_hidden: int, *, n_out: int | None = None) -> Residual:
    """y = dense(relu(dense(x))) + x, or with another number of outputs + dense(x)."""
    main = [Dense(n, n_hidden), ReLU(), Dense(n_hidden, n_out or n)]
    return Residual(main, Dense(n, n_out, bias=False) if n_out else None)


def _torch_residual(torch: Any, o: SimpleNamespace) -> Any:
    nn = torch.nn

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(o.n, o.n_hidden)
            self.outer = nn.Linear(o.n_hidden, o.n_out or o.n)
            self.shortcut = nn.Linear(o.n, o.n_out, bias=False) if o.n_out else nn.Identity()

        def forward(self, x: Any) -> Any:
            return self.outer(self.inner(x).relu()) + self.shortcut(x)

    return Network()


def _keras_residual(keras: Any, o: SimpleNamespace) -> Any:
    layers = keras.layers
    x = keras.Input((o.n,))
    inner = layers.Dense(o.n_hidden, activation="relu", name="inner")
    outer = layers.Dense(o.n_out or o.n, name="outer")
    shortcut = layers.Dense(o.n_out, use_bias=False, name="shortcut") if o.n_out else layers.Identity(name="shortcut")
    model = keras.Model(x, layers.Add()([outer(inner(x)), shortcut(x)]))
    model.inner, model.outer, model.shortcut = inner, outer, shortcut
    return model


def _draw_residual(rng: np.random.Generator) -> Case:
    batch, n, n_hidden, n_out = (int(k) for k in rng.integers(1, 9, 4))
    return _case("", (batch, n), {"n": n, "n_hidden": n_hidden}, n_out=choose(rng, None, n_out))


RESIDUAL_DENSE = {"main.0": "inner", "main.2": "outer", "shortcut": "shortcut"}
RESIDUAL = Pair(
    "residual",
    residual,
    torch=Twin(_torch_residual, torch_dense(**RESIDUAL_DENSE)),
    keras=Twin(_keras_residual, keras_dense(**RESIDUAL_DENSE)),
    kind="network",
    cases=(
        _case("identity", (3, 4), {"n": 4, "n_hidden": 6}),
        _case("projection", (3, 4), {"n": 4, "n_hidden": 6}, n_out=5),
        _case("batch1", (1, 5), {"n": 5, "n_hidden": 2}),
        _case("one-unit", (4, 3), {"n": 3, "n_hidden": 1}, n_out=2),
    ),
    draw=_draw_residual,
)

MERGES = {"Concatenate": Concatenate, "Add": Add, "Average": Average, "Multiply": Multiply}


def branches(n: int, n_out: int, *, merge: str = "Concatenate", skip: bool = False) -> Branches:
    """Two dense layers side by side, the first of them with ReLU; with `skip` the input itself beside them."""
    sides = [Sequential([Dense(n, n_out), ReLU()]), Dense(n, n_out)]
    return Branches([*sides, *([Identity()] if skip else [])], MERGES[merge]())


def _torch_branches(torch: Any, o: SimpleNamespace) -> Any:
    nn = torch.nn
    merge = {
        "Concatenate": lambda parts: torch.cat(parts, -1),
        "Add": sum,
        "Average": lambda parts: sum(parts) / len(parts),
        "Multiply": lambda parts: torch.stack(parts).prod(0),
    }[o.merge]

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.left, self.right = nn.Linear(o.n, o.n_out), nn.Linear(o.n, o.n_out)

        def forward(self, x: Any) -> Any:
            parts = [self.left(x).relu(), self.right(x)]
            return merge([*parts, x] if o.skip else parts)

    return Network()


def _keras_branches(keras: Any, o: SimpleNamespace) -> Any:
    layers = keras.layers
    x = keras.Input((o.n,))
    left, right = layers.Dense(o.n_out, activation="relu"), layers.Dense(o.n_out)
    model = keras.Model(x, getattr(layers, o.merge)()([left(x), right(x), *([x] if o.skip else [])]))
    model.left, model.right = left, right
    return model


def _draw_branches(rng: np.random.Generator) -> Case:
    batch, n, n_out = (int(k) for k in rng.integers(1, 9, 3))
    merge, skip = choose(rng, *MERGES), choose(rng, True, False)
    sizes = {"n": n, "n_out": n if skip and merge != "Concatenate" else n_out}
    return _case("", (batch, n), sizes, merge=merge, skip=skip)


BRANCHES_DENSE = {"0.0": "left", "1": "right"}
BRANCHES = Pair(
    "branches",
    branches,
    torch=Twin(_torch_branches, torch_dense(**BRANCHES_DENSE)),
    keras=Twin(_keras_branches, keras_dense(**BRANCHES_DENSE)),
    kind="network",
    cases=(
        _case("concatenate", (3, 4), {"n": 4, "n_out": 5}),
        _case("concatenate-skip", (3, 4), {"n": 4, "n_out": 2}, skip=True),
        _case("add", (3, 4), {"n": 4, "n_out": 5}, merge="Add"),
        _case("add-skip", (3, 4), {"n": 4, "n_out": 4}, merge="Add", skip=True),
        _case("average", (2, 5), {"n": 5, "n_out": 3}, merge="Average"),
        _case("multiply-skip", (2, 5), {"n": 5, "n_out": 5}, merge="Multiply", skip=True),
        _case("batch1", (1, 3), {"n": 3, "n_out": 2}),
    ),
    draw=_draw_branches,
)

"""One layer at every time step, and its twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Pair, Slot, Twin
from scratch.activations import Tanh
from scratch.convolution import Conv2D
from scratch.network import Sequential
from scratch.time_distributed import TimeDistributed

KERNEL = "kh kw n_in n_out -> n_out n_in kh kw"
FRAMES = "n t h w c -> n t c h w"


def frames(n_in: int, n_out: int, *, stride: int = 1, bias: bool = True) -> TimeDistributed:
    """A convolution with tanh on every picture of a film: (batch, time, height, width, n_in)."""
    return TimeDistributed(Sequential([Conv2D(n_in, n_out, (3, 2), stride=stride, bias=bias), Tanh()]))


def _torch(torch: Any, o: SimpleNamespace) -> Any:
    class Frames(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = torch.nn.Conv2d(o.n_in, o.n_out, (3, 2), stride=o.stride, bias=o.bias)

        def forward(self, x: Any) -> Any:
            return self.conv(x.flatten(0, 1)).tanh().unflatten(0, x.shape[:2])

    return Frames()


def _keras(keras: Any, o: SimpleNamespace) -> Any:
    conv = keras.layers.Conv2D(o.n_out, (3, 2), strides=o.stride, use_bias=o.bias, activation="tanh")
    return keras.layers.TimeDistributed(conv)


def _case(name: str, shape: tuple[int, ...], n_out: int, **options: Any) -> Case:
    return Case(name, {"x": normal(*shape)}, {"n_in": shape[-1], "n_out": n_out, **options})


def _draw(rng: np.random.Generator) -> Case:
    shape = tuple(int(n) for n in rng.integers((1, 1, 3, 2, 1), (4, 6, 8, 8, 4)))
    return _case("", shape, int(rng.integers(1, 5)), stride=choose(rng, 1, 2), bias=choose(rng, True, False))


TIME_DISTRIBUTED = Pair(
    "time_distributed",
    frames,
    torch=Twin(
        _torch,
        {"layer.0.w": Slot("conv.weight", KERNEL), "layer.0.b": Slot("conv.bias")},
        {"x": FRAMES, "y": FRAMES},
        likeness="composed",
        reason="PyTorch has no such layer; time and batch are flattened into one axis and taken apart again",
    ),
    keras=Twin(_keras, {"layer.0.w": Slot("layer.kernel"), "layer.0.b": Slot("layer.bias")}),
    cases=(
        _case("frames", (2, 5, 6, 7, 3), 4),
        _case("batch1", (1, 4, 5, 6, 2), 3),
        _case("one-step", (3, 1, 5, 4, 2), 6),
        _case("stride", (2, 4, 8, 7, 3), 5, stride=2),
        _case("no-bias", (2, 3, 5, 4, 1), 6, bias=False),
    ),
    draw=_draw,
)

"""One layer at every time step, and its twins."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Pair, Slot, Twin
from reference.pairs.architectures import KERAS_NORM, TORCH_NORM
from scratch.activations import Tanh
from scratch.convolution import Conv2D
from scratch.network import Sequential
from scratch.normalisation import BatchNorm
from scratch.time_distributed import TimeDistributed

KERNEL = "kh kw n_in n_out -> n_out n_in kh kw"
FRAMES = "n t h w c -> n t c h w"


def frames(n_in: int, n_out: int, *, stride: int = 1, bias: bool = True, norm: bool = False) -> TimeDistributed:
    """A convolution, normalised or not, with tanh on every picture of a film: (batch, time, height, width, n_in)."""
    convolution = Conv2D(n_in, n_out, (3, 2), stride=stride, bias=bias)
    return TimeDistributed(Sequential([convolution, *([BatchNorm(n_out)] if norm else []), Tanh()]))


def _torch(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.normalisation import biased_batch_norm

    class Frames(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = torch.nn.Conv2d(o.n_in, o.n_out, (3, 2), stride=o.stride, bias=o.bias)
            self.norm = biased_batch_norm(2, o.n_out) if o.norm else torch.nn.Identity()

        def forward(self, x: Any) -> Any:
            return self.norm(self.conv(x.flatten(0, 1))).tanh().unflatten(0, x.shape[:2])

    return Frames()


def _keras(keras: Any, o: SimpleNamespace) -> Any:
    layers = keras.layers
    conv = layers.Conv2D(o.n_out, (3, 2), strides=o.stride, use_bias=o.bias, activation=None if o.norm else "tanh")
    if not o.norm:
        return layers.TimeDistributed(conv)

    class Normalised(keras.Model):
        """The steps of all samples are normalised together, for which they leave TimeDistributed."""

        def __init__(self) -> None:
            super().__init__()
            self.steps, self.layer = layers.TimeDistributed(conv), conv
            self.norm = layers.BatchNormalization(epsilon=1e-5, momentum=0.9)

        def call(self, x: Any, training: bool = False) -> Any:
            return keras.ops.tanh(self.norm(self.steps(x), training=training))

    return Normalised()


def _case(name: str, shape: tuple[int, ...], n_out: int, training: bool = True, **options: Any) -> Case:
    return Case(name, {"x": normal(*shape)}, {"n_in": shape[-1], "n_out": n_out, **options}, training=training)


def _norm(names: Mapping[str, str]) -> dict[str, Slot]:
    return {f"layer.1.{ours}": Slot(f"norm.{theirs}") for ours, theirs in names.items()}


def _draw(rng: np.random.Generator) -> Case:
    shape = tuple(int(n) for n in rng.integers((1, 1, 3, 2, 1), (4, 6, 8, 8, 4)))
    return _case("", shape, int(rng.integers(1, 5)), stride=choose(rng, 1, 2), bias=choose(rng, True, False))


TIME_DISTRIBUTED = Pair(
    "time_distributed",
    frames,
    torch=Twin(
        _torch,
        {"layer.0.w": Slot("conv.weight", KERNEL), "layer.0.b": Slot("conv.bias"), **_norm(TORCH_NORM)},
        {"x": FRAMES, "y": FRAMES},
        likeness="composed",
        reason="PyTorch has no such layer; time and batch are flattened into one axis and taken apart again",
    ),
    keras=Twin(_keras, {"layer.0.w": Slot("layer.kernel"), "layer.0.b": Slot("layer.bias"), **_norm(KERAS_NORM)}),
    cases=(
        _case("frames", (2, 5, 6, 7, 3), 4),
        _case("batch1", (1, 4, 5, 6, 2), 3),
        _case("one-step", (3, 1, 5, 4, 2), 6),
        _case("stride", (2, 4, 8, 7, 3), 5, stride=2),
        _case("no-bias", (2, 3, 5, 4, 1), 6, bias=False),
        _case("normalised", (2, 3, 5, 4, 2), 3, norm=True, bias=False),
        _case("normalised-inference", (2, 3, 5, 4, 2), 3, norm=True, bias=False, training=False),
    ),
    draw=_draw,
    empty=False,  # normalised, it takes its moments over samples and steps
)

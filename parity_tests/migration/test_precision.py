"""What a framework rounds to float32 in a model of float64 is no mistake of a port, and hides none."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import torch
from keras.src import backend
from ported_models import Torch, example, made
from torch import nn
from torch.nn import functional as F

from reference import port
from reference.errors import RequestError
from reference.migration.comparison import compare
from reference.migration.subjects import Subject

layers = keras.layers


def rows(*between: Any) -> Any:
    return keras.Sequential([keras.Input((7,)), layers.Dense(5), *between, layers.Dense(3)])


def torch_rows(between: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Linear(7, 5), between, nn.Linear(5, 3))


def attention() -> Any:
    x = keras.Input((5, 9))
    return keras.Model(x, layers.MultiHeadAttention(3, 3)(x, x))


def torch_attention(scale: float = 1.0) -> nn.Module:
    return Torch(lambda m, x: m.mha(scale * x, x, x)[0], mha=nn.MultiheadAttention(9, 3, batch_first=True))


def larger(interpolation: str) -> Any:
    up = layers.UpSampling2D((2, 4) if interpolation == "bicubic" else 3, interpolation=interpolation)
    return keras.Sequential([keras.Input((4, 5, 3)), layers.Conv2D(4, 1), up, layers.Conv2D(2, 3)])


def torch_larger(corners: bool) -> nn.Module:
    up = nn.Upsample(scale_factor=3, mode="bilinear", align_corners=corners)
    return nn.Sequential(nn.Conv2d(3, 4, 1), up, nn.Conv2d(4, 2, 3))


def rescaled(factor: float) -> nn.Module:
    return Torch(lambda m, x: m.a(x / factor), a=nn.Linear(6, 2))


CASES: dict[str, tuple[str, Callable[[], Any], Callable[[], Any], Callable[[], Any]]] = {
    "gelu": (
        "gelu",
        lambda: rows(layers.Activation("gelu")),
        lambda: torch_rows(nn.GELU()),
        lambda: torch_rows(nn.GELU("tanh")),
    ),
    "gelu-tanh": (
        "gelu",
        lambda: rows(layers.Lambda(lambda x: keras.ops.gelu(x, approximate=True))),
        lambda: torch_rows(nn.GELU("tanh")),
        lambda: torch_rows(nn.GELU()),
    ),
    "leaky": (
        "leaky_relu",
        lambda: rows(layers.LeakyReLU(0.3)),
        lambda: torch_rows(nn.LeakyReLU(0.3)),
        lambda: torch_rows(nn.LeakyReLU(0.3 + 1e-9)),
    ),
    "hard-sigmoid": (
        "hardsigmoid",
        lambda: rows(layers.Activation("hard_sigmoid")),
        lambda: torch_rows(nn.Hardsigmoid()),
        lambda: torch_rows(nn.Sigmoid()),
    ),
    "celu": (
        "celu",
        lambda: rows(layers.Activation("celu")),
        lambda: torch_rows(nn.CELU()),
        lambda: torch_rows(nn.CELU(1 + 1e-8)),
    ),
    "attention": ("MultiHeadAttention", attention, torch_attention, lambda: torch_attention(1 + 1e-8)),
    "bilinear": ("UpSampling2D", lambda: larger("bilinear"), lambda: torch_larger(False), lambda: torch_larger(True)),
    "rescaling": (
        "Rescaling",
        lambda: keras.Sequential([keras.Input((6,)), layers.Rescaling(1 / 255), layers.Dense(2)]),
        lambda: rescaled(255),
        lambda: rescaled(255 + 1e-6),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_rounded_is_told_and_no_difference(name: str) -> None:
    rounded, keras_model, right, wrong = CASES[name]
    own = backend.nn.gelu, backend.nn.leaky_relu
    a, b = made(keras_model, right, right)
    before = a(example(a)[0]).numpy()
    for source, target in ((a, b), (b, a)):
        for said in (port(source, target), compare(Subject(source, "A"), Subject(target, "B"))):
            assert getattr(said, "agree", None) or getattr(said, "equal", None), said
            assert [note for note in said.notes if "constants to float32" in note and f"{rounded}:" in note]
    # nothing stays changed
    assert (backend.nn.gelu, backend.nn.leaky_relu) == own
    np.testing.assert_allclose(a(example(a)[0]).numpy(), before, rtol=1e-6, atol=1e-7)
    assert all("call" not in vars(layer) for layer in a.layers)

    a, b = made(keras_model, wrong, right)
    assert not compare(Subject(a, "A"), Subject(b, "B")).equal
    assert not port(a, b).agree


def test_bicubic_places_that_the_table_has_are_not_excused_for_the_cubic() -> None:
    """PyTorch's cubic is another."""
    up = nn.Upsample(scale_factor=(2, 4), mode="bicubic")
    a, b = made(lambda: larger("bicubic"), *[lambda: nn.Sequential(nn.Conv2d(3, 4, 1), up, nn.Conv2d(4, 2, 3))] * 2)
    assert not compare(Subject(a, "A"), Subject(b, "B")).equal


def test_models_of_float32_are_run_as_they_are() -> None:
    a = keras.Sequential([keras.Input((7,)), layers.Dense(5, "gelu"), layers.Dense(3)])
    said = port(a, torch_rows(nn.GELU()))
    assert said.agree
    assert not said.notes
    assert F.gelu(torch.zeros(1)) == 0


def test_functions_are_put_back_after_an_exception() -> None:
    own = backend.nn.gelu

    def broken(x: Any) -> Any:
        raise ZeroDivisionError

    a, b = made(lambda: rows(layers.Activation("gelu")), *[lambda: torch_rows(nn.GELU())] * 2)
    object.__setattr__(a.layers[-1], "call", broken)
    with pytest.raises(RequestError, match="do not both take inputs"):
        compare(Subject(a, "A"), Subject(b, "B"), example=(3, 7))
    assert backend.nn.gelu is own

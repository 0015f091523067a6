"""Models of several branches: right ports are carried over both ways and equal, what is wrong in others is named."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from image_models import IMAGES
from portable import shuffle
from ported_models import Torch
from row_models import ROWS
from test_everyday_models import EXACT, in_float64
from torch import nn
from torch.nn import functional as F

from reference import port
from reference.migration.comparison import Compared, compare
from reference.migration.difference import apart_within
from reference.migration.subjects import Subject

LARGER = IMAGES | ROWS


def compared(a: Any, b: Any, example: Any = None) -> Compared:
    return compare(Subject(a, "A"), Subject(b, "B"), example=example)


@pytest.mark.parametrize("name", LARGER)
def test_right_ports_are_equal_and_wrong_ones_are_named(name: str) -> None:
    keras_model, right, wrong = LARGER[name]
    a, b, *others = in_float64(keras_model, right, *(make for make, _ in wrong))
    shuffle(b, "torch", 2)
    assert port(b, a).worst < EXACT
    shuffle(a, "keras", 1)
    assert port(a, b).worst < EXACT
    assert compared(a, b).equal
    assert compared(b, a).equal
    for i, (other, (_, causes)) in enumerate(zip(others, wrong, strict=True)):
        other.load_state_dict(b.state_dict())
        found = compared(a, other)
        assert {cause.name for cause in found.causes} == causes, found
        assert not found.same
        assert found.unexplained == (not causes)
        if i == 0 and causes:  # the other way round an option may have Keras' name
            found = compared(other, a)
            assert len({cause.name for cause in found.causes}) == len(causes), found
            assert not found.unexplained


def padded(ends: tuple[int, int, int, int], **how: Any) -> Callable[[], Any]:
    return lambda: Torch(
        lambda m, x: m.head(m.conv(F.pad(x, ends, **how)).relu().mean((2, 3))),
        conv=nn.Conv2d(2, 3, 3, 2),
        head=nn.Linear(3, 2),
    )


@pytest.mark.parametrize(
    ("ends", "how", "causes"),
    [
        ((1, 1, 1, 1), {}, ["padding"]),
        ((1, 0, 1, 0), {}, ["padding"]),
        ((0, 1, 1, 0), {}, []),  # other ends of each axis
        ((0, 1, 0, 1), {"value": 1.0}, []),
        ((0, 1, 0, 1), {"mode": "replicate"}, []),
    ],
)
def test_zeros_at_the_wrong_ends_are_named_and_nothing_else(ends: Any, how: Any, causes: list[str]) -> None:
    right, wrong = in_float64(padded((0, 1, 0, 1)), padded(ends, **how))
    shuffle(right, "torch", 1)
    wrong.load_state_dict(right.state_dict())
    found = compared(right, wrong, (2, 8, 8, 2))
    assert [cause.name for cause in found.causes] == causes, found
    assert found.unexplained == (not causes)


def test_zeros_around_what_a_layer_reads_are_no_difference_and_anything_else_is() -> None:
    x = np.random.default_rng(3).standard_normal((2, 5, 5, 3))
    around = np.pad(x, ((0, 0), (0, 1), (1, 1), (0, 0)))
    assert apart_within(around, x, 1e-12) == apart_within(x, around, 1e-12) == 0
    assert apart_within(x, x + 1, 1e-12) > 0
    for wrong in (np.pad(x, ((0, 0), (0, 1), (0, 0), (0, 0)), constant_values=1), np.pad(x, ((0, 1), *[(0, 0)] * 3))):
        assert apart_within(wrong, x, 1e-12) == np.inf
    assert apart_within(around + 1e-6 * (around != 0), x, 1e-12) == np.inf
    assert apart_within(x[:, :4], np.swapaxes(around, 1, 2), 1e-12) == np.inf
    tokens = np.array([[1, 2, 0]])
    assert apart_within(tokens, tokens[:, :2], 1e-12) == np.inf
    assert torch.get_default_dtype() == torch.float32

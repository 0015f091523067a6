"""Features that come in another order: weights follow them, and weights that do not are found."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import torch
from portable import shuffle
from reordered_models import MODELS, torch_flattened, torch_two_branches, two_branches

from reference import port
from reference.frameworks.keras import float_type
from reference.migration.comparison import compare
from reference.migration.order import matched
from reference.migration.subjects import Subject

layers = keras.layers
EXACT = 1e-12


def made(source: Callable[[], Any], target: Callable[[], Any]) -> tuple[Any, Any]:
    """Both models in float64, with weights of their own."""
    torch.set_default_dtype(torch.float64)
    try:
        with float_type("float64"):
            a, b = source(), target()
    finally:
        torch.set_default_dtype(torch.float32)
    shuffle(a, "keras", 1)
    shuffle(b, "torch", 2)
    return a, b


@pytest.mark.parametrize("name", MODELS)
def test_weights_follow_the_features_either_way(name: str) -> None:
    a, b = made(*MODELS[name])
    said = port(a, b)
    assert said.worst < EXACT, said.differences
    assert compare(Subject(a, "A"), Subject(b, "B")).equal
    shuffle(b, "torch", 3)
    assert port(b, a).worst < EXACT
    assert compare(Subject(b, "A"), Subject(a, "B")).equal


def _as_in_keras(a: Any, b: Any, name: str) -> None:
    """The weight as it lies in Keras, only transposed."""
    dense = [layer for layer in a.layers if isinstance(layer, layers.Dense)][0 if name == "dense" else -1]
    getattr(b, name).weight.copy_(torch.from_numpy(dense.kernel.numpy().T.copy()))


def _two_rows(a: Any, b: Any, name: str) -> None:
    weight = getattr(b, name).weight
    weight[:, [3, 4]] = weight[:, [4, 3]]


def _branches(a: Any, b: Any, name: str) -> None:
    weight = getattr(b, name).weight
    weight.copy_(torch.roll(weight, 40, 1))


def _columns(a: Any, b: Any, name: str) -> None:
    for each in (b.dense.weight, b.dense.bias):
        each.copy_(each[torch.arange(24).view(4, 3, 2).permute(1, 2, 0).ravel()])


WRONG = {
    "unturned": ("two-branches", _as_in_keras, "flatten order"),
    "unturned-numbers": ("with-numbers", _as_in_keras, "flatten order"),
    "two-rows": ("two-branches", _two_rows, "flatten order"),
    "branches-swapped": ("two-branches", _branches, "flatten order"),
    "other-way": ("joined-the-other-way", _branches, "flatten order"),
    "permuted": ("permuted", _two_rows, "weights"),
    "steps": (
        "columns-as-steps",
        lambda a, b, _: b.rnn.weight_ih_l0.copy_(b.rnn.weight_ih_l0.roll(1, 1)),
        "flatten order",
    ),
    "decoder": ("decoder", _columns, "flatten order"),
    "norm": ("normalised", lambda a, b, _: b.batch.running_mean.copy_(b.batch.running_mean.roll(1)), "flatten order"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_order_is_found(name: str) -> None:
    model, plant, cause = WRONG[name]
    a, b = made(*MODELS[model])
    if name == "norm":
        mean = next(layer for layer in a.layers if isinstance(layer, layers.BatchNormalization)).moving_mean
        mean.assign(np.random.default_rng(5).normal(size=mean.shape))
    assert port(a, b).agree
    with torch.no_grad():
        plant(a, b, "dense")
    found = compare(Subject(a, "A"), Subject(b, "B"))
    assert [each.name for each in found.causes] == [cause], found
    assert not found.unexplained


@pytest.mark.parametrize("models", [MODELS["two-branches"], (MODELS["permuted"][0], torch_flattened)])
def test_rows_of_units_that_are_never_on_follow_too(models: Any) -> None:
    """Whatever is off for all inputs that were tried may be on for others, so nothing is left to chance."""
    a, b = made(*models)
    conv = next(layer for layer in a.layers if isinstance(layer, layers.Conv2D))
    conv.bias.assign([-1e9, -1e9, 1.0, -1e9])
    assert port(a, b).worst < EXACT
    conv.bias.assign([1.0, 2.0, 3.0, 4.0])
    with torch.no_grad():
        (b.a if hasattr(b, "a") else b.conv).bias.copy_(torch.tensor([1.0, 2.0, 3.0, 4.0]))
    x = np.random.default_rng(3).standard_normal((4, 6, 5, 3))
    with torch.no_grad():
        y = b(torch.from_numpy(x.transpose(0, 3, 1, 2).copy())).numpy()
    np.testing.assert_allclose(y, a(x).numpy(), rtol=1e-10)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_short_dtypes(dtype: str) -> None:
    keras.utils.set_random_seed(1)
    keras.config.set_dtype_policy(dtype)
    try:
        a = two_branches()
    finally:
        keras.config.set_dtype_policy("float32")
    b = torch_two_branches().to(getattr(torch, dtype))
    assert port(a, b).agree
    assert port(b, a).agree
    with torch.no_grad():
        _branches(a, b, "dense")
    assert not compare(Subject(a, "A"), Subject(b, "B")).equal


def test_columns_that_are_no_others_are_not_matched() -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((6, 300))
    order = rng.permutation(300)
    y = x[:, order] * (1 + 1e-14)
    assert (matched(x, y, EXACT) == order).all()
    y[2, 5] += 1e-6
    assert matched(x, y, EXACT) is None
    assert matched(x, x[:, [0, *range(299)]], EXACT) is None  # one twice, one not at all
    y[2, 5] = np.nan
    assert matched(x, y, EXACT) is None


def test_two_rows_of_units_that_are_off_for_the_first_inputs() -> None:
    """Nothing but the weights tells, until other inputs do."""
    a, b = made(*MODELS["two-branches"])
    assert port(a, b).agree
    # images of three samples: units that are off for each
    x = np.random.default_rng(9).standard_normal((3, 6, 5, 3))
    with torch.no_grad():
        features = b.a(torch.from_numpy(x.transpose(0, 3, 1, 2).copy())).relu().flatten(1)
        off = torch.nonzero((features == 0).all(0)).ravel()[:2]
        assert len(off) == 2
        b.dense.weight[:, off] = b.dense.weight[:, off.flip(0)]
    found = compare(Subject(a, "A"), Subject(b, "B"), example=x)
    assert [cause.name for cause in found.causes] == ["flatten order"], found


def test_rows_of_units_that_are_always_off_are_told() -> None:
    a, b = made(*MODELS["two-branches"])
    next(layer for layer in a.layers if isinstance(layer, layers.Conv2D)).bias.assign([-1e9, 1.0, 1.0, 1.0])
    assert port(a, b).agree
    assert not compare(Subject(a, "A"), Subject(b, "B")).notes[:-1]
    with torch.no_grad():
        _two_rows(a, b, "dense")
    found = compare(Subject(a, "A"), Subject(b, "B"))
    assert any(note.startswith("the weights of layer 'dense' (Linear)") for note in found.notes), found

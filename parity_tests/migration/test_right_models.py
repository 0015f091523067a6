"""Ports that are right in the manner of their framework are taken; what is wrong beside them is not."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import torch
from ported_models import Torch
from torch import nn

from reference import port
from reference.errors import RequestError
from reference.migration.comparison import compare
from reference.migration.glue import UnbiasedBatchNormalization
from reference.migration.glue.keras.attention import BiasKVMultiHeadAttention
from reference.migration.glue.keras.normalisation import TrackingInstanceNormalization
from reference.migration.subjects import Subject

layers = keras.layers


def keras_images(size: int, *norm: Any) -> Any:
    return keras.Sequential([keras.Input((size, size, 3)), layers.Conv2D(4, 3), *norm, layers.ReLU()])


def torch_images(*norm: Any) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), *norm, nn.ReLU())


def plain(momentum: float = 0.01) -> nn.Module:
    return nn.BatchNorm2d(4, eps=1e-3, momentum=momentum)


@pytest.mark.parametrize("size", [4, 33])
def test_batch_normalisation_is_judged_alike_at_every_size(size: int) -> None:
    """PyTorch's running variance takes N / (N - 1) of the batch's: far from Keras' for small images, near for large."""
    for a, b in (
        (keras_images(size, layers.BatchNormalization()), torch_images(plain())),
        (torch_images(plain()), keras_images(size, layers.BatchNormalization())),
    ):
        said = port(a, b, example=(3, size, size, 3))
        assert said.agree, said.differences
        assert any("N / (N - 1)" in note for note in said.notes)
        assert compare(Subject(a, "A"), Subject(b, "B"), example=(3, size, size, 3)).equal
    unbiased = port(keras_images(size, UnbiasedBatchNormalization(epsilon=1e-3)), torch_images(plain()))
    assert unbiased.agree
    assert not unbiased.notes
    a, b = keras_images(size, layers.BatchNormalization()), torch_images(plain(momentum=0.02))
    assert not port(a, b).agree
    assert [cause.name for cause in compare(Subject(a, "A"), Subject(b, "B")).causes] == ["momentum"]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"scale": False, "center": False}, {"affine": False}),
        ({"scale": False}, {}),
        ({"center": False}, {}),
    ],
)
def test_a_scale_or_shift_that_only_one_has(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    a = keras_images(9, layers.BatchNormalization(**ours))
    b = torch_images(nn.BatchNorm2d(4, eps=1e-3, momentum=0.01, **theirs))
    with torch.no_grad():
        for weight in b[1].parameters():
            weight.uniform_()
    said = port(a, b)
    assert said.agree, said.differences
    only = f"only {'beta' if 'scale' in ours else 'gamma'} trained / trained"
    lines = [] if theirs else [f"differs in training: layer '1' (BatchNorm2d): {only}"]
    assert [note for note in said.notes if "trained /" in note] == lines
    assert port(b, a).agree
    if not theirs:
        with torch.no_grad():
            (b[1].weight if "scale" in ours else b[1].bias).add_(0.5)
        with pytest.raises(RequestError, match="which layer '1'"):
            port(b, a)


def test_slopes_shared_over_an_image() -> None:
    a = keras_images(6, layers.PReLU(alpha_initializer="uniform", shared_axes=[1, 2]))
    b = torch_images(nn.PReLU(4, 0.3))
    assert port(a, b).agree
    assert port(b, a).agree
    assert np.ravel(a.layers[1].alpha).tolist() == b[1].weight.tolist()


def short(dtype: str, last: Callable[[Any], Any] = lambda y: y) -> tuple[Any, Any]:
    stack = [layers.Dense(16, "relu", dtype=dtype), layers.Dense(3, dtype=dtype)]
    mixed, dtype = dtype.startswith("mixed"), dtype.removeprefix("mixed_")
    a = keras.Sequential([keras.Input((10,), dtype=dtype), *stack])
    b = Torch(lambda m, x: last(m.b(m.a(x).relu())), a=nn.Linear(10, 16), b=nn.Linear(16, 3))
    return a, b if mixed else b.to(getattr(torch, dtype))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "mixed_bfloat16"])
def test_short_dtypes_are_judged_by_their_own_rounding(dtype: str) -> None:
    for seed in range(5):
        keras.utils.set_random_seed(seed)
        a, b = short(dtype)
        said = port(a, b, seed=seed)
        assert said.agree, said.differences
        assert port(b, a, seed=seed).agree
        assert compare(Subject(a, "A"), Subject(b, "B"), seed=seed).equal
        a, b = short(dtype, torch.tanh)
        assert not port(a, b, seed=seed).agree
        assert not compare(Subject(a, "A"), Subject(b, "B"), seed=seed).equal


def attended(framework: str, **options: bool) -> Any:
    if framework == "torch":
        mha = nn.MultiheadAttention(12, 3, batch_first=True, **options)
        return Torch(lambda m, x: m.head(m.mha(x, x, x)[0]), mha=mha, head=nn.Linear(12, 2))
    mine = {"bias_kv": options.get("add_bias_kv", False), "zero_kv": options.get("add_zero_attn", False)}
    x = keras.Input((5, 12))
    return keras.Model(x, layers.Dense(2)(BiasKVMultiHeadAttention(3, 4, **mine)(x, x)))


@pytest.mark.parametrize(
    "options", [{"add_bias_kv": True}, {"add_zero_attn": True}, {"add_bias_kv": True, "add_zero_attn": True}]
)
def test_a_key_and_a_value_more_go_along_and_are_missed(options: dict[str, bool]) -> None:
    for source, target in (("torch", "keras"), ("keras", "torch")):
        a, b = attended(source, **options), attended(target, **options)
        said = port(a, b)
        assert said.agree, said.differences
        assert compare(Subject(a, "A"), Subject(b, "B")).equal
        if "add_bias_kv" in options:
            with pytest.raises(RequestError, match="would not be used"):
                port(attended(source, **options), attended(target))
            with pytest.raises(RequestError, match="would not be used"):
                port(attended(source), attended(target, **options))
        else:
            assert not port(attended(source, **options), attended(target)).agree


def instance_normed(framework: str, track: bool, momentum: float = 0.9) -> Any:
    if framework == "torch":
        own = nn.InstanceNorm2d(4, affine=True, track_running_stats=track, momentum=1 - momentum)
        return torch_images(own)
    made = TrackingInstanceNormalization(momentum, epsilon=1e-5)
    return keras_images(7, made if track else layers.GroupNormalization(-1, epsilon=1e-5))


def test_running_moments_of_instances_go_along_and_are_missed() -> None:
    for source, target in (("torch", "keras"), ("keras", "torch")):
        for track in (True, False):
            a, b = instance_normed(source, track), instance_normed(target, track)
            said = port(a, b)
            assert said.agree, said.differences
            assert not said.notes
            assert compare(Subject(a, "A"), Subject(b, "B")).equal
        with pytest.raises(RequestError, match=r"running_mean|moving_mean"):
            port(instance_normed(source, True), instance_normed(target, False))
        with pytest.raises(RequestError, match=r"running_mean|moving_mean"):
            port(instance_normed(source, False), instance_normed(target, True))
        a, b = instance_normed(source, True), instance_normed(target, True, momentum=0.8)
        assert not port(a, b).agree
        assert [cause.name for cause in compare(Subject(a, "A"), Subject(b, "B")).causes] == ["momentum"]


@pytest.mark.parametrize("seed", [18, 22, 23])
def test_what_rounding_makes_of_small_inputs_is_no_difference(seed: int) -> None:
    """Their variance is all but lost beside the bias of the convolution; a wrong epsilon shows all the same."""
    keras.utils.set_random_seed(seed)
    torch.manual_seed(seed)
    a, b = instance_normed("torch", False), instance_normed("keras", False)
    said = port(a, b)
    assert said.agree, said.differences
    assert not port(a, keras_images(7, layers.GroupNormalization(-1, epsilon=1e-4))).agree

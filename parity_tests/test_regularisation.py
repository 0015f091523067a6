"""What the layers that draw at random draw, which no comparison of numbers can judge."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference.frameworks import framework
from scratch.layer import Array
from scratch.regularisation import (
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    Noise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)

DRAWING: tuple[Callable[..., Noise], ...] = (Dropout, AlphaDropout, GaussianDropout, GaussianNoise)
SPATIAL = ((SpatialDropout1D, (50, 7, 40)), (SpatialDropout2D, (50, 3, 4, 40)), (SpatialDropout3D, (50, 2, 3, 2, 40)))
RATES = (0.1, 0.5, 0.8)


def within(got: float, want: float, deviation: float) -> bool:
    """Nearer than five standard deviations, which one run in two million is not."""
    return abs(got - want) < 5 * deviation


@pytest.mark.parametrize("rate", RATES)
def test_dropout_keeps_its_share_and_scales_it(rate: float) -> None:
    y = Dropout(rate, rng=0).forward(np.ones((200, 300)))
    assert set(np.unique(y)) == {0.0, 1 / (1 - rate)}
    assert within(float((y > 0).mean()), 1 - rate, math.sqrt(rate * (1 - rate) / y.size))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("layer", "shape"), SPATIAL)
def test_spatial_dropout_drops_whole_channels(
    layer: Callable[..., Dropout], shape: tuple[int, ...], rate: float
) -> None:
    y = layer(rate, rng=1).forward(np.ones(shape))
    channels = y.reshape(shape[0], -1, shape[-1])
    assert (channels == channels[:, :1]).all()
    kept = channels[:, 0] > 0
    assert within(float(kept.mean()), 1 - rate, math.sqrt(rate * (1 - rate) / kept.size))
    # drawn for each sample and each channel
    assert (kept != kept[:1]).any()
    assert (kept != kept[:, :1]).any()


@pytest.mark.parametrize("make", DRAWING)
def test_every_call_draws_anew_and_a_seed_repeats_it(make: Callable[..., Noise]) -> None:
    x = np.ones((20, 30))
    layer, again = make(0.5, rng=2), make(0.5, rng=2)
    first, second = layer.forward(x), layer.forward(x)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, again.forward(x))


@pytest.mark.parametrize("make", [*DRAWING, SpatialDropout2D])
def test_nothing_is_drawn_at_inference(make: Callable[..., Noise]) -> None:
    x = np.random.default_rng(3).standard_normal((4, 3, 5, 6))
    layer = make(0.5, rng=3)
    layer.training = False
    before = layer.rng.bit_generator.state
    assert np.array_equal(layer.forward(x), x)
    assert np.array_equal(layer.backward(x), x)
    assert layer.rng.bit_generator.state == before


@pytest.mark.parametrize("make", [Dropout, GaussianDropout, SpatialDropout2D])
def test_the_gradient_meets_the_same_draw(make: Callable[..., Noise]) -> None:
    layer = make(0.5, rng=4)
    x, dy = (np.random.default_rng(i).standard_normal((4, 3, 5, 6)) for i in (5, 6))
    y = layer.forward(x)
    assert np.allclose(layer.backward(dy) * x, dy * y, rtol=1e-14, atol=0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("make", DRAWING)
def test_a_draw_keeps_the_dtype(make: Callable[..., Noise], dtype: str) -> None:
    layer = make(0.5, rng=5)
    x = np.ones((3, 4), dtype)
    assert layer.forward(x).dtype == dtype
    assert layer.backward(x).dtype == dtype


@pytest.mark.parametrize("rate", RATES)
def test_gaussian_dropout_has_the_moments_of_dropout(rate: float) -> None:
    x = np.ones((200, 300))
    y = GaussianDropout(rate, rng=6).forward(x)
    variance = rate / (1 - rate)
    assert within(float(y.mean()), 1, math.sqrt(variance / y.size))
    assert within(float(y.var()), variance, variance * math.sqrt(2 / y.size))


def test_gaussian_noise_has_its_deviation() -> None:
    y = GaussianNoise(0.3, rng=7).forward(np.full((200, 300), 2.0))
    assert within(float(y.mean()), 2, 0.3 / math.sqrt(y.size))
    assert within(float(y.var()), 0.09, 0.09 * math.sqrt(2 / y.size))


@pytest.mark.parametrize("rate", RATES)
def test_alpha_dropout_keeps_mean_and_variance(rate: float) -> None:
    x = np.random.default_rng(8).standard_normal((400, 500))
    y = AlphaDropout(rate, rng=9).forward(x)
    assert within(float(y.mean()), 0, 1 / math.sqrt(y.size))
    # the fourth moment of what is kept bounds that of y
    assert within(float(y.var()), 1, math.sqrt(60 / y.size))


def _torch_draw(rate: float, x: Array, dy: Array) -> tuple[Array, Array]:
    import torch

    torch.manual_seed(10)
    leaf = torch.from_numpy(x).requires_grad_()
    y = torch.nn.Dropout(rate)(leaf)
    y.backward(torch.from_numpy(dy))
    assert leaf.grad is not None
    return y.detach().numpy(), leaf.grad.numpy()


def _keras_draw(rate: float, x: Array, dy: Array) -> tuple[Array, Array]:
    import keras
    import tensorflow as tf

    leaf = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(leaf)
        y = keras.layers.Dropout(rate, seed=11, dtype="float64")(leaf, training=True)
    return y.numpy(), tape.gradient(y, leaf, tf.convert_to_tensor(dy)).numpy()


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("name", "draw"), [("torch", _torch_draw), ("keras", _keras_draw)])
def test_the_frameworks_own_mask_gives_their_output_and_gradient(name: str, draw: Any, rate: float) -> None:
    framework(name)
    x, dy = (np.random.default_rng(i).standard_normal((30, 40)) for i in (12, 13))
    y, dx = draw(rate, x, dy)
    layer = Dropout(rate)
    assert np.allclose(layer.forward(x, y != 0), y, rtol=1e-15, atol=0)
    assert np.allclose(layer.backward(dy), dx, rtol=1e-15, atol=0)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="expected at least 0 and below 1"):
        Dropout(rate)

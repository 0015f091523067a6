"""Normalised weights: a new layer, one iteration after the other, and what Keras' own layer does instead."""

import numpy as np
import pytest

from scratch.convolution import Conv2D
from scratch.dense import Dense
from scratch.weight_norms import SpectralNorm, WeightNorm

RNG = np.random.default_rng(3)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [(Dense(3, 5, rng=0), (4, 3)), (Conv2D(3, 5, (2, 3), rng=0), (2, 4, 5, 3))],
    ids=["dense", "images"],
)
def test_a_new_weight_norm_computes_what_its_layer_does(layer, shape):
    x = RNG.standard_normal(shape)
    want = layer.forward(x)
    np.testing.assert_allclose(WeightNorm(layer).forward(x), want, rtol=1e-13, atol=1e-13)


def test_many_passes_in_training_find_the_largest_singular_value():
    layer = SpectralNorm(Dense(4, 6, bias=False, rng=1))
    w = layer.params["w"].copy()
    for _ in range(200):
        layer.forward(np.eye(4))
    layer.training = False
    np.testing.assert_allclose(layer.forward(np.eye(4)), w / np.linalg.norm(w, 2), rtol=1e-12)
    np.testing.assert_array_equal(layer.params["w"], w)


def test_spectral_norm_refuses_no_iteration():
    with pytest.raises(ValueError, match="iterations is 0, expected at least 1"):
        SpectralNorm(Dense(2, 3), iterations=0)


def test_what_keras_own_spectral_normalization_does_otherwise():
    keras = pytest.importorskip("keras")
    kernel, u = RNG.standard_normal((4, 6)), RNG.standard_normal(6)
    x = np.eye(4)
    own = keras.layers.SpectralNormalization(keras.layers.Dense(6, use_bias=False, dtype="float64"), dtype="float64")
    own.build((None, 4))
    own.layer.kernel.assign(kernel)
    own.vector_u.assign(u[None])
    # it does not divide at inference
    np.testing.assert_allclose(own(x, training=False), kernel)
    # it begins with u
    v = kernel @ u / np.linalg.norm(kernel @ u)
    sigma = np.linalg.norm(v @ kernel)
    np.testing.assert_allclose(own(x, training=True), kernel / sigma, rtol=1e-6)
    layer = SpectralNorm(Dense(4, 6, bias=False))
    layer.load({"w": kernel}, {"v": np.ones(4), "u": u})
    # far from it, so a wide tolerance asks for more here
    assert not np.allclose(layer.forward(x), kernel / sigma, rtol=1e-2)
    # and writes over the kernel
    np.testing.assert_allclose(own.layer.kernel, kernel / sigma, rtol=1e-6)

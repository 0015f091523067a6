"""Facts that the five source notebooks state, to the digits they print."""

import numpy as np
import pytest

from scratch.activations import Softmax
from scratch.convolution import Conv2D
from scratch.data import embedded_digits
from scratch.gradient_check import central_difference
from scratch.losses import CrossEntropy, SoftmaxCrossEntropy
from scratch.lp_pooling import LpPool2D
from scratch.models import cnn, rnn_mnist, two_layer_net
from scratch.pooling import AvgPool2D, MaxPool2D, SumPool2D
from scratch.recurrent import SimpleRNN
from scratch.training import RECIPES

KERNEL = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], float)


def test_s3_small_case_to_the_printed_digits():
    rnn = SimpleRNN(2, 4)
    rnn.load(
        {
            "w_x": np.array([[1, 3, 5, 7], [3, 5, 7, 8]]) / 100,
            "w_h": np.array([[1, 3, 5, 7], [2, 4, 6, 8], [3, 5, 7, 8], [4, 6, 8, 10]]) / 100,
            "b": np.ones(4),
        }
    )
    h = rnn(np.array([[[1, 2], [2, 3], [3, 4]]]) / 100)
    printed = [
        [0.76188798, 0.76213958, 0.76239095, 0.76255841],
        [0.792209, 0.8141834, 0.83404912, 0.84977719],
        [0.79494228, 0.81839002, 0.83939649, 0.85584174],
    ]
    assert np.array_equal(np.round(h[0], 8), printed)


def test_s3_softmax_of_sequences_sums_to_one_at_each_step():
    y = Softmax()(np.random.default_rng(0).standard_normal((2, 3, 4)))
    assert np.allclose(y.sum(axis=-1), 1, rtol=1e-15)


def naive_convolution(image, kernel, stride):
    """The definition, written out."""
    (height, width), (kh, kw) = image.shape, kernel.shape
    rows, columns = range(0, height - kh + 1, stride), range(0, width - kw + 1, stride)
    return np.array([[(image[i : i + kh, j : j + kw] * kernel).sum() for j in columns] for i in rows])


@pytest.mark.parametrize("size", [5, 7])
@pytest.mark.parametrize(("stride", "padding"), [(1, "valid"), (2, "valid"), (1, "same")])
def test_s4_convolution_of_small_integer_images(size, stride, padding):
    image = np.random.default_rng(size).integers(0, 10, (size, size)).astype(float)
    conv = Conv2D(1, 1, 3, stride=stride, padding=padding, bias=False)
    conv.load({"w": KERNEL[:, :, None, None]})
    got = conv(image[None, :, :, None])[0, :, :, 0]
    want = naive_convolution(np.pad(image, 1) if padding == "same" else image, KERNEL, stride)
    assert np.array_equal(got, want)
    assert got.shape == ((-(-size // stride),) * 2 if padding == "same" else (-(-(size - 2) // stride),) * 2)


@pytest.mark.parametrize("size", [5, 7])
@pytest.mark.parametrize(
    ("layer", "stride", "reduce"),
    [
        (MaxPool2D, 2, np.max),
        (MaxPool2D, 1, np.max),
        (AvgPool2D, 2, np.mean),
        (SumPool2D, 2, np.sum),
        (LpPool2D, 2, lambda window: np.sqrt((window**2).sum())),
    ],
)
def test_s4_pooling_of_small_integer_images(size, layer, stride, reduce):
    image = np.random.default_rng(size).integers(-5, 10, (size, size)).astype(float)
    got = layer(2, stride=stride)(image[None, :, :, None])[0, :, :, 0]
    places = range(0, size - 1, stride)
    want = np.array([[reduce(image[i : i + 2, j : j + 2]) for j in places] for i in places])
    assert np.allclose(got, want, rtol=1e-15)


def test_s4_network_flattens_to_800_and_draws_he_uniform():
    network = cnn(rng=1234, dtype=np.float32)
    assert network.params["7.w"].shape == (800, 10)
    for name, fan_in in (("0.w", 25), ("3.w", 500), ("7.w", 800)):
        w = network.params[name]
        assert w.dtype == np.float32
        assert 0.9 * np.sqrt(6 / fan_in) < np.abs(w).max() <= np.sqrt(6 / fan_in)
    assert all(not network.params[name].any() for name in ("0.b", "3.b", "7.b"))


def test_s2_cost_of_equal_classes():
    loss = CrossEntropy(low=1e-8, high=1 - 1e-8, reduction="sum")
    assert round(float(loss(np.full((100, 10), 0.1), np.arange(100) % 10)), 2) == 230.26


def test_s1_weights_are_glorot_uniform_and_biases_zero():
    params = rnn_mnist(rng=0).params
    for name, fans in (("0.w_x", 128), ("0.w_h", 200), ("1.w", 110)):
        bound = np.sqrt(6 / fans)
        assert 0.95 * bound < np.abs(params[name]).max() <= bound
    assert not params["0.b"].any()
    assert not params["1.b"].any()


def test_s1_trains_in_240_steps_an_epoch():
    recipe = RECIPES["rnn-mnist"]
    assert (recipe.batch_size, 60_000 // recipe.batch_size, recipe.epochs) == (250, 240, 5)


def test_s5_gradient_check():
    """Mean absolute difference of backprop and central differences on 3 samples, at the sizes the notebook prints."""
    rng = np.random.default_rng(0)
    network, loss = two_layer_net(rng=rng), SoftmaxCrossEntropy()
    split = RECIPES["two-layer-net"].prepare(embedded_digits(), "float64")
    x, t = split.x_train[:3], split.t_train[:3]
    loss(network(x), t)
    network.backward(loss.backward())
    printed = {"0.b": 1.36e-12, "2.w": 1.12e-12, "2.b": 1.19e-10}
    for name, largest in printed.items():
        weights = network.params

        def cost(w, name=name, weights=weights):
            weights[name][...] = w
            return float(loss(network(x), t))

        numerical = central_difference(cost, weights[name].copy())
        assert np.abs(numerical - network.grads[name]).mean() < 10 * largest

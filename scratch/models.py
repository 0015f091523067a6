"""The networks of the five source systems."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.activations import ReLU, Sigmoid
from scratch.convolution import Conv2D
from scratch.dense import Dense
from scratch.initializers import Gaussian, GlorotUniform, HeUniform, Seed, XavierNormal
from scratch.network import Sequential
from scratch.pooling import MaxPool2D
from scratch.recurrent import SimpleRNN
from scratch.reshaping import Flatten


def rnn_mnist(
    image_size: int = 28,
    hidden_size: int = 100,
    class_num: int = 10,
    *,
    rng: Seed = None,
    dtype: DTypeLike = np.float64,
) -> Sequential:
    """S1: an image read row by row by a tanh RNN, whose last state a dense layer classifies.

    x: (batch, rows, image_size) -> logits: (batch, class_num). Weights Glorot uniform, biases zero.
    """
    rng = np.random.default_rng(rng)
    init = GlorotUniform()
    return Sequential(
        [
            SimpleRNN(image_size, hidden_size, sequences=False, init=init, rng=rng, dtype=dtype),
            Dense(hidden_size, class_num, init=init, rng=rng, dtype=dtype),
        ]
    )


def three_layer_mlp(
    x_dim: int = 784,
    h_dim: int = 256,
    class_num: int = 10,
    *,
    rng: Seed = None,
    dtype: DTypeLike = np.float64,
) -> Sequential:
    """S2: one hidden layer of sigmoids on raw pixels, weights from N(0, 1).

    x: (batch, x_dim) -> logits: (batch, class_num).
    """
    rng = np.random.default_rng(rng)
    init = Gaussian(1.0)
    return Sequential(
        [
            Dense(x_dim, h_dim, init=init, rng=rng, dtype=dtype),
            Sigmoid(),
            Dense(h_dim, class_num, init=init, rng=rng, dtype=dtype),
        ]
    )


def simple_rnn(
    n_features: int = 28,
    n_nodes: int = 64,
    n_output: int = 10,
    *,
    rng: Seed = None,
    dtype: DTypeLike = np.float64,
) -> Sequential:
    """S3: the class-style RNN as a classifier, ReLU in place of tanh, weights Xavier normal (1 / sqrt(n)).

    x: (batch, n_sequences, n_features) -> logits: (batch, n_output).
    """
    rng = np.random.default_rng(rng)
    init = XavierNormal()
    return Sequential(
        [
            SimpleRNN(n_features, n_nodes, activation="relu", sequences=False, init=init, rng=rng, dtype=dtype),
            Dense(n_nodes, n_output, init=init, rng=rng, dtype=dtype),
        ]
    )


def cnn(
    image_size: int = 28,
    filters: tuple[int, int] = (20, 50),
    class_num: int = 10,
    *,
    kernel: int = 5,
    rng: Seed = None,
    dtype: DTypeLike = np.float64,
) -> Sequential:
    """S4: two convolutions, each with ReLU and max-pooling, then a dense layer. He uniform, biases zero.

    x: (batch, image_size, image_size, 1) -> logits: (batch, class_num). ReLU comes after the pooling: it never
    changes which of two numbers is larger, so outputs and gradients are the same, and there is a quarter to do.
    """
    rng = np.random.default_rng(rng)
    init = HeUniform()
    side = ((image_size - kernel + 1) // 2 - kernel + 1) // 2
    return Sequential(
        [
            Conv2D(1, filters[0], kernel, init=init, rng=rng, dtype=dtype),
            MaxPool2D(2),
            ReLU(),
            Conv2D(filters[0], filters[1], kernel, init=init, rng=rng, dtype=dtype),
            MaxPool2D(2),
            ReLU(),
            Flatten(),
            Dense(side * side * filters[1], class_num, init=init, rng=rng, dtype=dtype),
        ]
    )


def two_layer_net(
    input_size: int = 784,
    hidden_size: int = 50,
    output_size: int = 10,
    *,
    rng: Seed = None,
    dtype: DTypeLike = np.float64,
) -> Sequential:
    """S5: one hidden layer of ReLUs, weights from N(0, 0.01**2), biases zero.

    x: (batch, input_size) -> logits: (batch, output_size).
    """
    rng = np.random.default_rng(rng)
    init = Gaussian(0.01)
    return Sequential(
        [
            Dense(input_size, hidden_size, init=init, rng=rng, dtype=dtype),
            ReLU(),
            Dense(hidden_size, output_size, init=init, rng=rng, dtype=dtype),
        ]
    )

"""Well-known networks, and blocks that networks are built of."""

from typing import Literal

import numpy as np
from numpy.typing import DTypeLike

from scratch.activations import ReLU, Tanh
from scratch.bidirectional import Bidirectional
from scratch.convolution import Conv2D
from scratch.dense import Dense
from scratch.embedding import Embedding
from scratch.initializers import GlorotUniform, HeNormal, Seed
from scratch.layer import Layer
from scratch.lstm import LSTM
from scratch.merging import Concatenate
from scratch.network import Branches, Residual, Sequential
from scratch.normalisation import BatchNorm
from scratch.pooling import AvgPool2D, MaxPool2D
from scratch.reshaping import Flatten


def lenet5(
    class_num: int = 10,
    *,
    filters: tuple[int, int] = (6, 16),
    units: tuple[int, int] = (120, 84),
    variant: Literal["classic", "modern"] = "classic",
    rng: Seed = None,
    dtype: DTypeLike = np.float64,
) -> Sequential:
    """LeNet-5, LeCun et al. (1998): two convolutions, each with pooling, and three dense layers.

    x: (batch, 28, 28, 1), with zeros around it to 32 by 32 as in the paper -> logits: (batch, class_num).
    "classic": tanh and average pooling; "modern": ReLU and max-pooling. The paper's weighted pooling, its partial
    connections and its output of radial basis functions are left out, as is usual today.
    """
    rng = np.random.default_rng(rng)
    activation: type[Layer] = Tanh if variant == "classic" else ReLU
    pooling = AvgPool2D if variant == "classic" else MaxPool2D
    return Sequential(
        [
            Conv2D(1, filters[0], 5, padding=2, rng=rng, dtype=dtype),
            activation(),
            pooling(2),
            Conv2D(filters[0], filters[1], 5, rng=rng, dtype=dtype),
            activation(),
            pooling(2),
            Flatten(),
            Dense(5 * 5 * filters[1], units[0], rng=rng, dtype=dtype),
            activation(),
            Dense(units[0], units[1], rng=rng, dtype=dtype),
            activation(),
            Dense(units[1], class_num, rng=rng, dtype=dtype),
        ]
    )


def residual_block(
    n_in: int,
    n_out: int,
    *,
    stride: int = 1,
    unbiased: bool = False,
    rng: Seed = None,
    dtype: DTypeLike = np.float64,
) -> Sequential:
    """The basic block of ResNet-18 and -34: y = ReLU(BN(conv(ReLU(BN(conv(x))))) + shortcut(x)). He et al. (2015).

    x: (batch, height, width, n_in) -> y: (batch, height / stride, width / stride, n_out), sizes rounded up. The
    shortcut is the input itself, or where sizes change a convolution of kernel 1 with batch normalisation.
    `unbiased`: see BatchNorm.
    """
    rng = np.random.default_rng(rng)

    def conv(n: int, kernel: int, step: int) -> list[Layer]:
        padding = (kernel - 1) // 2
        return [
            Conv2D(n, n_out, kernel, stride=step, padding=padding, bias=False, init=HeNormal(), rng=rng, dtype=dtype),
            BatchNorm(n_out, unbiased=unbiased, dtype=dtype),
        ]

    main = [*conv(n_in, 3, stride), ReLU(), *conv(n_out, 3, 1)]
    fits = stride == 1 and n_in == n_out
    return Sequential([Residual(main, None if fits else Sequential(conv(n_in, 1, stride))), ReLU()])


def inception_block(
    n_in: int,
    n_1: int,
    n_3: tuple[int, int],
    n_5: tuple[int, int],
    n_pool: int,
    *,
    rng: Seed = None,
    dtype: DTypeLike = np.float64,
) -> Branches:
    """The module of GoogLeNet: convolutions of kernels 1, 3 and 5 and max-pooling side by side. Szegedy et al. (2014).

    x: (batch, height, width, n_in) -> y: (batch, height, width, n_1 + n_3[1] + n_5[1] + n_pool). Kernels 3 and 5 follow
    a convolution of kernel 1 that reduces the channels, to n_3[0] and n_5[0]; ReLU follows every convolution.
    """
    rng = np.random.default_rng(rng)

    def conv(n: int, n_out: int, kernel: int) -> list[Layer]:
        return [Conv2D(n, n_out, kernel, padding="same", init=HeNormal(), rng=rng, dtype=dtype), ReLU()]

    return Branches(
        {
            "one": Sequential(conv(n_in, n_1, 1)),
            "three": Sequential([*conv(n_in, n_3[0], 1), *conv(n_3[0], n_3[1], 3)]),
            "five": Sequential([*conv(n_in, n_5[0], 1), *conv(n_5[0], n_5[1], 5)]),
            "pool": Sequential([MaxPool2D(3, stride=1, padding="same"), *conv(n_in, n_pool, 1)]),
        },
        Concatenate(),
    )


def bilstm_classifier(
    n_tokens: int = 10_000,
    n_embedding: int = 128,
    n_hidden: int = 64,
    class_num: int = 2,
    *,
    rng: Seed = None,
    dtype: DTypeLike = np.float64,
) -> Sequential:
    """Sentences read by two bidirectional LSTMs, the last states of the second classified.

    x: (batch, time) integers, the tokens -> logits: (batch, class_num).
    """
    rng = np.random.default_rng(rng)
    return Sequential(
        [
            Embedding(n_tokens, n_embedding, rng=rng, dtype=dtype),
            Bidirectional(LSTM, n_embedding, n_hidden, rng=rng, dtype=dtype),
            Bidirectional(LSTM, 2 * n_hidden, n_hidden, sequences=False, rng=rng, dtype=dtype),
            Dense(2 * n_hidden, class_num, init=GlorotUniform(), rng=rng, dtype=dtype),
        ]
    )

"""A small network trained in both frameworks from the same weights, right and with one mistake of a port."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.migration.facts.arrays import nchw, nhwc, numpy, oihw
from reference.migration.facts.descent import adam_as_keras
from reference.pair import Array

STEPS, RATE, MOMENTUM, EPSILON, KEPT, BATCH = 50, 0.05, 0.9, 1e-3, 0.875, 16
ADAM_RATE, ADAM_EPSILON = 0.002, 1e-7


def weights() -> SimpleNamespace:
    """The first weights, laid out as in Keras."""
    rng = np.random.default_rng(7)

    def draw(*shape: int) -> Array:
        return rng.standard_normal(shape) / np.sqrt(np.prod(shape[:-1]))

    return SimpleNamespace(conv=draw(3, 3, 3, 6), hidden=draw(4 * 4 * 6, 10), out=draw(10, 5))


def batches(x: Any) -> list[slice]:
    """Which samples each step sees."""
    return [slice(BATCH * (t % (len(x) // BATCH)), BATCH * (t % (len(x) // BATCH) + 1)) for t in range(STEPS)]


def trained_keras(x: Any, c: Any, optimizer: str = "sgd") -> Array:
    """The logits in inference after all steps."""
    import keras
    import tensorflow as tf

    layers, first = keras.layers, weights()
    model = keras.Sequential(
        [
            layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=KEPT, epsilon=EPSILON),
            layers.Activation("tanh"),
            layers.Flatten(),
            layers.Dense(10, activation="tanh", use_bias=False),
            layers.Dense(5, use_bias=False),
        ]
    )
    model(x[:1])
    for layer, w in zip((model.layers[0], *model.layers[4:]), (first.conv, first.hidden, first.out), strict=True):
        layer.set_weights([w])
    steps = {
        "sgd": lambda: keras.optimizers.SGD(RATE, momentum=np.float64(MOMENTUM)),
        "adam": lambda: keras.optimizers.Adam(ADAM_RATE, beta_1=np.float64(0.9), beta_2=np.float64(0.999)),
    }[optimizer]()
    steps.build(model.trainable_variables)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def step(images: Any, labels: Any) -> None:
        with tf.GradientTape() as tape:
            cost = loss(labels, model(images, training=True))
        steps.apply(tape.gradient(cost, [v.value for v in model.trainable_variables]), model.trainable_variables)

    for batch in batches(x):
        step(x[batch], c[batch])
    return np.array(numpy(model(x, training=False)))


def trained_torch(x: Any, c: Any, optimizer: str = "sgd", mistake: str = "") -> Array:
    """The same in PyTorch; `mistake` is what a port got wrong."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    first = weights()
    dtype = x.dtype
    conv, hidden, out = (nn.Parameter(torch.tensor(w).to(dtype)) for w in (first.conv, first.hidden, first.out))
    scale, shift = nn.Parameter(torch.ones(6)), nn.Parameter(torch.zeros(6))
    mean, variance = torch.zeros(6), torch.ones(6)
    epsilon = 1e-5 if mistake == "epsilon" else EPSILON
    new = KEPT if mistake == "momentum" else 1 - KEPT

    def logits(images: Any, training: bool) -> Any:
        y = nchw(images)
        padding = (1, 1, 1, 1) if mistake == "padding" else (0, 1, 0, 1)
        y = F.conv2d(F.pad(y, padding), oihw(conv), stride=2)
        if training:
            with torch.no_grad():
                found = y.var((0, 2, 3), correction=1 if mistake == "variance" else 0)
                mean.lerp_(y.mean((0, 2, 3)), new)
                variance.lerp_(found, new)
        of_batch = training or mistake == "eval"
        kept = (None, None) if of_batch else (mean, variance)
        y = F.batch_norm(y, kept[0], kept[1], scale, shift, of_batch, eps=epsilon).tanh()
        y = (y if mistake == "flatten" else nhwc(y)).flatten(1)
        return (y @ hidden).tanh() @ out

    parameters = [conv, scale, shift, hidden, out]
    if optimizer == "sgd":
        steps: Any = torch.optim.SGD(parameters, lr=RATE, momentum=MOMENTUM)
    else:
        eps = {"adam_default": 1e-8}.get(mistake, ADAM_EPSILON)
        steps = torch.optim.Adam(parameters, lr=ADAM_RATE, eps=eps)
        if not mistake.startswith("adam"):
            steps = adam_as_keras(steps, ADAM_EPSILON)
    for batch in batches(x):
        y = logits(x[batch], True)
        cost = F.cross_entropy(y.softmax(-1) if mistake == "softmax" else y, c[batch])
        steps.zero_grad()
        cost.backward()
        steps.step()
    return np.array(logits(x, False).detach().numpy())

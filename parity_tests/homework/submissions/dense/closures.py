"""Layers as closures: every maker returns (forward, backward)."""
import numpy as np


def make_dense(W, b):
    memory = {}

    def forward(x):
        memory["x"] = x
        return x @ W + b

    def backward(dy):
        x = memory["x"]
        return dy @ W.T, x.T @ dy, dy.sum(axis=0)

    return forward, backward


def make_dense_transposed(W, b):
    memory = {}

    def forward(x):
        memory["x"] = x
        return x @ W + b

    def backward(dy):
        x = memory["x"]
        return dy @ W.T, dy.T @ x, dy.sum(axis=0)

    return forward, backward


def make_relu():
    mask = None

    def forward(x):
        nonlocal mask
        mask = x > 0
        return np.where(mask, x, 0.0)

    def backward(dy):
        return np.where(mask, dy, 0.0)

    return forward, backward


def make_tanh():
    saved = []

    def forward(x):
        y = np.tanh(x)
        saved.append(y)
        return y

    def backward(dy):
        y = saved[0]
        return dy * (1 - y * y)

    return forward, backward


def make_sigmoid():
    saved = []

    def forward(x):
        y = 1 / (1 + np.exp(-x))
        saved.append(y)
        return y

    def backward(dy):
        y = saved.pop()
        return dy * y * (1 - y)

    return forward, backward


def make_leaky_relu(slope=0.1):
    state = {}

    def forward(x):
        state["x"] = x
        return np.where(x > 0, x, slope * x)

    def backward(dy):
        return dy * np.where(state["x"] > 0, 1.0, -slope)

    return forward, backward


rng = np.random.default_rng(3)
dense_f, dense_b = make_dense(rng.normal(size=(4, 3)), rng.normal(size=3))
relu_f, relu_b = make_relu()
out = relu_f(dense_f(rng.normal(size=(5, 4))))
dx, dW, db = dense_b(relu_b(out - 1))
print(dx.shape, dW.shape, db.shape)
